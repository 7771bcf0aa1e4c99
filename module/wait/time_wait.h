/* SPDX-License-Identifier: GPL-2.0 */
/* Accounts of TIME_WAIT: who enters, who leaves, and why. */
#ifndef TCPLAB_WAIT_TIME_WAIT_H
#define TCPLAB_WAIT_TIME_WAIT_H

#include <linux/percpu.h>
#include <linux/types.h>

struct net;

/* The kernel's own length of TIME_WAIT, TCP_TIMEWAIT_LEN, in milliseconds. */
#define TL_TIME_WAIT_MS		60000

/* How a TIME_WAIT socket came to its end. */
enum tl_exit {
	TL_EXIT_EXPIRED,	/* its time was over */
	TL_EXIT_REUSED_OUT,	/* connect() took the 4-tuple (tcp_tw_reuse) */
	TL_EXIT_REUSED_IN,	/* a new SYN from the peer was accepted */
	TL_EXIT_RESET,		/* a RST ended it (RFC 1337) */
	TL_EXIT_OTHER,		/* early, by something segments do not show */
	TL_EXITS
};

#define TL_RATE_SECONDS	8	/* a power of two */

/**
 * struct tl_time_wait_stats - what one CPU has counted
 * @entered: sockets that became TIME_WAIT
 * @exited: those that left, by &enum tl_exit
 * @recent: entries of the last seconds, for the rate
 */
struct tl_time_wait_stats {
	u64 entered;
	u64 exited[TL_EXITS];
	struct {
		u32 second;
		u32 count;
	} recent[TL_RATE_SECONDS];
};

/**
 * struct tl_time_wait - the accounts of a namespace
 * @stats: per CPU
 * @overflow_base: the kernel's TCPTimeWaitOverflow when tcplab came
 */
struct tl_time_wait {
	struct tl_time_wait_stats __percpu *stats;
	unsigned long overflow_base;
};

/**
 * struct tl_time_wait_report - the accounts, summed up
 * @now: TIME_WAIT sockets
 * @fin_wait_2: FIN_WAIT_2 mini-sockets
 * @entered: sockets that became TIME_WAIT
 * @exited: those that left, by &enum tl_exit
 * @overflow: sockets that tcp_max_tw_buckets or a lack of memory closed
 *	without TIME_WAIT or FIN_WAIT_2 mini-socket
 * @rate: entries per second over the last seconds
 */
struct tl_time_wait_report {
	u64 now;
	u64 fin_wait_2;
	u64 entered;
	u64 exited[TL_EXITS];
	u64 overflow;
	u64 rate;
};

int tl_time_wait_init(struct tl_time_wait *accounts, struct net *net);
void tl_time_wait_exit(struct tl_time_wait *accounts);
void tl_time_wait_entered(struct tl_time_wait *accounts);
void tl_time_wait_left(struct tl_time_wait *accounts, enum tl_exit reason);
u64 tl_time_wait_memory(void);
void tl_time_wait_sum(const struct tl_time_wait *accounts, struct net *net,
		      struct tl_time_wait_report *report);

#endif /* TCPLAB_WAIT_TIME_WAIT_H */

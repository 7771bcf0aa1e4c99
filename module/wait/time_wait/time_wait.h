/* SPDX-License-Identifier: GPL-2.0 */
/* Accounts of TIME_WAIT: who enters, who leaves, and why. */
#ifndef TCPLAB_WAIT_TIME_WAIT_TIME_WAIT_H
#define TCPLAB_WAIT_TIME_WAIT_TIME_WAIT_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "../../track/change.h"
#include "entry_slots.h"

struct net;
struct sock;
struct tl_conn;

#define TL_RATE_SECONDS	8	/* a power of two */

/**
 * struct tl_time_wait_stats - what one CPU has counted
 * @entered: sockets that became TIME_WAIT
 * @exited: those that left, by &enum tl_exit
 * @overflow: sockets that did not become TIME_WAIT for lack of room
 * @overflow_fin_wait_2: orphans that did not become FIN_WAIT_2 mini-sockets
 * @overflows_seen: the kernel's TCPTimeWaitOverflow of this CPU, as last seen
 * @recent: entries of the last seconds, for the rate
 */
struct tl_time_wait_stats {
	u64 entered;
	u64 exited[TL_EXITS];
	u64 overflow;
	u64 overflow_fin_wait_2;
	unsigned long overflows_seen;
	struct {
		u32 second;
		u32 count;
	} recent[TL_RATE_SECONDS];
};

/**
 * struct tl_time_wait - the accounts of a namespace
 * @stats: per CPU
 * @entries: when the sockets of now came
 */
struct tl_time_wait {
	struct tl_time_wait_stats __percpu *stats;
	struct tl_entry_slots entries;
};

/**
 * struct tl_time_wait_report - the accounts, summed up
 * @now: TIME_WAIT sockets
 * @fin_wait_2: FIN_WAIT_2 mini-sockets
 * @entered: sockets that became TIME_WAIT
 * @exited: those that left, by &enum tl_exit
 * @overflow: sockets that tcp_max_tw_buckets or a lack of memory closed
 *	instead of letting them become TIME_WAIT
 * @overflow_fin_wait_2: the same of orphans in FIN_WAIT_2
 * @rate: entries per second over the last seconds
 */
struct tl_time_wait_report {
	u64 now;
	u64 fin_wait_2;
	u64 entered;
	u64 exited[TL_EXITS];
	u64 overflow;
	u64 overflow_fin_wait_2;
	u64 rate;
};

int tl_time_wait_init(struct tl_time_wait *accounts, struct net *net);
void tl_time_wait_begin(struct tl_time_wait *accounts, struct net *net);
void tl_time_wait_exit(struct tl_time_wait *accounts);
void tl_time_wait_changed(struct tl_conn *conn, const struct tl_change *change);
const char *tl_exit_name(enum tl_exit reason);
void tl_time_wait_closed(struct tl_time_wait *accounts, const struct sock *sk,
			 int old_state, int new_state);
u64 tl_time_wait_memory(const struct tl_time_wait *accounts);
void tl_time_wait_ages(const struct tl_time_wait *accounts, const u32 *edges,
		       unsigned int edges_count, u32 *counts);
u64 tl_time_wait_entered(const struct tl_time_wait *accounts);
void tl_time_wait_sum(const struct tl_time_wait *accounts, struct net *net,
		      struct tl_time_wait_report *report);

#endif /* TCPLAB_WAIT_TIME_WAIT_TIME_WAIT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* The counts of a namespace: since counting began, and in the last 60 s. */
#ifndef TCPLAB_ADVICE_COUNTS_H
#define TCPLAB_ADVICE_COUNTS_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct tl_net;

/* The time that is recent. */
#define TL_COUNTS_RECENT_MS	60000
/* Findings that there may be, each of one rule. */
#define TL_RULES		18

/* Time between two snapshots, and how many are kept of a namespace. */
#define TL_COUNTS_EVERY_MS	10000
#define TL_COUNTS_SNAPSHOTS	6

/**
 * enum tl_tally - things that are counted, the kernel's counters first
 */
enum tl_tally {
	TL_TALLY_LISTEN_OVERFLOWS,	/* handshakes that met a full accept queue */
	TL_TALLY_LISTEN_DROPS,		/* what listeners dropped for any reason */
	TL_TALLY_QUEUE_COOKIES,		/* SYNs that met a full SYN queue: answered by cookies */
	TL_TALLY_QUEUE_DROPS,		/* the same: dropped */
	TL_TALLY_COOKIES_SENT,
	TL_TALLY_COOKIES_RECEIVED,
	TL_TALLY_TIME_WAIT_OVERFLOWS,	/* sockets that had no TIME_WAIT */
	TL_TALLY_TIME_WAIT_REUSED,	/* TIME_WAIT sockets taken for new connections */
	TL_TALLY_MEMORY_PRESSURES,
	TL_TALLY_MEMORY_ABORTS,		/* orphans reset for want of room or memory */
	TL_TALLY_PATH_FILTERED,		/* packets dropped for their source */
	TL_TALLY_KEEPALIVES,
	TL_TALLY_SACK_RECOVERIES,
	TL_TALLIES_OF_KERNEL,

	/* tcplab's own */
	TL_TALLY_PORT_FAILURES = TL_TALLIES_OF_KERNEL,	/* connect() that found no port */
	TL_TALLY_TIME_WAITS,		/* sockets that became TIME_WAIT */
	TL_TALLY_FIN_WAIT_2_CUT,	/* orphans that tcp_fin_timeout ended */
	TL_TALLY_RETRIES2_CUT,		/* open connections that tcp_retries2 ended */
	TL_TALLY_SYN_FIRST,		/* connect() whose first SYN was answered */
	TL_TALLY_SYN_SECOND,		/* those whose second was */
	TL_TALLY_SNDBUF_HELD,		/* ended connections that tcp_wmem had held up */
	TL_TALLY_RCVBUF_HELD,		/* those whose peer tcp_rmem had held up */
	TL_TALLY_WINDOW_HELD,		/* those held up by a window that was not scaled */
	TL_TALLY_SOFTNET_DROPS,		/* of the machine: in the first namespace alone */
	TL_TALLIES
};

/**
 * struct tl_counts_snapshot - the tallies at a time
 * @at_ms: the time, in milliseconds of CLOCK_BOOTTIME; 0: none was taken
 * @tally: the low half of each
 */
struct tl_counts_snapshot {
	u64 at_ms;
	u32 tally[TL_TALLIES];
};

/**
 * struct tl_counts - what is counted in a namespace
 * @ns: the namespace
 * @turn: among the namespaces, that which has waited longest for a snapshot first
 * @lock: protects what follows
 * @began_ms: when counting began, in milliseconds of CLOCK_BOOTTIME
 * @quiet_ms: without history: when all tallies were seen last to be zero
 * @history: snapshots of them; NULL while they are
 * @time_wait_peak: most mini-sockets that a snapshot has met
 * @marks: what sysctls were when findings were told; NULL before the first
 */
struct tl_counts {
	struct tl_net *ns;
	struct list_head turn;
	spinlock_t lock;	/* see @lock */
	u64 began_ms;
	u64 quiet_ms;
	struct tl_counts_history *history;
	unsigned int time_wait_peak;
	struct tl_counts_mark *marks;
};

/**
 * struct tl_grown - growth in a span of time
 * @span_ms: how long it is; 0: nobody can tell, and nothing has grown
 * @tally: how much each tally has grown
 */
struct tl_grown {
	u64 span_ms;
	u64 tally[TL_TALLIES];
};

void tl_counts_load(void);
void tl_counts_unload(void);
int tl_counts_init(struct tl_net *ns);
void tl_counts_exit(struct tl_net *ns);
int tl_counts_reset(struct tl_net *ns);
unsigned long tl_counts_total(struct tl_net *ns, enum tl_tally tally);
void tl_counts_read(struct tl_net *ns, struct tl_counts_snapshot *now,
		    struct tl_grown *recent, struct tl_grown *total);
void tl_counts_since_mark(struct tl_net *ns, unsigned int rule,
			  const struct tl_counts_snapshot *now,
			  struct tl_grown *grown);
bool tl_counts_mark(struct tl_net *ns, unsigned int rule,
		    const struct tl_counts_snapshot *now, const char *value);
u64 tl_counts_memory(const struct tl_net *ns);
unsigned int tl_counts_time_wait_peak(struct tl_net *ns);

#endif /* TCPLAB_ADVICE_COUNTS_H */

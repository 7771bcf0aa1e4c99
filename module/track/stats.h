/* SPDX-License-Identifier: GPL-2.0 */
/* Counters and gauges of the tracker, per CPU and namespace. */
#ifndef TCPLAB_TRACK_STATS_H
#define TCPLAB_TRACK_STATS_H

#include <linux/percpu.h>

#include "../core/state.h"

enum tl_counter {
	TL_COUNT_CREATED,		/* connections seen from their start */
	TL_COUNT_ADOPTED,		/* connections that were open before */
	TL_COUNT_REFUSED_FULL,	/* connections the full table had no row for */
	TL_COUNT_EVICTED,		/* rows given up for others */
	TL_COUNT_REFUSED_MEMORY,	/* what could not be remembered */
	TL_COUNT_EXAMINED,		/* segments that did not leave the hook at once */
	TL_COUNT_INVALID,		/* malformed or unacceptable segments */
	TL_COUNT_BAD_CHECKSUM,
	TL_COUNT_FRAGMENTS,
	TL_COUNT_SIMULTANEOUS_OPEN,
	TL_COUNT_SIMULTANEOUS_CLOSE,
	TL_COUNT_SYN_COOKIE,		/* SYN,ACKs that carried a cookie */
	TL_COUNT_FIN_WAIT_2_CUT,	/* ended by the timer, not by the peer's FIN */
	TL_COUNT_RETRIES2_CUT,	/* open ones that tcp_retries2 alone ended */
	TL_COUNT_SYN_FIRST,	/* connect() whose first SYN was answered */
	TL_COUNT_SYN_SECOND,	/* those whose second was */
	TL_COUNT_SNDBUF_HELD,	/* ended ones that tcp_wmem had held up */
	TL_COUNT_RCVBUF_HELD,	/* those whose peer tcp_rmem had held up */
	TL_COUNT_WINDOW_HELD,	/* those held up by a window that was not scaled */
	TL_COUNT_DISAGREE_STATE,	/* segments alone said another state */
	TL_COUNT_DISAGREE_GONE,	/* a socket ended unnoticed */
	TL_COUNT_DISAGREE_MISSED,	/* a socket changed its state unnoticed */
	TL_COUNT_DISAGREE_UNTRACKED,	/* a socket had no row */
	TL_COUNTERS
};

/**
 * struct tl_stats - what one CPU has counted
 * @counter: an &enum tl_counter each, monotonic
 * @state: change of the number of ends here in each state; only the sum over
 *	all CPUs has a meaning
 */
struct tl_stats {
	u64 counter[TL_COUNTERS];
	long state[TL_STATES];
};

#endif /* TCPLAB_TRACK_STATS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* What is counted in a namespace: since counting began, and in the last 60 s. */
#ifndef TCPLAB_ADVICE_COUNTS_H
#define TCPLAB_ADVICE_COUNTS_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct tl_net;

/* What counts as recent. */
#define TL_COUNTS_RECENT_MS	60000
/* Time between two snapshots, and how many are kept of a namespace. */
#define TL_COUNTS_EVERY_MS	10000
#define TL_COUNTS_SNAPSHOTS	7

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
	TL_TALLY_TIMEOUTS,		/* connections dropped after their last timeout */
	TL_TALLY_SYN_RETRANSMITS,	/* SYNs and SYN,ACKs sent again */
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
	TL_TALLY_SYN_ANSWERED,		/* connect() that was answered */
	TL_TALLY_SYN_REPEATED,		/* SYNs that these have sent again */
	TL_TALLY_SOFTNET_DROPS,		/* of the machine: in the first namespace alone */
	TL_TALLIES
};

#endif /* TCPLAB_ADVICE_COUNTS_H */

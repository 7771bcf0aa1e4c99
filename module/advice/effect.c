// SPDX-License-Identifier: GPL-2.0
/* The count that tells of a sysctl. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "../tuning/catalogue.h"
#include "counts.h"
#include "effect.h"

static const struct {
	const char *name;
	enum tl_tally tally;
	const char *what;
} effect_table[] = {
	{ "net.ipv4.tcp_max_tw_buckets", TL_TALLY_TIME_WAIT_OVERFLOWS,
	  "connections had no TIME_WAIT for want of a bucket" },
	{ "net.ipv4.tcp_tw_reuse", TL_TALLY_TIME_WAIT_REUSED,
	  "TIME_WAIT sockets were taken for new connections" },
	{ "net.core.somaxconn", TL_TALLY_LISTEN_OVERFLOWS,
	  "SYNs and last ACKs met a full accept queue" },
	{ "net.ipv4.tcp_abort_on_overflow", TL_TALLY_LISTEN_DROPS,
	  "SYNs and handshakes were dropped at a listener" },
	{ "net.ipv4.tcp_syncookies", TL_TALLY_COOKIES_SENT,
	  "SYN cookies were sent" },
	{ "net.ipv4.tcp_max_syn_backlog", TL_TALLY_QUEUE_DROPS,
	  "SYNs were dropped at a full SYN queue without cookies" },
	{ "net.ipv4.tcp_fin_timeout", TL_TALLY_FIN_WAIT_2_CUT,
	  "connections were ended in FIN_WAIT_2" },
	{ "net.ipv4.tcp_retries2", TL_TALLY_RETRIES2_CUT,
	  "open connections were given up after their last timeout" },
	{ "net.ipv4.tcp_syn_retries", TL_TALLY_SYN_SECOND,
	  "connect() were answered at the second SYN" },
	{ "net.ipv4.ip_local_port_range", TL_TALLY_PORT_FAILURES,
	  "connect() found no port" },
	{ "net.ipv4.tcp_mem", TL_TALLY_MEMORY_PRESSURES,
	  "times memory pressure began here" },
	{ "net.ipv4.tcp_wmem", TL_TALLY_SNDBUF_HELD,
	  "ended connections were held up by the bound on send buffers" },
	{ "net.ipv4.tcp_rmem", TL_TALLY_RCVBUF_HELD,
	  "ended connections were held up by the bound on receive buffers" },
	{ "net.ipv4.tcp_window_scaling", TL_TALLY_WINDOW_HELD,
	  "ended connections were held up by a window that was not scaled" },
	{ "net.ipv4.tcp_max_orphans", TL_TALLY_MEMORY_ABORTS,
	  "orphans were reset for want of memory or of room" },
	{ "net.core.netdev_max_backlog", TL_TALLY_SOFTNET_DROPS,
	  "packets were dropped at a CPU's full backlog" },
	{ "net.ipv4.conf.all.rp_filter", TL_TALLY_PATH_FILTERED,
	  "packets were dropped for their source" },
	{ "net.ipv4.tcp_keepalive_time", TL_TALLY_KEEPALIVES,
	  "keepalive probes were sent" },
	{ "net.ipv4.tcp_sack", TL_TALLY_SACK_RECOVERIES,
	  "recoveries were driven by SACK" },
};

/**
 * tl_effect_of() - ask the counter that tells of a sysctl
 * @ns: the namespace
 * @sysctl: the sysctl
 * @effect: filled with it
 *
 * Context: process.
 */
void tl_effect_of(struct tl_net *ns, const struct tl_sysctl *sysctl,
		  struct tl_effect *effect)
{
	unsigned int i;

	effect->count = 0;
	effect->what = NULL;
	for (i = 0; i < ARRAY_SIZE(effect_table); i++) {
		if (strcmp(effect_table[i].name, sysctl->name))
			continue;
		effect->what = effect_table[i].what;
		effect->count = tl_counts_total(ns, effect_table[i].tally);
	}
}

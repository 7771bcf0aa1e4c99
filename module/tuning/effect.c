// SPDX-License-Identifier: GPL-2.0
/* The kernel's counters that tell of a sysctl, for one namespace. */
#include <linux/build_bug.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/snmp.h>

#include "../tcplab.h"
#include "catalogue.h"
#include "effect.h"

static const struct {
	const char *name;
	unsigned int counter;
	const char *what;
} effects[] = {
	{ "net.ipv4.tcp_max_tw_buckets", LINUX_MIB_TCPTIMEWAITOVERFLOW,
	  "connections had no TIME_WAIT for want of a bucket" },
	{ "net.ipv4.tcp_tw_reuse", LINUX_MIB_TIMEWAITRECYCLED,
	  "TIME_WAIT sockets were taken for new connections" },
	{ "net.core.somaxconn", LINUX_MIB_LISTENOVERFLOWS,
	  "handshakes met a full accept queue" },
	{ "net.ipv4.tcp_abort_on_overflow", LINUX_MIB_LISTENDROPS,
	  "SYNs and handshakes were dropped at a listener" },
	{ "net.ipv4.tcp_syncookies", LINUX_MIB_SYNCOOKIESSENT,
	  "SYN cookies were sent" },
	{ "net.ipv4.tcp_max_syn_backlog", LINUX_MIB_TCPREQQFULLDROP,
	  "SYNs were dropped at a full SYN queue without cookies" },
	{ "net.ipv4.tcp_retries2", LINUX_MIB_TCPABORTONTIMEOUT,
	  "connections were dropped after their last timeout" },
	{ "net.ipv4.tcp_syn_retries", LINUX_MIB_TCPSYNRETRANS,
	  "SYNs and SYN,ACKs were sent again" },
	{ "net.ipv4.tcp_mem", LINUX_MIB_TCPMEMORYPRESSURES,
	  "times memory pressure began here" },
	{ "net.ipv4.tcp_max_orphans", LINUX_MIB_TCPABORTONMEMORY,
	  "orphans were reset for want of memory or of room" },
	{ "net.ipv4.conf.all.rp_filter", LINUX_MIB_IPRPFILTER,
	  "packets were dropped for their source" },
	{ "net.ipv4.tcp_keepalive_time", LINUX_MIB_TCPKEEPALIVE,
	  "keepalive probes were sent" },
	{ "net.ipv4.tcp_sack", LINUX_MIB_TCPSACKRECOVERY,
	  "recoveries were driven by SACK" },
};

static_assert(ARRAY_SIZE(effects) == TL_EFFECTS);

/* The kernel's own function for this is not everywhere. */
static unsigned long effect_sum(const struct net *net, unsigned int counter)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(net->mib.net_statistics,
					     cpu)->mibs[counter]);
	return sum;
}

/**
 * tl_effect_reset() - begin to count anew
 * @ns: the namespace
 */
void tl_effect_reset(struct tl_net *ns)
{
	unsigned int i;

	for (i = 0; i < TL_EFFECTS; i++)
		WRITE_ONCE(ns->tuning.base[i],
			   effect_sum(ns->net, effects[i].counter));
}

/**
 * tl_effect_of() - ask the counter that tells of a sysctl
 * @ns: the namespace
 * @sysctl: the sysctl
 * @effect: filled with it
 */
void tl_effect_of(const struct tl_net *ns, const struct tl_sysctl *sysctl,
		  struct tl_effect *effect)
{
	unsigned int i;

	effect->count = 0;
	effect->what = NULL;
	for (i = 0; i < TL_EFFECTS; i++) {
		if (strcmp(effects[i].name, sysctl->name))
			continue;
		effect->what = effects[i].what;
		effect->count = effect_sum(ns->net, effects[i].counter) -
				READ_ONCE(ns->tuning.base[i]);
	}
}

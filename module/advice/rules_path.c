// SPDX-License-Identifier: GPL-2.0
/* Rules about packets that are dropped before TCP sees them. */
#include <linux/inetdevice.h>
#include <linux/minmax.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>

#include "../tcplab.h"
#include "../tuning/mirror.h"
#include "rule.h"

/* Interfaces that are named, and that are looked at: any user may make many. */
#define PATH_NAMED	4
#define PATH_LOOKS	1024

/**
 * tl_rule_netdev_max_backlog() - the backlog of a CPU had no room
 * @facts: the facts
 * @advice: filled
 *
 * It is the machine's: the first namespace alone tells. Packets of drivers with NAPI
 * do not queue there; those of loopback, veth and steered ones (RPS) do.
 * Source: enqueue_to_backlog().
 */
bool tl_rule_netdev_max_backlog(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 drops = tl_facts_grown(facts, TL_TALLY_SOFTNET_DROPS);
	s64 backlog;

	if (!drops || !tl_advice_about(facts, advice, "net.core.netdev_max_backlog",
				       &backlog, 1))
		return false;
	tl_advice_suggest(advice, "%lld", min_t(s64, max(backlog, 1LL) * 2, INT_MAX));
	tl_advice_say(advice, "%llu packets were dropped at a CPU's full backlog", drops);
	tl_advice_say_when(facts, advice);
	return true;
}

/* Names the interfaces on which the check of RFC 3704 is strict. */
static unsigned int path_say_strict(struct net *net, struct tl_advice *advice)
{
	unsigned int named = 0, looks = 0;
	struct net_device *dev;

	rcu_read_lock();
	for_each_netdev_rcu(net, dev) {
		struct in_device *in_dev = __in_dev_get_rcu(dev);

		if (looks++ == PATH_LOOKS)
			break;
		if (!in_dev || IN_DEV_RPFILTER(in_dev) != 1)
			continue;
		if (named == PATH_NAMED) {
			tl_advice_say(advice, " and others");
			break;
		}
		tl_advice_say(advice, "%s%s", named ? ", " : "; strict is ",
			      dev->name);
		named++;
	}
	rcu_read_unlock();
	return named;
}

/**
 * tl_rule_rp_filter() - packets came from where their source is not routed to
 * @facts: the facts
 * @advice: filled
 *
 * Of conf.all and an interface's own value the greater counts: 2 for all makes each
 * loose. Forged sources are what the check is for.
 * Source: RFC 3704, IN_DEV_RPFILTER().
 */
bool tl_rule_rp_filter(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 filtered = tl_facts_grown(facts, TL_TALLY_PATH_FILTERED);
	s64 filter;

	if (!filtered || !tl_advice_about(facts, advice, "net.ipv4.conf.all.rp_filter",
					  &filter, 1))
		return false;
	tl_advice_suggest(advice, "2");
	tl_advice_say(advice, "%llu packets were dropped for their source", filtered);
	tl_advice_say_when(facts, advice);
	return path_say_strict(facts->ns->net, advice);
}

/**
 * tl_rule_conntrack_max() - nf_conntrack has little room left
 * @facts: the facts
 * @advice: filled
 *
 * It is so or not, whatever was counted.
 * Source: __nf_conntrack_alloc().
 */
bool tl_rule_conntrack_max(struct tl_facts *facts, struct tl_advice *advice)
{
	unsigned long count;
	s64 most;

	if (!tl_facts_are_now(facts) ||
	    !tl_advice_about(facts, advice, "net.netfilter.nf_conntrack_max", &most, 1))
		return false;
	count = tl_mirror_conntracks();
	if (!most || count * 10 <= most * 9)
		return false;
	tl_advice_suggest(advice, "%lld", min_t(s64, most * 2, INT_MAX));
	tl_advice_say(advice, "nf_conntrack follows %lu connections of %lld", count,
		      most);
	return true;
}

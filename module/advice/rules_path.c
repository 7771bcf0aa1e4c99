// SPDX-License-Identifier: GPL-2.0
/* Rules about packets that are dropped before TCP sees them. */
#include <linux/inetdevice.h>
#include <linux/minmax.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "../net.h"
#include "../tuning/mirror.h"
#include "../tuning/name.h"
#include "rule.h"

/* Interfaces that are named, and that are looked at: any user may make many. */
#define PATH_NAMED	4
#define PATH_LOOKS	1024
/* The leaf that each interface has. */
#define PATH_FILTER	"net.ipv4.conf.default.rp_filter"

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

/* Where it is strict by its own value, that has to be changed: it is named whole. */
static void rules_path_say_interface(struct tl_advice *advice, const char *device,
				     bool own)
{
	char text[TL_NAME_SIZE];
	struct tl_name name;

	if (!own || !tl_name_find(PATH_FILTER, sizeof(PATH_FILTER) - 1, &name)) {
		tl_advice_say(advice, "%s", device);
		return;
	}
	strscpy(name.device, device, sizeof(name.device));
	tl_name_text(&name, text);
	tl_advice_say(advice, "%s", text);
}

/* Names the interfaces on which the check of RFC 3704 is strict. */
static unsigned int rules_path_say_strict(struct net *net, struct tl_advice *advice,
					  bool own)
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
		tl_advice_say(advice, named ? ", " : "; strict is ");
		rules_path_say_interface(advice, dev->name, own);
		named++;
	}
	rcu_read_unlock();
	return named;
}

/**
 * tl_rule_rp_filter() - packets came from where their source is not routed to
 * @facts: the facts
 * @advice: filled; without a suggestion where interfaces are strict by their own values
 *
 * Of conf.all and an interface's own value the greater counts. Where conf.all is 1, a
 * 2 makes each loose. Where it is less, a 2 would begin to check the interfaces that
 * are not checked: each strict one has to be changed by itself. Forged sources are
 * what the check is for.
 * Source: RFC 3704, IN_DEV_RPFILTER().
 */
bool tl_rule_rp_filter(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 filtered = tl_facts_grown(facts, TL_TALLY_PATH_FILTERED);
	s64 filter;

	if (!filtered || !tl_advice_about(facts, advice, "net.ipv4.conf.all.rp_filter",
					  &filter, 1))
		return false;
	tl_advice_say(advice, "%llu packets were dropped for their source", filtered);
	tl_advice_say_when(facts, advice);
	if (!rules_path_say_strict(facts->ns->net, advice, filter != 1))
		return false;
	if (filter == 1)
		tl_advice_suggest(advice, "2");
	else
		tl_advice_say(advice, ": 2 there is loose");
	return true;
}

/**
 * tl_rule_conntrack_max() - nf_conntrack has little room left
 * @facts: the facts
 * @advice: filled; without a suggestion where the reader's namespace cannot set it
 *
 * It is so or not, whatever was counted. Each namespace has connections of its own,
 * and all of them have one bound, which the first sets.
 * Source: __nf_conntrack_alloc(), nf_conntrack_standalone_init_sysctl().
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
	tl_advice_say(advice, "nf_conntrack follows %lu connections of %lld", count,
		      most);
	if (net_eq(facts->ns->net, &init_net))
		tl_advice_suggest(advice, "%lld", min_t(s64, most * 2, INT_MAX));
	else
		tl_advice_say(advice, " here; the first namespace alone can set it");
	return true;
}

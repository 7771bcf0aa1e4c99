// SPDX-License-Identifier: GPL-2.0
/* Rules about the memory of all TCP sockets. */
#include <linux/mm.h>
#include <linux/minmax.h>
#include <net/tcp.h>

#include "../net.h"
#include "rule.h"

#define MEMORY_NAME	"net.ipv4.tcp_mem"

/* Pages that TCP may have at most. */
static s64 rules_memory_quarter(void)
{
	return totalram_pages() / 4;
}

/* In the proportions that the kernel has by default. */
static void rules_memory_suggest(struct tl_advice *advice, s64 greatest)
{
	tl_advice_suggest(advice, "%lld %lld %lld", greatest / 2,
			  greatest / 3 * 2, greatest);
}

/* Likewise, but pressure must not begin sooner than it does. */
static void rules_memory_suggest_more(struct tl_advice *advice, const s64 *mem,
				      s64 greatest)
{
	tl_advice_suggest(advice, "%lld %lld %lld", max(mem[0], greatest / 2),
			  max(mem[1], greatest / 3 * 2), greatest);
}

static unsigned long rules_memory_mib(s64 pages)
{
	return pages >> (20 - PAGE_SHIFT);
}

/**
 * tl_rule_tcp_mem() - TCP was under memory pressure
 * @facts: the facts
 * @advice: filled; without a suggestion where TCP may have a quarter of memory already
 *
 * Unread data may be the cause: a greater bound gives it more memory to take.
 * Source: tcp_enter_memory_pressure().
 */
bool tl_rule_tcp_mem(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 pressures = tl_facts_grown(facts, TL_TALLY_MEMORY_PRESSURES);
	long used = max(atomic_long_read(tcp_prot.memory_allocated), 0L);
	s64 mem[3];

	if (!pressures || !tl_advice_about(facts, advice, MEMORY_NAME, mem, 3) ||
	    mem[2] > totalram_pages())
		return false;
	tl_advice_say(advice, "memory pressure began %llu times", pressures);
	tl_advice_say_when(facts, advice);
	tl_advice_say(advice, "; TCP has %ld of %lld pages now", used, mem[2]);
	if (mem[2] >= rules_memory_quarter())
		tl_advice_say(advice, ", a quarter of memory: look for unread data");
	else
		rules_memory_suggest_more(advice, mem,
					  min(mem[2] / 2 * 3, rules_memory_quarter()));
	return true;
}

/**
 * tl_rule_tcp_mem_unit() - TCP may have more pages than there are
 * @facts: the facts
 * @advice: filled
 *
 * It is so or not, whatever was counted; the first namespace alone tells.
 * Source: ip-sysctl.rst: the unit is pages.
 */
bool tl_rule_tcp_mem_unit(struct tl_facts *facts, struct tl_advice *advice)
{
	s64 pages = totalram_pages(), mem[3];

	if (!tl_facts_are_now(facts) || !net_eq(facts->ns->net, &init_net) ||
	    READ_ONCE(tcp_prot.sysctl_mem[2]) <= pages ||
	    !tl_advice_about(facts, advice, MEMORY_NAME, mem, 3))
		return false;
	rules_memory_suggest(advice, rules_memory_quarter());
	tl_advice_say(advice, "TCP may have %lu MiB of %lu MiB: the unit is pages, not bytes",
		      rules_memory_mib(mem[2]), rules_memory_mib(pages));
	return true;
}

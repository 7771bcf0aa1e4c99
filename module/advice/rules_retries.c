// SPDX-License-Identifier: GPL-2.0
/* Rules about what is sent again, and how often. */
#include <linux/bits.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "../compat.h"
#include "../core/retries.h"
#include "../net.h"
#include "rule.h"

/* How long data is to be sent again at least (RFC 1122, section 4.2.3.5: R2). */
#define RETRIES_R2_MS		100000
/* Of so many connect() one may fail for lost SYNs. */
#define RETRIES_FAILURES	10000
/* With more of them connect() takes longer to fail than six minutes. */
#define RETRIES_SYN_MOST	8
/* Fewer losses tell nothing of a share. */
#define RETRIES_LEAST		10
/* One, in the shares below. */
#define RETRIES_ONE		BIT_ULL(31)

/* The least number of timeouts that take as long: 8, unless they are kept short. */
static u32 rules_retries_r2(const struct tl_facts *facts)
{
	u32 most_ms = tl_compat_rto_max_ms(facts->ns->net), retries = 0;

	while (tl_retries_ms(retries, TL_RETRIES_DATA_MS, most_ms) < RETRIES_R2_MS)
		retries++;
	return retries;
}

/**
 * tl_rule_retries2() - open connections were given up sooner than RFC 1122 allows
 * @facts: the facts
 * @advice: filled
 *
 * A failover that wants to be told sooner has TCP_USER_TIMEOUT; sockets with that
 * are not counted, nor are orphans.
 * Source: RFC 1122 section 4.2.3.5, retransmits_timed_out().
 */
bool tl_rule_retries2(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 cut = tl_facts_grown(facts, TL_TALLY_RETRIES2_CUT);
	s64 retries;
	u32 wanted;

	if (!cut || !tl_advice_about(facts, advice, "net.ipv4.tcp_retries2",
				     &retries, 1))
		return false;
	wanted = rules_retries_r2(facts);
	if (retries >= wanted)
		return false;
	tl_advice_suggest(advice, "%u", wanted);
	tl_advice_say(advice, "%llu open connections were given up after %lld timeouts,",
		      cut, retries);
	tl_advice_say_when(facts, advice);
	tl_advice_say(advice, "; RFC 1122 asks for 100 s");
	return true;
}

/* The share of connect() of which all SYNs are lost, if each is with @lost. */
static u64 rules_retries_all_lost(u64 lost, u32 syns)
{
	u64 share = RETRIES_ONE;

	while (syns-- && share)
		share = (share * lost) / RETRIES_ONE;
	return share;
}

static u32 rules_retries_syns(const struct tl_facts *facts, u32 retries)
{
	const struct net *net = facts->ns->net;

	return tl_retries_syns(retries, tl_compat_syn_linear_timeouts(net),
			       tl_compat_rto_max_ms(net));
}

/* Whether too many connect() fail. */
static bool rules_retries_are_few(u64 lost, u32 syns)
{
	return rules_retries_all_lost(lost, syns) > RETRIES_ONE / RETRIES_FAILURES;
}

/* The least number of repetitions that will do, or RETRIES_SYN_MOST + 1. */
static u32 rules_retries_wanted(const struct tl_facts *facts, u64 lost, u32 retries)
{
	u32 wanted = retries + 1;

	while (wanted <= RETRIES_SYN_MOST &&
	       rules_retries_are_few(lost, rules_retries_syns(facts, wanted)))
		wanted++;
	return wanted;
}

/**
 * tl_rule_syn_retries() - connect() gives up where one more SYN would do
 * @facts: the facts
 * @advice: filled; without a suggestion where more SYNs would take too long
 *
 * The share of SYNs that are lost is that of the second ones that were answered among
 * the first ones that were: hosts that never answer are left out. An answer that
 * takes more than a second looks like a loss. Wanted is the least number of
 * repetitions with which not more than one connect() in 10,000 fails. Newer kernels
 * send more SYNs than that number says.
 * Source: RFC 6298, tcp_write_timeout().
 */
bool tl_rule_syn_retries(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 second = tl_facts_grown(facts, TL_TALLY_SYN_SECOND);
	u64 first = tl_facts_grown(facts, TL_TALLY_SYN_FIRST);
	u32 syns, wanted;
	s64 retries;
	u64 lost;

	if (second < RETRIES_LEAST || second >= first ||
	    !tl_advice_about(facts, advice, "net.ipv4.tcp_syn_retries", &retries, 1))
		return false;
	lost = div64_u64(min_t(u64, second, U32_MAX) * RETRIES_ONE, first);
	syns = rules_retries_syns(facts, retries);
	if (!rules_retries_are_few(lost, syns))
		return false;
	wanted = rules_retries_wanted(facts, lost, retries);
	tl_advice_say(advice, "%llu connect() were answered at the second SYN, %llu at the first,",
		      second, first);
	tl_advice_say_when(facts, advice);
	tl_advice_say(advice, "; so with %u SYNs one in %llu fails", syns,
		      div64_u64(RETRIES_ONE, max(rules_retries_all_lost(lost, syns), 1ULL)));
	if (wanted <= RETRIES_SYN_MOST)
		tl_advice_suggest(advice, "%u", wanted);
	else
		tl_advice_say(advice, "; more SYNs would take minutes: look for the loss");
	return true;
}

// SPDX-License-Identifier: GPL-2.0
/* Rules about bounds on buffers and windows, which hold up connections. */
#include <linux/limits.h>

#include "../net.h"
#include "rule.h"

/* As long as the bound is reached, twice of it. */
static bool rules_buffers_double(struct tl_facts *facts, struct tl_advice *advice,
				 const char *name, s64 *triple)
{
	if (!tl_advice_about(facts, advice, name, triple, 3) ||
	    triple[2] > S32_MAX / 2)
		return false;
	tl_advice_suggest(advice, "%lld %lld %lld", triple[0], triple[1],
			  2 * triple[2]);
	return true;
}

/**
 * tl_rule_tcp_wmem() - send buffers hold less than what could be on the way
 * @facts: the facts
 * @advice: filled
 *
 * Source: tcp_sndbuf_expand().
 */
bool tl_rule_tcp_wmem(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 held = tl_facts_grown(facts, TL_TALLY_SNDBUF_HELD);
	s64 wmem[3];

	if (!held || !rules_buffers_double(facts, advice, "net.ipv4.tcp_wmem", wmem))
		return false;
	tl_advice_say(advice, "%llu connections filled a send buffer of %lld bytes",
		      held, wmem[2]);
	tl_advice_say_when(facts, advice);
	tl_advice_say(advice, ", and no window held them up");
	return true;
}

/**
 * tl_rule_tcp_rmem() - receive buffers hold less than what could be on the way
 * @facts: the facts
 * @advice: filled
 *
 * Source: tcp_rcv_space_adjust().
 */
bool tl_rule_tcp_rmem(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 held = tl_facts_grown(facts, TL_TALLY_RCVBUF_HELD);
	s64 rmem[3];

	if (!held || !rules_buffers_double(facts, advice, "net.ipv4.tcp_rmem", rmem))
		return false;
	tl_advice_say(advice,
		      "%llu connections were read as fast as a buffer of %lld bytes let the peer send",
		      held, rmem[2]);
	tl_advice_say_when(facts, advice);
	return true;
}

/**
 * tl_rule_window_scaling() - windows of 65,535 bytes are too small
 * @facts: the facts
 * @advice: filled
 *
 * Source: RFC 7323 section 2.
 */
bool tl_rule_window_scaling(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 held = tl_facts_grown(facts, TL_TALLY_WINDOW_HELD);
	s64 scaling;

	if (!held || !tl_advice_about(facts, advice, "net.ipv4.tcp_window_scaling",
				      &scaling, 1) || scaling)
		return false;
	tl_advice_suggest(advice, "1");
	tl_advice_say(advice,
		      "%llu connections waited for a window of 65535 bytes more than 10 %% of the time,",
		      held);
	tl_advice_say_when(facts, advice);
	tl_advice_say(advice, "; the peer has to scale windows, too");
	return true;
}

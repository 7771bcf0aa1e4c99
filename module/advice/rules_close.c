// SPDX-License-Identifier: GPL-2.0
/* Rules about the end of connections: TIME_WAIT, FIN_WAIT_2 and orphans. */
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "../compat.h"
#include "../net.h"
#include "../track/socket.h"
#include "../wait/time_wait/time_wait.h"
#include "rule.h"

/* Seconds in FIN_WAIT_2 that peers may count on (RFC 1122, section 4.2.2.13). */
#define CLOSE_FIN_TIMEOUT	60

/* A burst in less time tells no rate. */
#define CLOSE_LEAST_MS		1000ULL

/* One and a half times the sockets that come to TIME_WAIT in its 60 s, and more than now. */
static u64 rules_close_buckets_wanted(const struct tl_facts *facts, u64 overflows,
				      u64 buckets)
{
	u64 span_ms = facts->grown[facts->severity].span_ms;
	u64 came = tl_facts_grown(facts, TL_TALLY_TIME_WAITS) + overflows;
	u64 in_60s = div64_u64(came * TL_TIME_WAIT_MS, max(span_ms, CLOSE_LEAST_MS));
	u64 wanted = min_t(u64, max(in_60s * 3 / 2, buckets) + 1, INT_MAX);

	return min_t(u64, roundup_pow_of_two(wanted), INT_MAX);
}

static u64 rules_close_minis(const struct tl_facts *facts)
{
	return tl_facts_are_now(facts) ? tl_compat_tw_count(facts->ns->net) :
					 tl_counts_time_wait_peak(facts->ns);
}

/**
 * tl_rule_max_tw_buckets() - connections had no TIME_WAIT for want of a bucket
 * @facts: the facts
 * @advice: filled
 *
 * With less than nine tenths of the buckets in use memory was short, not these, unless
 * there are none.
 * Source: ip-sysctl.rst ("must not lower"), tcp_time_wait().
 */
bool tl_rule_max_tw_buckets(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 overflows = tl_facts_grown(facts, TL_TALLY_TIME_WAIT_OVERFLOWS);
	u64 minis = rules_close_minis(facts);
	s64 buckets;

	if (!overflows || !tl_advice_about(facts, advice, "net.ipv4.tcp_max_tw_buckets",
					   &buckets, 1) ||
	    (buckets && minis * 10 <= buckets * 9))
		return false;
	tl_advice_suggest(advice, "%llu",
			  rules_close_buckets_wanted(facts, overflows, buckets));
	tl_advice_say(advice, "%llu connections had no TIME_WAIT, and %llu had one,",
		      overflows, tl_facts_grown(facts, TL_TALLY_TIME_WAITS));
	tl_advice_say_when(facts, advice);
	tl_advice_say(advice, tl_facts_are_now(facts) ?
			      "; %llu of %lld buckets are in use" :
			      "; %llu of %lld buckets were in use", minis, buckets);
	return true;
}

/**
 * tl_rule_fin_timeout() - peers had no time to close
 * @facts: the facts
 * @advice: filled
 *
 * Peers that vanish without a FIN look the same.
 * Source: RFC 1122 section 4.2.2.13.
 */
bool tl_rule_fin_timeout(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 cut = tl_facts_grown(facts, TL_TALLY_FIN_WAIT_2_CUT);
	u64 closes = cut + tl_facts_grown(facts, TL_TALLY_TIME_WAITS);
	s64 timeout;

	if (cut <= 10 || cut * 100 <= closes ||
	    !tl_advice_about(facts, advice, "net.ipv4.tcp_fin_timeout", &timeout, 1) ||
	    timeout >= CLOSE_FIN_TIMEOUT)
		return false;
	tl_advice_suggest(advice, "%d", CLOSE_FIN_TIMEOUT);
	tl_advice_say(advice, "%llu of %llu connections closed here first ended in FIN_WAIT_2,",
		      cut, closes);
	tl_advice_say_when(facts, advice);
	return true;
}

/**
 * tl_rule_max_orphans() - sockets without a program were reset for want of room
 * @facts: the facts
 * @advice: filled
 *
 * With few orphans it was memory that was short: tcp_mem. Where there may be none, each
 * was too many. Newer kernels tell nobody how many there are.
 * Source: tcp_out_of_resources(), ip-sysctl.rst ("must not lower").
 */
bool tl_rule_max_orphans(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 aborts = tl_facts_grown(facts, TL_TALLY_MEMORY_ABORTS);
	long orphans;
	s64 most;

	if (!aborts)
		return false;
	orphans = tl_compat_orphans();
	if (orphans < 0 ||
	    !tl_advice_about(facts, advice, "net.ipv4.tcp_max_orphans", &most, 1) ||
	    (most && orphans * 2LL <= most))
		return false;
	tl_advice_suggest(advice, "%lld", min_t(s64, max(most, 1LL) * 2, INT_MAX));
	tl_advice_say(advice, "%llu sockets without a program were reset", aborts);
	tl_advice_say_when(facts, advice);
	tl_advice_say(advice, "; the machine has %ld such sockets now", orphans);
	return true;
}

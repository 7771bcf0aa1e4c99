// SPDX-License-Identifier: GPL-2.0
/* Rules about the queues of listening sockets. */
#include <linux/limits.h>
#include <linux/minmax.h>

#include "../net.h"
#include "rule.h"

/* Seconds of a minute in which a queue that is always full is met full. */
#define LISTEN_ALWAYS_FULL	54

static void rules_listen_suggest_twice(struct tl_advice *advice, u32 backlog)
{
	tl_advice_suggest(advice, "%u", min_t(u32, backlog * 2ULL, INT_MAX));
	tl_advice_say(advice, "; listen() has to be called again then");
}

/* Either somaxconn has cut the backlog, or the program wants no more. */
static void rules_listen_say_bound(struct tl_advice *advice, s64 somaxconn,
				   const struct tl_listener_facts *listener)
{
	if (listener->backlog >= somaxconn)
		rules_listen_suggest_twice(advice, listener->backlog);
	else
		tl_advice_say(advice, "; its program asks listen() for no more");
}

/**
 * tl_rule_accept_queue() - SYNs and last ACKs met a full accept queue
 * @facts: the facts
 * @advice: filled; without a suggestion where no sysctl is the bound
 *
 * A queue that is always full is no burst: no room helps it. The program that has
 * called listen() for more since then has done what there was to do.
 * Source: tcp_conn_request(), sk_acceptq_is_full().
 */
bool tl_rule_accept_queue(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 overflows = tl_facts_grown(facts, TL_TALLY_LISTEN_OVERFLOWS);
	const struct tl_listener_facts *listener;
	s64 somaxconn;

	if (!overflows || !tl_advice_about(facts, advice, "net.core.somaxconn",
					   &somaxconn, 1))
		return false;
	listener = tl_facts_accept_queue(facts);
	if (!listener && facts->relistened[facts->severity])
		return false;
	tl_advice_say(advice, "%llu SYNs and last ACKs met a full accept queue", overflows);
	if (listener)
		tl_advice_say(advice, " of %u, that of :%u,",
			      listener->full_backlog, listener->port);
	tl_advice_say_when(facts, advice);
	if (!listener)
		tl_advice_say(advice, "; its listener is gone, or was not counted");
	else if (tl_facts_are_now(facts) &&
		 listener->full_seconds > LISTEN_ALWAYS_FULL)
		tl_advice_say(advice, "; it was full in %u of 60 s: its program accepts too slowly",
			      listener->full_seconds);
	else
		rules_listen_say_bound(advice, somaxconn, listener);
	return true;
}

/**
 * tl_rule_syn_queue() - cookies had to stand in for a full SYN queue, and came back
 * @facts: the facts
 * @advice: filled; without a suggestion where no sysctl is the bound
 *
 * Where few cookies come back there was a flood, which the cookies are for. With
 * tcp_syncookies = 2 they are sent whether a queue is full or not.
 * Source: inet_csk_reqsk_queue_is_full(), tcp_syn_flood_action().
 */
bool tl_rule_syn_queue(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 cookies = tl_facts_grown(facts, TL_TALLY_QUEUE_COOKIES);
	u64 sent = tl_facts_grown(facts, TL_TALLY_COOKIES_SENT);
	u64 received = tl_facts_grown(facts, TL_TALLY_COOKIES_RECEIVED);
	const struct tl_listener_facts *listener;
	s64 syncookies, somaxconn;

	if (!cookies || received * 2 <= sent ||
	    !tl_facts_sysctl(facts, "net.ipv4.tcp_syncookies", &syncookies, 1) ||
	    syncookies == 2 ||
	    !tl_advice_about(facts, advice, "net.core.somaxconn", &somaxconn, 1))
		return false;
	tl_advice_say(advice, "%llu SYNs met a full SYN queue, and %llu of %llu cookies came back,",
		      cookies, received, sent);
	tl_advice_say_when(facts, advice);
	tl_advice_say(advice, "; its bound is the backlog of listen(), not tcp_max_syn_backlog");
	listener = tl_facts_syn_queue(facts);
	if (!listener)
		return true;
	tl_advice_say(advice, "; that of :%u is %u", listener->port,
		      listener->backlog);
	rules_listen_say_bound(advice, somaxconn, listener);
	return true;
}

/**
 * tl_rule_syncookies() - SYNs were dropped at a full SYN queue
 * @facts: the facts
 * @advice: filled
 *
 * Source: tcp_syn_flood_action().
 */
bool tl_rule_syncookies(struct tl_facts *facts, struct tl_advice *advice)
{
	u64 drops = tl_facts_grown(facts, TL_TALLY_QUEUE_DROPS);
	s64 syncookies;

	if (!drops || !tl_advice_about(facts, advice, "net.ipv4.tcp_syncookies",
				       &syncookies, 1) || syncookies)
		return false;
	tl_advice_suggest(advice, "1");
	tl_advice_say(advice, "%llu SYNs were dropped at a full SYN queue", drops);
	tl_advice_say_when(facts, advice);
	return true;
}

// SPDX-License-Identifier: GPL-2.0
/* Facts that take a search: which listener has no room, and where ports run out. */
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "../compat.h"
#include "../net.h"
#include "../track/socket.h"
#include "../wait/listeners.h"
#include "rule.h"

/**
 * struct facts_search - a search among the listeners
 * @facts: what is found
 * @full: of those whose accept queues were full, by span: seconds of the last 60, then
 *	how often
 * @waiting: permille of its backlog that the fullest SYN queue has
 */
struct facts_search {
	struct tl_facts *facts;
	u64 full[TL_SEVERITIES];
	u64 waiting;
};

/* Lower bits are how often. */
#define FACTS_SECONDS_SHIFT	48

static void facts_count(struct sock *sk, struct tl_listener_counts *counts)
{
	if (tl_listeners_counts(sk, counts))
		return;
	/* Nobody counts: what is full now has turned some away. */
	counts->full_backlog = READ_ONCE(sk->sk_max_ack_backlog);
	counts->overflows = READ_ONCE(sk->sk_ack_backlog) > counts->full_backlog;
}

/* Its seconds are whole ones: what is told to be one ago may be less than two. */
static bool facts_was_full(const struct tl_facts *facts,
			   enum tl_severity severity,
			   const struct tl_listener_counts *counts)
{
	return counts->overflows && (u64)counts->full_ago * MSEC_PER_SEC <
				    facts->grown[severity].span_ms + MSEC_PER_SEC;
}

static void facts_note_accept(struct facts_search *search, struct sock *sk,
			      enum tl_severity severity,
			      const struct tl_listener_counts *counts)
{
	struct tl_listener_facts *found = &search->facts->accept[severity];
	u32 backlog = READ_ONCE(sk->sk_max_ack_backlog);
	u64 full = ((u64)counts->full_seconds << FACTS_SECONDS_SHIFT) +
		   counts->overflows;

	if (!facts_was_full(search->facts, severity, counts))
		return;
	if (backlog > counts->full_backlog) {
		search->facts->relistened[severity] = true;
		return;
	}
	if (full <= search->full[severity])
		return;
	search->full[severity] = full;
	found->found = true;
	found->port = inet_sk(sk)->inet_num;
	found->backlog = backlog;
	found->full_backlog = counts->full_backlog;
	found->full_seconds = counts->full_seconds;
}

static void facts_note_syn(struct facts_search *search, struct sock *sk)
{
	struct tl_listener_facts *found = &search->facts->syn;
	u32 backlog = READ_ONCE(sk->sk_max_ack_backlog);
	u64 waiting = (u64)reqsk_queue_len(&inet_csk(sk)->icsk_accept_queue) *
		      1000 / max(backlog, 1U);

	if (waiting < 1000 || waiting <= search->waiting)
		return;
	search->waiting = waiting;
	found->found = true;
	found->port = inet_sk(sk)->inet_num;
	found->backlog = backlog;
}

static void facts_look_at_listener(struct sock *sk, void *data)
{
	struct tl_listener_counts counts = {};
	enum tl_severity severity;

	facts_count(sk, &counts);
	for (severity = 0; severity < TL_SEVERITIES; severity++)
		facts_note_accept(data, sk, severity, &counts);
	facts_note_syn(data, sk);
}

static void facts_search_listeners(struct tl_facts *facts)
{
	struct facts_search search = { .facts = facts };

	if (facts->listeners_sought)
		return;
	facts->listeners_sought = true;
	tl_socket_walk_listeners(facts->ns->net, facts_look_at_listener, &search);
}

/**
 * tl_facts_accept_queue() - find the listener whose accept queue had no room
 * @facts: the facts
 *
 * Context: process; sleeps.
 * Return: of those that had none in the span the one that had none most of the last
 * 60 s, or else most often; NULL: none is known that has not got more since.
 */
const struct tl_listener_facts *tl_facts_accept_queue(struct tl_facts *facts)
{
	const struct tl_listener_facts *found = &facts->accept[facts->severity];

	facts_search_listeners(facts);
	return found->found ? found : NULL;
}

/**
 * tl_facts_syn_queue() - find the listener whose SYN queue is full
 * @facts: the facts
 *
 * Context: process; sleeps.
 * Return: the one that exceeds its bound most; NULL: none is full now.
 */
const struct tl_listener_facts *tl_facts_syn_queue(struct tl_facts *facts)
{
	facts_search_listeners(facts);
	return facts->syn.found ? &facts->syn : NULL;
}

/**
 * struct facts_ports - a search among destinations
 * @ns: the namespace
 * @failed: the one where connect() failed last
 * @short_of: the one that seems to have none left first
 * @left_ms: when, if its connections were opened as fast and none ended
 * @room: where that is found out in earnest
 */
struct facts_ports {
	struct tl_net *ns;
	struct tl_port_use failed;
	struct tl_port_use short_of;
	u64 left_ms;
	struct tl_ports_room room;
};

static u64 facts_left_ms(struct tl_net *ns, struct tl_port_use *use)
{
	u32 range = tl_port_range_now(ns, use), rate = tl_ports_rate(use);

	if (!rate)
		return U64_MAX;
	return range > use->in_use ?
	       div_u64((u64)(range - use->in_use) * MSEC_PER_SEC, rate) : 0;
}

static void facts_look_at_ports(struct tl_port_use *use, void *data)
{
	struct facts_ports *search = data;
	u64 left_ms = facts_left_ms(search->ns, use);

	if (use->failures && use->failed_ms > search->failed.failed_ms)
		search->failed = *use;
	if (left_ms < search->left_ms) {
		search->short_of = *use;
		search->left_ms = left_ms;
	}
}

static void facts_copy_port(struct tl_net *ns, struct facts_ports *search,
			    struct tl_port_use *use, struct tl_port_facts *port)
{
	port->to = use->to;
	port->stamped = use->stamped;
	port->in_use = use->in_use;
	port->waiting = use->load.waiting;
	port->range = tl_port_range_of(ns, use);
	port->rate = tl_ports_rate(use);
	port->young = tl_ports_young(use, tl_compat_tw_reuse_delay(ns->net));
	port->exhausted_in_ms = tl_ports_exhausted_in_ms(ns, port->range, use,
							 &search->room);
	port->failed_ago_ms = tl_ports_failed_ago_ms(use);
	port->found = true;
}

static void facts_search_ports(struct tl_facts *facts)
{
	struct tl_net *ns = facts->ns;
	struct facts_ports *search;

	search = kvzalloc(sizeof(*search), GFP_KERNEL_ACCOUNT);
	if (!search) {
		facts->err = -ENOMEM;
		return;
	}
	search->ns = ns;
	search->left_ms = U64_MAX;
	tl_port_range_count(ns);
	tl_ports_walk(ns->ports, facts_look_at_ports, search);
	if (search->failed.failures) {
		facts_copy_port(ns, search, &search->failed, &facts->failed);
		facts->failed.in_use = search->failed.failed_in_use;
		facts->failed.waiting = search->failed.failed_waiting;
	}
	if (search->left_ms < TL_PORTS_SOON_MS)
		facts_copy_port(ns, search, &search->short_of, &facts->short_of);
	kvfree(search);
}

/* What failed later may have been forgotten. */
static bool facts_has_failed(const struct tl_facts *facts)
{
	return facts->failed.found &&
	       tl_facts_grown(facts, TL_TALLY_PORT_FAILURES) &&
	       facts->failed.failed_ago_ms <= facts->grown[facts->severity].span_ms;
}

/**
 * tl_facts_port() - find the destination that is short of ports
 * @facts: the facts
 *
 * Context: process; sleeps.
 * Return: the one where connect() failed last in the span, with its ports as they
 * were then, or of now the one that runs out soon; NULL: there is none.
 */
const struct tl_port_facts *tl_facts_port(struct tl_facts *facts)
{
	if (!facts->ports_sought) {
		facts->ports_sought = true;
		if (tl_ports_has_table(facts->ns->ports))
			facts_search_ports(facts);
	}
	if (facts_has_failed(facts))
		return &facts->failed;
	if (tl_facts_are_now(facts) && facts->short_of.found &&
	    facts->short_of.exhausted_in_ms < TL_PORTS_SOON_MS)
		return &facts->short_of;
	return NULL;
}

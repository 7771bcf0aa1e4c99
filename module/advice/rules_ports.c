// SPDX-License-Identifier: GPL-2.0
/* Rules about ephemeral ports, of which connect() finds none, or soon will. */
#include <linux/minmax.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "../net.h"
#include "../track/socket.h"
#include "rule.h"

/* The range that there can be; lower ones belong to servers. */
#define PORTS_LOW	1024
#define PORTS_HIGH	65535
/* Listeners in it that are named. */
#define PORTS_NAMED	3

static void rules_ports_say_cause(struct tl_facts *facts, struct tl_advice *advice,
				  const struct tl_port_facts *port)
{
	if (port == &facts->failed)
		tl_advice_say(advice, "%llu connect() found no port",
			      tl_facts_grown(facts, TL_TALLY_PORT_FAILURES));
	else
		tl_advice_say(advice, "ports run out in %u s at %u connections/s",
			      port->exhausted_in_ms / 1000, port->rate);
	if (port == &facts->failed)
		tl_advice_say_when(facts, advice);
	if (ipv6_addr_v4mapped(&port->to.remote))
		tl_advice_say(advice, ", to %pI4:%u", &port->to.remote.s6_addr32[3],
			      port->to.port);
	else
		tl_advice_say(advice, ", to [%pI6c]:%u", &port->to.remote,
			      port->to.port);
	tl_advice_say(advice, port == &facts->failed ?
			      " with %u of %u ports in use, %u of them in TIME_WAIT" :
			      " with %u of %u ports in use now, %u of them in TIME_WAIT",
		      port->in_use, port->range, port->waiting);
}

/* connect() takes over a TIME_WAIT only where both ends use timestamps (RFC 6191). */
static bool rules_ports_could_be_reused(struct tl_facts *facts,
					const struct tl_port_facts *port)
{
	s64 timestamps;

	return port->stamped && port->waiting * 2 >= port->in_use &&
	       tl_facts_sysctl(facts, "net.ipv4.tcp_timestamps", &timestamps, 1) &&
	       timestamps;
}

static bool rules_ports_on_loopback(const struct tl_port_facts *port)
{
	const struct in6_addr *remote = &port->to.remote;

	return ipv6_addr_loopback(remote) ||
	       (ipv6_addr_v4mapped(remote) &&
		ipv4_is_loopback(remote->s6_addr32[3]));
}

/* Whether tcp_tw_reuse lets these ports be taken already. */
static bool rules_ports_are_reused(s64 reuse, const struct tl_port_facts *port)
{
	return reuse == 2 ? rules_ports_on_loopback(port) : reuse;
}

static const struct tl_port_facts *rules_ports_short_of(struct tl_facts *facts)
{
	/* Nothing has failed, and what failed since counting began is past. */
	if (!tl_facts_are_now(facts) &&
	    !tl_facts_grown(facts, TL_TALLY_PORT_FAILURES))
		return NULL;
	return tl_facts_port(facts);
}

/**
 * tl_rule_tw_reuse() - ports run out, and half of them are in TIME_WAIT
 * @facts: the facts
 * @advice: filled
 *
 * Source: ip-sysctl.rst, RFC 6191.
 */
bool tl_rule_tw_reuse(struct tl_facts *facts, struct tl_advice *advice)
{
	const struct tl_port_facts *port = rules_ports_short_of(facts);
	s64 reuse;

	if (!port || !rules_ports_could_be_reused(facts, port) ||
	    !tl_advice_about(facts, advice, "net.ipv4.tcp_tw_reuse", &reuse, 1) ||
	    rules_ports_are_reused(reuse, port))
		return false;
	tl_advice_suggest(advice, "1");
	rules_ports_say_cause(facts, advice, port);
	return true;
}

/*
 * Where tcp_tw_reuse would help it comes first. Where it does, a TIME_WAIT holds its
 * port for a second or as set, and no wider range is needed unless others hold the
 * rest.
 */
static bool rules_ports_want_range(struct tl_facts *facts,
				   const struct tl_port_facts *port)
{
	s64 reuse;

	if (!rules_ports_could_be_reused(facts, port))
		return true;
	return tl_facts_sysctl(facts, "net.ipv4.tcp_tw_reuse", &reuse, 1) &&
	       rules_ports_are_reused(reuse, port) && tl_facts_are_now(facts) &&
	       port->in_use + min(port->young, port->waiting) >= port->range + port->waiting;
}

/**
 * struct rules_ports_widening - a range that becomes wider
 * @net: the namespace
 * @from: its old ports
 * @to: its new ones
 * @named: listeners at ports that are new in it
 * @port: those ports
 * @others: there are more
 */
struct rules_ports_widening {
	struct net *net;
	s64 from[2];
	s64 to[2];
	unsigned int named;
	u16 port[PORTS_NAMED];
	bool others;
};

static bool rules_ports_are_named(const struct rules_ports_widening *widening, u16 port)
{
	unsigned int i;

	for (i = 0; i < widening->named; i++)
		if (widening->port[i] == port)
			return true;
	return false;
}

static void rules_ports_name_listener(struct sock *sk, void *data)
{
	struct rules_ports_widening *widening = data;
	u16 port = inet_sk(sk)->inet_num;

	if (port < widening->to[0] || port > widening->to[1] ||
	    (port >= widening->from[0] && port <= widening->from[1]) ||
	    inet_is_local_reserved_port(widening->net, port) ||
	    rules_ports_are_named(widening, port))
		return;
	if (widening->named == PORTS_NAMED)
		widening->others = true;
	else
		widening->port[widening->named++] = port;
}

static void rules_ports_say_listeners(struct tl_advice *advice,
				      const struct rules_ports_widening *widening)
{
	unsigned int i;

	for (i = 0; i < widening->named; i++)
		tl_advice_say(advice, "%s:%u", i ? ", " : "; reserve ",
			      widening->port[i]);
	if (widening->named)
		tl_advice_say(advice, "%s first, where programs listen",
			      widening->others ? " and others" : "");
}

/* The kernel takes no range that begins among the privileged ports. */
static s64 rules_ports_lowest(struct net *net, s64 low)
{
	if (inet_port_requires_bind_service(net, PORTS_LOW))
		return low;
	return min_t(s64, low, PORTS_LOW);
}

/**
 * tl_rule_port_range() - ports run out, and the range can be wider
 * @facts: the facts
 * @advice: filled
 *
 * It has to last for 60 s, the length of TIME_WAIT. A range that is as wide as it
 * can be, or would not do, is not spoken of.
 * Source: RFC 6056.
 */
bool tl_rule_port_range(struct tl_facts *facts, struct tl_advice *advice)
{
	const struct tl_port_facts *port = rules_ports_short_of(facts);
	struct rules_ports_widening widening = { .net = facts->ns->net };
	u64 room;

	if (!port || !rules_ports_want_range(facts, port) ||
	    !tl_advice_about(facts, advice, "net.ipv4.ip_local_port_range",
			     widening.from, 2))
		return false;
	widening.to[0] = rules_ports_lowest(facts->ns->net, widening.from[0]);
	widening.to[1] = PORTS_HIGH;
	room = widening.to[1] - widening.to[0] + 1;
	if (room <= widening.from[1] - widening.from[0] + 1 ||
	    room <= port->in_use + 60ULL * port->rate)
		return false;
	tl_advice_suggest(advice, "%lld %lld", widening.to[0], widening.to[1]);
	rules_ports_say_cause(facts, advice, port);
	tl_socket_walk_listeners(facts->ns->net, rules_ports_name_listener, &widening);
	rules_ports_say_listeners(advice, &widening);
	return true;
}

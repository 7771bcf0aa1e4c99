// SPDX-License-Identifier: GPL-2.0
/*
 * The netfilter hooks. Every packet is accepted, whatever is found: observing
 * never changes traffic.
 *
 * LOCAL_OUT is hooked first and LOCAL_IN last, so that both see addresses as
 * the socket does, before and after translation. Most packets leave after a
 * few instructions: plain data and acknowledgments of an established socket
 * change no state. On the loopback device both ends are sockets of this
 * namespace which tell their states themselves; only what begins or aborts a
 * connection, or comes from no full socket, is looked at, and once, on its way
 * out.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "../tcplab.h"
#include "events.h"
#include "hook.h"
#include "socket.h"

static void count(struct tl_net *ns, enum tl_counter counter)
{
	this_cpu_inc(ns->track.stats->counter[counter]);
}

/* The full TCP socket that sends or gets the packet, if it is known here. */
static const struct sock *tcp_socket(const struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	return sk && sk_fullsock(sk) && tl_socket_is_tcp(sk) ? sk : NULL;
}

/* Whether the sockets at both ends are here, and known by the same addresses. */
static bool stays_here(const struct nf_hook_state *state)
{
	return (state->out->flags & IFF_LOOPBACK) &&
	       !READ_ONCE(tl_net(state->net)->track.conntrack);
}

/* Whether no state depends on a segment that a full socket sends. */
static bool plain_out(const struct sock *sk, const struct sk_buff *skb,
		      const struct nf_hook_state *state)
{
	u8 flags = tcp_flag_byte(tcp_hdr(skb));

	if (flags & (TL_SYN | TL_RST))
		return false;
	if (stays_here(state))
		return true;
	return !(flags & TL_FIN) && sk->sk_state == TCP_ESTABLISHED;
}

/* The same for one that arrives, where early demux found its socket. */
static bool plain_in(const struct sock *sk, const struct sk_buff *skb)
{
	return sk->sk_state == TCP_ESTABLISHED &&
	       !(tcp_flag_byte(tcp_hdr(skb)) & (TL_SYN | TL_RST | TL_FIN));
}

/*
 * On lo LOCAL_OUT has seen it already. Conntrack may translate there (a
 * redirect to a local proxy): then the two hooks see two connections, and from
 * now on LOCAL_OUT leaves nothing to sockets.
 */
static bool skip_in(const struct sk_buff *skb,
		    const struct nf_hook_state *state)
{
	if (!(state->in->flags & IFF_LOOPBACK))
		return false;
	if (likely(!skb_get_nfct(skb)))
		return true;
	WRITE_ONCE(tl_net(state->net)->track.conntrack, true);
	return false;
}

static bool parse(struct tl_net *ns, const struct sk_buff *skb,
		  unsigned int offset, struct tl_segment *segment)
{
	u8 buffer[TL_HEADER_MIN];
	unsigned int length = skb->len - offset;
	unsigned int linear = min_t(unsigned int, length, TL_HEADER_MIN);
	const u8 *header = skb_header_pointer(skb, offset, linear, buffer);

	if (header && tl_segment_parse(segment, header, linear, length) ==
		      TL_PARSE_OK)
		return true;
	count(ns, TL_COUNT_INVALID);
	return false;
}

static bool checksum_ok(struct tl_net *ns, struct sk_buff *skb,
			unsigned int offset, u8 family)
{
	if (!nf_checksum(skb, NF_INET_LOCAL_IN, offset, IPPROTO_TCP, family))
		return true;
	count(ns, TL_COUNT_BAD_CHECKSUM);
	return false;
}

static void sent(struct tl_net *ns, struct sk_buff *skb,
		 const struct tl_key *key, unsigned int from,
		 const struct tl_segment *segment)
{
	const struct sock *sk = tcp_socket(skb);

	/* A raw socket's SYN or SYN,ACK opens no connection of this machine. */
	bool tcp = sk || !skb->sk || skb->sk->sk_state == TCP_NEW_SYN_RECV;

	if (!(segment->flags & TL_SYN))
		tl_events_sent(ns, key, from, sk, segment);
	else if (sk && !(segment->flags & TL_ACK))
		tl_events_syn(ns, key, from, sk, segment);
	else if (tcp && (segment->flags & TL_ACK))
		tl_events_syn_ack(ns, key, from, skb->sk, segment);
}

static void dispatch(struct tl_net *ns, struct sk_buff *skb,
		     const struct nf_hook_state *state,
		     const struct tl_key *key, unsigned int from,
		     const struct tl_segment *segment)
{
	switch (state->hook) {
	case NF_INET_LOCAL_OUT:
		sent(ns, skb, key, from, segment);
		break;
	case NF_INET_LOCAL_IN:
		tl_events_received(ns, key, from, segment);
		break;
	default:
		tl_events_forwarded(ns, key, from, segment);
	}
}

static void examine4(struct tl_net *ns, struct sk_buff *skb,
		     const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);
	unsigned int offset = skb_network_offset(skb) + ip->ihl * 4;
	struct tl_segment segment;
	struct tl_key key;
	unsigned int from;

	if (ip_is_fragment(ip)) {
		count(ns, TL_COUNT_FRAGMENTS);
		return;
	}
	if (!parse(ns, skb, offset, &segment))
		return;
	if (state->hook == NF_INET_LOCAL_IN &&
	    !checksum_ok(ns, skb, offset, AF_INET))
		return;
	from = tl_key_set4(&key, ip->saddr, htons(segment.sport), ip->daddr,
			   htons(segment.dport),
			   tl_scope_of_device(state->in ?: state->out));
	dispatch(ns, skb, state, &key, from, &segment);
}

/* Whether no state depends on a packet that is known to hold TCP. */
static bool is_plain(const struct sk_buff *skb,
		     const struct nf_hook_state *state)
{
	const struct sock *sk;

	if (state->hook == NF_INET_FORWARD)
		return false;
	if (state->hook == NF_INET_LOCAL_IN && skip_in(skb, state))
		return true;
	sk = tcp_socket(skb);
	if (!sk || !skb_transport_header_was_set(skb))
		return false;
	return state->hook == NF_INET_LOCAL_OUT ? plain_out(sk, skb, state) :
						  plain_in(sk, skb);
}

static unsigned int hook4(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	if (ip_hdr(skb)->protocol == IPPROTO_TCP && !is_plain(skb, state))
		examine4(tl_net(state->net), skb, state);
	return NF_ACCEPT;
}

#if IS_ENABLED(CONFIG_IPV6)
static int scope6(const struct ipv6hdr *ip, const struct net_device *dev)
{
	if (ipv6_addr_type(&ip->saddr) & IPV6_ADDR_LINKLOCAL ||
	    ipv6_addr_type(&ip->daddr) & IPV6_ADDR_LINKLOCAL)
		return dev->ifindex;
	return tl_scope_of_device(dev);
}

/* The offset of the TCP header; 0 if there is none, or a fragment of one. */
static unsigned int find_tcp6(struct tl_net *ns, const struct sk_buff *skb)
{
	unsigned short fragment = 0;
	unsigned int offset = 0;
	int flags = 0;

	if (ipv6_find_hdr(skb, &offset, IPPROTO_TCP, &fragment, &flags) !=
	    IPPROTO_TCP)
		return 0;
	/* A first fragment holds the header, but not the whole segment. */
	if (flags & IP6_FH_F_FRAG) {
		count(ns, TL_COUNT_FRAGMENTS);
		return 0;
	}
	return offset;
}

static void examine6(struct tl_net *ns, struct sk_buff *skb,
		     const struct nf_hook_state *state)
{
	const struct net_device *dev = state->in ?: state->out;
	unsigned int offset = find_tcp6(ns, skb);
	struct tl_segment segment;
	const struct ipv6hdr *ip;
	struct tl_key key;
	unsigned int from;

	if (!offset || !parse(ns, skb, offset, &segment))
		return;
	if (state->hook == NF_INET_LOCAL_IN &&
	    !checksum_ok(ns, skb, offset, AF_INET6))
		return;
	ip = ipv6_hdr(skb);
	from = tl_key_set6(&key, &ip->saddr, htons(segment.sport), &ip->daddr,
			   htons(segment.dport), scope6(ip, dev));
	dispatch(ns, skb, state, &key, from, &segment);
}

static unsigned int hook6(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	if (!is_plain(skb, state))
		examine6(tl_net(state->net), skb, state);
	return NF_ACCEPT;
}
#endif

#define HOOK(family, function, point, order)				\
	{								\
		.hook		= function,				\
		.pf		= family,				\
		.hooknum	= point,				\
		.priority	= order,				\
	}

static const struct nf_hook_ops local_hooks[] = {
	HOOK(NFPROTO_IPV4, hook4, NF_INET_LOCAL_OUT, NF_IP_PRI_FIRST),
	HOOK(NFPROTO_IPV4, hook4, NF_INET_LOCAL_IN, NF_IP_PRI_LAST),
#if IS_ENABLED(CONFIG_IPV6)
	HOOK(NFPROTO_IPV6, hook6, NF_INET_LOCAL_OUT, NF_IP6_PRI_FIRST),
	HOOK(NFPROTO_IPV6, hook6, NF_INET_LOCAL_IN, NF_IP6_PRI_LAST),
#endif
};

static const struct nf_hook_ops forward_hooks[] = {
	HOOK(NFPROTO_IPV4, hook4, NF_INET_FORWARD, NF_IP_PRI_LAST),
#if IS_ENABLED(CONFIG_IPV6)
	HOOK(NFPROTO_IPV6, hook6, NF_INET_FORWARD, NF_IP6_PRI_LAST),
#endif
};

/**
 * tl_hook_add() - follow the local connections of a namespace
 * @net: the namespace
 *
 * Context: process.
 * Return: 0 or an error of nf_register_net_hooks().
 */
int tl_hook_add(struct net *net)
{
	return nf_register_net_hooks(net, local_hooks,
				     ARRAY_SIZE(local_hooks));
}

/**
 * tl_hook_remove() - stop following local connections
 * @net: the namespace
 *
 * Does not wait: a hook may run until the end of an RCU grace period.
 */
void tl_hook_remove(struct net *net)
{
	nf_unregister_net_hooks(net, local_hooks, ARRAY_SIZE(local_hooks));
}

/**
 * tl_hook_add_forward() - follow the forwarded connections of a namespace
 * @net: the namespace
 *
 * Context: process.
 * Return: 0 or an error of nf_register_net_hooks().
 */
int tl_hook_add_forward(struct net *net)
{
	return nf_register_net_hooks(net, forward_hooks,
				     ARRAY_SIZE(forward_hooks));
}

/**
 * tl_hook_remove_forward() - stop following forwarded connections
 * @net: the namespace
 *
 * Does not wait: a hook may run until the end of an RCU grace period.
 */
void tl_hook_remove_forward(struct net *net)
{
	nf_unregister_net_hooks(net, forward_hooks,
				ARRAY_SIZE(forward_hooks));
}

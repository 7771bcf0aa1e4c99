// SPDX-License-Identifier: GPL-2.0
/*
 * The netfilter hooks. Every packet is accepted, whatever is found, unless a
 * policy of the user stops it: observing never changes traffic.
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
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/tcp.h>

#include "../compat.h"
#include "../net.h"
#include "change.h"
#include "hook.h"
#include "identity.h"
#include "segments.h"
#include "socket.h"
#include "track.h"

/*
 * The full TCP socket that sends or gets the packet, if it is known here. A
 * listener may stand for what has no full socket yet.
 */
static const struct sock *hook_tcp_socket(const struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	if (!sk || !tl_socket_is_full(sk) || !tl_socket_is_tcp(sk) ||
	    READ_ONCE(sk->sk_state) == TCP_LISTEN)
		return NULL;
	return sk;
}

/* Only for packets that a TCP socket sends, or that early demux has parsed. */
static u8 hook_control_bits(const struct sk_buff *skb)
{
	return tcp_flag_byte(tcp_hdr(skb));
}

/* No request or mini-socket is in these states, and raw sockets are no streams. */
static bool hook_is_in(const struct sock *sk, unsigned int states)
{
	return sk && BIT(READ_ONCE(sk->sk_state)) & states &&
	       sk->sk_type == SOCK_STREAM;
}

/*
 * Most packets are those of established sockets; this is all that they cost. What
 * a socket sends that has closed, but has not got the peer's FIN, tells no more.
 */
#define PLAIN_OUT	(TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2)
/* Nor does what the peer sends before, or between, the two FINs. */
#define PLAIN_IN	(TCPF_ESTABLISHED | TCPF_FIN_WAIT2 | TCPF_CLOSE_WAIT)
/* These wait for their FIN to be acknowledged. */
#define FIN_SENT	(TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK)

static bool hook_acks_fin(const struct sock *sk, const struct tcphdr *header)
{
	return !before(ntohl(header->ack_seq), READ_ONCE(tcp_sk(sk)->write_seq));
}

/*
 * Whether no state depends on a packet that leaves. On lo both sockets are
 * here and tell their states themselves, unless conntrack may translate.
 */
static bool hook_is_plain_out(const struct tl_net *ns, const struct sk_buff *skb,
			      const struct net_device *out)
{
	if (likely(hook_is_in(skb->sk, PLAIN_OUT)) &&
	    likely(!(hook_control_bits(skb) & (TL_SYN | TL_RST | TL_FIN))))
		return true;
	if (!(READ_ONCE(out->flags) & IFF_LOOPBACK) || READ_ONCE(ns->track->conntrack) ||
	    !hook_tcp_socket(skb))
		return false;
	return !(hook_control_bits(skb) & (TL_SYN | TL_RST));
}

/* Early demux has made sure of it; what else assigns a socket need not have. */
static bool hook_has_linear_header(const struct sk_buff *skb)
{
	return skb_transport_header_was_set(skb) &&
	       skb_transport_offset(skb) + sizeof(struct tcphdr) <=
	       skb_headlen(skb);
}

/*
 * The same for one that arrives. What comes by lo was seen on its way out, but
 * perhaps under other addresses: once conntrack shows itself, all is examined.
 */
static bool hook_is_plain_in(struct tl_net *ns, const struct sk_buff *skb,
			     const struct net_device *in)
{
	if (READ_ONCE(in->flags) & IFF_LOOPBACK) {
		if (likely(!skb_get_nfct(skb)))
			return true;
		WRITE_ONCE(ns->track->conntrack, true);
	}
	if (!hook_is_in(skb->sk, PLAIN_IN | FIN_SENT) || !hook_has_linear_header(skb) ||
	    (hook_is_in(skb->sk, FIN_SENT) && hook_acks_fin(skb->sk, tcp_hdr(skb))))
		return false;
	return !(hook_control_bits(skb) & (TL_SYN | TL_RST | TL_FIN)) &&
	       !tl_wants_segment(ns, tcp_hdr(skb)->source, tcp_hdr(skb)->dest);
}

static bool hook_parse(struct tl_net *ns, const struct sk_buff *skb,
		       unsigned int offset, struct tl_segment *segment)
{
	u8 buffer[TL_HEADER_MIN];
	unsigned int length = skb->len - offset;
	unsigned int linear = min_t(unsigned int, length, TL_HEADER_MIN);
	const u8 *header = skb_header_pointer(skb, offset, linear, buffer);

	tl_track_note(ns->track, TL_COUNT_EXAMINED);
	if (header && tl_segment_parse(segment, header, linear, length) ==
		      TL_PARSE_OK)
		return true;
	tl_track_note(ns->track, TL_COUNT_INVALID);
	return false;
}

static bool hook_checksum_ok(struct tl_net *ns, struct sk_buff *skb,
			     unsigned int offset, u8 family)
{
	if (!nf_checksum(skb, NF_INET_LOCAL_IN, offset, IPPROTO_TCP, family))
		return true;
	tl_track_note(ns->track, TL_COUNT_BAD_CHECKSUM);
	return false;
}

static void hook_sent(struct tl_net *ns, const struct tl_packet *packet)
{
	const struct tl_segment *segment = packet->segment;
	const struct tl_key *key = packet->key;
	const struct sk_buff *skb = packet->skb;
	const struct sock *sk = hook_tcp_socket(skb);
	unsigned int from = packet->from;

	/* A raw socket's SYN or SYN,ACK opens no connection of this machine. */
	bool tcp = sk || !skb->sk || skb->sk->sk_state == TCP_NEW_SYN_RECV;

	if (!(segment->flags & TL_SYN))
		tl_segments_sent(ns, key, from, sk, segment);
	else if (sk && !(segment->flags & TL_ACK))
		tl_segments_syn(ns, key, from, sk, segment);
	else if (tcp && (segment->flags & TL_ACK))
		tl_segments_syn_ack(ns, key, from, skb->sk, segment);
}

/*
 * Whether a SYN,ACK that came by a link answers a SYN that left by lo: the
 * connection is translated on its way out. See hook_is_plain_out().
 */
static bool hook_shows_translation(const struct sk_buff *skb,
				   const struct nf_hook_state *state,
				   const struct tl_segment *segment)
{
	return state->hook == NF_INET_LOCAL_IN && skb_get_nfct(skb) &&
	       (segment->flags & (TL_SYN | TL_ACK)) == (TL_SYN | TL_ACK) &&
	       !(state->in->flags & IFF_LOOPBACK);
}

static void hook_dispatch(struct tl_net *ns, const struct tl_packet *packet)
{
	switch (packet->state->hook) {
	case NF_INET_LOCAL_OUT:
		hook_sent(ns, packet);
		break;
	case NF_INET_LOCAL_IN:
		tl_segments_received(ns, packet->key, packet->from, packet->segment);
		break;
	default:
		tl_segments_forwarded(ns, packet->key, packet->from, packet->segment);
	}
}

/* These a VRF leaves to the link alone. */
static bool hook_is_strict(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	return state->pf == NFPROTO_IPV6 && ipv6_addr_type(&ipv6_hdr(skb)->daddr) &
	       (IPV6_ADDR_MULTICAST | IPV6_ADDR_LINKLOCAL | IPV6_ADDR_LOOPBACK);
}

/*
 * A VRF has most packets pass here twice: the second time they leave by the link
 * and are routed to it, the first time one of both is the VRF. And copies of
 * packets, or packets of other namespaces, are not what anybody sends here.
 */
static bool hook_is_repeated(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (state->hook != NF_INET_LOCAL_OUT)
		return false;
	if (tl_compat_sends_copy())
		return true;
	/* The master of an ipvlan sends what a socket of another namespace has sent. */
	if (skb->sk && !net_eq(sock_net(skb->sk), state->net))
		return true;
	return netif_is_l3_slave(state->out) && skb_dst(skb) &&
	       skb_dst(skb)->dev == state->out && !hook_is_strict(skb, state);
}

/*
 * TCP never gets a packet that arrives and is dropped here; one that leaves was sent.
 * @key is the packet's: its row may have another.
 */
static unsigned int hook_judge(struct tl_net *ns, struct tl_packet *packet,
			       struct tl_key *key)
{
	const struct nf_hook_state *state = packet->state;
	bool stops;

	if (!tl_identity_of_packet(ns, packet->skb, state, key, &packet->from))
		return NF_ACCEPT;
	stops = tl_verdict(ns, packet);
	if (!stops && state->hook == NF_INET_LOCAL_IN)
		tl_on_arrival(ns, packet);
	if (!stops || state->hook == NF_INET_LOCAL_OUT)
		hook_dispatch(ns, packet);
	return stops ? NF_DROP : NF_ACCEPT;
}

static unsigned int hook_examine4(struct tl_net *ns, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);
	unsigned int offset = skb_network_offset(skb) + ip->ihl * 4;
	struct tl_segment segment;
	struct tl_packet packet;
	struct tl_pair4 pair;
	struct tl_key key;

	if (hook_is_repeated(skb, state))
		return NF_ACCEPT;
	if (ip_is_fragment(ip)) {
		tl_track_note(ns->track, TL_COUNT_FRAGMENTS);
		return NF_ACCEPT;
	}
	if (!hook_parse(ns, skb, offset, &segment))
		return NF_ACCEPT;
	if (state->hook == NF_INET_LOCAL_IN &&
	    !hook_checksum_ok(ns, skb, offset, AF_INET))
		return NF_ACCEPT;
	if (hook_shows_translation(skb, state, &segment) &&
	    inet_addr_type(ns->net, ip->saddr) == RTN_LOCAL)
		WRITE_ONCE(ns->track->conntrack, true);
	packet = (struct tl_packet) {
		.skb = skb,
		.offset = offset,
		.state = state,
		.key = &key,
		.segment = &segment,
	};
	pair = (struct tl_pair4) {
		.saddr = ip->saddr,
		.daddr = ip->daddr,
		.sport = htons(segment.sport),
		.dport = htons(segment.dport),
		.ifindex = tl_scope_of_device(state->in ?: state->out),
	};
	packet.from = tl_key_set4(&key, &pair);
	return hook_judge(ns, &packet, &key);
}

static bool hook_is_tcp4(const struct sk_buff *skb)
{
	return ip_hdr(skb)->protocol == IPPROTO_TCP;
}

static unsigned int hook_out4(void *ns, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	if (hook_is_tcp4(skb) && !hook_is_plain_out(ns, skb, state->out))
		return hook_examine4(ns, skb, state);
	return NF_ACCEPT;
}

static unsigned int hook_in4(void *ns, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	if (hook_is_tcp4(skb) && !hook_is_plain_in(ns, skb, state->in))
		return hook_examine4(ns, skb, state);
	return NF_ACCEPT;
}

static unsigned int hook_forward4(void *ns, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	if (hook_is_tcp4(skb))
		return hook_examine4(ns, skb, state);
	return NF_ACCEPT;
}

#if IS_ENABLED(CONFIG_IPV6)
/* A link-local address belongs to a link, also where lo carries the packet. */
static int hook_link_of(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct inet6_dev *idev;

	if (state->hook == NF_INET_LOCAL_IN)
		return inet6_iif(skb);
	if (state->hook == NF_INET_LOCAL_OUT && skb->sk &&
	    skb->sk->sk_bound_dev_if)
		return skb->sk->sk_bound_dev_if;
	if (state->hook == NF_INET_LOCAL_OUT) {
		idev = skb_dst(skb) ? ip6_dst_idev(skb_dst(skb)) : NULL;
		return idev ? idev->dev->ifindex : state->out->ifindex;
	}
	return state->in->ifindex;
}

static int hook_scope6(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);

	if (tl_is_link_local(&ip->saddr, &ip->daddr))
		return tl_scope_of_link(state->net, hook_link_of(skb, state));
	return tl_scope_of_device(state->in ?: state->out);
}

/* A routing header names hops that the packet has still to make. */
static bool hook_travels_on(const struct sk_buff *skb)
{
	int flags = IP6_FH_F_SKIP_RH;
	unsigned int offset = 0;

	if (likely(ipv6_hdr(skb)->nexthdr == IPPROTO_TCP))
		return false;
	return ipv6_find_hdr(skb, &offset, NEXTHDR_ROUTING, NULL, &flags) ==
	       NEXTHDR_ROUTING;
}

/*
 * The offset of the TCP header; 0 if there is none, or a fragment of one. What
 * lies behind AH comes once more without it, if it was verified.
 */
static unsigned int hook_find_tcp6(struct tl_net *ns, const struct sk_buff *skb)
{
	unsigned short fragment = 0;
	int flags = IP6_FH_F_AUTH;
	unsigned int offset = 0;

	/* Mostly what follows says all. */
	if (!ipv6_ext_hdr(ipv6_hdr(skb)->nexthdr))
		return ipv6_hdr(skb)->nexthdr == IPPROTO_TCP ?
		       skb_network_offset(skb) + sizeof(struct ipv6hdr) : 0;
	if (ipv6_find_hdr(skb, &offset, -1, &fragment, &flags) != IPPROTO_TCP)
		return 0;
	/* The first fragment holds the header, but not the whole segment. */
	if (flags & IP6_FH_F_FRAG) {
		tl_track_note(ns->track, TL_COUNT_FRAGMENTS);
		return 0;
	}
	return offset;
}

static unsigned int hook_examine6(struct tl_net *ns, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	unsigned int offset = hook_find_tcp6(ns, skb);
	struct tl_segment segment;
	struct tl_packet packet;
	const struct ipv6hdr *ip;
	struct tl_pair6 pair;
	struct tl_key key;

	if (!offset || hook_is_repeated(skb, state) ||
	    (state->hook == NF_INET_LOCAL_IN && hook_travels_on(skb)) ||
	    !hook_parse(ns, skb, offset, &segment))
		return NF_ACCEPT;
	if (state->hook == NF_INET_LOCAL_IN &&
	    !hook_checksum_ok(ns, skb, offset, AF_INET6))
		return NF_ACCEPT;
	ip = ipv6_hdr(skb);
	if (hook_shows_translation(skb, state, &segment) &&
	    (ipv6_addr_loopback(&ip->saddr) ||
	     ipv6_chk_addr(ns->net, &ip->saddr, NULL, 0)))
		WRITE_ONCE(ns->track->conntrack, true);
	packet = (struct tl_packet) {
		.skb = skb,
		.offset = offset,
		.state = state,
		.key = &key,
		.segment = &segment,
	};
	pair = (struct tl_pair6) {
		.saddr = &ip->saddr,
		.daddr = &ip->daddr,
		.sport = htons(segment.sport),
		.dport = htons(segment.dport),
		.ifindex = hook_scope6(skb, state),
	};
	packet.from = tl_key_set6(&key, &pair);
	return hook_judge(ns, &packet, &key);
}

static unsigned int hook_out6(void *ns, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	if (!hook_is_plain_out(ns, skb, state->out))
		return hook_examine6(ns, skb, state);
	return NF_ACCEPT;
}

static unsigned int hook_in6(void *ns, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	if (!hook_is_plain_in(ns, skb, state->in))
		return hook_examine6(ns, skb, state);
	return NF_ACCEPT;
}

static unsigned int hook_forward6(void *ns, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	return hook_examine6(ns, skb, state);
}
#endif

#define HOOK(family, function, point, order)				\
	{								\
		.hook		= function,				\
		.pf		= family,				\
		.hooknum	= point,				\
		.priority	= order,				\
	}

static const struct nf_hook_ops hook_end_hooks[TL_HOOKS_ENDS] = {
	HOOK(NFPROTO_IPV4, hook_out4, NF_INET_LOCAL_OUT, NF_IP_PRI_FIRST),
	HOOK(NFPROTO_IPV4, hook_in4, NF_INET_LOCAL_IN, NF_IP_PRI_LAST),
#if IS_ENABLED(CONFIG_IPV6)
	HOOK(NFPROTO_IPV6, hook_out6, NF_INET_LOCAL_OUT, NF_IP6_PRI_FIRST),
	HOOK(NFPROTO_IPV6, hook_in6, NF_INET_LOCAL_IN, NF_IP6_PRI_LAST),
#endif
};

static const struct nf_hook_ops hook_forward_hooks[TL_HOOKS_FORWARD] = {
	HOOK(NFPROTO_IPV4, hook_forward4, NF_INET_FORWARD, NF_IP_PRI_LAST),
#if IS_ENABLED(CONFIG_IPV6)
	HOOK(NFPROTO_IPV6, hook_forward6, NF_INET_FORWARD, NF_IP6_PRI_LAST),
#endif
};

/* Each namespace has hooks of its own: they lead to its context at once. */
static int hook_add(struct tl_net *ns, struct nf_hook_ops *own,
		    const struct nf_hook_ops *hooks, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		own[i] = hooks[i];
		own[i].priv = ns;
	}
	return nf_register_net_hooks(ns->net, own, count);
}

/**
 * tl_hook_add() - follow the connections that end in a namespace
 * @ns: the namespace
 *
 * Context: process.
 * Return: 0 or an error of nf_register_net_hooks().
 */
int tl_hook_add(struct tl_net *ns)
{
	return hook_add(ns, ns->track->hooks.ends, hook_end_hooks, TL_HOOKS_ENDS);
}

/**
 * tl_hook_remove() - stop following connections that end there
 * @ns: the namespace
 *
 * Does not wait: a hook may run until the end of an RCU grace period.
 */
void tl_hook_remove(struct tl_net *ns)
{
	nf_unregister_net_hooks(ns->net, ns->track->hooks.ends,
				TL_HOOKS_ENDS);
}

/**
 * tl_hook_add_forward() - follow the forwarded connections of a namespace
 * @ns: the namespace
 *
 * Context: process.
 * Return: 0 or an error of nf_register_net_hooks().
 */
int tl_hook_add_forward(struct tl_net *ns)
{
	return hook_add(ns, ns->track->hooks.forward, hook_forward_hooks,
			TL_HOOKS_FORWARD);
}

/**
 * tl_hook_remove_forward() - stop following forwarded connections
 * @ns: the namespace
 *
 * Does not wait: a hook may run until the end of an RCU grace period.
 */
void tl_hook_remove_forward(struct tl_net *ns)
{
	nf_unregister_net_hooks(ns->net, ns->track->hooks.forward,
				TL_HOOKS_FORWARD);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Which row a packet or a socket belongs to.
 *
 * Addresses, ports and the VRF of a packet are mostly enough. They are not where
 * a socket of no VRF has a route into one, where its link became part of one, or
 * where the socket stands for a host elsewhere (TPROXY). There the socket decides.
 */
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include <net/tcp.h>

#include "../net.h"
#include "identity.h"
#include "scope.h"
#include "socket.h"
#include "table.h"
#include "track.h"

static bool identity_is_elsewhere4(struct net *net, __be32 address, u32 table)
{
	return inet_addr_type_table(net, address, table) != RTN_LOCAL;
}

/* Whether neither address is one of this namespace, or VRF. */
static bool identity_is_between_others(struct net *net, const struct tl_key *key)
{
	int ifindex = tl_key_ifindex(key);
	u32 table = ifindex ? l3mdev_fib_table_by_index(net, ifindex) : 0;

#if IS_ENABLED(CONFIG_IPV6)
	if (tl_key_is_v6(key))
		return !ipv6_chk_addr(net, &key->addr.v6[0], NULL, 0) &&
		       !ipv6_chk_addr(net, &key->addr.v6[1], NULL, 0);
#endif
	table = table ?: RT_TABLE_LOCAL;
	return identity_is_elsewhere4(net, key->addr.v4[0], table) &&
	       identity_is_elsewhere4(net, key->addr.v4[1], table);
}

static bool identity_has_row(struct tl_net *ns, const struct tl_key *key)
{
	struct tl_conn *conn = tl_table_find(ns, key);

	if (conn)
		tl_conn_unlock(conn);
	return conn;
}

/* With the socket of that end. */
static bool identity_has_row_of(struct tl_net *ns, const struct tl_key *key, unsigned int end)
{
	struct tl_conn *conn = tl_table_find(ns, key);
	bool is;

	if (!conn)
		return false;
	is = tl_conn_here(conn, end);
	tl_conn_unlock(conn);
	return is;
}

/*
 * A transparent socket: TPROXY has given it the address of a host elsewhere. An address
 * may come here, or go, while a connection is open: then its row has the other key.
 */
static unsigned int identity_turn_to(const struct sock *sk, struct tl_key *key,
				     unsigned int end)
{
	struct tl_net *ns = tl_net_rcu(sock_net(sk));
	bool between = identity_is_between_others(ns->net, key);
	struct tl_key turned = *key;
	bool turns;

	if (between)
		WRITE_ONCE(ns->track->transparent, true);
	if (!end)
		return end;
	tl_key_turn(&turned, end);
	if (between)
		turns = identity_has_row(ns, &turned) || !identity_has_row_of(ns, key, end);
	else
		turns = !identity_has_row(ns, key) && identity_has_row_of(ns, &turned, 0);
	if (!turns)
		return end;
	*key = turned;
	return 0;
}

static bool identity_has_bound_row(struct tl_net *ns, const struct tl_key *key,
				   unsigned int end)
{
	struct tl_conn *conn = tl_table_find(ns, key);
	bool is;

	if (!conn)
		return false;
	is = conn->bound && tl_conn_here(conn, end);
	tl_conn_unlock(conn);
	return is;
}

/* What the row of a bound socket may name that was made when interfaces were others. */
static unsigned int identity_scopes_before(const struct tl_net *ns, const struct sock *sk,
					   const struct tl_key *key, int *scope)
{
	int bound = READ_ONCE(sk->sk_bound_dev_if);
	struct net_device *dev = dev_get_by_index_rcu(sock_net(sk), bound);
	unsigned int count = tl_scope_left(ns, bound, scope);

	if (!dev)
		scope[count++] = bound;
	else if (netif_is_l3_slave(dev))
		scope[count++] = tl_key_is_link_local(key) ? bound : 0;
	return count;
}

/* A VRF may be gone, or a link may have left one or become part of one. */
static void identity_try_scopes_before(struct tl_net *ns, const struct sock *sk,
				       struct tl_key *key, unsigned int end)
{
	int scope[TL_SCOPES_LEFT + 1];
	unsigned int i, count = identity_scopes_before(ns, sk, key, scope);
	struct tl_key old = *key;

	if (!count || identity_has_row(ns, key))
		return;
	for (i = 0; i < count; i++) {
		old.scope = (u32)scope[i] << 1 | tl_key_is_v6(key);
		if (!identity_has_bound_row(ns, &old, end))
			continue;
		*key = old;
		return;
	}
}

/**
 * tl_identity_of_socket() - the key of the row that a socket has, or would get
 * @sk: full, request or mini-socket
 * @key: filled
 * @end: set to the number of the socket's end
 *
 * Context: RCU; any but hard interrupt; no connection locked.
 * Return: false if the socket has no 4-tuple yet.
 */
bool tl_identity_of_socket(const struct sock *sk, struct tl_key *key,
			   unsigned int *end)
{
	if (!tl_socket_key(sk, key, end))
		return false;
	/* What it is told by may be read while it becomes another kind of socket. */
	if (unlikely(data_race(inet_sk_transparent(sk))))
		*end = identity_turn_to(sk, key, *end);
	if (unlikely(READ_ONCE(sk->sk_bound_dev_if)))
		identity_try_scopes_before(tl_net_rcu(sock_net(sk)), sk, key, *end);
	return true;
}

/* The socket that sends or gets the packet, if the kernel tells; raw sockets do not count. */
static struct sock *identity_socket_of(const struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	if (!sk || READ_ONCE(sk->sk_state) == TCP_LISTEN)
		return NULL;
	return !tl_socket_is_full(sk) || tl_socket_is_tcp(sk) ? sk : NULL;
}

/* Whether two keys have the same addresses and ports, seen from these ends. */
static bool identity_same_ends(const struct tl_key *a, unsigned int end_a,
			       const struct tl_key *b, unsigned int end_b)
{
	if (tl_key_is_v6(a) != tl_key_is_v6(b) ||
	    a->port[end_a] != b->port[end_b] || a->port[!end_a] != b->port[!end_b])
		return false;
	if (!tl_key_is_v6(a))
		return a->addr.v4[end_a] == b->addr.v4[end_b] &&
		       a->addr.v4[!end_a] == b->addr.v4[!end_b];
	return ipv6_addr_equal(&a->addr.v6[end_a], &b->addr.v6[end_b]) &&
	       ipv6_addr_equal(&a->addr.v6[!end_a], &b->addr.v6[!end_b]);
}

/* The packet names a host on its way instead of the one it is for. */
static bool identity_is_source_routed(const struct sk_buff *skb, const struct tl_key *key)
{
	int flags = IP6_FH_F_SKIP_RH;
	unsigned int offset = 0;

	if (!tl_key_is_v6(key))
		return IPCB(skb)->opt.srr;
	return ipv6_hdr(skb)->nexthdr != IPPROTO_TCP &&
	       ipv6_find_hdr(skb, &offset, NEXTHDR_ROUTING, NULL, &flags) == NEXTHDR_ROUTING;
}

/*
 * What is not as its socket sent it has passed before: IPVS, and others that
 * translate at LOCAL_OUT, send it through the hooks once more. It may leave by
 * another device than lo from now on.
 */
static bool identity_correct_sent(const struct sk_buff *skb, const struct sock *sk,
				  struct tl_key *key, unsigned int *from)
{
	struct tl_key own;
	unsigned int end;

	if (!tl_identity_of_socket(sk, &own, &end))
		return true;
	if (!identity_same_ends(&own, end, key, *from) && !identity_is_source_routed(skb, key)) {
		WRITE_ONCE(tl_net_rcu(sock_net(sk))->track->conntrack, true);
		return false;
	}
	*key = own;
	*from = end;
	return true;
}

/* By which interfaces TCP would look for the socket of a packet. */
static struct tl_way identity_way_of(const struct sk_buff *skb, const struct nf_hook_state *state,
				     bool v6)
{
	const struct net_device *dev;
	struct tl_way way = { 0 };

	if (state->hook == NF_INET_LOCAL_IN)
		return tl_way_in(skb, v6);
	dev = skb_dst(skb) ? skb_dst(skb)->dev : state->out;
	way.iface = l3mdev_master_ifindex_rcu(dev) ?: dev->ifindex;
	if (way.iface != dev->ifindex)
		way.link = dev->ifindex;
	return way;
}

/* A VRF that is part of the key, or was when the row was made. */
static bool identity_knows_vrf(const struct tl_net *ns, const struct nf_hook_state *state,
			       const struct tl_key *key)
{
	return tl_key_ifindex(key) ||
	       tl_scope_has_left(ns, (state->in ?: state->out)->ifindex);
}

/* Whether the packet's own key may not be that of its row. */
static bool identity_is_doubtful(struct tl_net *ns, const struct nf_hook_state *state,
				 const struct tl_key *key)
{
	return READ_ONCE(ns->track->transparent) ||
	       (identity_knows_vrf(ns, state, key) && !identity_has_row(ns, key));
}

static void identity_correct_by(const struct sock *sk, struct tl_key *key, unsigned int here,
				unsigned int *from)
{
	struct tl_key own;
	unsigned int end;

	if (!tl_identity_of_socket(sk, &own, &end) || !identity_same_ends(&own, end, key, here))
		return;
	*from = *from == here ? end : !end;
	*key = own;
}

/**
 * tl_identity_of_packet() - the key of the row that a packet belongs to
 * @ns: the namespace
 * @skb: the packet
 * @state: of the hook that it passes
 * @key: the key that its headers make; set to that of its socket's row
 * @from: the sending end, in that key
 *
 * Context: RCU; any but hard interrupt; no connection locked.
 * Return: false if it is another packet than the one that its socket sent.
 */
bool tl_identity_of_packet(struct tl_net *ns, const struct sk_buff *skb,
			   const struct nf_hook_state *state,
			   struct tl_key *key, unsigned int *from)
{
	struct sock *sk = identity_socket_of(skb), *found;
	struct tl_way way;
	unsigned int here;

	if (state->hook == NF_INET_FORWARD)
		return true;
	if (sk && state->hook == NF_INET_LOCAL_OUT)
		return identity_correct_sent(skb, sk, key, from);
	if (likely(!identity_is_doubtful(ns, state, key)))
		return true;
	here = state->hook == NF_INET_LOCAL_OUT ? *from : !*from;
	if (sk) {
		identity_correct_by(sk, key, here, from);
		return true;
	}
	way = identity_way_of(skb, state, tl_key_is_v6(key));
	found = tl_socket_by(ns->net, key, here, way);
	if (found) {
		identity_correct_by(found, key, here, from);
		sock_gen_put(found);
	}
	return true;
}

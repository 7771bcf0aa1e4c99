// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel's sockets say: keys, states, windows.
 *
 * A connection's socket is one of three kinds. Full sockets have everything;
 * request sockets (SYN_RECEIVED) and mini-sockets (TIME_WAIT and orphaned
 * FIN_WAIT_2) share only struct sock_common with them.
 */
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/tcp.h>

#include "../compat.h"
#include "../net.h"
#include "scope.h"
#include "socket.h"

/* Enough for a machine with links, few enough for a softirq. */
#define INTERFACES_TRIED	256

static bool socket_is_v6(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	return sk->sk_family == AF_INET6 &&
	       !ipv6_addr_v4mapped(&sk->sk_v6_daddr);
#else
	return false;
#endif
}

/* A full socket that is being closed has lost sk_num already. */
static __be16 socket_source_port(const struct sock *sk)
{
	if (likely(tl_socket_is_full(sk)))
		return READ_ONCE(inet_sk(sk)->inet_sport);
	return sk->sk_state == TCP_TIME_WAIT ? inet_twsk(sk)->tw_sport :
					       htons(sk->sk_num);
}

/**
 * tl_scope_of_device() - interface that is part of the keys behind a device
 * @dev: the device that a packet came in or goes out by, or NULL
 *
 * Context: RCU.
 * Return: index of the VRF that separates it from others, or 0.
 */
int tl_scope_of_device(const struct net_device *dev)
{
	return dev ? l3mdev_master_ifindex_rcu(dev) : 0;
}

/**
 * tl_is_link_local() - whether two addresses mean something on one link only
 * @source: one end
 * @destination: the other
 */
bool tl_is_link_local(const struct in6_addr *source,
		      const struct in6_addr *destination)
{
	return (ipv6_addr_type(source) | ipv6_addr_type(destination)) &
	       IPV6_ADDR_LINKLOCAL;
}

/**
 * tl_scope_of_link() - interface that is part of the keys of link-local ends
 * @net: the namespace
 * @ifindex: the link, or its VRF: sockets of one link are bound to either
 *
 * Context: RCU.
 * Return: index of the VRF that the link belongs to, or else of the link.
 */
int tl_scope_of_link(struct net *net, int ifindex)
{
	return tl_scope_of_device(dev_get_by_index_rcu(net, ifindex)) ?:
	       ifindex;
}

static int socket_scope_of(const struct sock *sk, bool v6)
{
	int ifindex = READ_ONCE(sk->sk_bound_dev_if);

#if IS_ENABLED(CONFIG_IPV6)
	if (v6 && tl_is_link_local(&sk->sk_v6_rcv_saddr, &sk->sk_v6_daddr))
		return tl_scope_of_link(sock_net(sk), ifindex);
#endif
	return tl_scope_of_device(dev_get_by_index_rcu(sock_net(sk), ifindex));
}

/**
 * tl_socket_scope() - interface that is part of the key of a socket's connection
 * @sk: full socket
 *
 * Context: RCU.
 * Return: its index, or 0.
 */
int tl_socket_scope(const struct sock *sk)
{
	return socket_scope_of(sk, socket_is_v6(sk));
}

static unsigned int socket_key4(const struct sock *sk, struct tl_key *key, __be16 sport,
				int scope)
{
	const struct tl_pair4 pair = {
		.saddr = sk->sk_rcv_saddr,
		.daddr = sk->sk_daddr,
		.sport = sport,
		.dport = sk->sk_dport,
		.ifindex = scope,
	};

	return tl_key_set4(key, &pair);
}

static unsigned int socket_key6(const struct sock *sk, struct tl_key *key, __be16 sport,
				int scope)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct tl_pair6 pair = {
		.saddr = &sk->sk_v6_rcv_saddr,
		.daddr = &sk->sk_v6_daddr,
		.sport = sport,
		.dport = sk->sk_dport,
		.ifindex = scope,
	};

	return tl_key_set6(key, &pair);
#else
	return 0;
#endif
}

/**
 * tl_socket_key() - the key of a socket's connection
 * @sk: full, request or mini-socket
 * @key: filled
 * @end: set to the number of the socket's end
 *
 * Context: RCU.
 * Return: false if the socket has no 4-tuple yet.
 */
bool tl_socket_key(const struct sock *sk, struct tl_key *key,
		   unsigned int *end)
{
	__be16 sport = socket_source_port(sk);
	bool v6 = socket_is_v6(sk);
	int scope = 0;

	if (!sport || !sk->sk_dport)
		return false;
	if (unlikely(READ_ONCE(sk->sk_bound_dev_if)))
		scope = socket_scope_of(sk, v6);
	*end = v6 ? socket_key6(sk, key, sport, scope) : socket_key4(sk, key, sport, scope);
	return true;
}

/**
 * tl_socket_full_state() - the RFC's name for a full socket's state
 * @state: a TCP_* constant
 */
enum tl_state tl_socket_full_state(int state)
{
	static const u8 states[TCP_MAX_STATES] = {
		[TCP_ESTABLISHED]	= TL_ESTABLISHED,
		[TCP_SYN_SENT]		= TL_SYN_SENT,
		[TCP_SYN_RECV]		= TL_SYN_RECEIVED,
		[TCP_FIN_WAIT1]		= TL_FIN_WAIT_1,
		[TCP_FIN_WAIT2]		= TL_FIN_WAIT_2,
		[TCP_TIME_WAIT]		= TL_TIME_WAIT,
		[TCP_CLOSE]		= TL_CLOSED,
		[TCP_CLOSE_WAIT]	= TL_CLOSE_WAIT,
		[TCP_LAST_ACK]		= TL_LAST_ACK,
		[TCP_LISTEN]		= TL_LISTEN,
		[TCP_CLOSING]		= TL_CLOSING,
		[TCP_NEW_SYN_RECV]	= TL_SYN_RECEIVED,
	};

	return state < TCP_MAX_STATES ? states[state] : TL_UNKNOWN;
}

/**
 * tl_socket_state() - the state of a socket of any kind
 * @sk: full, request or mini-socket
 */
enum tl_state tl_socket_state(const struct sock *sk)
{
	int state = READ_ONCE(sk->sk_state);

	/* Mini-sockets serve two states; the substate tells which. */
	if (state == TCP_TIME_WAIT)
		state = READ_ONCE(inet_twsk(sk)->tw_substate);
	return tl_socket_full_state(state);
}

/**
 * tl_socket_by() - find the socket of a packet
 * @net: the namespace
 * @key: the connection's key
 * @end: index of the socket's end
 * @way: the interfaces by which the packet came
 *
 * Context: RCU, any but hard interrupt.
 * Return: a full, request or mini-socket, to be given back by sock_gen_put();
 * NULL if there is none.
 */
struct sock *tl_socket_by(struct net *net, const struct tl_key *key,
			  unsigned int end, struct tl_way way)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (tl_key_is_v6(key))
		return tl_compat_find6(net, &key->addr.v6[!end],
				       key->port[!end], &key->addr.v6[end],
				       ntohs(key->port[end]), way.iface, way.link);
#endif
	return tl_compat_find4(net, key->addr.v4[!end], key->port[!end],
			       key->addr.v4[end], ntohs(key->port[end]),
			       way.iface, way.link);
}

/**
 * tl_way_in() - the interfaces by which a packet came
 * @skb: a packet at LOCAL_IN
 * @v6: it is IPv6
 */
struct tl_way tl_way_in(const struct sk_buff *skb, bool v6)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (v6)
		return (struct tl_way) { inet6_iif(skb), inet6_sdif(skb) };
#endif
	return (struct tl_way) { inet_iif(skb), tl_compat_sdif4(skb) };
}

static struct sock *socket_find_at(struct net *net, const struct tl_key *key,
				   unsigned int end, int ifindex)
{
	return tl_socket_by(net, key, end, (struct tl_way) { .iface = ifindex });
}

/**
 * tl_socket_listener() - find who listens where a connection would end
 * @net: the namespace
 * @key: the connection's key
 * @end: index of that end
 * @way: the interfaces by which the SYN comes
 *
 * Context: RCU, any but hard interrupt.
 * Return: a listening socket, under RCU; NULL if there is none.
 */
struct sock *tl_socket_listener(struct net *net, const struct tl_key *key,
				unsigned int end, struct tl_way way)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (tl_key_is_v6(key))
		return tl_compat_find_listener6(net, &key->addr.v6[!end],
						key->port[!end],
						&key->addr.v6[end],
						ntohs(key->port[end]),
						way.iface, way.link);
#endif
	return tl_compat_find_listener4(net, key->addr.v4[!end], key->port[!end],
					key->addr.v4[end], ntohs(key->port[end]),
					way.iface, way.link);
}

/**
 * tl_socket_exists() - whether one end of a connection has a socket here
 * @net: the namespace
 * @key: the connection's key
 * @end: index of the end
 *
 * Context: RCU, any but hard interrupt.
 */
bool tl_socket_exists(struct net *net, const struct tl_key *key,
		      unsigned int end)
{
	struct sock *sk = socket_find_at(net, key, end, tl_key_ifindex(key));

	if (sk)
		sock_gen_put(sk);
	return sk;
}

/**
 * tl_socket_find_by() - find the socket that follows another
 * @conn: the connection
 * @end: index of the end
 * @other: a socket of the same end, which tells the interface
 *
 * Context: RCU, any but hard interrupt.
 *
 * Return: as tl_socket_find().
 */
struct sock *tl_socket_find_by(const struct tl_conn *conn, unsigned int end,
			       const struct sock *other)
{
	int ifindex = READ_ONCE(other->sk_bound_dev_if);

	return socket_find_at(conn->ns->net, &conn->key, end,
			      ifindex ?: tl_key_ifindex(&conn->key));
}

/* Nobody binds a request or a mini-socket, nor what is closed. */
static bool socket_may_be_bound(const struct tl_conn *conn, unsigned int end)
{
	return conn->bound ||
	       !(conn->mini & BIT(end) || tl_state_over(conn->state[end]));
}

/* Where one end is here, until it is TIME_WAIT. */
static bool socket_knows_link(const struct tl_conn *conn, unsigned int end)
{
	return !tl_conn_both_here(conn) && conn->state[end] != TL_TIME_WAIT;
}

/* As far as the row knows where its socket is bound to. */
static struct sock *socket_find_near(const struct tl_conn *conn, unsigned int end)
{
	int link = conn->bound && socket_knows_link(conn, end) ? conn->link : 0;

	return socket_find_at(conn->ns->net, &conn->key, end,
			      link ?: tl_key_ifindex(&conn->key));
}

/*
 * What was bound to a link may since be in a VRF. What it would not be if the row
 * was about it is another's. See tl_identity_of_socket().
 */
static struct sock *socket_find_joined(const struct tl_conn *conn, unsigned int end,
				       int ifindex)
{
	struct sock *sk = socket_find_at(conn->ns->net, &conn->key, end, ifindex);

	if (sk && tl_socket_state(sk) != conn->state[end]) {
		sock_gen_put(sk);
		return NULL;
	}
	return sk;
}

/* Links outlive their VRF, and with them sockets that are bound to links. */
static struct sock *socket_find_left(const struct tl_conn *conn, unsigned int end)
{
	int link, scope = tl_key_ifindex(&conn->key);
	unsigned int place = 0;
	struct sock *sk;

	while ((link = tl_scope_next_link(conn->ns, scope, &place))) {
		sk = socket_find_at(conn->ns->net, &conn->key, end, link);
		if (!sk)
			continue;
		if (READ_ONCE(sk->sk_bound_dev_if) == link)
			return sk;
		sock_gen_put(sk);
	}
	return NULL;
}

/**
 * tl_socket_find() - find the socket at one end of a connection
 * @conn: the connection
 * @end: index of the end
 *
 * A socket bound to an interface is found only by that interface. Where the row does
 * not know it, or the socket was bound again since, the first interfaces are tried. A
 * socket may be bound when its connection is long open, which nothing tells but that
 * it is not found any more. Nobody binds a request or a mini-socket.
 * Context: RCU, any but hard interrupt.
 *
 * Return: a full, request or mini-socket, to be given back by sock_gen_put();
 * NULL if there is none.
 */
struct sock *tl_socket_find(const struct tl_conn *conn, unsigned int end)
{
	int scope = tl_key_ifindex(&conn->key);
	struct net *net = conn->ns->net;
	struct net_device *dev;
	unsigned int tried = 0;
	struct sock *sk;

	sk = socket_find_near(conn, end);
	if (sk || (conn->mini & BIT(end) && socket_knows_link(conn, end)) ||
	    !socket_may_be_bound(conn, end))
		return sk;
	for_each_netdev_rcu(net, dev) {
		if (tried++ == INTERFACES_TRIED)
			break;
		/* Another VRF may have a connection with the same addresses. */
		if (tl_scope_of_device(dev) == scope)
			sk = socket_find_at(net, &conn->key, end, dev->ifindex);
		else if (!scope && conn->bound)
			sk = socket_find_joined(conn, end, dev->ifindex);
		if (sk)
			return sk;
	}
	return scope ? socket_find_left(conn, end) : NULL;
}

/**
 * tl_socket_time_remaining() - how long a mini-socket will last
 * @sk: the mini-socket
 *
 * Return: jiffies; 0 if its time is over.
 */
unsigned int tl_socket_time_remaining(const struct sock *sk)
{
	long left = READ_ONCE(inet_twsk(sk)->tw_timer.expires) - jiffies;

	return clamp(left, 0L, (long)msecs_to_jiffies(TL_TIME_WAIT_MS));
}

/**
 * tl_socket_near() - find the socket at one end, as the sender of a segment may ask
 * @conn: the connection
 * @end: index of the end
 *
 * One look-up, for it may come with each segment: a TIME_WAIT that is bound to an
 * interface, and what was bound again since it told its state, is not found.
 * Context: RCU, any but hard interrupt.
 *
 * Return: as tl_socket_find().
 */
struct sock *tl_socket_near(const struct tl_conn *conn, unsigned int end)
{
	return socket_find_near(conn, end);
}

/**
 * tl_socket_window() - what the socket at one end would accept
 * @conn: the connection
 * @end: index of the end
 * @window: filled; not known where there is no socket
 *
 * Context: RCU, any but hard interrupt.
 */
void tl_socket_window(const struct tl_conn *conn, unsigned int end,
		      struct tl_receive_window *window)
{
	struct sock *sk = tl_socket_near(conn, end);

	window->known = false;
	if (!sk)
		return;
	if (tl_socket_is_full(sk)) {
		const struct tcp_sock *tp = tcp_sk(sk);

		window->rcv_nxt = READ_ONCE(tp->rcv_nxt);
		/* Nobody holds the socket: it is what stood there at one moment. */
		window->rcv_wnd = data_race(tcp_receive_window(tp));
		/* Before the peer's SYN there is no window yet. */
		window->known = READ_ONCE(sk->sk_state) != TCP_SYN_SENT;
	} else if (sk->sk_state == TCP_NEW_SYN_RECV) {
		window->rcv_nxt = tcp_rsk(inet_reqsk(sk))->rcv_nxt;
		window->rcv_wnd = inet_reqsk(sk)->rsk_rcv_wnd;
		window->known = true;
	} else if (sk->sk_state == TCP_TIME_WAIT) {
		const struct tcp_timewait_sock *tw = tcp_twsk(sk);

		window->rcv_nxt = READ_ONCE(tw->tw_rcv_nxt);
		window->rcv_wnd = READ_ONCE(tw->tw_rcv_wnd);
		window->known = true;
	}
	sock_gen_put(sk);
}

/**
 * tl_socket_inode() - the inode by which processes know a socket
 * @sk: a full socket
 *
 * Context: any but hard interrupt.
 * Return: its number; 0 if no process has it.
 */
unsigned long tl_socket_inode(struct sock *sk)
{
	unsigned long inode = 0;

	read_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_socket)
		inode = SOCK_INODE(sk->sk_socket)->i_ino;
	read_unlock_bh(&sk->sk_callback_lock);
	return inode;
}

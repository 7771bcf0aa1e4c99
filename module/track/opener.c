// SPDX-License-Identifier: GPL-2.0
/*
 * Which end opened a connection, and so which port is a service's: that of the
 * end that opened it is mostly a chance number.
 *
 * Of a connection that was open before it was seen this is found out once, when
 * it is adopted: a connection that reports count under a port must not move to
 * another. All functions want the connection locked.
 */
#include <net/ip.h>

#include "../net.h"
#include "opener.h"
#include "socket.h"

/* A listener of this namespace serves none but the sockets of it. */
static bool opener_has_listener(const struct tl_conn *conn, unsigned int end)
{
	struct tl_way way = { .iface = tl_key_ifindex(&conn->key) };
	struct net *net = conn->ns->net;

	return tl_socket_listener(net, &conn->key, end, way) &&
	       tl_socket_exists(net, &conn->key, end);
}

/* To a port that its program chose; a socket that was accepted is not. */
static bool opener_is_bound(const struct tl_conn *conn, unsigned int end)
{
	struct sock *sk = tl_socket_find(conn, end);
	bool bound = false;

	if (!sk)
		return false;
	if (tl_socket_is_full(sk)) {
		/* A field of bits; nobody but bind() and close() changes this one. */
		bound = data_race(sk->sk_userlocks & SOCK_BINDPORT_LOCK);
	}
	sock_gen_put(sk);
	return bound;
}

static bool opener_is_outside_range(const struct tl_conn *conn, unsigned int end)
{
	u16 port = ntohs(conn->key.port[end]);
	int low, high;

	inet_get_local_port_range(conn->ns->net, &low, &high);
	return port < low || port > high;
}

/**
 * tl_opener_adopted() - how a connection that was open before was opened
 * @conn: the connection
 * @first: the end to be shown as local
 *
 * A port is a service's if a listener has it, or else if it was bound, or else
 * if it is outside ip_local_port_range; where that holds for both ends or none,
 * the next of these tells.
 * Context: RCU, any but hard interrupt.
 */
enum tl_origin tl_opener_adopted(const struct tl_conn *conn, unsigned int first)
{
	static bool (* const signs[])(const struct tl_conn *conn, unsigned int end) = {
		opener_has_listener, opener_is_bound, opener_is_outside_range,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(signs); i++) {
		bool here = signs[i](conn, first), there = signs[i](conn, !first);

		if (here != there)
			return there ? TL_ADOPTED_ACTIVE : TL_ADOPTED_PASSIVE;
	}
	return TL_ADOPTED;
}

/**
 * tl_opener_is() - whether it is known that an end opened the connection
 * @conn: the connection
 * @end: index of the end
 */
bool tl_opener_is(const struct tl_conn *conn, unsigned int end)
{
	switch (conn->origin) {
	case TL_ADOPTED:
		return false;
	case TL_PASSIVE:
	case TL_ADOPTED_PASSIVE:
		return end != conn->first;
	default:
		return end == conn->first;
	}
}

/**
 * tl_opener_service_port() - the port of an end, if it is a service's
 * @conn: the connection
 * @end: index of the end
 *
 * Return: the port; 0 if it is a chance number, or nobody knows.
 */
u16 tl_opener_service_port(const struct tl_conn *conn, unsigned int end)
{
	return tl_opener_is(conn, !end) ? ntohs(conn->key.port[end]) : 0;
}

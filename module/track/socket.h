/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel's sockets say: keys, states, windows. */
#ifndef TCPLAB_TRACK_SOCKET_H
#define TCPLAB_TRACK_SOCKET_H

#include <net/sock.h>
#include <net/tcp_states.h>

#include "conn.h"

/* The kernel's own length of TIME_WAIT, TCP_TIMEWAIT_LEN, in milliseconds. */
#define TL_TIME_WAIT_MS		60000

/**
 * tl_socket_is_full() - whether a socket is no request and no mini-socket
 * @sk: a socket, perhaps unlocked, so that its state may change meanwhile
 *
 * As sk_fullsock(), which reads the state in a way that is for its owner.
 */
static inline bool tl_socket_is_full(const struct sock *sk)
{
	return BIT(READ_ONCE(sk->sk_state)) &
	       ~(TCPF_TIME_WAIT | TCPF_NEW_SYN_RECV);
}

/**
 * tl_socket_is_tcp() - whether a full socket is a TCP connection's
 * @sk: a full socket
 *
 * MPTCP, SCTP and DCCP share TCP's states and its tracepoint.
 */
static inline bool tl_socket_is_tcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP && sk->sk_type == SOCK_STREAM &&
	       (sk->sk_family == AF_INET || sk->sk_family == AF_INET6);
}

/**
 * struct tl_way - the interfaces by which TCP looks for a packet's socket
 * @iface: the link, or the VRF that it belongs to
 * @link: in a VRF the link, else 0
 */
struct tl_way {
	int iface;
	int link;
};

int tl_socket_scope(const struct sock *sk);
bool tl_socket_key(const struct sock *sk, struct tl_key *key,
		   unsigned int *end);
enum tl_state tl_socket_state(const struct sock *sk);
enum tl_state tl_socket_full_state(int state);
struct sock *tl_socket_find(const struct tl_conn *conn, unsigned int end);
struct sock *tl_socket_find_by(const struct tl_conn *conn, unsigned int end,
			       const struct sock *other);
struct sock *tl_socket_by(struct net *net, const struct tl_key *key,
			  unsigned int end, struct tl_way way);
struct tl_way tl_way_in(const struct sk_buff *skb, bool v6);
struct sock *tl_socket_listener(struct net *net, const struct tl_key *key,
				unsigned int end, struct tl_way way);
bool tl_socket_exists(struct net *net, const struct tl_key *key,
		      unsigned int end);
unsigned int tl_socket_time_remaining(const struct sock *sk);
struct sock *tl_socket_near(const struct tl_conn *conn, unsigned int end);
void tl_socket_window(const struct tl_conn *conn, unsigned int end,
		      struct tl_receive_window *window);
bool tl_is_link_local(const struct in6_addr *source,
		      const struct in6_addr *destination);

static inline bool tl_key_is_link_local(const struct tl_key *key)
{
	return tl_key_is_v6(key) &&
	       tl_is_link_local(&key->addr.v6[0], &key->addr.v6[1]);
}

int tl_scope_of_device(const struct net_device *dev);
int tl_scope_of_link(struct net *net, int ifindex);

/**
 * typedef tl_socket_visit - what a walk does with a socket
 * @sk: full, request or mini-socket, with a reference of the walk's
 */
typedef void tl_socket_visit(struct sock *sk);

void tl_socket_walk(struct net *net, tl_socket_visit *visit);
void tl_socket_walk_part(struct net *net, unsigned int begin, unsigned int end,
			 tl_socket_visit *visit);
void tl_socket_walk_all(tl_socket_visit *visit);

/**
 * typedef tl_listener_visit - what a walk does with a listening socket
 * @sk: the socket, which may be closed meanwhile, but not freed
 * @data: as given to the walk
 */
typedef void tl_listener_visit(struct sock *sk, void *data);

void tl_socket_walk_listeners(struct net *net, tl_listener_visit *visit,
			      void *data);
unsigned int tl_socket_listeners(struct net *net);
unsigned long tl_socket_inode(struct sock *sk);

#endif /* TCPLAB_TRACK_SOCKET_H */

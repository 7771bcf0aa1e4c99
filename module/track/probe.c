// SPDX-License-Identifier: GPL-2.0
/*
 * The news that sockets bring: the tracepoint of their states, and sockets that are met
 * without it.
 *
 * The tracepoint inet_sock_set_state tells every change of a full socket. It
 * says nothing of request sockets (SYN_RECEIVED, which the SYN,ACK shows) and
 * of mini-sockets (TIME_WAIT and orphaned FIN_WAIT_2), and it fires before the
 * local port of an active open is known, which the SYN shows.
 */
#include <linux/tracepoint.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "../compat.h"
#include "../net.h"
#include "birth.h"
#include "change.h"
#include "identity.h"
#include "life.h"
#include "mini.h"
#include "probe.h"
#include "socket.h"
#include "table.h"
#include "track.h"

/*
 * A full socket that becomes CLOSED may leave a mini-socket behind, in one of
 * two states; it is in the table before the tracepoint fires.
 */
static struct sock *probe_find_mini(const struct tl_conn *conn, unsigned int end,
				    const struct sock *closed)
{
	struct sock *mini = tl_socket_find_by(conn, end, closed);

	if (mini && mini->sk_state != TCP_TIME_WAIT) {
		sock_gen_put(mini);
		return NULL;
	}
	return mini;
}

/* It should be TIME_WAIT, but there was no room for a mini-socket. */
static bool probe_found_no_room(const struct sock *closed, int old_state)
{
	return !closed->sk_err &&
	       (old_state == TCP_CLOSING || sock_flag(closed, SOCK_DONE));
}

/* A socket is CLOSED that can leave a mini-socket. */
static void probe_closed_to_mini(struct tl_conn *conn, unsigned int end,
				 const struct sock *closed, int old_state)
{
	struct sock *mini = probe_find_mini(conn, end, closed);
	enum tl_state state = mini ? tl_socket_state(mini) : TL_CLOSED;

	tl_mini_closed(conn, closed);
	tl_life_socket_is(conn, end, mini ?: closed, state, TL_EXIT_REUSED_IN);
	if (mini || probe_found_no_room(closed, old_state))
		tl_on_mini(conn, end, mini ?: closed);
	if (mini)
		sock_gen_put(mini);
}

/*
 * Whether it was not this socket that the row is about. A connect() that finds
 * its 4-tuple taken, and a child that another CPU has made before, have the
 * addresses of a living connection when they are given up.
 */
static bool probe_is_rival(const struct tl_conn *conn, unsigned int end,
			   const struct sock *closed, int old_state)
{
	struct sock *owner;

	if (old_state != TCP_SYN_SENT && old_state != TCP_SYN_RECV)
		return false;
	owner = tl_socket_find_by(conn, end, closed);
	if (owner)
		sock_gen_put(owner);
	return owner;
}

static bool probe_may_leave_mini(int old_state)
{
	return old_state == TCP_FIN_WAIT2 || old_state == TCP_CLOSING;
}

static enum tl_origin probe_origin_of(int old_state)
{
	if (old_state == TCP_SYN_SENT)
		return TL_ACTIVE;
	return old_state == TCP_SYN_RECV ? TL_PASSIVE : TL_ADOPTED;
}

/*
 * Whether the row is about an earlier request, which ended without a word. A
 * socket that has sent no data stands right behind its own SYN,ACK, perhaps a
 * cookie's; that of the row is another.
 */
static bool probe_is_of_earlier_request(const struct tl_conn *conn, unsigned int end,
					const struct sock *sk)
{
	const struct tl_endpoint *said = &conn->peers.end[end];
	const struct tcp_sock *tp = tcp_sk(sk);

	return conn->state[end] == TL_SYN_RECEIVED && !tl_conn_here(conn, !end) &&
	       said->syn && !tp->data_segs_out && said->control_end != tp->snd_nxt;
}

/*
 * Whether an earlier connection ended here. A socket that becomes ESTABLISHED
 * all the same had no SYN,ACK of its own: a SYN cookie came back.
 */
static bool probe_is_history(const struct tl_conn *conn, unsigned int end,
			     const struct sock *sk)
{
	return tl_conn_here(conn, end) &&
	       (conn->state[end] == TL_TIME_WAIT ||
		tl_state_over(conn->state[end]) ||
		probe_is_of_earlier_request(conn, end, sk));
}

static void probe_socket_changed(struct tl_net *ns, const struct sock *sk,
				 int old_state, int new_state)
{
	enum tl_state state = tl_socket_full_state(new_state);
	struct tl_change change = {
		.sk = sk,
		.to = state,
		.why = TL_EXIT_REUSED_IN,
		/* Packets are processed in tasks, too, but with bottom halves off. */
		.by_process = in_task() && !in_softirq(),
	};
	struct tl_conn *conn;
	unsigned int end;
	struct tl_key key;
	bool fresh = false;

	if (!tl_identity_of_socket(sk, &key, &end)) {
		/* connect() knew where to go, and found no port. */
		if (old_state == TCP_SYN_SENT && sk->sk_dport)
			tl_on_no_port(ns, sk);
		return;
	}
	change.end = end;
	if (state == TL_CLOSED)
		conn = tl_table_find(ns, &key);
	else
		conn = tl_birth(ns, &key, &fresh);
	if (!conn)
		return;
	if (state == TL_CLOSED && probe_is_rival(conn, end, sk, old_state)) {
		tl_life_unlock(conn);
		return;
	}
	if (fresh || (state == TL_ESTABLISHED && probe_is_history(conn, end, sk))) {
		tl_life_reused(conn, end, TL_EXIT_REUSED_IN);
		tl_life_begin(conn, probe_origin_of(old_state), end);
		/* The caller of the tracepoint has the socket locked. */
		if (state != TL_CLOSED)
			tl_on_met(conn, (struct sock *)sk, true);
	}
	if (state == TL_CLOSED && probe_may_leave_mini(old_state))
		probe_closed_to_mini(conn, end, sk, old_state);
	else
		tl_life_socket(conn, &change);
	if (conn->state[end] == TL_CLOSED && old_state != TCP_SYN_SENT &&
	    old_state != TCP_SYN_RECV)
		tl_on_socket_closed(conn, sk);
	tl_life_unlock(conn);
}

/*
 * Of hosts that answer alone: what was sent to others in vain tells of no loss. The
 * second SYN was answered as often as the first was lost, however many follow.
 */
static void probe_note_answered(struct tl_net *ns, const struct sock *sk)
{
	u32 repeated = tcp_sk(sk)->total_retrans;

	if (repeated < 2)
		tl_track_note(ns->track, repeated ? TL_COUNT_SYN_SECOND :
						     TL_COUNT_SYN_FIRST);
}

/* News that is not about a row. */
static void probe_note_others(struct tl_net *ns, const struct sock *sk, int old_state,
			      int new_state)
{
	tl_on_socket(ns, sk, old_state, new_state);
	if (old_state == TCP_SYN_SENT && new_state == TCP_ESTABLISHED)
		probe_note_answered(ns, sk);
}

/* Called in process and softirq context; on newer kernels without RCU. */
static void probe_on_set_state(void *unused, const struct sock *sk,
			       const int old_state, const int new_state)
{
	struct tl_net *ns;

	if (!tl_socket_is_tcp(sk))
		return;
	rcu_read_lock();
	ns = tl_net_rcu(sock_net(sk));
	/* Listeners have no rows; a new child has no 4-tuple yet. */
	if (old_state == TCP_LISTEN || new_state == TCP_LISTEN)
		tl_on_listen(sk, old_state, new_state);
	else if (new_state != TCP_SYN_SENT && READ_ONCE(ns->track->enabled))
		probe_socket_changed(ns, sk, old_state, new_state);
	if (READ_ONCE(ns->track->enabled))
		probe_note_others(ns, sk, old_state, new_state);
	rcu_read_unlock();
}

/**
 * tl_probe_adopt_one() - make a row for a socket that has a connection already
 * @sk: full, request or mini-socket
 *
 * Context: RCU.
 * Return: false if the table is full or memory is short.
 */
bool tl_probe_adopt_one(struct sock *sk)
{
	enum tl_state state = tl_socket_state(sk);
	struct tl_net *ns = tl_net(sock_net(sk));
	struct tl_conn *conn;
	unsigned int end;
	struct tl_key key;
	bool fresh;

	if (!READ_ONCE(ns->track->enabled))
		return true;
	if ((tl_socket_is_full(sk) && !tl_socket_is_tcp(sk)) ||
	    !tl_identity_of_socket(sk, &key, &end))
		return true;
	conn = tl_birth(ns, &key, &fresh);
	if (!conn)
		return false;
	if (fresh)
		tl_life_begin(conn, TL_ADOPTED, end);
	/* The hooks and the tracepoint may have told something newer meanwhile. */
	if (fresh || !tl_conn_here(conn, end)) {
		if (tl_socket_is_full(sk))
			tl_on_met(conn, sk, false);
		tl_life_adopted(conn, end, sk, state);
	}
	/* Neither may have known the row while the socket changed. */
	tl_life_check_soon(conn);
	tl_life_unlock(conn);
	return true;
}

static void probe_adopt(struct sock *sk)
{
	if (!tl_probe_adopt_one(sk))
		tl_track_note(tl_net(sock_net(sk))->track,
			      TL_COUNT_REFUSED_FULL);
}

/**
 * tl_probe_adopt() - make rows for the connections that exist already
 * @net: the namespace, with its hooks in place; NULL: all namespaces
 *
 * Context: process; sleeps.
 */
void tl_probe_adopt(struct net *net)
{
	if (net)
		tl_socket_walk(net, probe_adopt);
	else
		tl_socket_walk_all(probe_adopt);
}

static struct tracepoint *probe_set_state_event;

static void probe_match(struct tracepoint *event, void *unused)
{
	if (!strcmp(event->name, "inet_sock_set_state"))
		probe_set_state_event = event;
}

/**
 * tl_probe_init() - listen to the states of sockets
 *
 * Return: 0, -ENOENT if the kernel has no such tracepoint, or an error of
 * tracepoint_probe_register().
 */
int tl_probe_init(void)
{
	for_each_kernel_tracepoint(probe_match, NULL);
	if (!probe_set_state_event)
		return -ENOENT;
	return tracepoint_probe_register(probe_set_state_event, probe_on_set_state, NULL);
}

/**
 * tl_probe_exit() - stop listening; afterwards no probe runs any more
 */
void tl_probe_exit(void)
{
	tracepoint_probe_unregister(probe_set_state_event, probe_on_set_state, NULL);
	tracepoint_synchronize_unregister();
}

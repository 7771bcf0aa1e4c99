// SPDX-License-Identifier: GPL-2.0
/*
 * What the tracker is told: segments by the hooks, states by the sockets.
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
#include "check.h"
#include "compare.h"
#include "events.h"
#include "identity.h"
#include "life.h"
#include "mini.h"
#include "socket.h"
#include "table.h"
#include "track.h"

static void tell(struct tl_conn *conn, unsigned int end, const struct sock *sk,
		 enum tl_state state, enum tl_exit reason)
{
	struct tl_change change = {
		.sk = sk,
		.end = end,
		.to = state,
		.why = reason,
	};

	tl_life_socket(conn, &change);
}

/*
 * A socket opens actively. An earlier incarnation of the 4-tuple ends here;
 * a peer that is opening too (simultaneous open) is the same incarnation.
 */
static void open_active(struct tl_conn *conn, unsigned int end, bool fresh)
{
	bool crossed = tl_conn_here(conn, !end) &&
		       conn->state[!end] == TL_SYN_SENT;

	tl_life_reused(conn, end, TL_EXIT_REUSED_OUT);
	if (fresh || !crossed)
		tl_life_begin(conn, TL_ACTIVE, end);
}

/**
 * tl_events_syn() - a socket sends a SYN without ACK
 * @ns: the namespace
 * @key: the connection's key
 * @end: the socket's end
 * @sk: the full socket
 * @segment: the SYN
 *
 * Context: RCU.
 */
void tl_events_syn(struct tl_net *ns, const struct tl_key *key,
		   unsigned int end, const struct sock *sk,
		   const struct tl_segment *segment)
{
	struct tl_conn *conn;
	bool fresh;

	conn = tl_birth(ns, key, &fresh);
	if (!conn) {
		if (!tcp_sk(sk)->total_retrans)
			tl_track_note(ns->track, TL_COUNT_REFUSED_FULL);
		return;
	}
	/* Sent again: neither the socket nor the machine learns anything. */
	if (conn->state[end] != TL_SYN_SENT) {
		open_active(conn, end, fresh);
		tl_on_met(conn, (struct sock *)sk, true);
		tell(conn, end, sk, TL_SYN_SENT, TL_EXIT_REUSED_OUT);
		tl_life_segment(conn, end, segment);
	}
	tl_life_unlock(conn);
}

/* The SYN that a SYN,ACK answers has passed before there was a row for it. */
static void infer_syn(struct tl_conn *conn, unsigned int from,
		      const struct tl_segment *answer)
{
	const struct tl_segment syn = {
		.seq = answer->ack - 1,
		.end = answer->ack,
		.flags = TL_SYN,
	};

	if (conn->peers.end[from].state == TL_UNKNOWN)
		tl_life_segment(conn, from, &syn);
}

/*
 * Whether this is no SYN,ACK that the timer of a request sends again: that is
 * not pending meanwhile. An answer to a SYN that was repeated cannot be told
 * from the first.
 */
static bool is_first_answer(const struct sock *sk)
{
	const struct request_sock *req = inet_reqsk(sk);

	if (tl_socket_is_full(sk))
		return true;
	/* The timer counts without a lock; which comes first is no matter. */
	return !data_race(req->num_timeout > 0) &&
	       timer_pending(&req->rsk_timer);
}

/* A listener answers; unless the SYN came from here, a connection starts. */
static void open_passive(struct tl_conn *conn, unsigned int end)
{
	if (tl_conn_here(conn, !end) && conn->state[!end] == TL_SYN_SENT)
		return;
	tl_life_reused(conn, end, TL_EXIT_REUSED_IN);
	tl_life_begin(conn, TL_PASSIVE, end);
}

/*
 * The row of a connection that is answered, made by the first answer. If that
 * found no room, or the row was given up, the connection gets one once it is
 * open: under a flood repeated answers would only displace each other's rows.
 */
static struct tl_conn *find_embryonic(struct tl_net *ns,
				      const struct tl_key *key,
				      unsigned int end, const struct sock *sk)
{
	struct tl_conn *conn;
	bool fresh;

	if (!is_first_answer(sk))
		return tl_table_find(ns, key);
	conn = tl_birth(ns, key, &fresh);
	/* The SYN of a socket here has been counted already. */
	if (!conn && !tl_socket_exists(ns->net, key, !end))
		tl_track_note(ns->track, TL_COUNT_REFUSED_FULL);
	return conn;
}

/*
 * Whether a SYN,ACK is not one that is sent again, or that of a simultaneous
 * open. A RST ends a request socket without a word, and before that is found
 * out the peer may have sent another SYN.
 */
static bool is_new_answer(const struct tl_conn *conn, unsigned int end,
			  const struct tl_segment *segment)
{
	const struct tl_endpoint *said = &conn->peers.end[end];

	return conn->state[end] != TL_SYN_RECEIVED ||
	       (said->syn && said->control_end != segment->seq + 1);
}

/* A request that a Fast Open socket stands for already, which tells more. */
static bool has_child(const struct sock *sk)
{
	return READ_ONCE(sk->sk_state) == TCP_NEW_SYN_RECV &&
	       tcp_rsk(inet_reqsk(sk))->tfo_listener;
}

/*
 * No socket will tell. A TIME_WAIT that stood there has made room for the new one,
 * unless the answer is a proxy's, which has asked no socket.
 */
static void answered_by_cookie(struct tl_net *ns, const struct tl_key *key,
			       unsigned int end)
{
	struct tl_conn *conn = tl_table_find(ns, key);
	struct sock *sk;

	tl_track_note(ns->track, TL_COUNT_SYN_COOKIE);
	if (!conn)
		return;
	sk = conn->bound ? tl_socket_find(conn, end) : tl_socket_near(conn, end);
	if (sk)
		sock_gen_put(sk);
	else
		tl_life_reused(conn, end, TL_EXIT_REUSED_IN);
	tl_life_unlock(conn);
}

/**
 * tl_events_syn_ack() - a SYN is answered by a SYN,ACK
 * @ns: the namespace
 * @key: the connection's key
 * @end: the answering end
 * @sk: its request socket, or its full socket (Fast Open, simultaneous open),
 *	or NULL (SYN cookie)
 * @segment: the SYN,ACK
 *
 * Context: RCU.
 */
void tl_events_syn_ack(struct tl_net *ns, const struct tl_key *key,
		       unsigned int end, const struct sock *sk,
		       const struct tl_segment *segment)
{
	struct tl_conn *conn;

	if (!sk) {
		answered_by_cookie(ns, key, end);
		return;
	}
	/* Fast Open: sent again, by the child or its request. */
	if (tl_socket_state(sk) != TL_SYN_RECEIVED || has_child(sk))
		return;
	conn = find_embryonic(ns, key, end, sk);
	if (!conn)
		return;
	if (is_new_answer(conn, end, segment)) {
		open_passive(conn, end);
		if (!tl_conn_here(conn, !end)) {
			infer_syn(conn, !end, segment);
			tl_life_segment(conn, end, segment);
		}
		tell(conn, end, sk, TL_SYN_RECEIVED, TL_EXIT_REUSED_IN);
	} else {
		tl_life_segment(conn, end, segment);
	}
	tl_life_unlock(conn);
}

/**
 * tl_events_sent() - a segment that is no SYN leaves
 * @ns: the namespace
 * @key: the connection's key
 * @from: the sending end
 * @sk: its full socket; NULL if a request socket, a mini-socket, nobody or a
 *	raw socket sends. A RST that TCP sends for a full socket, without being
 *	asked by its owner, has that socket on newer kernels only
 * @segment: the segment
 *
 * Context: RCU.
 */
void tl_events_sent(struct tl_net *ns, const struct tl_key *key,
		    unsigned int from, const struct sock *sk,
		    const struct tl_segment *segment)
{
	struct tl_conn *conn = tl_table_find(ns, key);

	if (!conn)
		return;
	if (sk)
		tl_life_sent(conn, from, segment);
	else
		tl_life_segment(conn, from, segment);
	if (segment->flags & TL_RST)
		tl_life_refused(conn, from, segment);
	/* A mini-socket turns from FIN_WAIT_2 to TIME_WAIT, and acknowledges. */
	if (!sk && conn->state[from] == TL_FIN_WAIT_2)
		tl_check(conn, false);
	if (sk && !(segment->flags & TL_RST) && tl_conn_here(conn, from) &&
	    !tl_conn_both_here(conn))
		tl_compare(conn, from, sk);
	tl_life_unlock(conn);
}

/**
 * tl_events_received() - a segment arrives for this machine
 * @ns: the namespace
 * @key: the connection's key
 * @from: the sending end
 * @segment: the segment
 *
 * TCP has not judged it yet.
 * Context: RCU.
 */
void tl_events_received(struct tl_net *ns, const struct tl_key *key,
			unsigned int from, const struct tl_segment *segment)
{
	struct tl_conn *conn = tl_table_find(ns, key);

	if (!conn)
		return;
	tl_life_segment(conn, from, segment);
	/* It may set the timer anew. */
	if (conn->exact)
		tl_life_check_soon(conn);
	tl_life_unlock(conn);
}

/**
 * tl_events_forwarded() - a segment is forwarded
 * @ns: the namespace
 * @key: the connection's key
 * @from: the sending end
 * @segment: the segment
 *
 * A connection begins with its SYN; one that was open before is adopted by any
 * segment that only an open connection sends.
 * Context: RCU.
 */
void tl_events_forwarded(struct tl_net *ns, const struct tl_key *key,
			 unsigned int from, const struct tl_segment *segment)
{
	bool syn = (segment->flags & (TL_SYN | TL_ACK)) == TL_SYN;
	bool open = !(segment->flags & (TL_SYN | TL_FIN | TL_RST));
	struct tl_conn *conn;
	bool fresh = false;

	if (syn || open)
		conn = tl_birth(ns, key, &fresh);
	else
		conn = tl_table_find(ns, key);
	if (!conn) {
		if (syn)
			tl_track_note(ns->track, TL_COUNT_REFUSED_FULL);
		return;
	}
	if (fresh && open)
		tl_life_begin_open(conn, from);
	else if (fresh || (syn && conn->state[from] > TL_ESTABLISHED))
		tl_life_begin(conn, TL_FORWARD, from);
	tl_life_segment(conn, from, segment);
	tl_life_unlock(conn);
}

/*
 * A full socket that becomes CLOSED may leave a mini-socket behind, in one of
 * two states; it is in the table before the tracepoint fires.
 */
static struct sock *find_mini(const struct tl_conn *conn, unsigned int end,
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
static bool found_no_room(const struct sock *closed, int old_state)
{
	return !closed->sk_err &&
	       (old_state == TCP_CLOSING || sock_flag(closed, SOCK_DONE));
}

/* What a socket leaves that can leave a mini-socket. */
static void left_mini(struct tl_conn *conn, unsigned int end,
		      const struct sock *closed, int old_state)
{
	struct sock *mini = find_mini(conn, end, closed);
	enum tl_state state = mini ? tl_socket_state(mini) : TL_CLOSED;

	tl_mini_closed(conn, closed);
	tell(conn, end, mini ?: closed, state, TL_EXIT_REUSED_IN);
	if (mini || found_no_room(closed, old_state))
		tl_on_left(conn, end, mini ?: closed);
	if (mini)
		sock_gen_put(mini);
}

/*
 * Whether it was not this socket that the row is about. A connect() that finds
 * its 4-tuple taken, and a child that another CPU has made before, have the
 * addresses of a living connection when they are given up.
 */
static bool is_rival(const struct tl_conn *conn, unsigned int end,
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

static bool may_leave_mini(int old_state)
{
	return old_state == TCP_FIN_WAIT2 || old_state == TCP_CLOSING;
}

static enum tl_origin origin_of(int old_state)
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
static bool is_of_earlier_request(const struct tl_conn *conn, unsigned int end,
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
static bool is_history(const struct tl_conn *conn, unsigned int end,
		       const struct sock *sk)
{
	return tl_conn_here(conn, end) &&
	       (conn->state[end] == TL_TIME_WAIT ||
		tl_state_over(conn->state[end]) ||
		is_of_earlier_request(conn, end, sk));
}

static void socket_changed(struct tl_net *ns, const struct sock *sk,
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
	if (state == TL_CLOSED && is_rival(conn, end, sk, old_state)) {
		tl_life_unlock(conn);
		return;
	}
	if (fresh || (state == TL_ESTABLISHED && is_history(conn, end, sk))) {
		tl_life_reused(conn, end, TL_EXIT_REUSED_IN);
		tl_life_begin(conn, origin_of(old_state), end);
		/* Who calls the tracepoint has the socket locked. */
		if (state != TL_CLOSED)
			tl_on_met(conn, (struct sock *)sk, true);
	}
	if (state == TL_CLOSED && may_leave_mini(old_state))
		left_mini(conn, end, sk, old_state);
	else
		tl_life_socket(conn, &change);
	if (conn->state[end] == TL_CLOSED && old_state != TCP_SYN_SENT &&
	    old_state != TCP_SYN_RECV)
		tl_on_closed(conn, sk);
	tl_life_unlock(conn);
}

/*
 * Of hosts that answer alone: what was sent to others in vain tells of no loss. The
 * second SYN was answered as often as the first was lost, however many follow.
 */
static void note_answered(struct tl_net *ns, const struct sock *sk)
{
	u32 repeated = tcp_sk(sk)->total_retrans;

	if (repeated < 2)
		tl_track_note(ns->track, repeated ? TL_COUNT_SYN_SECOND :
						     TL_COUNT_SYN_FIRST);
}

/* News that is not about a row. */
static void note_others(struct tl_net *ns, const struct sock *sk, int old_state,
			int new_state)
{
	tl_on_socket(ns, sk, old_state, new_state);
	if (old_state == TCP_SYN_SENT && new_state == TCP_ESTABLISHED)
		note_answered(ns, sk);
}

/* Called in process and softirq context; on newer kernels without RCU. */
static void on_set_state(void *unused, const struct sock *sk,
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
		socket_changed(ns, sk, old_state, new_state);
	if (READ_ONCE(ns->track->enabled))
		note_others(ns, sk, old_state, new_state);
	rcu_read_unlock();
}

/**
 * tl_events_adopt_one() - make a row for a socket that has a connection already
 * @sk: full, request or mini-socket
 *
 * Context: RCU.
 * Return: false if the table is full or memory is short.
 */
bool tl_events_adopt_one(struct sock *sk)
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
	/* What the hooks and the tracepoint told meanwhile is newer. */
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

static void adopt(struct sock *sk)
{
	if (!tl_events_adopt_one(sk))
		tl_track_note(tl_net(sock_net(sk))->track,
			      TL_COUNT_REFUSED_FULL);
}

/**
 * tl_events_adopt() - make rows for the connections that exist already
 * @net: the namespace, with its hooks in place; NULL: all namespaces
 *
 * Context: process; sleeps.
 */
void tl_events_adopt(struct net *net)
{
	if (net)
		tl_socket_walk(net, adopt);
	else
		tl_socket_walk_all(adopt);
}

static struct tracepoint *set_state_event;

static void match(struct tracepoint *event, void *unused)
{
	if (!strcmp(event->name, "inet_sock_set_state"))
		set_state_event = event;
}

/**
 * tl_events_init() - listen to the states of sockets
 *
 * Return: 0, -ENOENT if the kernel has no such tracepoint, or an error of
 * tracepoint_probe_register().
 */
int tl_events_init(void)
{
	for_each_kernel_tracepoint(match, NULL);
	if (!set_state_event)
		return -ENOENT;
	return tracepoint_probe_register(set_state_event, on_set_state, NULL);
}

/**
 * tl_events_exit() - stop listening; afterwards no probe runs any more
 */
void tl_events_exit(void)
{
	tracepoint_probe_unregister(set_state_event, on_set_state, NULL);
	tracepoint_synchronize_unregister();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The news that segments bring: the hooks' side. A socket that tells its state is
 * believed. Segments tell that a connection begins, and the states of ends that have no
 * socket here.
 */
#include <net/request_sock.h>
#include <net/tcp.h>

#include "../net.h"
#include "birth.h"
#include "change.h"
#include "check.h"
#include "compare.h"
#include "life.h"
#include "segments.h"
#include "socket.h"
#include "table.h"
#include "track.h"

/*
 * A socket opens actively. An earlier incarnation of the 4-tuple ends here;
 * a peer that is opening too (simultaneous open) is the same incarnation.
 */
static void segments_open_active(struct tl_conn *conn, unsigned int end, bool fresh)
{
	bool crossed = tl_conn_here(conn, !end) &&
		       conn->state[!end] == TL_SYN_SENT;

	tl_life_reused(conn, end, TL_EXIT_REUSED_OUT);
	if (fresh || !crossed)
		tl_life_begin(conn, TL_ACTIVE, end);
}

/**
 * tl_segments_syn() - a socket sends a SYN without ACK
 * @ns: the namespace
 * @key: the connection's key
 * @end: the socket's end
 * @sk: the full socket
 * @segment: the SYN
 *
 * Context: RCU.
 */
void tl_segments_syn(struct tl_net *ns, const struct tl_key *key,
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
		segments_open_active(conn, end, fresh);
		tl_on_met(conn, (struct sock *)sk, true);
		tl_life_socket_is(conn, end, sk, TL_SYN_SENT, TL_EXIT_REUSED_OUT);
		tl_life_segment(conn, end, segment);
	}
	tl_life_unlock(conn);
}

/* The SYN that a SYN,ACK answers has passed before there was a row for it. */
static void segments_infer_syn(struct tl_conn *conn, unsigned int from,
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
static bool segments_is_first_answer(const struct sock *sk)
{
	const struct request_sock *req = inet_reqsk(sk);

	if (tl_socket_is_full(sk))
		return true;
	/* The timer counts without a lock; which comes first is no matter. */
	return !data_race(req->num_timeout > 0) &&
	       timer_pending(&req->rsk_timer);
}

/* A listener answers; unless the SYN came from here, a connection starts. */
static void segments_open_passive(struct tl_conn *conn, unsigned int end)
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
static struct tl_conn *segments_find_embryonic(struct tl_net *ns,
					       const struct tl_key *key,
					       unsigned int end, const struct sock *sk)
{
	struct tl_conn *conn;
	bool fresh;

	if (!segments_is_first_answer(sk))
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
static bool segments_is_new_answer(const struct tl_conn *conn, unsigned int end,
				   const struct tl_segment *segment)
{
	const struct tl_endpoint *said = &conn->peers.end[end];

	return conn->state[end] != TL_SYN_RECEIVED ||
	       (said->syn && said->control_end != segment->seq + 1);
}

/* A request that a Fast Open socket stands for already, which tells more. */
static bool segments_has_child(const struct sock *sk)
{
	return READ_ONCE(sk->sk_state) == TCP_NEW_SYN_RECV &&
	       tcp_rsk(inet_reqsk(sk))->tfo_listener;
}

/*
 * No socket will tell. A TIME_WAIT that stood there has made room for the new one,
 * unless the answer is a proxy's, which has asked no socket.
 */
static void segments_answered_by_cookie(struct tl_net *ns, const struct tl_key *key,
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
 * tl_segments_syn_ack() - a SYN is answered by a SYN,ACK
 * @ns: the namespace
 * @key: the connection's key
 * @end: the answering end
 * @sk: its request socket, or its full socket (Fast Open, simultaneous open),
 *	or NULL (SYN cookie)
 * @segment: the SYN,ACK
 *
 * Context: RCU.
 */
void tl_segments_syn_ack(struct tl_net *ns, const struct tl_key *key,
			 unsigned int end, const struct sock *sk,
			 const struct tl_segment *segment)
{
	struct tl_conn *conn;

	if (!sk) {
		segments_answered_by_cookie(ns, key, end);
		return;
	}
	/* Fast Open: sent again, by the child or its request. */
	if (tl_socket_state(sk) != TL_SYN_RECEIVED || segments_has_child(sk))
		return;
	conn = segments_find_embryonic(ns, key, end, sk);
	if (!conn)
		return;
	if (segments_is_new_answer(conn, end, segment)) {
		segments_open_passive(conn, end);
		if (!tl_conn_here(conn, !end)) {
			segments_infer_syn(conn, !end, segment);
			tl_life_segment(conn, end, segment);
		}
		tl_life_socket_is(conn, end, sk, TL_SYN_RECEIVED, TL_EXIT_REUSED_IN);
	} else {
		tl_life_segment(conn, end, segment);
	}
	tl_life_unlock(conn);
}

/**
 * tl_segments_sent() - a segment that is no SYN leaves
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
void tl_segments_sent(struct tl_net *ns, const struct tl_key *key,
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
 * tl_segments_received() - a segment arrives for this machine
 * @ns: the namespace
 * @key: the connection's key
 * @from: the sending end
 * @segment: the segment
 *
 * TCP has not judged it yet.
 * Context: RCU.
 */
void tl_segments_received(struct tl_net *ns, const struct tl_key *key,
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
 * tl_segments_forwarded() - a segment is forwarded
 * @ns: the namespace
 * @key: the connection's key
 * @from: the sending end
 * @segment: the segment
 *
 * A connection begins with its SYN; one that was open before is adopted by any
 * segment that only an open connection sends.
 * Context: RCU.
 */
void tl_segments_forwarded(struct tl_net *ns, const struct tl_key *key,
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

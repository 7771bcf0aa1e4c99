// SPDX-License-Identifier: GPL-2.0
/*
 * Connections of which one end is presumed gone, and what shows it.
 *
 * A half-open connection is one of which one end does not know that the other
 * has closed or lost it (RFC 9293, section 3.5.1). All functions that take a
 * connection want it locked.
 */
#include <net/tcp.h>

#include "../net.h"
#include "../trace/trace.h"
#include "../track/clock.h"
#include "../track/conn.h"
#include "../track/socket.h"
#include "../track/track.h"
#include "bits.h"
#include "half_open.h"

static_assert((int)TL_EVIDENCE_UNKNOWN <= (int)TL_FLAGS_EVIDENCE);

static const char * const half_open_names[] = {
	[TL_EVIDENCE_NONE]		= "-",
	[TL_EVIDENCE_FIN_WAIT_2]	= "fin-wait-2-timeout",
	[TL_EVIDENCE_SYN]		= "syn-on-established",
	[TL_EVIDENCE_CHALLENGE]		= "challenge-reset",
	[TL_EVIDENCE_RETRIES2]		= "retries2",
	[TL_EVIDENCE_KEEPALIVE]		= "keepalive",
	[TL_EVIDENCE_UNKNOWN]		= "unknown-reset",
};

/**
 * tl_evidence_name() - the word for a piece of evidence
 * @evidence: what shows that one end is gone
 *
 * Return: the word that reports show.
 */
const char *tl_evidence_name(enum tl_evidence evidence)
{
	return half_open_names[evidence];
}

/**
 * tl_half_open_now() - how many connections are known to be half-open
 * @half_open: of a namespace
 */
unsigned int tl_half_open_now(const struct tl_half_open *half_open)
{
	return atomic_read(&half_open->now);
}

/**
 * tl_half_open_evidence() - what shows that one end of a connection is gone
 * @conn: the connection
 */
enum tl_evidence tl_half_open_evidence(const struct tl_conn *conn)
{
	return tl_flags(conn, TL_FLAGS_EVIDENCE);
}

/* One end of a connection turns out to be gone. */
static void half_open_found(const struct tl_conn *conn, enum tl_evidence evidence)
{
	if (!tl_half_open_evidence(conn))
		atomic_inc(&conn->ns->half_open->now);
	tl_flags_set_evidence(conn, evidence);
	trace_half_open(conn->ns, &conn->key, conn->first, tl_evidence_name(evidence));
}

/**
 * tl_half_open_forget() - the connection is not half-open, or ends to be known
 * @conn: the connection
 */
void tl_half_open_forget(const struct tl_conn *conn)
{
	if (!tl_half_open_evidence(conn))
		return;
	tl_flags_set_evidence(conn, TL_EVIDENCE_NONE);
	atomic_dec(&conn->ns->half_open->now);
}

/* Errors that tell of something else than silence. */
static bool half_open_was_ended(int err)
{
	return !err || err == ECONNRESET || err == EPIPE || err == ECONNABORTED;
}

/*
 * Whether a full socket, which was synchronized and becomes CLOSED, ends for want of
 * any answer.
 *
 * The socket gives up when retransmissions or window probes (tcp_retries2,
 * RFC 9293 section 3.8.3) or keepalives (RFC 9293 section 3.8.4) stay without
 * an answer; what it was waiting for tells which. Its error is that of the last
 * ICMP message, or ETIMEDOUT; a program that asks for the error in the very
 * moment may take it away.
 */
static enum tl_evidence half_open_gave_up(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	if (half_open_was_ended(READ_ONCE(sk->sk_err)) ||
	    (!READ_ONCE(icsk->icsk_retransmits) &&
	     !READ_ONCE(icsk->icsk_probes_out)))
		return TL_EVIDENCE_NONE;
	return READ_ONCE(tp->write_seq) == READ_ONCE(tp->snd_una) ?
	       TL_EVIDENCE_KEEPALIVE : TL_EVIDENCE_RETRIES2;
}

/*
 * Whether tcp_retries2 alone was the bound for a full socket that was given up for
 * want of an acknowledgment.
 *
 * An orphan has tcp_orphan_retries, and a program may have its own bound in
 * TCP_USER_TIMEOUT.
 */
static bool half_open_by_retries2(const struct sock *sk)
{
	return !sock_flag(sk, SOCK_DEAD) &&
	       !READ_ONCE(inet_csk(sk)->icsk_user_timeout);
}

/**
 * tl_half_open_closed() - a full socket is CLOSED, perhaps because nobody answered it
 * @conn: the connection, which knows
 * @sk: the socket, which was synchronized
 */
void tl_half_open_closed(const struct tl_conn *conn, const struct sock *sk)
{
	enum tl_evidence evidence = half_open_gave_up(sk);

	if (evidence)
		half_open_found(conn, evidence);
	if (evidence == TL_EVIDENCE_RETRIES2 && half_open_by_retries2(sk))
		tl_track_note(conn->ns->track, TL_COUNT_RETRIES2_CUT);
}

/* Where both ends are here, only a RST that was seen is noted. */
static bool half_open_was_reset(const struct tl_conn *conn)
{
	return tl_conn_both_here(conn) &&
	       (conn->peers.end[0].state == TL_CLOSED ||
		conn->peers.end[1].state == TL_CLOSED);
}

/*
 * A mini-socket in FIN_WAIT_2 is gone: a full socket would have told. That was its
 * timer (tcp_fin_timeout, TCP_LINGER2), unless there was a RST, or somebody has
 * killed it (ss -K), which looks the same. A peer that has not closed by now does
 * not learn it.
 */
static void half_open_left(const struct tl_conn *conn, unsigned int end)
{
	if (conn->state[!end] != TL_CLOSE_WAIT || half_open_was_reset(conn))
		return;
	tl_track_note(conn->ns->track, TL_COUNT_FIN_WAIT_2_CUT);
	half_open_found(conn, TL_EVIDENCE_FIN_WAIT_2);
}

/**
 * tl_half_open_changed() - an end has another state
 * @conn: its connection
 * @change: what has changed, see tl_half_open_wants()
 */
void tl_half_open_changed(const struct tl_conn *conn, const struct tl_change *change)
{
	if (tl_conn_here(conn, change->end)) {
		if (change->from == TL_FIN_WAIT_2 && change->to == TL_CLOSED &&
		    !change->sk && !change->row_goes)
			half_open_left(conn, change->end);
		return;
	}
	/* An end that opened anew as another does not go on as before. */
	if (tl_half_open_evidence(conn) == TL_EVIDENCE_SYN && change->to != TL_CLOSED)
		tl_half_open_forget(conn);
}

/*
 * Whether a SYN is the handshake's own, late or repeated. The peer's first number
 * lies before all that our end has received, which a FIN counts in.
 */
static bool half_open_is_old(const struct tl_conn *conn, unsigned int end,
			     const struct tl_segment *syn)
{
	struct sock *sk = tl_socket_near(conn, end);
	const struct tcp_sock *tp = tcp_sk(sk);
	bool old = true;

	if (!sk)
		return true;
	if (tl_socket_is_full(sk))
		old = syn->seq + 1 + (u32)READ_ONCE(tp->bytes_received) ==
		      READ_ONCE(tp->rcv_nxt);
	sock_gen_put(sk);
	return old;
}

/*
 * A SYN has come for a connection that may be open here.
 * Source: RFC 9293 section 3.5.1, figure 9; RFC 5961 section 4.
 */
static bool half_open_shows_new_end(const struct tl_conn *conn, unsigned int from,
				    const struct tl_segment *syn)
{
	u8 state = conn->state[!from];

	return tl_conn_here(conn, !from) && !tl_conn_both_here(conn) &&
	       !tl_half_open_evidence(conn) && tl_state_synchronized(state) &&
	       state != TL_TIME_WAIT && !half_open_is_old(conn, !from, syn);
}

/*
 * Whether a RST shows that its sender's end was gone, if our end takes it.
 *
 * An end that closes by a RST acknowledges what it has. A host without such a
 * connection takes the sequence number from the acknowledgment that it answers,
 * and acknowledges nothing (RFC 9293 section 3.10.7.1). After a FIN that is
 * nothing new, unless a SYN has come, whose challenge it answers.
 */
static bool half_open_reset_is_evidence(const struct tl_conn *conn, unsigned int from,
					const struct tl_segment *rst)
{
	u8 state = conn->state[!from];

	if (!tl_conn_here(conn, !from) || tl_conn_both_here(conn) ||
	    !tl_state_synchronized(state) || state == TL_TIME_WAIT)
		return false;
	return tl_half_open_evidence(conn) == TL_EVIDENCE_SYN ||
	       !((rst->flags & TL_ACK) || conn->peers.end[from].fin);
}

/**
 * tl_half_open_segment() - a segment has come that may tell something
 * @conn: its connection, not yet stepped
 * @from: index of the end that sent it
 * @segment: a SYN without ACK, or a RST that our end may take
 *
 * Context: RCU, any but hard interrupt.
 * Return: true if the sender begins anew.
 */
bool tl_half_open_segment(const struct tl_conn *conn, unsigned int from,
			  const struct tl_segment *segment)
{
	if (segment->flags & TL_RST) {
		tl_bits_set_reset_is_evidence(conn, half_open_reset_is_evidence(conn, from,
										segment));
		return false;
	}
	if (!half_open_shows_new_end(conn, from, segment))
		return false;
	half_open_found(conn, TL_EVIDENCE_SYN);
	return true;
}

/**
 * tl_half_open_reset_taken() - our end has taken the RST that came last
 * @conn: the connection
 */
void tl_half_open_reset_taken(const struct tl_conn *conn)
{
	if (tl_bits(conn)->reset_is_evidence)
		half_open_found(conn, tl_half_open_evidence(conn) == TL_EVIDENCE_SYN ?
			    TL_EVIDENCE_CHALLENGE : TL_EVIDENCE_UNKNOWN);
}

/**
 * tl_half_open_look() - whether the evidence still holds, if there is any
 * @conn: the connection
 * @end: index of an end that is here
 * @sk: its full socket
 *
 * A SYN may have been an impostor's: then the peer acknowledges something later.
 */
void tl_half_open_look(const struct tl_conn *conn, unsigned int end,
		       const struct sock *sk)
{
	u32 heard;

	if (tl_half_open_evidence(conn) != TL_EVIDENCE_SYN)
		return;
	heard = READ_ONCE(tcp_sk(sk)->rcv_tstamp);
	if ((s32)(heard - conn->since[!end]) > 0)
		tl_half_open_forget(conn);
}

/**
 * tl_half_open_since() - when one end of a connection was presumed gone
 * @conn: the connection, with evidence
 *
 * Return: low half of jiffies.
 */
u32 tl_half_open_since(const struct tl_conn *conn)
{
	unsigned int end;

	/* Its end here is open: the stamp of the other was taken then. */
	if (tl_half_open_evidence(conn) == TL_EVIDENCE_SYN)
		return conn->since[tl_conn_here(conn, 0)];
	for (end = 0; end < 2; end++)
		if (tl_conn_here(conn, end) && tl_state_over(conn->state[end]))
			return conn->since[end];
	return conn->since[!tl_conn_here(conn, 0)];
}

/**
 * tl_half_open_kept_for() - how long it is remembered that a connection was half-open
 * @conn: the connection, of which both ends are over
 *
 * Return: jiffies from now; 0: it is not.
 */
unsigned int tl_half_open_kept_for(const struct tl_conn *conn)
{
	if (!tl_half_open_evidence(conn))
		return 0;
	return tl_clock_remaining(msecs_to_jiffies(TL_HALF_OPEN_MS), tl_half_open_since(conn));
}

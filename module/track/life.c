// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a tracked connection: how sockets and segments change it.
 *
 * All functions want the connection locked; tl_life_unlock() and tl_life_drop() let
 * go of it.
 */
#include <linux/jiffies.h>
#include <net/tcp.h>

#include "../net.h"
#include "../trace/trace.h"
#include "change.h"
#include "clock.h"
#include "life.h"
#include "mini.h"
#include "opener.h"
#include "schedule.h"
#include "search_pause.h"
#include "socket.h"
#include "table.h"
#include "track.h"
#include "wheel.h"

#define MS(ms)		msecs_to_jiffies(ms)

/* Bottom halves are off while a connection is locked: this CPU's are ours. */
static struct tl_stats *life_stats_of(const struct tl_conn *conn)
{
	return this_cpu_ptr(conn->ns->track->stats);
}

static void life_count(const struct tl_conn *conn, enum tl_counter counter)
{
	tl_track_note(conn->ns->track, counter);
}

/* Simultaneity shows at both ends; it is one connection's. */
static void life_count_simultaneous(const struct tl_conn *conn, unsigned int end,
				    enum tl_state state)
{
	u8 from = conn->state[end], peer = conn->state[!end];

	if (state == TL_SYN_RECEIVED && from == TL_SYN_SENT &&
	    (peer == TL_SYN_SENT || tl_key_is_self(&conn->key)))
		life_count(conn, TL_COUNT_SIMULTANEOUS_OPEN);
	if (state == TL_CLOSING && peer != TL_CLOSING)
		life_count(conn, TL_COUNT_SIMULTANEOUS_CLOSE);
}

/* The row forgets what it knew of a mini-socket. */
static void life_after_time_wait(struct tl_conn *conn, unsigned int end)
{
	if (!tl_conn_here(conn, !end) || conn->state[!end] != TL_TIME_WAIT)
		tl_mini_end(conn);
}

/* @change tells what end, which state, since when and why. */
static void life_change_state(struct tl_conn *conn, struct tl_change *change)
{
	unsigned int end = change->end;
	bool here = tl_conn_here(conn, end);
	struct tl_stats *stats;

	change->from = conn->state[end];
	change->from_since = conn->since[end];
	if (here) {
		life_count_simultaneous(conn, end, change->to);
		stats = life_stats_of(conn);
		stats->state[change->from]--;
		stats->state[change->to]++;
	}
	conn->state[end] = change->to;
	conn->since[end] = change->since;
	conn->suspect &= ~BIT(end);
	if (here && change->to == TL_TIME_WAIT)
		tl_mini_begin(conn, end);
	tl_on_change(conn, change);
	if (here && change->from == TL_TIME_WAIT)
		life_after_time_wait(conn, end);
	tl_search_pause_wake(conn);
}

static noinline void life_trace(const struct tl_conn *conn, unsigned int end, enum tl_state from)
{
	const struct tl_trace_change change = {
		.shown = conn->first,
		.end = end,
		.here = tl_conn_here(conn, end),
		.from = from,
		.to = conn->state[end],
	};

	trace_connection_state(conn->ns, &conn->key, &change);
}

static void life_trace_if_on(const struct tl_conn *conn, unsigned int end, enum tl_state from)
{
	if (trace_connection_state_enabled())
		life_trace(conn, end, from);
}

static void life_become(struct tl_conn *conn, unsigned int end, enum tl_state state,
			enum tl_exit reason)
{
	struct tl_change change = {
		.since = tl_clock_now(),
		.end = end,
		.to = state,
		.why = reason,
	};

	if (conn->state[end] == state)
		return;
	life_change_state(conn, &change);
	life_trace_if_on(conn, end, change.from);
}

/* An end turns out to have its socket here: from now on that is believed. */
static void life_take_word(struct tl_conn *conn, unsigned int end)
{
	if (tl_conn_here(conn, end))
		return;
	if (conn->here && conn->origin <= TL_PASSIVE) {
		if (conn->origin == TL_PASSIVE)
			conn->first = end;
		conn->origin = TL_LOOPBACK;
	}
	conn->here |= 1 << end;
	conn->reset = 0;
	conn->state[end] = TL_UNKNOWN;
	life_stats_of(conn)->state[TL_UNKNOWN]++;
}

static void life_leave_here(struct tl_conn *conn, unsigned int end)
{
	struct tl_change change = {
		.since = tl_clock_now(),
		.end = end,
		.to = TL_CLOSED,
		.why = TL_EXIT_OTHER,
		.row_goes = true,
	};

	if (!tl_conn_here(conn, end))
		return;
	/* The row goes, not the connection: this is no event. */
	if (conn->state[end] != TL_CLOSED)
		life_change_state(conn, &change);
	life_stats_of(conn)->state[TL_CLOSED]--;
	conn->here &= ~(1 << end);
}

static void life_begin(struct tl_conn *conn, enum tl_origin origin,
		       unsigned int first)
{
	unsigned int end;

	tl_on_begin(conn);
	if (!tl_conn_in_time_wait(conn)) {
		tl_mini_end(conn);
		conn->link = 0;
	}
	conn->born = tl_clock_now();
	conn->origin = origin;
	conn->first = first;
	conn->reset = 0;
	memset(&conn->peers, 0, sizeof(conn->peers));
	for (end = 0; end < 2; end++) {
		if (tl_state_over(conn->state[end]))
			life_leave_here(conn, end);
		if (tl_conn_here(conn, end))
			continue;
		conn->state[end] = TL_UNKNOWN;
		conn->since[end] = conn->born;
	}
}

/**
 * tl_life_begin() - a connection starts, or starts anew on a used 4-tuple
 * @conn: the connection
 * @origin: how it was met
 * @first: the end to be shown as local
 *
 * Context: RCU, any but hard interrupt.
 */
void tl_life_begin(struct tl_conn *conn, enum tl_origin origin,
		   unsigned int first)
{
	bool adopted = origin == TL_ADOPTED;

	life_begin(conn, adopted ? tl_opener_adopted(conn, first) : origin, first);
	life_count(conn, adopted ? TL_COUNT_ADOPTED : TL_COUNT_CREATED);
}

/* The ends without a socket here are where segments have led them. */
static void life_follow_peers(struct tl_conn *conn)
{
	unsigned int end;

	for (end = 0; end < 2; end++)
		if (!tl_conn_here(conn, end))
			life_become(conn, end, conn->peers.end[end].state,
				    TL_EXIT_OTHER);
}

/* The socket of an end is gone, and a RST has come for it: that was taken. */
static void life_take_reset(struct tl_conn *conn)
{
	conn->reset = 0;
	conn->peers.end[0].state = TL_CLOSED;
	conn->peers.end[1].state = TL_CLOSED;
	life_follow_peers(conn);
	tl_on_reset_taken(conn);
}

/* What tells by which interface the socket can be found. */
static void life_note_binding(struct tl_conn *conn, unsigned int end,
			      const struct sock *sk, enum tl_state state)
{
	int link = READ_ONCE(sk->sk_bound_dev_if);

	if (link)
		conn->bound = 1;
	if (tl_socket_is_full(sk))
		conn->mini &= ~BIT(end);
	else
		conn->mini |= BIT(end);
	if (state != TL_TIME_WAIT && !tl_conn_both_here(conn))
		conn->link = link;
}

static void life_socket_says(struct tl_conn *conn, struct tl_change *change)
{
	unsigned int end = change->end;
	enum tl_state state = change->to;
	u8 said = conn->state[end];

	life_take_word(conn, end);
	if (state == TL_CLOSED && conn->reset)
		life_take_reset(conn);
	if (conn->state[end] != state)
		life_change_state(conn, change);
	if (change->sk)
		life_note_binding(conn, end, change->sk, state);
	if (state == TL_FIN_WAIT_2)
		conn->full = change->sk && tl_socket_is_full(change->sk);
	/* Segments may have said it before. */
	if (said != state)
		life_trace_if_on(conn, end, said);
	if (tl_conn_both_here(conn))
		return;
	tl_peers_told(&conn->peers, end, state);
	life_follow_peers(conn);
}

/**
 * tl_life_socket() - the socket of an end tells its state
 * @conn: the connection
 * @change: which end, socket and state, and why it leaves TIME_WAIT if it does; the
 *	rest is filled here
 */
void tl_life_socket(struct tl_conn *conn, struct tl_change *change)
{
	change->since = tl_clock_now();
	life_socket_says(conn, change);
}

/* When an end took its state, as far as its socket knows. */
static u32 life_since_of(const struct sock *sk, enum tl_state state)
{
	u32 since = tl_clock_now();

	if (state == TL_TIME_WAIT)
		return since - (MS(TL_TIME_WAIT_MS) - tl_socket_time_remaining(sk));
	/* At the latest with the last ACK, which the FIN carried, or what came later. */
	if (state == TL_CLOSE_WAIT && tl_socket_is_full(sk))
		since = READ_ONCE(tcp_sk(sk)->rcv_tstamp);
	return tl_clock_clamped(since);
}

/**
 * tl_life_adopted() - an end is met whose socket was open before
 * @conn: the connection
 * @end: index of the end
 * @sk: its socket, of any kind
 * @state: its state
 */
void tl_life_adopted(struct tl_conn *conn, unsigned int end,
		     const struct sock *sk, enum tl_state state)
{
	struct tl_change change = {
		.sk = sk,
		.since = life_since_of(sk, state),
		.end = end,
		.to = state,
		.why = TL_EXIT_OTHER,
		.adopted = true,
	};

	life_socket_says(conn, &change);
}

/*
 * The machine steps nothing where both ends are here. All the same it is told of a RST:
 * see check_exit_reason(), and a consumer may read it, too. TCP may refuse the RST: no
 * look judges before TCP has.
 */
static void life_note_reset(struct tl_conn *conn, unsigned int from)
{
	if (conn->peers.end[!from].state == TL_CLOSED)
		return;
	conn->peers.end[!from].state = TL_CLOSED;
	tl_wheel_move(conn, TL_SCHEDULE_SOON);
}

/*
 * What a RST does to an end with a socket here is for TCP to decide, which may
 * refuse it for reasons that the segment does not show: a hop limit, a signature,
 * a filter. It waits until that socket is gone, or a look finds that it is not.
 */
static bool life_reset(struct tl_conn *conn, unsigned int from,
		       const struct tl_segment *rst, bool by_socket)
{
	/*
	 * The socket knows where it stands, and few of its segments have been looked
	 * at. A peer that lacks data before it asks again, by a challenge ACK.
	 */
	struct tl_receive_window window = { .rcv_nxt = rst->seq, .known = by_socket };
	struct tl_peers before = conn->peers;

	if (tl_conn_here(conn, !from))
		tl_socket_window(conn, !from, &window);
	if (!tl_peers_step(&conn->peers, from, rst, &window))
		return false;
	if (!tl_conn_lives_here(conn, !from) ||
	    before.end[from].state == conn->peers.end[from].state) {
		life_follow_peers(conn);
		return true;
	}
	conn->peers = before;
	conn->reset = 1;
	tl_on_segment(conn, from, rst);
	conn->suspect &= ~BIT(from);
	return true;
}

static bool life_step(struct tl_conn *conn, unsigned int from, const struct tl_segment *segment)
{
	const struct tl_receive_window window = { .known = false };

	if ((segment->flags & (TL_SYN | TL_ACK)) == TL_SYN &&
	    tl_on_segment(conn, from, segment))
		conn->since[from] = tl_clock_now();
	if (!tl_peers_step(&conn->peers, from, segment, &window))
		return false;
	life_follow_peers(conn);
	return true;
}

static void life_segment_passed(struct tl_conn *conn, unsigned int from,
				const struct tl_segment *segment, bool by_socket)
{
	bool valid, rst = segment->flags & TL_RST;

	/* There is nothing left to step. */
	if (tl_conn_is_over(conn) && tl_wants_remembered(conn))
		return;
	if (rst)
		tl_life_check_soon(conn);
	if (tl_conn_both_here(conn)) {
		if (rst)
			life_note_reset(conn, from);
		return;
	}
	valid = rst ? life_reset(conn, from, segment, by_socket) :
		      life_step(conn, from, segment);
	if (!valid)
		life_count(conn, TL_COUNT_INVALID);
	else if (conn->origin == TL_FORWARD)
		conn->since[!conn->first] = tl_clock_now();
}

/**
 * tl_life_segment() - a segment passed
 * @conn: the connection
 * @from: index of the end that sent it
 * @segment: the segment
 *
 * Steps what segments decide. Where both ends have sockets here that is
 * nothing, except that a RST makes both worth a look: it ends request and
 * mini-sockets without a word.
 * Context: RCU.
 */
void tl_life_segment(struct tl_conn *conn, unsigned int from,
		     const struct tl_segment *segment)
{
	life_segment_passed(conn, from, segment, false);
}

/**
 * tl_life_sent() - a full socket here has sent a segment
 * @conn: the connection
 * @from: index of its end
 * @segment: the segment
 *
 * As tl_life_segment(), except that a RST by which the socket ends its connection
 * is believed wherever it is. Such a one acknowledges something.
 * Context: RCU.
 */
void tl_life_sent(struct tl_conn *conn, unsigned int from,
		  const struct tl_segment *segment)
{
	life_segment_passed(conn, from, segment, segment->flags & TL_ACK);
}

/**
 * tl_life_begin_open() - a forwarded connection was open before it was seen
 * @conn: the connection
 * @first: the end to be shown as local
 */
void tl_life_begin_open(struct tl_conn *conn, unsigned int first)
{
	life_begin(conn, TL_FORWARD, first);
	life_count(conn, TL_COUNT_ADOPTED);
	conn->peers.end[0].state = TL_ESTABLISHED;
	conn->peers.end[1].state = TL_ESTABLISHED;
	life_follow_peers(conn);
}

/**
 * tl_life_refused() - TCP has sent a RST that may only refuse an acknowledgment
 * @conn: the connection
 * @from: index of the end
 * @rst: the RST, which tl_life_segment() knows already
 *
 * One by which a socket ends its connection acknowledges something.
 */
void tl_life_refused(struct tl_conn *conn, unsigned int from,
		     const struct tl_segment *rst)
{
	if ((rst->flags & TL_ACK) || conn->state[from] != TL_SYN_RECEIVED ||
	    !tl_conn_here(conn, from) || tl_conn_both_here(conn))
		return;
	tl_peers_refused(&conn->peers, from, rst);
	life_follow_peers(conn);
}

/**
 * tl_life_reused() - a new connection takes the 4-tuple of an end
 * @conn: the connection
 * @end: index of the end
 * @reason: how, in case that it is in TIME_WAIT
 */
void tl_life_reused(struct tl_conn *conn, unsigned int end,
		    enum tl_exit reason)
{
	if (tl_conn_here(conn, end) && conn->state[end] == TL_TIME_WAIT)
		life_become(conn, end, TL_CLOSED, reason);
}

/**
 * tl_life_check_soon() - look at a connection as soon as TCP has decided
 * @conn: the connection
 */
void tl_life_check_soon(struct tl_conn *conn)
{
	tl_wheel_add(conn, TL_SCHEDULE_SOON);
}

/**
 * tl_life_unlock() - let go of a connection, with its next look arranged
 * @conn: the connection; forgotten if both ends are over
 */
void tl_life_unlock(struct tl_conn *conn)
{
	unsigned int delay;

	if (!tl_schedule_looks_soon(conn)) {
		delay = tl_schedule_look_in(conn);
		if (!delay) {
			tl_life_drop(conn);
			return;
		}
		tl_wheel_add(conn, delay);
	}
	tl_conn_unlock(conn);
}

/**
 * tl_life_drop() - forget a connection
 * @conn: the connection
 */
void tl_life_drop(struct tl_conn *conn)
{
	tl_on_row_goes(conn);
	life_leave_here(conn, 0);
	life_leave_here(conn, 1);
	tl_on_row_gone(conn);
	tl_table_remove(conn);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Whether the sockets of a row are as it says, and what is done if they are not.
 *
 * All functions want the connection locked; tl_check_due() lets go of it.
 */
#include <linux/jiffies.h>
#include <net/tcp.h>

#include "../net.h"
#include "change.h"
#include "check.h"
#include "clock.h"
#include "life.h"
#include "schedule.h"
#include "socket.h"
#include "track.h"
#include "wheel.h"

/* How long after its adoption a row may still be wrong unnoticed. */
#define ADOPTION_MS	2000

/* Why a TIME_WAIT socket that is not there any more ended. */
static enum tl_exit check_exit_reason(const struct tl_conn *conn, unsigned int end)
{
	return conn->reset || conn->peers.end[end].state == TL_CLOSED ?
	       TL_EXIT_RESET : TL_EXIT_OTHER;
}

/* Request and mini-sockets change and end without an event. */
static bool check_changes_silently(const struct tl_conn *conn, unsigned int end)
{
	u8 state = conn->state[end];

	return state == TL_SYN_RECEIVED || state == TL_FIN_WAIT_2 ||
	       state == TL_TIME_WAIT;
}

/*
 * What was adopted may have changed while nobody knew it, and what began while
 * the tracker did may have been seen by the hooks, but not by the tracepoint.
 */
static bool check_just_adopted(const struct tl_conn *conn)
{
	if ((u32)jiffies - conn->born >= msecs_to_jiffies(ADOPTION_MS))
		return false;
	return conn->origin >= TL_ADOPTED ||
	       (u32)jiffies - tl_track_started(conn->ns->track) < msecs_to_jiffies(ADOPTION_MS);
}

static void check_correct(struct tl_conn *conn, unsigned int end,
			  enum tl_state state)
{
	if (!check_changes_silently(conn, end) && !check_just_adopted(conn))
		tl_track_note(conn->ns->track, state == TL_CLOSED ?
			      TL_COUNT_DISAGREE_GONE : TL_COUNT_DISAGREE_MISSED);
	tl_life_socket_is(conn, end, NULL, state, check_exit_reason(conn, end));
}

/* What a mini-socket does by itself, and not in its first moment. */
static bool check_is_mini_change(const struct tl_conn *conn, unsigned int end,
				 enum tl_state state)
{
	return conn->state[end] == TL_TIME_WAIT && state == TL_CLOSED &&
	       (u32)jiffies - conn->since[end] >= TL_SCHEDULE_SOON;
}

/* A mini-socket has come from FIN_WAIT_2 to TIME_WAIT. */
static void check_came_to_time_wait(struct tl_conn *conn, unsigned int end,
				    struct sock *mini)
{
	tl_life_socket_is(conn, end, mini, TL_TIME_WAIT, TL_EXIT_OTHER);
	tl_on_mini(conn, end, mini);
	sock_gen_put(mini);
}

/*
 * A RST has come for a socket that is still there. TCP has refused it if that is
 * so at the second look, too. TCP has not seen one that waits in the backlog.
 */
static void check_doubt_reset(struct tl_conn *conn, unsigned int end, const struct sock *sk)
{
	if (tl_socket_is_full(sk) && READ_ONCE(sk->sk_backlog.tail)) {
		conn->suspect |= BIT(!end);
		return;
	}
	if (conn->suspect & BIT(!end))
		conn->reset = 0;
	conn->suspect ^= BIT(!end);
}

/* The same where both ends are here. A full socket would not have become a mini-socket. */
static void check_doubt_noted(struct tl_conn *conn, unsigned int end)
{
	if (tl_conn_both_here(conn) && conn->peers.end[end].state == TL_CLOSED)
		conn->peers.end[end].state = conn->state[end];
}

/* Whether the socket of an end is as the row says, or the row is now as it is. */
static bool check_compare_end(struct tl_conn *conn, unsigned int end, bool judge)
{
	enum tl_state state = TL_CLOSED;
	struct sock *sk;

	sk = tl_socket_find(conn, end);
	if (sk) {
		state = tl_socket_state(sk);
		if (judge)
			check_doubt_noted(conn, end);
		if (state == TL_TIME_WAIT && conn->state[end] == TL_FIN_WAIT_2) {
			check_came_to_time_wait(conn, end, sk);
			return true;
		}
		if (tl_on_look(conn, end, sk, state))
			return true;
		if (conn->reset && judge)
			check_doubt_reset(conn, end, sk);
		sock_gen_put(sk);
	}
	/* A new incarnation makes itself known by its SYN or SYN,ACK. */
	if (state == TL_SYN_SENT || state == TL_SYN_RECEIVED ||
	    state == conn->state[end])
		return true;
	if (check_is_mini_change(conn, end, state))
		tl_life_socket_is(conn, end, NULL, state, check_exit_reason(conn, end));
	else if (judge && (conn->suspect & BIT(end)))
		check_correct(conn, end, state);
	else
		return false;
	return true;
}

/**
 * tl_check() - make sure that the sockets are as the row says
 * @conn: the connection
 * @judge: this is a look arranged for the purpose: doubts count; otherwise
 *	they arrange for one
 *
 * The tracepoint fires before the socket has its new state, and after a closed
 * one left the socket table; a new mini-socket cannot be found for a moment.
 * Only what is still so at a second look, later, is a fact.
 * Context: any but hard interrupt.
 */
void tl_check(struct tl_conn *conn, bool judge)
{
	u8 suspect = conn->suspect;
	unsigned int end;

	rcu_read_lock();
	for (end = 0; end < 2; end++) {
		if (!tl_conn_here(conn, end) || tl_state_over(conn->state[end]))
			continue;
		if (!check_compare_end(conn, end, judge))
			conn->suspect |= BIT(end);
		else if (judge)
			conn->suspect &= ~BIT(end);
	}
	rcu_read_unlock();
	/* The look that judges comes no sooner than it takes for both to agree. */
	if (conn->suspect & ~suspect)
		tl_wheel_move(conn, TL_SCHEDULE_SOON);
}

/**
 * tl_check_due() - the time of a connection has come
 * @conn: the connection; let go of
 *
 * Context: any but hard interrupt.
 */
void tl_check_due(struct tl_conn *conn)
{
	conn->born = tl_clock_clamped(conn->born);
	conn->since[0] = tl_clock_clamped(conn->since[0]);
	conn->since[1] = tl_clock_clamped(conn->since[1]);
	tl_on_due(conn);
	tl_check(conn, true);
	tl_life_unlock(conn);
}

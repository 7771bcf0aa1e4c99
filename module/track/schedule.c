// SPDX-License-Identifier: GPL-2.0
/*
 * How long a row is kept, when it is looked at, and what it is worth to a full
 * table. All functions want the connection locked, but for a guess at its worth.
 */
#include <linux/jiffies.h>

#include "../net.h"
#include "change.h"
#include "clock.h"
#include "schedule.h"
#include "socket.h"
#include "wheel.h"

#define MS(ms)		msecs_to_jiffies(ms)

/* A socket that ends without a word is looked for this often. */
#define SILENT		MS(1000)
/* A peer that never closed is remembered this long after our end is gone. */
#define HALF_OPEN	MS(3600000)
/* Forwarded connections: RFC 5382 section 5, REQ-5. */
#define FORWARD_ESTABLISHED	MS(7440000)
#define FORWARD_TRANSITORY	MS(240000)
/* A row that has no time of its own is compared with its socket this often. */
#define RECHECK		MS(60000)

/* Jiffies until an end that is here wants to be looked at. */
static unsigned int schedule_check_in(const struct tl_conn *conn, unsigned int end)
{
	switch (conn->state[end]) {
	case TL_SYN_SENT:	/* most are over soon: their rows need not move */
		return tl_clock_remaining(SILENT, conn->since[end]) ?: RECHECK;
	case TL_SYN_RECEIVED:
		return SILENT;
	case TL_FIN_WAIT_2:
		return conn->full ? RECHECK : SILENT;
	default:
		if (!(BIT(conn->state[end]) & TL_STATES_LOOKED_AT))
			return RECHECK;
		return min_t(unsigned int, RECHECK, tl_wants_look_in(conn, end));
	}
}

/* A consumer may have to tell of an age in it within a second. */
static bool schedule_in_close_wait(const struct tl_conn *conn)
{
	return conn->state[0] == TL_CLOSE_WAIT || conn->state[1] == TL_CLOSE_WAIT;
}

/* Jiffies that a row is kept which only the remote end still fills. */
static unsigned int schedule_history_remaining(const struct tl_conn *conn, unsigned int end)
{
	if (tl_key_is_self(&conn->key))
		return 0;
	switch (conn->state[end]) {
	case TL_TIME_WAIT:
		return tl_clock_remaining(MS(TL_TIME_WAIT_MS), conn->since[end]);
	case TL_UNKNOWN:
	case TL_CLOSED:
	case TL_SYN_SENT:
	case TL_SYN_RECEIVED:
		return 0;
	default:
		return tl_clock_remaining(HALF_OPEN, conn->since[!end]);
	}
}

/* Both ends have spoken: one alone may be anybody's guess. */
static bool schedule_forward_open(const struct tl_conn *conn)
{
	return conn->state[0] == TL_ESTABLISHED && conn->peers.end[0].ack &&
	       conn->state[1] == TL_ESTABLISHED && conn->peers.end[1].ack;
}

static unsigned int schedule_forward_remaining(const struct tl_conn *conn)
{
	unsigned int length = FORWARD_TRANSITORY;

	if (schedule_forward_open(conn))
		length = FORWARD_ESTABLISHED;
	return tl_clock_remaining(length, conn->since[!conn->first]);
}

/**
 * tl_schedule_look_in() - when a row wants to be looked at
 * @conn: the connection
 *
 * Return: jiffies from now; 0 if the row is over.
 */
unsigned int tl_schedule_look_in(const struct tl_conn *conn)
{
	unsigned int delay = RECHECK, end;

	if (tl_conn_is_over(conn))
		return tl_wants_kept_for(conn);
	if (!conn->here)
		return schedule_forward_remaining(conn);
	for (end = 0; end < 2; end++)
		if (tl_conn_lives_here(conn, end))
			delay = min(delay, schedule_check_in(conn, end));
	if (!tl_conn_lives_here(conn, 0) && !tl_conn_lives_here(conn, 1))
		delay = schedule_history_remaining(conn, tl_conn_here(conn, 0));
	if (delay && conn->suspect)
		delay = min_t(unsigned int, delay, TL_SCHEDULE_SOON);
	return delay;
}

/**
 * tl_schedule_looks_soon() - whether a row needs no other look than it will have
 * @conn: the connection
 *
 * No row of a living socket wants one earlier than %SILENT, unless there is a
 * suspicion, or an end is in CLOSE_WAIT. Whether there still is an age to be told of only
 * a consumer knows: such a row has it worked out each time.
 */
bool tl_schedule_looks_soon(const struct tl_conn *conn)
{
	return !conn->suspect && !schedule_in_close_wait(conn) && tl_wheel_within(conn, SILENT) &&
	       (tl_conn_lives_here(conn, 0) || tl_conn_lives_here(conn, 1));
}

/* A listener answered a SYN; the peer has not completed the handshake. */
static bool schedule_is_embryonic(const struct tl_conn *conn)
{
	unsigned int end = !tl_conn_here(conn, 0);

	return conn->state[end] == TL_SYN_RECEIVED && tl_conn_here(conn, end) &&
	       !tl_conn_both_here(conn) && conn->origin != TL_ACTIVE;
}

/**
 * tl_schedule_worth() - what a row is worth to a full table
 * @conn: the connection; if it is not locked, the answer is a guess
 *
 * History goes first, and forwarding not yet open; then what any SYN makes.
 */
enum tl_worth tl_schedule_worth(const struct tl_conn *conn)
{
	if (!tl_conn_lives_here(conn, 0) && !tl_conn_lives_here(conn, 1) &&
	    !schedule_forward_open(conn))
		return TL_WORTH_NOTHING;
	return schedule_is_embryonic(conn) ? TL_WORTH_LITTLE : TL_WORTH_KEEPING;
}

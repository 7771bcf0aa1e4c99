// SPDX-License-Identifier: GPL-2.0
/*
 * How long TIME_WAIT lasts where the user wants another length.
 *
 * The kernel gives each TIME_WAIT socket a timer of 60 s, which a late segment
 * sets anew. A shorter TIME_WAIT is ended by us. For a longer one the timer is
 * set ahead: it stands AHEAD behind the moment at which the socket's TIME_WAIT
 * began, so far ahead that the kernel never sets it there. So what the timer
 * says also tells when the kernel has set it last.
 */
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "../../net.h"
#include "../../track/check.h"
#include "../../track/clock.h"
#include "../../track/conn.h"
#include "../../track/life.h"
#include "../../track/mini.h"
#include "../../track/socket.h"
#include "../../track/table.h"
#include "../../track/track.h"
#include "../../track/wheel.h"
#include "../policy/policy.h"
#include "time_wait.h"
#include "tw_length.h"

#define MS(ms)	msecs_to_jiffies(ms)
#define OWN	MS(TL_TIME_WAIT_MS)
#define AHEAD	(MS(TL_LENGTH_MS_MAX) + 2 * OWN)

/* The kernel's timer may stand further ahead than its own time, but not by so much. */
#define SPARE	HZ

/* One whose time is over, and is there still, is looked at again so soon. */
#define SILENT_MS	1000

/* As tcp_tw_recycle did. */
#define RECYCLE_RTO_PERCENT	350

/**
 * tl_tw_length_ms() - the length of TIME_WAIT that is in force
 * @ns: the namespace
 *
 * Context: any.
 * Return: milliseconds; %TL_LENGTH_VARIES where it differs by connection.
 */
u32 tl_tw_length_ms(const struct tl_net *ns)
{
	const struct tl_policy *policy = ns->policy;

	/* While nobody follows connections the kernel decides. */
	if (!tl_track_enabled(ns))
		return TL_TIME_WAIT_MS;
	if (tl_policy_length_rto_percent(policy) ||
	    tl_policy_recycle(policy) == TL_TW_RECYCLE_ENFORCE)
		return TL_LENGTH_VARIES;
	return tl_policy_length_ms(policy) ?: TL_TIME_WAIT_MS;
}

/* In milliseconds; 0 where the kernel decides. */
static u32 tw_length_of(const struct tl_policy *policy, u32 rto_ms, bool stamped)
{
	u32 percent = tl_policy_length_rto_percent(policy);

	if (stamped && tl_policy_recycle(policy) == TL_TW_RECYCLE_ENFORCE)
		percent = RECYCLE_RTO_PERCENT;
	if (rto_ms && percent)
		return clamp_t(u64, div_u64((u64)rto_ms * percent, 100), 1, TL_LENGTH_MS_MAX);
	return tl_policy_length_ms(policy);
}

/**
 * tl_tw_length_expected_ms() - how long TIME_WAIT lasts for such connections
 * @ns: the namespace
 * @rto_ms: their retransmission timeout; 0 is unknown
 * @stamped: they use timestamps
 *
 * Context: any.
 * Return: milliseconds.
 */
u32 tl_tw_length_expected_ms(const struct tl_net *ns, u32 rto_ms, bool stamped)
{
	return tw_length_of(ns->policy, rto_ms, stamped) ?: TL_TIME_WAIT_MS;
}

/**
 * tl_tw_length_jiffies() - how long the TIME_WAIT of a connection lasts
 * @conn: the connection, locked
 *
 * A length in parts of the RTO is for connections whose RTO is known.
 * Return: jiffies from its last start; 0 where the kernel decides.
 */
unsigned int tl_tw_length_jiffies(const struct tl_conn *conn)
{
	return MS(tw_length_of(conn->ns->policy, conn->rto * TL_RTO_UNIT_MS, conn->stamps));
}

/*
 * When its TIME_WAIT began, or began anew: the kernel's timer never stands more
 * than its own time ahead, and ours never less. The timer is read first: if it is
 * set anew after that, it is found older than it is, and not ours.
 */
static u32 tw_length_restart_of(const struct inet_timewait_sock *mini, u32 *now, bool *ours)
{
	u32 expires = READ_ONCE(mini->tw_timer.expires);

	/* Neither the compiler nor the processor reads the clock before. */
	smp_rmb();
	*now = jiffies;
	*ours = (s32)(expires - *now) > (s32)(OWN + SPARE);
	return expires - (*ours ? AHEAD : OWN);
}

/* A timer that does not run any more must not be started. */
static void tw_length_set_timer(struct inet_timewait_sock *mini, u32 ahead)
{
	mod_timer_pending(&mini->tw_timer, jiffies + ahead);
}

/* The kernel's own time, counted from the last start; not in the past. */
static void tw_length_restore(struct inet_timewait_sock *mini, u32 age)
{
	tw_length_set_timer(mini, age < OWN ? OWN - age : 1);
}

/* What a look at a TIME_WAIT socket finds. */
enum tw_length_found {
	TW_LENGTH_LASTS,	/* its time is not over */
	TW_LENGTH_OVER,	/* it is, and it was longer than the kernel's own */
	TW_LENGTH_CUT,	/* it is, and it was shorter */
};

/*
 * Whether a TIME_WAIT socket has lasted its time; the connection learns when it has
 * begun anew. The kernel's timer is set ahead where it has to be.
 */
static enum tw_length_found tw_length_look(struct tl_conn *conn, struct sock *mini)
{
	struct inet_timewait_sock *tw = inet_twsk(mini);
	unsigned int length = tl_tw_length_jiffies(conn);
	u32 now, age;
	bool ours;

	tl_mini_restarts(conn, tw_length_restart_of(tw, &now, &ours));
	age = now - conn->restart;
	if (length && age >= length)
		return length < OWN ? TW_LENGTH_CUT : TW_LENGTH_OVER;
	if (length <= OWN && ours) {
		tw_length_restore(tw, age);
	} else if (length > OWN && !ours) {
		tw_length_set_timer(tw, AHEAD - age);
		tl_policy_note(conn->ns->policy, TL_ACTION_PROLONGED);
	}
	return TW_LENGTH_LASTS;
}

/**
 * tl_tw_length_enforce() - end a mini-socket if the policy wants it
 * @conn: the connection, locked
 * @end: index of its end, in TIME_WAIT
 * @mini: its mini-socket, in TIME_WAIT
 *
 * Context: RCU, any but hard interrupt.
 * Return: true if it has been ended, and the reference to it given back.
 */
bool tl_tw_length_enforce(struct tl_conn *conn, unsigned int end, struct sock *mini)
{
	struct tl_change change = { .end = end, .to = TL_CLOSED };
	enum tw_length_found found = tw_length_look(conn, mini);

	if (found == TW_LENGTH_LASTS)
		return false;
	if (found == TW_LENGTH_CUT)
		tl_policy_note(conn->ns->policy, TL_ACTION_SHORTENED);
	change.why = found == TW_LENGTH_CUT ? TL_EXIT_SHORTENED : TL_EXIT_EXPIRED;
	tl_life_socket(conn, &change);
	tl_mini_kill(mini);
	return true;
}

/**
 * tl_tw_length_look_in() - when a TIME_WAIT wants to be looked at
 * @conn: the connection, locked
 *
 * The timer of a longer one than the kernel's own has to stand ahead, also
 * after a late segment has set it anew.
 * Return: jiffies from now.
 */
unsigned int tl_tw_length_look_in(const struct tl_conn *conn)
{
	unsigned int length = tl_tw_length_jiffies(conn);
	unsigned int left = tl_clock_remaining(length ?: OWN, conn->restart);

	if (length > OWN)
		left = min_t(unsigned int, left, OWN / 2);
	return left ?: MS(SILENT_MS);
}

/**
 * tl_tw_length_begin() - TIME_WAIT begins
 * @conn: the connection, locked, which knows
 */
void tl_tw_length_begin(struct tl_conn *conn)
{
	tl_mini_exact(conn, tl_tw_length_jiffies(conn) > 0);
	tl_wheel_move(conn, tl_tw_length_look_in(conn));
}

static void tw_length_apply(struct tl_conn *conn)
{
	unsigned int end;

	for (end = 0; end < 2; end++) {
		if (!tl_conn_here(conn, end) || conn->state[end] != TL_TIME_WAIT)
			continue;
		tl_mini_exact(conn, tl_tw_length_jiffies(conn) > 0);
		tl_check(conn, false);
		if (!tl_state_over(conn->state[end]))
			tl_wheel_move(conn, tl_tw_length_look_in(conn));
	}
}

static bool tw_length_apply_to(struct tl_conn *conn, void *unused)
{
	tw_length_apply(conn);
	tl_life_unlock(conn);
	return true;
}

/**
 * tl_tw_length_apply() - another length of TIME_WAIT holds from now on
 * @ns: the namespace
 *
 * Sockets that have lasted longer end before this returns.
 * Context: process, serialised by the caller; sleeps.
 */
void tl_tw_length_apply(struct tl_net *ns)
{
	tl_table_walk(ns, tw_length_apply_to, NULL);
}

static void tw_length_release(struct sock *mini)
{
	u32 now, restart;
	bool ours;

	restart = tw_length_restart_of(inet_twsk(mini), &now, &ours);
	if (ours)
		tw_length_restore(inet_twsk(mini), now - restart);
}

/**
 * tl_tw_length_release() - the row goes, its mini-sockets are left to the kernel
 * @conn: the connection, locked
 */
void tl_tw_length_release(const struct tl_conn *conn)
{
	unsigned int end;
	struct sock *sk;

	if (!conn->exact)
		return;
	rcu_read_lock();
	for (end = 0; end < 2; end++) {
		if (!tl_conn_here(conn, end) || conn->state[end] != TL_TIME_WAIT)
			continue;
		sk = tl_socket_find(conn, end);
		if (!sk)
			continue;
		if (tl_socket_state(sk) == TL_TIME_WAIT)
			tw_length_release(sk);
		sock_gen_put(sk);
	}
	rcu_read_unlock();
}

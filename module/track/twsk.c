// SPDX-License-Identifier: GPL-2.0
/*
 * A connection in TIME_WAIT and its mini-socket.
 *
 * No event tells that a mini-socket ends, but all that ends one before its time
 * calls inet_twsk_deschedule_put(). A kprobe there tells who was killed from who
 * has expired, and tells it at once; without kprobes both show when the row is
 * looked at.
 *
 * All functions that take a connection want it locked.
 */
#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "../compat.h"
#include "../net.h"
#include "../wait/first_close.h"
#include "../wait/length.h"
#include "../wait/policy.h"
#include "identity.h"
#include "keep.h"
#include "life.h"
#include "settle.h"
#include "socket.h"
#include "table.h"
#include "track.h"
#include "twsk.h"
#include "wheel.h"

static bool probed;

/**
 * tl_twsk_closed() - note of a full socket what its mini-socket will not know
 * @conn: its connection
 * @sk: the full socket, which becomes CLOSED and leaves a mini-socket
 */
void tl_twsk_closed(struct tl_conn *conn, const struct sock *sk)
{
	unsigned int ms = jiffies_to_msecs(inet_csk(sk)->icsk_rto);

	conn->rto = clamp(ms / TL_RTO_UNIT_MS, 1U, (unsigned int)U16_MAX);
	conn->stamps = tcp_sk(sk)->rx_opt.tstamp_ok;
}

/**
 * tl_twsk_begin() - TIME_WAIT begins
 * @conn: the connection, whose stamps say when
 * @end: index of its end
 */
void tl_twsk_begin(struct tl_conn *conn, unsigned int end)
{
	conn->restart = conn->since[end];
	conn->ended &= ~BIT(end);
	conn->exact = tl_length_jiffies(conn) > 0;
	tl_wheel_move(conn, tl_keep_time_wait_left(conn));
}

/* Who takes the 4-tuple of one that has expired tells it, but did not end it. */
static bool has_expired(const struct tl_conn *conn, unsigned int end)
{
	return !(conn->ended & BIT(end)) && !tl_length_jiffies(conn) &&
	       tl_life_age_ms(conn->restart) >= TL_TIME_WAIT_MS;
}

/**
 * tl_twsk_reason() - why TIME_WAIT ends
 * @conn: the connection
 * @end: index of its end
 * @reason: what shows that it has ended
 */
enum tl_exit tl_twsk_reason(const struct tl_conn *conn, unsigned int end,
			    enum tl_exit reason)
{
	if (reason != TL_EXIT_SHORTENED && has_expired(conn, end))
		return TL_EXIT_EXPIRED;
	if (reason == TL_EXIT_OTHER && (conn->ended & BIT(end)))
		return TL_EXIT_KILLED;
	return reason;
}

/**
 * tl_twsk_end() - TIME_WAIT is over
 * @conn: the connection, of which no end is TIME_WAIT any more
 */
void tl_twsk_end(struct tl_conn *conn)
{
	conn->exact = 0;
	conn->ended = 0;
	tl_first_close_forget(conn);
}

/**
 * tl_twsk_look() - end a mini-socket if the policy wants it
 * @conn: the connection
 * @end: index of its end, in TIME_WAIT
 * @mini: its mini-socket, in TIME_WAIT
 *
 * Context: RCU, any but hard interrupt.
 * Return: true if it has been ended, and the reference to it given back.
 */
bool tl_twsk_look(struct tl_conn *conn, unsigned int end, struct sock *mini)
{
	enum tl_length look = tl_length_look(conn, mini);

	if (look == TL_LENGTH_LASTS)
		return false;
	if (look == TL_LENGTH_CUT)
		tl_policy_note(conn->ns->policy, TL_DEED_SHORTENED);
	tl_life_socket(conn, end, NULL, TL_CLOSED,
		       look == TL_LENGTH_CUT ? TL_EXIT_SHORTENED : TL_EXIT_EXPIRED);
	tl_length_end(mini);
	return true;
}

/**
 * tl_twsk_policy() - another policy holds from now on
 * @conn: the connection
 */
void tl_twsk_policy(struct tl_conn *conn)
{
	unsigned int end;

	for (end = 0; end < 2; end++) {
		if (!tl_conn_here(conn, end) || conn->state[end] != TL_TIME_WAIT)
			continue;
		conn->exact = tl_length_jiffies(conn) > 0;
		tl_settle(conn, false);
		if (!tl_state_over(conn->state[end]))
			tl_wheel_move(conn, tl_keep_time_wait_left(conn));
	}
}

/**
 * tl_twsk_release() - the row goes, its mini-sockets are left to the kernel
 * @conn: the connection
 */
void tl_twsk_release(struct tl_conn *conn)
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
			tl_length_release(sk);
		sock_gen_put(sk);
	}
	rcu_read_unlock();
}

static void ended_early(struct tl_net *ns, const struct sock *mini)
{
	struct tl_conn *conn;
	unsigned int end;
	struct tl_key key;

	if (!READ_ONCE(ns->track->enabled) || !tl_identity_of_socket(mini, &key, &end))
		return;
	conn = tl_table_find(ns, &key);
	if (!conn)
		return;
	/* Who takes the 4-tuple, or resets it, tells that by a segment. */
	if (conn->state[end] == TL_TIME_WAIT) {
		conn->ended |= BIT(end);
		tl_life_check_soon(conn);
	}
	tl_conn_unlock(conn);
}

/* inet_twsk_deschedule_put(mini) */
static int on_deschedule(struct kprobe *probe, struct pt_regs *regs)
{
	struct sock *mini = (void *)tl_compat_argument(regs, 0);

	if (tl_length_ending() || tl_socket_state(mini) != TL_TIME_WAIT)
		return 0;
	rcu_read_lock();
	ended_early(tl_net_rcu(sock_net(mini)), mini);
	rcu_read_unlock();
	return 0;
}

static struct kprobe deschedule = {
	.symbol_name = "inet_twsk_deschedule_put",
	.pre_handler = on_deschedule,
};

/**
 * tl_twsk_init() - begin to tell who is killed
 *
 * A kernel without kprobes, or without ftrace, is no error.
 * Context: process.
 */
void tl_twsk_init(void)
{
	int err = TL_COMPAT_KPROBES ? register_kprobe(&deschedule) : -EOPNOTSUPP;

	/* A handler that is called from a breakpoint must take no lock. */
	if (!err && !kprobe_ftrace(&deschedule)) {
		unregister_kprobe(&deschedule);
		err = -EOPNOTSUPP;
	}
	probed = !err;
	if (err)
		pr_info("tcplab: killed TIME_WAIT sockets are not told from others, error %d\n",
			err);
}

/**
 * tl_twsk_exit() - end that; no namespace is gone before
 */
void tl_twsk_exit(void)
{
	if (probed)
		unregister_kprobe(&deschedule);
}

/**
 * tl_twsk_tells_killed() - whether who is killed is told from others
 */
bool tl_twsk_tells_killed(void)
{
	return probed;
}

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
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "../compat.h"
#include "../net.h"
#include "identity.h"
#include "mini.h"
#include "schedule.h"
#include "socket.h"
#include "table.h"
#include "track.h"
#include "wheel.h"

static bool mini_probed;

/* This CPU is ending a socket, bottom halves are off. */
static DEFINE_PER_CPU(bool, mini_killing);

/**
 * tl_mini_closed() - note of a full socket what its mini-socket will not know
 * @conn: its connection
 * @sk: the full socket, which becomes CLOSED and leaves a mini-socket
 */
void tl_mini_closed(struct tl_conn *conn, const struct sock *sk)
{
	unsigned int ms = jiffies_to_msecs(inet_csk(sk)->icsk_rto);

	conn->rto = clamp(ms / TL_RTO_UNIT_MS, 1U, (unsigned int)U16_MAX);
	conn->stamps = tcp_sk(sk)->rx_opt.tstamp_ok;
}

/**
 * tl_mini_begin() - TIME_WAIT begins
 * @conn: the connection, whose stamps say when
 * @end: index of its end
 */
void tl_mini_begin(struct tl_conn *conn, unsigned int end)
{
	conn->restart = conn->since[end];
	conn->ended &= ~BIT(end);
}

/**
 * tl_mini_restarts() - TIME_WAIT has begun anew for a late segment
 * @conn: the connection
 * @since: when, low half of jiffies
 */
void tl_mini_restarts(struct tl_conn *conn, u32 since)
{
	conn->restart = since;
}

/**
 * tl_mini_exact() - say how exactly a mini-socket is to be looked at
 * @conn: the connection, with an end in TIME_WAIT
 * @exact: to a few milliseconds, and soon after each segment that comes for it
 */
void tl_mini_exact(struct tl_conn *conn, bool exact)
{
	conn->exact = exact;
}

/**
 * tl_mini_end() - TIME_WAIT is over
 * @conn: the connection, of which no end is TIME_WAIT any more
 */
void tl_mini_end(struct tl_conn *conn)
{
	conn->exact = 0;
	conn->ended = 0;
}

/**
 * tl_mini_kill() - end a mini-socket, which is not told as somebody else's doing
 * @mini: the mini-socket; the caller's reference to it is given back
 *
 * Context: any but hard interrupt; no lock of the socket table held.
 */
void tl_mini_kill(struct sock *mini)
{
	local_bh_disable();
	this_cpu_write(mini_killing, true);
	inet_twsk_deschedule_put(inet_twsk(mini));
	this_cpu_write(mini_killing, false);
	local_bh_enable();
}

static void mini_ended_early(struct tl_net *ns, const struct sock *mini)
{
	struct tl_conn *conn;
	unsigned int end;
	struct tl_key key;

	if (!READ_ONCE(ns->track->enabled) || !tl_identity_of_socket(mini, &key, &end))
		return;
	conn = tl_table_find(ns, &key);
	if (!conn)
		return;
	/* A segment tells where the 4-tuple is taken, or reset. */
	if (conn->state[end] == TL_TIME_WAIT) {
		conn->ended |= BIT(end);
		tl_wheel_add(conn, TL_SCHEDULE_SOON);
	}
	tl_conn_unlock(conn);
}

/* inet_twsk_deschedule_put(mini) */
static int mini_on_deschedule(struct kprobe *probe, struct pt_regs *regs)
{
	struct sock *mini = (void *)tl_compat_argument(regs, 0);

	if (this_cpu_read(mini_killing) || tl_socket_state(mini) != TL_TIME_WAIT)
		return 0;
	rcu_read_lock();
	mini_ended_early(tl_net_rcu(sock_net(mini)), mini);
	rcu_read_unlock();
	return 0;
}

static struct kprobe mini_deschedule = {
	.symbol_name = "inet_twsk_deschedule_put",
	.pre_handler = mini_on_deschedule,
};

/**
 * tl_mini_init() - begin to see that one is killed
 *
 * A kernel without kprobes, or without ftrace, is no error.
 * Context: process.
 */
void tl_mini_init(void)
{
	int err = TL_COMPAT_KPROBES ? register_kprobe(&mini_deschedule) : -EOPNOTSUPP;

	/* A handler that is called from a breakpoint must take no lock. */
	if (!err && !kprobe_ftrace(&mini_deschedule)) {
		unregister_kprobe(&mini_deschedule);
		err = -EOPNOTSUPP;
	}
	mini_probed = !err;
	if (err)
		pr_info("killed TIME_WAIT sockets are not told from others, error %d\n",
			err);
}

/**
 * tl_mini_exit() - end that; no namespace is gone before
 */
void tl_mini_exit(void)
{
	if (mini_probed)
		unregister_kprobe(&mini_deschedule);
}

/**
 * tl_mini_sees_killed() - whether those that are killed can be distinguished
 */
bool tl_mini_sees_killed(void)
{
	return mini_probed;
}

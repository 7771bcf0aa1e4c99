// SPDX-License-Identifier: GPL-2.0
/*
 * Which connections are CLOSE_WAIT leaks, and that this is told once.
 *
 * All functions that take a connection want it locked.
 */
#include <net/tcp.h>

#include "../../net.h"
#include "../../trace/trace.h"
#include "../../track/clock.h"
#include "../../track/conn.h"
#include "../../track/life.h"
#include "../../track/socket.h"
#include "../../track/table.h"
#include "../bits.h"
#include "close_wait.h"
#include "leak.h"
#include "owners.h"

/* A socket that is old enough to be a leak, and is none, is looked at again so soon. */
#define AGAIN_MS	1000

static bool leak_noted(const struct tl_conn *conn)
{
	return tl_flags(conn, TL_FLAGS_LEAK);
}

static void leak_set(const struct tl_conn *conn, bool is)
{
	if (leak_noted(conn) == is)
		return;
	tl_flags_set_leak(conn, is);
	tl_close_wait_count(conn->ns->close_wait, is);
}

static void leak_trace(const struct tl_conn *conn, unsigned int end,
		       const struct sock *sk, enum tl_cause cause)
{
	const struct tl_trace_leak leak = {
		.end = end,
		.age_ms = tl_clock_age_ms(conn->since[end]),
		.uid = READ_ONCE(sk->sk_uid),
		.cause = tl_cause_name(cause),
	};

	trace_close_wait_leak(conn->ns, &conn->key, &leak);
}

static bool leak_judge_socket(const struct tl_conn *conn, unsigned int end,
			      const struct sock *sk)
{
	struct tl_wait wait;

	if (!tl_socket_is_full(sk))
		return false;
	tl_close_wait_look(conn->ns->close_wait, sk,
			   tl_clock_age_ms(conn->since[end]), &wait);
	if (!wait.leak)
		return false;
	if (!tl_flags(conn, TL_FLAGS_LEAK_TRACED))
		leak_trace(conn, end, sk, wait.cause);
	tl_flags_set_leak_traced(conn, true);
	return true;
}

static bool leak_judge_end(const struct tl_conn *conn, unsigned int end)
{
	struct sock *sk;
	bool is;

	if (!tl_conn_here(conn, end) || conn->state[end] != TL_CLOSE_WAIT)
		return false;
	sk = tl_socket_find(conn, end);
	if (!sk)
		return false;
	is = leak_judge_socket(conn, end, sk);
	sock_gen_put(sk);
	return is;
}

/**
 * tl_leak_judge() - find out whether a connection is a CLOSE_WAIT leak
 * @conn: the connection
 *
 * Context: any but hard interrupt.
 */
void tl_leak_judge(const struct tl_conn *conn)
{
	bool is = false;
	unsigned int end;

	rcu_read_lock();
	for (end = 0; end < 2; end++)
		is |= leak_judge_end(conn, end);
	rcu_read_unlock();
	leak_set(conn, is);
}

/**
 * tl_leak_changed() - an end comes to CLOSE_WAIT, or leaves it
 * @conn: its connection
 * @change: what has changed
 */
void tl_leak_changed(const struct tl_conn *conn, const struct tl_change *change)
{
	if (change->from == TL_CLOSE_WAIT)
		leak_set(conn, false);
	if (change->to == TL_CLOSE_WAIT) {
		tl_flags_set_leak_traced(conn, false);
		tl_owners_watch();
	}
}

/**
 * tl_leak_look_in() - when an end in CLOSE_WAIT may become a leak
 * @conn: its connection
 * @end: index of the end
 *
 * Return: jiffies from now; %TL_NEVER if it is one.
 */
unsigned int tl_leak_look_in(const struct tl_conn *conn, unsigned int end)
{
	unsigned int age = msecs_to_jiffies(tl_close_wait_leak_ms(conn->ns->close_wait));

	if (leak_noted(conn))
		return TL_NEVER;
	/* One that is old enough may be sending, and stop. */
	return tl_clock_remaining(age, conn->since[end]) ?: msecs_to_jiffies(AGAIN_MS);
}

static bool leak_judge_anew(struct tl_conn *conn, void *unused)
{
	tl_leak_judge(conn);
	tl_life_unlock(conn);
	return true;
}

/**
 * tl_leak_set_ms() - change the age that makes CLOSE_WAIT a leak
 * @ns: the namespace
 * @leak_ms: the age in milliseconds; holds for the sockets of now, too
 *
 * Context: process, serialised by the caller; sleeps.
 */
void tl_leak_set_ms(struct tl_net *ns, unsigned int leak_ms)
{
	tl_close_wait_set_leak_ms(ns->close_wait, leak_ms);
	tl_table_walk(ns, leak_judge_anew, NULL);
}

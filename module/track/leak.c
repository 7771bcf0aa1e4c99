// SPDX-License-Identifier: GPL-2.0
/*
 * Which connections are CLOSE_WAIT leaks, and that this is told once.
 *
 * All functions want the connection locked.
 */
#include <net/tcp.h>

#include "../net.h"
#include "../trace/trace.h"
#include "../wait/close_wait.h"
#include "leak.h"
#include "life.h"
#include "socket.h"

/**
 * tl_leak_set() - note whether a connection is a leak
 * @conn: the connection
 * @is: whether it is
 */
void tl_leak_set(struct tl_conn *conn, bool is)
{
	if (conn->leak == is)
		return;
	conn->leak = is;
	tl_close_wait_count(conn->ns->close_wait, is);
}

static void tell(const struct tl_conn *conn, unsigned int end,
		 const struct sock *sk, enum tl_cause cause)
{
	const struct tl_trace_leak leak = {
		.end = end,
		.age_ms = tl_life_age_ms(conn->since[end]),
		.uid = READ_ONCE(sk->sk_uid),
		.cause = tl_cause_name(cause),
	};

	trace_close_wait_leak(conn->ns, &conn->key, &leak);
}

static bool judge_socket(struct tl_conn *conn, unsigned int end,
			 const struct sock *sk)
{
	struct tl_wait wait;

	if (!tl_socket_is_full(sk))
		return false;
	tl_close_wait_look(conn->ns->close_wait, sk,
			   tl_life_age_ms(conn->since[end]), &wait);
	if (!wait.leak)
		return false;
	if (!conn->told)
		tell(conn, end, sk, wait.cause);
	conn->told = 1;
	return true;
}

static bool judge_end(struct tl_conn *conn, unsigned int end)
{
	struct sock *sk;
	bool is;

	if (!tl_conn_here(conn, end) || conn->state[end] != TL_CLOSE_WAIT)
		return false;
	sk = tl_socket_find(conn, end);
	if (!sk)
		return false;
	is = judge_socket(conn, end, sk);
	sock_gen_put(sk);
	return is;
}

/**
 * tl_leak_judge() - settle whether a connection is a CLOSE_WAIT leak
 * @conn: the connection
 *
 * Context: any but hard interrupt.
 */
void tl_leak_judge(struct tl_conn *conn)
{
	bool is = false;
	unsigned int end;

	rcu_read_lock();
	for (end = 0; end < 2; end++)
		is |= judge_end(conn, end);
	rcu_read_unlock();
	tl_leak_set(conn, is);
}

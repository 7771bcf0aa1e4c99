// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/close_wait: one row per local socket in CLOSE_WAIT. */
#include <net/inet_hashtables.h>
#include <net/tcp.h>

#include "../tcplab.h"
#include "../track/life.h"
#include "../track/socket.h"
#include "report.h"
#include "view.h"

/**
 * struct waiter - a socket in CLOSE_WAIT
 * @sk: the socket, with a reference of the report's
 * @key: the connection's key
 * @end: its end
 * @age_ms: since it entered CLOSE_WAIT
 * @remote_state: state of the other end
 */
struct waiter {
	struct sock *sk;
	struct tl_key key;
	unsigned int end;
	u32 age_ms;
	enum tl_state remote_state;
};

/* Whether row and socket say CLOSE_WAIT; then the socket is held. */
static bool take(struct tl_conn *conn, unsigned int end, struct waiter *waiter)
{
	if (!tl_conn_here(conn, end) || conn->state[end] != TL_CLOSE_WAIT)
		return false;
	waiter->sk = tl_socket_find(conn, end);
	if (!waiter->sk)
		return false;
	if (READ_ONCE(waiter->sk->sk_state) != TCP_CLOSE_WAIT) {
		sock_gen_put(waiter->sk);
		return false;
	}
	waiter->key = conn->key;
	waiter->end = end;
	waiter->age_ms = tl_life_age_ms(conn->since[end]);
	waiter->remote_state = conn->state[!end];
	return true;
}

static unsigned long inode_of(struct sock *sk)
{
	unsigned long inode = 0;

	read_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_socket)
		inode = SOCK_INODE(sk->sk_socket)->i_ino;
	read_unlock_bh(&sk->sk_callback_lock);
	return inode;
}

static void write(struct seq_file *seq, const struct tl_close_wait *watch,
		  const struct waiter *waiter)
{
	unsigned long inode = inode_of(waiter->sk);
	enum tl_cause cause;
	u32 unread;

	cause = tl_close_wait_cause(watch, waiter->sk, &unread);
	tl_view_address(seq, &waiter->key, waiter->end);
	seq_putc(seq, ' ');
	tl_view_address(seq, &waiter->key, !waiter->end);
	tl_view_number(seq, waiter->age_ms);
	tl_view_word(seq, tl_cause_name(cause));
	tl_view_number(seq, unread);
	tl_view_number(seq, tl_close_wait_is_leak(watch, waiter->sk,
						  waiter->age_ms));
	tl_view_word(seq, tl_state_name(waiter->remote_state));
	tl_view_uid(seq, READ_ONCE(waiter->sk->sk_uid));
	/* Holders are not looked up: pid, comm, fd; nor is the cgroup. */
	seq_puts(seq, " - - -");
	tl_view_number(seq, inode ?: TL_VIEW_UNKNOWN);
	seq_puts(seq, " -\n");
}

/* Sockets have locks of their own: none is asked while the row is locked. */
static void row(struct seq_file *seq, struct tl_conn *conn)
{
	const struct tl_close_wait *watch = &conn->ns->close_wait;
	struct waiter waiter[2];
	unsigned int count = 0, end, i;

	for (end = 0; end < 2; end++)
		if (take(conn, end, &waiter[count]))
			count++;
	tl_life_unlock(conn);
	for (i = 0; i < count; i++) {
		write(seq, watch, &waiter[i]);
		sock_gen_put(waiter[i].sk);
	}
}

const struct tl_report tl_report_close_wait = {
	.name = "close_wait",
	.columns =
	"local remote age_ms cause unread_bytes leak remote_state uid pid comm fd inode cgroup",
	.row = row,
};

// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/close_wait: one row per local socket in CLOSE_WAIT. */
#include "../tcplab.h"
#include "../track/life.h"
#include "../track/socket.h"
#include "report.h"
#include "view.h"

struct leaker {
	struct tl_key key;
	unsigned int end;
	u32 age_ms;
	u32 unread;
	enum tl_cause cause;
	enum tl_state remote_state;
	kuid_t uid;
	unsigned long inode;
};

static unsigned long inode_of(struct sock *sk)
{
	unsigned long inode = 0;

	read_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_socket)
		inode = SOCK_INODE(sk->sk_socket)->i_ino;
	read_unlock_bh(&sk->sk_callback_lock);
	return inode;
}

static void ask(struct leaker *leaker, struct sock *sk, unsigned int leak_ms)
{
	leaker->cause = tl_close_wait_cause(sk, leak_ms, &leaker->unread);
	leaker->uid = sk->sk_uid;
	leaker->inode = inode_of(sk);
}

/* Whether the end is in CLOSE_WAIT: its socket is asked, not the row. */
static bool take(struct tl_conn *conn, unsigned int end,
		 struct leaker *leaker)
{
	unsigned int leak_ms = READ_ONCE(conn->ns->close_wait.leak_ms);
	bool is = false;
	struct sock *sk;

	if (!tl_conn_here(conn, end) || conn->state[end] != TL_CLOSE_WAIT)
		return false;
	sk = tl_socket_find(conn, end);
	if (!sk)
		return false;
	if (sk->sk_state == TCP_CLOSE_WAIT) {
		leaker->key = conn->key;
		leaker->end = end;
		leaker->age_ms = tl_life_age_ms(conn->since[end]);
		leaker->remote_state = conn->state[!end];
		ask(leaker, sk, leak_ms);
		is = true;
	}
	sock_gen_put(sk);
	return is;
}

static void write(struct seq_file *seq, const struct leaker *leaker,
		  unsigned int leak_ms)
{
	bool leak = leaker->age_ms >= leak_ms &&
		    leaker->cause != TL_CAUSE_SENDING;

	tl_view_address(seq, &leaker->key, leaker->end);
	seq_putc(seq, ' ');
	tl_view_address(seq, &leaker->key, !leaker->end);
	tl_view_number(seq, leaker->age_ms);
	tl_view_word(seq, tl_cause_name(leaker->cause));
	tl_view_number(seq, leaker->unread);
	tl_view_number(seq, leak);
	tl_view_word(seq, tl_state_name(leaker->remote_state));
	tl_view_uid(seq, leaker->uid);
	/* Holders are not looked up: pid, comm, fd; nor is the cgroup. */
	seq_puts(seq, " - - -");
	tl_view_number(seq, leaker->inode ?: TL_VIEW_UNKNOWN);
	seq_puts(seq, " -\n");
}

static void row(struct seq_file *seq, struct tl_conn *conn)
{
	unsigned int leak_ms = READ_ONCE(conn->ns->close_wait.leak_ms);
	struct leaker leaker[2];
	unsigned int count = 0, end, i;

	for (end = 0; end < 2; end++)
		if (take(conn, end, &leaker[count]))
			count++;
	tl_life_unlock(conn);
	for (i = 0; i < count; i++)
		write(seq, &leaker[i], leak_ms);
}

const struct tl_report tl_report_close_wait = {
	.name = "close_wait",
	.columns =
	"local remote age_ms cause unread_bytes leak remote_state uid pid comm fd inode cgroup",
	.row = row,
};

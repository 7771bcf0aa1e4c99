// SPDX-License-Identifier: GPL-2.0
/* What reports show of a connection, and how they write its parts. */
#include <net/tcp.h>

#include "../net.h"
#include "../track/check.h"
#include "../track/clock.h"
#include "../track/life.h"
#include "../track/socket.h"
#include "../wait/close_wait/cgroup.h"
#include "report.h"
#include "view.h"

static u32 view_idle_ms(const struct sock *sk)
{
	u32 sent = tcp_jiffies32 - READ_ONCE(tcp_sk(sk)->lsndtime);
	u32 got = tcp_jiffies32 - READ_ONCE(inet_csk(sk)->icsk_ack.lrcvtime);

	return jiffies_to_msecs(min(sent, got));
}

static void view_copy_cc(struct tl_view *view, const struct sock *sk)
{
	const struct tcp_congestion_ops *ops =
		READ_ONCE(inet_csk(sk)->icsk_ca_ops);

	if (ops)
		strscpy(view->cc, ops->name, sizeof(view->cc));
}

static void view_ask_full(struct tl_view *view, const struct sock *sk)
{
	/* Before the handshake is done neither stamp is set. */
	view->idle_ms = view->state[view->shown] == TL_SYN_SENT ?
			view->age_ms : view_idle_ms(sk);
	view->uid = READ_ONCE(sk->sk_uid);
	view_copy_cc(view, sk);
}

/* Right now: the row may be about to hear of a change. */
static void view_ask_socket(const struct tl_conn *conn, unsigned int end,
			    struct tl_view *view)
{
	struct sock *sk = tl_socket_find(conn, end);

	view->state[end] = TL_CLOSED;
	if (!sk)
		return;
	view->state[end] = tl_socket_state(sk);
	if (end == view->shown && tl_socket_is_full(sk))
		view_ask_full(view, sk);
	sock_gen_put(sk);
}

/**
 * tl_view_take() - see how a connection stands
 * @conn: the connection, locked
 * @view: filled
 *
 * Context: RCU, any but hard interrupt.
 */
void tl_view_take(struct tl_conn *conn, struct tl_view *view)
{
	unsigned int end;

	tl_check(conn, false);
	view->key = conn->key;
	view->origin = conn->origin;
	view->shown = conn->first;
	view->here = conn->here;
	view->age_ms = tl_clock_age_ms(conn->born);
	view->state_ms = tl_clock_age_ms(conn->since[view->shown]);
	view->idle_ms = conn->origin == TL_FORWARD ?
			tl_clock_age_ms(conn->since[!conn->first]) : TL_VIEW_UNKNOWN;
	view->uid = INVALID_UID;
	strscpy(view->cc, "-", sizeof(view->cc));
	for (end = 0; end < 2; end++) {
		view->state[end] = conn->state[end];
		if (tl_conn_here(conn, end))
			view_ask_socket(conn, end, view);
	}
	if (tl_key_is_self(&conn->key))
		view->state[!view->shown] = view->state[view->shown];
}

/**
 * tl_view_over() - whether there is nothing left to show
 * @view: the connection
 */
bool tl_view_over(const struct tl_view *view)
{
	return tl_state_over(view->state[0]) && tl_state_over(view->state[1]);
}

/**
 * tl_view_interface() - write the interface that is part of a key, behind an address
 * @seq: the report
 * @ifindex: its index; 0: there is none
 *
 * Interfaces are named by their users: any byte but a slash.
 */
void tl_view_interface(struct seq_file *seq, int ifindex)
{
	struct net_device *dev;

	if (!ifindex)
		return;
	seq_putc(seq, '%');
	rcu_read_lock();
	dev = dev_get_by_index_rcu(seq_file_net(seq), ifindex);
	if (dev)
		seq_escape(seq, dev->name, " \t\n\\");
	else
		seq_printf(seq, "%d", ifindex);
	rcu_read_unlock();
}

/**
 * tl_view_address() - write one end of a connection
 * @seq: the report
 * @key: the connection's key
 * @end: index of the end
 */
void tl_view_address(struct seq_file *seq, const struct tl_key *key,
		     unsigned int end)
{
	u16 port = ntohs(key->port[end]);

	if (tl_key_is_v6(key))
		seq_printf(seq, "[%pI6c]:%u", &key->addr.v6[end], port);
	else
		seq_printf(seq, "%pI4:%u", &key->addr.v4[end], port);
	tl_view_interface(seq, tl_key_ifindex(key));
}

/**
 * tl_view_host() - write an address without a port
 * @seq: the report
 * @address: the address, IPv4 mapped
 */
void tl_view_host(struct seq_file *seq, const struct in6_addr *address)
{
	if (ipv6_addr_v4mapped(address))
		seq_printf(seq, "%pI4", &address->s6_addr32[3]);
	else
		seq_printf(seq, "%pI6c", address);
}

/**
 * tl_view_word() - write a word, with a space before
 * @seq: the report
 * @word: what to write; white space and backslashes become octal, and nothing at
 *	all a dash
 */
void tl_view_word(struct seq_file *seq, const char *word)
{
	seq_putc(seq, ' ');
	if (!*word)
		word = "-";
	seq_escape(seq, word, " \t\n\\");
}

/**
 * tl_view_value() - write the value of a sysctl, with commas for blanks
 * @seq: the report
 * @text: its text, as the kernel writes it; NULL or empty: there is none
 */
void tl_view_value(struct seq_file *seq, const char *text)
{
	if (!text || !*text)
		text = "-";
	for (; *text; text++)
		seq_putc(seq, *text == '\t' || *text == ' ' ? ',' : *text);
}

/**
 * tl_view_number() - write a number, with a space before
 * @seq: the report
 * @number: what to write, or TL_VIEW_UNKNOWN
 */
void tl_view_number(struct seq_file *seq, u32 number)
{
	if (number == TL_VIEW_UNKNOWN)
		seq_puts(seq, " -");
	else
		seq_put_decimal_ull(seq, " ", number);
}

/**
 * tl_view_uid() - write a user as the reader's user namespace names it
 * @seq: the report
 * @uid: the user, or INVALID_UID
 */
void tl_view_uid(struct seq_file *seq, kuid_t uid)
{
	if (!uid_valid(uid))
		tl_view_number(seq, TL_VIEW_UNKNOWN);
	else
		tl_view_number(seq, from_kuid_munged(seq_user_ns(seq), uid));
}

/**
 * tl_view_nobody() - write that no process holds a socket
 * @seq: the report
 */
void tl_view_nobody(struct seq_file *seq)
{
	seq_puts(seq, " - - -");
}

/**
 * tl_view_holder() - write who holds a socket: PID, command, file descriptor
 * @seq: the report, a &struct tl_reading
 * @holder: the holder, or NULL if none was found
 */
void tl_view_holder(struct seq_file *seq, const struct tl_holder *holder)
{
	const struct tl_reading *reading = seq->private;

	if (holder) {
		tl_view_number(seq, holder->pid);
		tl_view_word(seq, holder->comm);
		tl_view_number(seq, holder->fd);
	} else if (reading->privileged && !reading->holders.whole) {
		seq_puts(seq, " ? - -");
	} else {
		tl_view_nobody(seq);
	}
}

/**
 * tl_view_path() - write the path of a cgroup, as far as the reader sees it
 * @seq: the report, a &struct tl_reading
 * @path: from the root of the hierarchy
 *
 * Context: process.
 */
void tl_view_path(struct seq_file *seq, const char *path)
{
	struct tl_reading *reading = seq->private;
	const char *seen = NULL;

	if (reading->privileged)
		seen = tl_cgroup_seen(path, reading->root,
				      sizeof(reading->root));
	tl_view_word(seq, seen ?: "-");
}

/**
 * tl_view_cgroup() - write the cgroup of a socket, if the reader may know it
 * @seq: the report, a &struct tl_reading
 * @sk: the full socket
 *
 * Context: process.
 */
void tl_view_cgroup(struct seq_file *seq, const struct sock *sk)
{
	struct tl_reading *reading = seq->private;

	if (tl_cgroup_path(sk, reading->path, sizeof(reading->path)))
		tl_view_number(seq, TL_VIEW_UNKNOWN);
	else
		tl_view_path(seq, reading->path);
}

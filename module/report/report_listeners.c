// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/listeners: accept queues, and how groups share the load. */
#include <linux/math64.h>
#include <net/request_sock.h>
#include <net/sock_reuseport.h>
#include <net/tcp.h>

#include "../net.h"
#include "../track/socket.h"
#include "../wait/listeners.h"
#include "report.h"
#include "view.h"

/**
 * struct report_listeners_line - a listening socket
 * @head: not looked for
 * @group_id: its group, or itself if it has none
 * @address: end 0 is its local address
 * @counts: what was counted
 * @counted: whether it was
 * @backlog: connections that its accept queue has room for
 * @queue: connections in it
 * @syn_queue: handshakes that are not complete
 * @drops: segments that were dropped for want of room or memory
 * @group: sockets in its group
 * @group_accepted: connections that these have accepted
 * @inode: the socket's inode, or 0
 * @acceptor: the process that accepts, in the first PID namespace, or 0
 * @uid: its owner
 */
struct report_listeners_line {
	struct tl_line_head head;
	unsigned long group_id;
	struct tl_key address;
	struct tl_listener_counts counts;
	bool counted;
	u32 backlog;
	u32 queue;
	u32 syn_queue;
	u32 drops;
	u32 group;
	u64 group_accepted;
	unsigned long inode;
	pid_t acceptor;
	kuid_t uid;
};

/**
 * struct report_listeners_sum - what the sockets of a group have in common
 * @head: found by the group
 * @accepted: connections that they have accepted
 */
struct report_listeners_sum {
	struct tl_line_head head;
	u64 accepted;
};

static void report_listeners_count(struct sock *unused, void *count)
{
	++*(u32 *)count;
}

static void report_listeners_set_address(struct tl_key *key, const struct sock *sk)
{
	memset(key, 0, sizeof(*key));
	key->port[0] = inet_sk(sk)->inet_sport;
	key->scope = (u32)READ_ONCE(sk->sk_bound_dev_if) << 1;
	key->addr.v4[0] = sk->sk_rcv_saddr;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		key->scope |= 1;
		key->addr.v6[0] = sk->sk_v6_rcv_saddr;
	}
#endif
}

static void report_listeners_set_queues(struct report_listeners_line *line, struct sock *sk)
{
	line->backlog = READ_ONCE(sk->sk_max_ack_backlog);
	line->queue = READ_ONCE(sk->sk_ack_backlog);
	line->syn_queue = reqsk_queue_len(&inet_csk(sk)->icsk_accept_queue);
	line->drops = atomic_read(&sk->sk_drops);
	line->counted = tl_listeners_counts(sk, &line->counts);
}

static void report_listeners_add(struct sock *sk, void *data)
{
	struct sock_reuseport *group = rcu_dereference(sk->sk_reuseport_cb);
	struct tl_lines *lines = data;
	struct report_listeners_line *line;

	if (tl_lines_is_full(lines))
		return;
	line = tl_lines_add(lines, lines->count, U32_MAX);
	line->group_id = group ? (unsigned long)group : (unsigned long)sk;
	report_listeners_set_address(&line->address, sk);
	report_listeners_set_queues(line, sk);
	line->group = group ? READ_ONCE(group->num_socks) : 1;
	line->inode = tl_socket_inode(sk);
	line->acceptor = tl_listeners_acceptor(sk);
	line->uid = READ_ONCE(sk->sk_uid);
}

static struct report_listeners_sum *
report_listeners_sum_of(struct tl_lines *sums, const struct report_listeners_line *line)
{
	struct report_listeners_sum *sum = tl_lines_find(sums, line->group_id);

	if (!sum) {
		sum = tl_lines_add(sums, line->group_id, 1);
		sum->accepted = 0;
	}
	return sum;
}

/* What each group has accepted: the whole that its sockets have a part in. */
static int report_listeners_sum_up(struct tl_lines *lines)
{
	struct tl_lines sums;
	u32 i;

	tl_lines_init(&sums, sizeof(struct report_listeners_sum));
	if (tl_lines_reserve(&sums, lines->count)) {
		tl_lines_free(&sums);
		return -ENOMEM;
	}
	for (i = 0; i < lines->count; i++) {
		struct report_listeners_line *line = tl_lines_at(lines, i);

		if (line->counted)
			report_listeners_sum_of(&sums, line)->accepted += line->counts.accepted;
	}
	for (i = 0; i < lines->count; i++) {
		struct report_listeners_line *line = tl_lines_at(lines, i);

		if (line->counted)
			line->group_accepted = report_listeners_sum_of(&sums, line)->accepted;
	}
	tl_lines_free(&sums);
	return 0;
}

static int report_listeners_gather(struct tl_reading *reading)
{
	u32 number = 0;
	int err;

	tl_socket_walk_listeners(reading->ns->net, report_listeners_count, &number);
	err = tl_lines_reserve(&reading->lines, number + number / 8 + 8);
	if (err)
		return err;
	tl_socket_walk_listeners(reading->ns->net, report_listeners_add, &reading->lines);
	return report_listeners_sum_up(&reading->lines);
}

static u32 report_listeners_share_percent(const struct report_listeners_line *line)
{
	u64 whole = line->group_accepted;

	if (!line->counted || !whole)
		return TL_VIEW_UNKNOWN;
	return div64_u64(100 * line->counts.accepted + whole / 2, whole);
}

static void report_listeners_write_number(struct seq_file *seq, bool known, u64 number)
{
	if (known)
		seq_put_decimal_ull(seq, " ", number);
	else
		tl_view_number(seq, TL_VIEW_UNKNOWN);
}

static void report_listeners_write(struct seq_file *seq, const void *data)
{
	const struct tl_reading *reading = seq->private;
	const struct report_listeners_line *line = data;
	bool counted = line->counted;

	tl_view_address(seq, &line->address, 0);
	tl_view_number(seq, line->backlog);
	tl_view_number(seq, line->queue);
	report_listeners_write_number(seq, counted, max(line->counts.peak, line->queue));
	tl_view_number(seq, line->syn_queue);
	report_listeners_write_number(seq, counted, line->counts.overflows);
	tl_view_number(seq, line->drops);
	report_listeners_write_number(seq, counted, line->counts.accepted);
	tl_view_number(seq, line->group);
	tl_view_number(seq, report_listeners_share_percent(line));
	tl_view_uid(seq, line->uid);
	if (line->inode)
		tl_view_holder(seq, tl_holders_acceptor(&reading->holders,
							line->inode,
							line->acceptor));
	else
		tl_view_nobody(seq);
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_listeners = {
	.name = "listeners",
	.columns =
	"local backlog accept_queue accept_queue_peak syn_queue overflows drops accepted group share_percent uid pid comm fd",
	.holders_of = TCPF_LISTEN,
	.line_size = sizeof(struct report_listeners_line),
	.gather = report_listeners_gather,
	.line = report_listeners_write,
};

// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/close_wait: local sockets in CLOSE_WAIT and their holders. */
#include <net/tcp.h>

#include "../net.h"
#include "../track/socket.h"
#include "../wait/close_wait/close_wait.h"
#include "ends.h"
#include "report.h"
#include "view.h"

/**
 * struct report_close_wait_line - what all lines of a socket share
 * @end: the socket's end of its connection
 * @wait: how the socket stands
 * @inode: of the socket; 0 if no process ever had it
 */
struct report_close_wait_line {
	const struct tl_end *end;
	struct tl_wait wait;
	unsigned long inode;
};

static void report_close_wait_write_one(struct seq_file *seq,
					const struct report_close_wait_line *line,
					const struct tl_holder *holder)
{
	const struct tl_end *end = line->end;

	tl_ends_addresses(seq, end);
	tl_view_number(seq, end->age_ms);
	tl_view_word(seq, tl_cause_name(line->wait.cause));
	tl_view_number(seq, line->wait.unread);
	tl_view_number(seq, line->wait.leak);
	tl_view_word(seq, tl_state_name(end->remote_state));
	tl_view_uid(seq, READ_ONCE(end->sk->sk_uid));
	tl_view_holder(seq, holder);
	tl_view_number(seq, line->inode ?: TL_VIEW_UNKNOWN);
	tl_view_cgroup(seq, end->sk);
	seq_putc(seq, '\n');
}

static void report_close_wait_write(struct seq_file *seq, const struct tl_end *end)
{
	const struct tl_reading *reading = seq->private;
	struct report_close_wait_line line = {
		.end = end,
		.inode = tl_socket_inode(end->sk),
	};
	const struct tl_holder *holder;

	tl_close_wait_look(reading->ns->close_wait, end->sk, end->age_ms, &line.wait);
	holder = tl_holders_of(&reading->holders, end->sk);
	do {
		report_close_wait_write_one(seq, &line, holder);
		if (holder)
			holder = tl_holders_next(&reading->holders, holder);
	} while (holder);
}

static void report_close_wait_row(struct seq_file *seq, struct tl_conn *conn)
{
	tl_ends_show(seq, conn, BIT(TL_CLOSE_WAIT), report_close_wait_write);
}

const struct tl_report tl_report_close_wait = {
	.name = "close_wait",
	.columns =
	"local remote age_ms cause unread_bytes leak remote_state uid pid comm fd inode cgroup",
	.holders_of = TCPF_CLOSE_WAIT | TCPF_LISTEN,
	.row = report_close_wait_row,
};

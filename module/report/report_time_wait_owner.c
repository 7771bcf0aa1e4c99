// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/time_wait_owner: who closes first. */
#include <linux/sort.h>

#include "../net.h"
#include "../wait/time_wait/first_close.h"
#include "report.h"
#include "view.h"

/* Most sockets first, then those who had most. */
static int report_time_wait_owner_compare(const void *a, const void *b)
{
	const struct tl_first_close_line *x = a, *y = b;

	if (x->now != y->now)
		return x->now < y->now ? 1 : -1;
	if (x->entered != y->entered)
		return x->entered < y->entered ? 1 : -1;
	return 0;
}

static int report_time_wait_owner_gather(struct tl_reading *reading)
{
	int err = tl_first_closes_copy(reading->ns->first_closes, &reading->lines);

	if (!err)
		sort(reading->lines.element, reading->lines.count,
		     sizeof(struct tl_first_close_line), report_time_wait_owner_compare, NULL);
	return err;
}

static void report_time_wait_owner_write_net(struct seq_file *seq,
					     const struct tl_first_close_line *row)
{
	seq_putc(seq, ' ');
	if (!row->key.net_bits) {
		seq_putc(seq, '-');
		return;
	}
	tl_view_host(seq, &row->key.net);
	seq_printf(seq, "/%u", row->key.net_bits);
}

static void report_time_wait_owner_write(struct seq_file *seq, const void *data)
{
	const struct tl_reading *reading = seq->private;
	const struct tl_first_close_line *row = data;
	const struct tl_closer *who = &row->key.who;

	if (row->key.local_port)
		seq_put_decimal_ull(seq, "", row->key.local_port);
	else
		seq_putc(seq, '-');
	report_time_wait_owner_write_net(seq, row);
	tl_view_uid(seq, who->uid);
	tl_view_word(seq, reading->privileged && tl_holders_may_name(who->pid_ns) ?
			  who->comm : "");
	seq_put_decimal_ull(seq, " ", row->entered);
	tl_view_number(seq, row->now);
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_time_wait_owner = {
	.name = "time_wait_owner",
	.columns = "local_port remote_net uid comm entered now",
	.line_size = sizeof(struct tl_first_close_line),
	.gather = report_time_wait_owner_gather,
	.line = report_time_wait_owner_write,
};

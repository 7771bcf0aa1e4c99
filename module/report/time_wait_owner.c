// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/time_wait_owner: who closes first. */
#include <linux/sort.h>

#include "../tcplab.h"
#include "report.h"
#include "view.h"

/**
 * struct line - connections that the same program closed first
 * @entry: not looked for
 * @row: a copy
 * @who: the program
 */
struct line {
	struct tl_entry entry;
	struct tl_first_close row;
	struct tl_closer who;
};

static void add(struct tl_index *lines, const struct tl_first_close *row)
{
	struct line *line = tl_index_add(lines, lines->count, 1);

	line->row = *row;
	tl_closer_who(row->closer, &line->who);
}

/* Most sockets first, then those who had most. */
static int compare(const void *a, const void *b)
{
	const struct tl_first_close *x = &((const struct line *)a)->row;
	const struct tl_first_close *y = &((const struct line *)b)->row;

	if (x->now != y->now)
		return x->now < y->now ? 1 : -1;
	if (x->entered != y->entered)
		return x->entered < y->entered ? 1 : -1;
	return 0;
}

static int gather(struct tl_reading *reading)
{
	struct tl_first_closes *closes = &reading->ns->first_closes;
	struct tl_first_close *row;
	int err = tl_index_reserve(&reading->lines, TL_FIRST_CLOSE_ROWS + 1);

	if (err)
		return err;
	spin_lock_bh(&closes->lock);
	list_for_each_entry(row, &closes->list, list)
		add(&reading->lines, row);
	if (closes->others.entered)
		add(&reading->lines, &closes->others);
	spin_unlock_bh(&closes->lock);
	sort(reading->lines.element, reading->lines.count, sizeof(struct line),
	     compare, NULL);
	return 0;
}

static void write_net(struct seq_file *seq, const struct tl_first_close *row)
{
	seq_putc(seq, ' ');
	if (!row->net_bits) {
		seq_putc(seq, '-');
		return;
	}
	tl_view_host(seq, &row->net);
	seq_printf(seq, "/%u", row->net_bits);
}

static void write(struct seq_file *seq, const void *data)
{
	const struct tl_reading *reading = seq->private;
	const struct line *line = data;
	const struct tl_first_close *row = &line->row;

	if (row->local_port)
		seq_put_decimal_ull(seq, "", row->local_port);
	else
		seq_putc(seq, '-');
	write_net(seq, row);
	tl_view_uid(seq, line->who.uid);
	tl_view_word(seq, reading->privileged && tl_closer_may_know(&line->who) ?
			  line->who.comm : "");
	seq_put_decimal_ull(seq, " ", row->entered);
	tl_view_number(seq, row->now);
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_time_wait_owner = {
	.name = "time_wait_owner",
	.columns = "local_port remote_net uid comm entered now",
	.line_size = sizeof(struct line),
	.gather = gather,
	.line = write,
};

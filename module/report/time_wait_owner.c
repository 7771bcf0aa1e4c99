// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/time_wait_owner: who closes first. */
#include <linux/sort.h>

#include "../net.h"
#include "../wait/first_close.h"
#include "report.h"
#include "view.h"

/* Rows copied under the lock at a time. */
#define ROWS_AT_ONCE	128

/**
 * struct line - connections that the same program closed first
 * @entry: not looked for
 * @row: a copy
 */
struct line {
	struct tl_entry entry;
	struct tl_first_close row;
};

static void add(struct tl_index *lines, const struct tl_first_close *row)
{
	struct line *line;

	/* It may be there for its sockets that are being closed, or its rows. */
	if (!row->entered || tl_index_is_full(lines))
		return;
	line = tl_index_add(lines, lines->count, 1);
	line->row = *row;
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

/* Each close waits for the lock: a few rows at a time, then all others together. */
static bool copy_some(struct tl_index *lines, struct tl_first_closes *closes,
		      int *number)
{
	struct tl_first_close *row;
	unsigned int left;

	for (left = ROWS_AT_ONCE; left; left--, ++*number) {
		row = idr_get_next(&closes->numbers, number);
		if (!row) {
			add(lines, &closes->others);
			return false;
		}
		add(lines, row);
	}
	return true;
}

static int gather(struct tl_reading *reading)
{
	struct tl_first_closes *closes = reading->ns->first_closes;
	int err = tl_index_reserve(&reading->lines, 2 * TL_FIRST_CLOSE_ROWS + 1);
	int number = 0;
	bool more;

	if (err)
		return err;
	do {
		spin_lock_bh(&closes->lock);
		more = copy_some(&reading->lines, closes, &number);
		spin_unlock_bh(&closes->lock);
		cond_resched();
	} while (more);
	sort(reading->lines.element, reading->lines.count, sizeof(struct line),
	     compare, NULL);
	return 0;
}

static void write_net(struct seq_file *seq, const struct tl_first_close *row)
{
	seq_putc(seq, ' ');
	if (!row->key.net_bits) {
		seq_putc(seq, '-');
		return;
	}
	tl_view_host(seq, &row->key.net);
	seq_printf(seq, "/%u", row->key.net_bits);
}

static void write(struct seq_file *seq, const void *data)
{
	const struct tl_reading *reading = seq->private;
	const struct line *line = data;
	const struct tl_first_close *row = &line->row;
	const struct tl_closer *who = &row->key.who;

	if (row->key.local_port)
		seq_put_decimal_ull(seq, "", row->key.local_port);
	else
		seq_putc(seq, '-');
	write_net(seq, row);
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
	.line_size = sizeof(struct line),
	.gather = gather,
	.line = write,
};

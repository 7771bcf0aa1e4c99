// SPDX-License-Identifier: GPL-2.0
/*
 * The reports in /proc/net/tcplab: their files, and the walk over the table.
 *
 * A walk's position is a bucket. Each bucket is shown under an RCU read side of
 * its own, so that a report of any length holds nothing up; connections that
 * come or go meanwhile may be shown or not.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file_net.h>

#include "../compat.h"
#include "../tcplab.h"
#include "../track/table.h"
#include "report.h"

/* Empty buckets between two chances to reschedule. */
#define BUCKETS_PER_BREATH	1024

static const struct tl_report * const reports[] = {
	&tl_report_connections,
	&tl_report_close_wait,
};

static const struct tl_sheet * const sheets[] = {
	&tl_sheet_summary,
	&tl_sheet_time_wait,
};

/* Position 0 is the header; a bucket's position is its index plus one. */
static void *position(loff_t *pos)
{
	return *pos <= tl_table_buckets() ? pos : NULL;
}

static void *start(struct seq_file *seq, loff_t *pos)
{
	return position(pos);
}

static void *next(struct seq_file *seq, void *v, loff_t *pos)
{
	do {
		if (!(++*pos % BUCKETS_PER_BREATH))
			cond_resched();
	} while (position(pos) && tl_table_bucket_empty(*pos - 1));
	return position(pos);
}

static void stop(struct seq_file *seq, void *v)
{
}

struct row {
	struct seq_file *seq;
	const struct tl_report *report;
};

static bool show_row(struct tl_conn *conn, void *data)
{
	struct row *row = data;

	row->report->row(row->seq, conn);
	return true;
}

static void head(struct seq_file *seq, const char *name)
{
	seq_printf(seq, "# tcplab %s v1\n", name);
}

static int show(struct seq_file *seq, void *v)
{
	struct row row = {
		.seq = seq,
		.report = pde_data(file_inode(seq->file)),
	};
	loff_t pos = *(loff_t *)v;

	if (!pos) {
		head(seq, row.report->name);
		seq_printf(seq, "%s\n", row.report->columns);
		return 0;
	}
	tl_table_walk_bucket(pos - 1, tl_net(seq_file_net(seq)), show_row,
			     &row);
	return 0;
}

static const struct seq_operations report_ops = {
	.start	= start,
	.next	= next,
	.stop	= stop,
	.show	= show,
};

static int show_sheet(struct seq_file *seq, void *unused)
{
	const struct tl_sheet *sheet = pde_data(file_inode(seq->file));

	head(seq, sheet->name);
	seq_puts(seq, "name value\n");
	sheet->show(seq, tl_net(seq_file_single_net(seq)));
	return 0;
}

/**
 * tl_sheet_number() - write a row of a sheet
 * @seq: the sheet
 * @name: name of the value
 * @value: the value
 */
void tl_sheet_number(struct seq_file *seq, const char *name, u64 value)
{
	seq_printf(seq, "%s %llu\n", name, value);
}

/**
 * tl_sheet_unknown() - write a row of a sheet whose value nobody knows
 * @seq: the sheet
 * @name: name of the value
 */
void tl_sheet_unknown(struct seq_file *seq, const char *name)
{
	seq_printf(seq, "%s -\n", name);
}

static bool add_files(struct tl_net *ns)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reports); i++)
		if (!proc_create_net_data(reports[i]->name, 0444, ns->proc,
					  &report_ops,
					  sizeof(struct seq_net_private),
					  (void *)reports[i]))
			return false;
	for (i = 0; i < ARRAY_SIZE(sheets); i++)
		if (!proc_create_net_single(sheets[i]->name, 0444, ns->proc,
					    show_sheet, (void *)sheets[i]))
			return false;
	return true;
}

/**
 * tl_report_net_init() - make the reports of a namespace
 * @ns: the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tl_report_net_init(struct tl_net *ns)
{
	ns->proc = proc_net_mkdir(ns->net, "tcplab", ns->net->proc_net);
	if (!ns->proc)
		return -ENOMEM;
	if (add_files(ns))
		return 0;
	tl_report_net_exit(ns);
	return -ENOMEM;
}

/**
 * tl_report_net_exit() - remove the reports of a namespace
 * @ns: the namespace
 *
 * Waits for whoever reads one.
 */
void tl_report_net_exit(struct tl_net *ns)
{
	proc_remove(ns->proc);
}

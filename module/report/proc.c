// SPDX-License-Identifier: GPL-2.0
/*
 * The reports in /proc/net/tcplab: their files, and the walk over the table.
 *
 * A walk's position is a bucket. Each bucket is shown under an RCU read side of
 * its own, so that a report of any length holds nothing up; connections that
 * come or go meanwhile may be shown or not. What is not about connections, and
 * who holds their sockets, is gathered when the reading begins.
 */
#include <linux/capability.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>

#include "../compat.h"
#include "../net.h"
#include "../track/table.h"
#include "../wait/close_wait/holders_shared.h"
#include "report.h"

/* Empty buckets between two chances to reschedule. */
#define BUCKETS_PER_BREATH	1024

static const struct tl_report * const proc_reports[TL_REPORTS] = {
	&tl_report_advice,
	&tl_report_connections,
	&tl_report_close_wait,
	&tl_report_close_wait_owner,
	&tl_report_fin_wait,
	&tl_report_half_open,
	&tl_report_listeners,
	&tl_report_ports,
	&tl_report_stragglers,
	&tl_report_time_wait_age,
	&tl_report_time_wait_owner,
	&tl_report_time_wait_recycle,
	&tl_report_time_wait_what_if,
	&tl_report_tuning,
};

static const struct tl_sheet * const proc_sheets[] = {
	&tl_sheet_policy,
	&tl_sheet_summary,
	&tl_sheet_time_wait,
};

static LIST_HEAD(proc_shown);	/* namespaces that have reports */
static bool proc_closing;	/* there shall be none any more */
static DEFINE_MUTEX(proc_shown_lock);	/* of both */

/* Position 0 is the header; a bucket's or line's is its index plus one. */
static void *proc_position(const struct tl_reading *reading, loff_t *pos)
{
	loff_t last = reading->report->row ? tl_table_buckets() :
					     reading->lines.count;

	return *pos <= last ? pos : NULL;
}

static void proc_forget(struct tl_reading *reading)
{
	tl_holders_free(&reading->holders);
	tl_lines_free(&reading->lines);
}

static int proc_find_holders(struct tl_reading *reading)
{
	struct pid_namespace *pids = tl_holders_pids();
	struct net *net = reading->ns->net;

	if (!pids)
		return 0;
	if (reading->trusted)
		return tl_holders_gather(&reading->holders, net, pids,
					 reading->report->holders_of);
	return tl_holders_shared_copy(&reading->holders, net, pids);
}

/* Once for each time that the report is read from its beginning. */
static int proc_gather(struct tl_reading *reading)
{
	const struct tl_report *report = reading->report;
	int err = 0;

	proc_forget(reading);
	if (report->holders_of && reading->privileged)
		err = proc_find_holders(reading);
	if (!err && report->gather)
		err = report->gather(reading);
	return err;
}

static void *proc_start(struct seq_file *seq, loff_t *pos)
{
	struct tl_reading *reading = seq->private;
	int err = *pos ? 0 : proc_gather(reading);

	return err ? ERR_PTR(err) : proc_position(reading, pos);
}

static void *proc_next(struct seq_file *seq, void *v, loff_t *pos)
{
	const struct tl_reading *reading = seq->private;
	bool rows = reading->report->row;

	do {
		if (!(++*pos % BUCKETS_PER_BREATH))
			cond_resched();
	} while (proc_position(reading, pos) && rows &&
		 tl_table_bucket_empty(*pos - 1));
	return proc_position(reading, pos);
}

static void proc_stop(struct seq_file *seq, void *v)
{
}

static bool proc_show_row(struct tl_conn *conn, void *seq)
{
	const struct tl_reading *reading = ((struct seq_file *)seq)->private;

	reading->report->row(seq, conn);
	return true;
}

static void proc_head(struct seq_file *seq, const char *name)
{
	seq_printf(seq, "# tcplab %s v1\n", name);
}

static int proc_show(struct seq_file *seq, void *v)
{
	const struct tl_reading *reading = seq->private;
	const struct tl_report *report = reading->report;
	loff_t pos = *(loff_t *)v;

	if (!pos) {
		proc_head(seq, report->name);
		seq_printf(seq, "%s\n", report->columns);
	} else if (report->row) {
		tl_table_walk_bucket(pos - 1, reading->ns, proc_show_row, seq);
	} else {
		report->line(seq, tl_lines_at(&reading->lines, pos - 1));
	}
	return 0;
}

static const struct seq_operations proc_report_ops = {
	.start	= proc_start,
	.next	= proc_next,
	.stop	= proc_stop,
	.show	= proc_show,
};

static struct tl_net *proc_ns_of(const u8 *file)
{
	return container_of(file - *file, struct tl_reports, file[0])->ns;
}

/*
 * A reading keeps the namespace. Otherwise the one worker that frees all
 * namespaces would wait, in proc_remove(), for a reader whose page fault is never
 * answered. So it is let go of in release alone, which waits for no reader.
 */
static int proc_report_open(struct inode *inode, struct file *file)
{
	const u8 *self = pde_data(inode);
	const struct tl_report *report = proc_reports[*self];
	struct tl_net *ns = proc_ns_of(self);
	struct net *net = maybe_get_net(ns->net);
	struct tl_reading *reading;

	if (!net)
		return -ENXIO;
	reading = __seq_open_private(file, &proc_report_ops, sizeof(*reading));
	if (!reading) {
		put_net(net);
		return -ENOMEM;
	}
	tl_compat_set_seq_net(&reading->private, net);
	reading->ns = ns;
	reading->report = report;
	reading->privileged = file_ns_capable(file, net->user_ns, CAP_NET_ADMIN);
	reading->trusted = file_ns_capable(file, &init_user_ns, CAP_NET_ADMIN);
	tl_holders_init(&reading->holders);
	tl_lines_init(&reading->lines, report->line_size);
	return 0;
}

static int proc_report_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	struct tl_reading *reading = seq->private;
	struct net *net = reading->ns->net;
	int err;

	proc_forget(reading);
	err = seq_release_private(inode, file);
	put_net(net);
	return err;
}

static const struct proc_ops proc_report_file_ops = {
	.proc_open	= proc_report_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= proc_report_release,
};

static int proc_show_sheet(struct seq_file *seq, void *unused)
{
	const struct tl_sheet *sheet = pde_data(file_inode(seq->file));

	proc_head(seq, sheet->name);
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

static bool proc_add_files(struct tl_net *ns)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(proc_reports); i++) {
		ns->reports->file[i] = i;
		if (!proc_create_data(proc_reports[i]->name, 0444, ns->reports->proc,
				      &proc_report_file_ops, &ns->reports->file[i]))
			return false;
	}
	for (i = 0; i < ARRAY_SIZE(proc_sheets); i++)
		if (!proc_create_net_single(proc_sheets[i]->name, 0444, ns->reports->proc,
					    proc_show_sheet, (void *)proc_sheets[i]))
			return false;
	return true;
}

/* Lets go of the mutex; waits for readers if there is anything to remove. */
static void proc_remove_and_unlock(struct tl_reports *of)
{
	struct proc_dir_entry *proc = of->proc;

	of->proc = NULL;
	list_del_init(&of->shown);
	mutex_unlock(&proc_shown_lock);
	proc_remove(proc);
}

/**
 * tl_report_net_init() - make the reports of a namespace
 * @ns: the namespace
 *
 * Makes none any more once the module is being unloaded.
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tl_report_net_init(struct tl_net *ns)
{
	struct tl_reports *of = ns->reports;
	int err = 0;

	of->ns = ns;
	INIT_LIST_HEAD(&of->shown);
	of->proc = proc_net_mkdir(ns->net, "tcplab", ns->net->proc_net);
	if (!of->proc)
		return -ENOMEM;
	if (!proc_add_files(ns))
		err = -ENOMEM;
	mutex_lock(&proc_shown_lock);
	if (err || proc_closing) {
		proc_remove_and_unlock(of);
		return err;
	}
	list_add(&of->shown, &proc_shown);
	mutex_unlock(&proc_shown_lock);
	return 0;
}

/**
 * tl_report_net_exit() - remove the reports of a namespace
 * @ns: the namespace
 *
 * No reader is waited for: each keeps the namespace.
 * Context: process; sleeps.
 */
void tl_report_net_exit(struct tl_net *ns)
{
	mutex_lock(&proc_shown_lock);
	proc_remove_and_unlock(ns->reports);
}

/**
 * tl_report_exit() - remove the reports of all namespaces, and make no more
 *
 * Waits for readers, however long a fault of theirs takes. So this comes before
 * anything that namespaces are made or removed under, and holds nothing
 * meanwhile. A namespace that nobody holds is being removed, with its reports.
 * Context: process; sleeps.
 */
void tl_report_exit(void)
{
	struct tl_reports *of;
	struct net *net;

	mutex_lock(&proc_shown_lock);
	proc_closing = true;
	while (!list_empty(&proc_shown)) {
		of = list_first_entry(&proc_shown, struct tl_reports, shown);
		net = maybe_get_net(of->ns->net);
		if (net) {
			proc_remove_and_unlock(of);
			put_net(net);
			mutex_lock(&proc_shown_lock);
		} else {
			list_del_init(&of->shown);
		}
	}
	mutex_unlock(&proc_shown_lock);
}

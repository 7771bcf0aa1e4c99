// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/close_wait_owner: which programs leak, and which did. */
#include <linux/jiffies.h>
#include <linux/pid_namespace.h>
#include <linux/sort.h>

#include "../net.h"
#include "../wait/close_wait/holders_shared.h"
#include "../wait/close_wait/owners.h"
#include "report.h"
#include "view.h"

/* Most leaks first, then most sockets. */
static int report_close_wait_owner_compare(const void *a, const void *b)
{
	const struct tl_owner *x = &((const struct tl_owner_line *)a)->owner;
	const struct tl_owner *y = &((const struct tl_owner_line *)b)->owner;

	if (x->leaks != y->leaks)
		return x->leaks < y->leaks ? 1 : -1;
	if (x->now != y->now)
		return x->now < y->now ? 1 : -1;
	return 0;
}

static int report_close_wait_owner_gather(struct tl_reading *reading)
{
	int err = reading->trusted ? tl_owners_census(reading->ns->owners) :
				     tl_holders_shared_refresh();

	err = err ?: tl_owners_copy(reading->ns->owners, &reading->lines);
	if (!err)
		sort(reading->lines.element, reading->lines.count,
		     sizeof(struct tl_owner_line), report_close_wait_owner_compare, NULL);
	return err;
}

/* A command is told to those in the PID namespace of its process, or the first. */
static bool report_close_wait_owner_may_know(const struct tl_reading *reading,
					     const struct tl_owner *owner)
{
	return reading->privileged && tl_holders_may_name(owner->pid_ns);
}

static void report_close_wait_owner_write_growth(struct seq_file *seq, s32 per_min)
{
	if (per_min == TL_OWNER_GROWTH_UNKNOWN)
		tl_view_number(seq, TL_VIEW_UNKNOWN);
	else
		seq_printf(seq, " %d", per_min);
}

static void report_close_wait_owner_write(struct seq_file *seq, const void *data)
{
	const struct tl_owner *owner = &((const struct tl_owner_line *)data)->owner;
	u64 ago = get_jiffies_64() - owner->seen;

	/* Only the first field has no space before it. */
	if (uid_valid(owner->uid))
		seq_printf(seq, "%u",
			   from_kuid_munged(seq_user_ns(seq), owner->uid));
	else
		seq_putc(seq, '-');
	tl_view_word(seq, report_close_wait_owner_may_know(seq->private, owner) ? owner->comm : "");
	tl_view_path(seq, owner->cgroup);
	tl_view_number(seq, owner->local_port ?: TL_VIEW_UNKNOWN);
	tl_view_number(seq, owner->now);
	tl_view_number(seq, owner->leaks);
	tl_view_number(seq, owner->oldest_ms);
	report_close_wait_owner_write_growth(seq, tl_owner_growth_per_min(owner));
	tl_view_number(seq, owner->causes[TL_CAUSE_NOT_ACCEPTED]);
	tl_view_number(seq, owner->causes[TL_CAUSE_UNREAD_DATA]);
	tl_view_number(seq, owner->causes[TL_CAUSE_UNREAD_EOF]);
	tl_view_number(seq, owner->causes[TL_CAUSE_EOF_READ]);
	tl_view_number(seq, owner->causes[TL_CAUSE_SENDING]);
	tl_view_number(seq, owner->now_max);
	tl_view_number(seq, owner->leaks_max);
	seq_put_decimal_ull(seq, " ", jiffies64_to_msecs(ago));
	tl_view_number(seq, owner->causes[TL_CAUSE_INDIRECT]);
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_close_wait_owner = {
	.name = "close_wait_owner",
	.columns =
	"uid comm cgroup local_port now leaks oldest_ms growth_per_min not_accepted unread_data unread_eof eof_read sending now_max leaks_max seen_ms_ago indirect",
	.line_size = sizeof(struct tl_owner_line),
	.gather = report_close_wait_owner_gather,
	.line = report_close_wait_owner_write,
};

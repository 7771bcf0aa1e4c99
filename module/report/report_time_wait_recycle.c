// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/time_wait_recycle: whom tcp_tw_recycle would have cut off. */
#include <linux/sort.h>

#include "../net.h"
#include "../wait/time_wait/tw_recycle.h"
#include "report.h"
#include "view.h"

static u64 report_time_wait_recycle_harm(const struct tl_tw_recycle_line *line)
{
	return (u64)line->peer.would_drop + line->peer.dropped;
}

static int report_time_wait_recycle_compare(const void *a, const void *b)
{
	if (report_time_wait_recycle_harm(a) == report_time_wait_recycle_harm(b))
		return 0;
	return report_time_wait_recycle_harm(a) < report_time_wait_recycle_harm(b) ? 1 : -1;
}

static int report_time_wait_recycle_gather(struct tl_reading *reading)
{
	int err = tl_tw_recycle_copy(reading->ns->tw_recycle_peers, &reading->lines);

	if (!err)
		sort(reading->lines.element, reading->lines.count,
		     sizeof(struct tl_tw_recycle_line), report_time_wait_recycle_compare, NULL);
	return err;
}

static void report_time_wait_recycle_write(struct seq_file *seq, const void *data)
{
	const struct tl_tw_recycle_peer *peer = &((const struct tl_tw_recycle_line *)data)->peer;

	tl_view_host(seq, &peer->address);
	tl_view_number(seq, peer->would_drop);
	tl_view_number(seq, peer->dropped);
	tl_view_number(seq, peer->behind);
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_time_wait_recycle = {
	.name = "time_wait_recycle",
	.columns = "remote_addr would_drop dropped behind_ms",
	.line_size = sizeof(struct tl_tw_recycle_line),
	.gather = report_time_wait_recycle_gather,
	.line = report_time_wait_recycle_write,
};

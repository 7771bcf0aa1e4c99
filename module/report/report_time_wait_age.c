// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/time_wait_age: how old the sockets in TIME_WAIT are. */
#include "../net.h"
#include "../wait/time_wait/time_wait.h"
#include "report.h"
#include "view.h"

static const u32 report_time_wait_age_edges[] = {
	0, 1000, 2000, 5000, 10000, 15000, 30000, 45000, 60000, 62000, 120000,
	240000, 600000
};

#define RANGES	ARRAY_SIZE(report_time_wait_age_edges)

/**
 * struct report_time_wait_age_line - a range of ages
 * @head: not looked for
 * @from_ms: first age
 * @to_ms: age behind the last
 * @count: sockets
 */
struct report_time_wait_age_line {
	struct tl_line_head head;
	u32 from_ms;
	u32 to_ms;
	u32 count;
};

static int report_time_wait_age_gather(struct tl_reading *reading)
{
	const u32 *edges = report_time_wait_age_edges;
	u32 counts[RANGES];
	unsigned int i;
	int err = tl_lines_reserve(&reading->lines, RANGES);

	if (err)
		return err;
	tl_time_wait_ages(reading->ns->time_wait, edges, RANGES, counts);
	for (i = 0; i < RANGES; i++) {
		struct report_time_wait_age_line *line = tl_lines_add(&reading->lines, 0, U32_MAX);

		line->from_ms = edges[i];
		line->to_ms = i + 1 < RANGES ? edges[i + 1] : TL_VIEW_UNKNOWN;
		line->count = counts[i];
	}
	return 0;
}

static void report_time_wait_age_write(struct seq_file *seq, const void *data)
{
	const struct report_time_wait_age_line *line = data;

	seq_put_decimal_ull(seq, "", line->from_ms);
	tl_view_number(seq, line->to_ms);
	tl_view_number(seq, line->count);
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_time_wait_age = {
	.name = "time_wait_age",
	.columns = "from_ms to_ms count",
	.line_size = sizeof(struct report_time_wait_age_line),
	.gather = report_time_wait_age_gather,
	.line = report_time_wait_age_write,
};

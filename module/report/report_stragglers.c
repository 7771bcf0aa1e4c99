// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/stragglers: what comes for connections that were closed. */
#include "../net.h"
#include "../wait/time_wait/stragglers.h"
#include "report.h"
#include "view.h"

/**
 * struct report_stragglers_line - segments of one kind that met the same verdict
 * @head: not looked for
 * @kind: an &enum tl_kind
 * @verdict: an &enum tl_verdict
 * @range: how late, index of tl_late_edges
 * @count: how many
 */
struct report_stragglers_line {
	struct tl_line_head head;
	u8 kind;
	u8 verdict;
	u8 range;
	u32 count;
};

/* Ranges in which there was none are left out. */
static int report_stragglers_gather(struct tl_reading *reading)
{
	const struct tl_stragglers *all = reading->ns->stragglers;
	unsigned int i, cells = TL_KINDS * TL_VERDICTS * TL_LATE_RANGES;
	int err = tl_lines_reserve(&reading->lines, cells);

	if (err)
		return err;
	for (i = 0; i < cells; i++) {
		struct report_stragglers_line line = {
			.kind = i / TL_LATE_RANGES / TL_VERDICTS,
			.verdict = i / TL_LATE_RANGES % TL_VERDICTS,
			.range = i % TL_LATE_RANGES,
		}, *added;

		line.count = tl_stragglers_count(all, line.kind, line.verdict, line.range);
		if (!line.count)
			continue;
		added = tl_lines_add(&reading->lines, i, 1);
		line.head = added->head;
		*added = line;
	}
	return 0;
}

static void report_stragglers_write(struct seq_file *seq, const void *data)
{
	const struct report_stragglers_line *line = data;

	seq_puts(seq, tl_kind_name(line->kind));
	tl_view_word(seq, tl_verdict_name(line->verdict));
	tl_view_number(seq, tl_late_edges[line->range]);
	tl_view_number(seq, line->range + 1 < TL_LATE_RANGES ?
			    tl_late_edges[line->range + 1] : TL_VIEW_UNKNOWN);
	tl_view_number(seq, line->count);
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_stragglers = {
	.name = "stragglers",
	.columns = "kind verdict from_ms to_ms count",
	.line_size = sizeof(struct report_stragglers_line),
	.gather = report_stragglers_gather,
	.line = report_stragglers_write,
};

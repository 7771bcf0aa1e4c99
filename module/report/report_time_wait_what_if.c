// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/time_wait_what_if: what other lengths would have done. */
#include "../net.h"
#include "../wait/time_wait/remembered.h"
#include "../wait/time_wait/stragglers.h"
#include "../wait/time_wait/what_if.h"
#include "report.h"
#include "view.h"

/**
 * struct report_time_wait_what_if_line - an answer
 * @head: not looked for
 * @row: what the accounts say
 * @old: old data and acknowledgments that would have found no TIME_WAIT
 * @fins: retransmitted FINs that would not have
 */
struct report_time_wait_what_if_line {
	struct tl_line_head head;
	struct tl_what_if_row row;
	u32 old;
	u32 fins;
};

static void report_time_wait_what_if_ask(struct tl_net *ns,
					 struct report_time_wait_what_if_line *line)
{
	const struct tl_stragglers *seen = ns->stragglers;
	u32 length_ms = line->row.length_ms;

	/* What came later than that is not known. */
	if (length_ms > tl_remembered_horizon_ms(ns->remembered)) {
		line->old = TL_VIEW_UNKNOWN;
		line->fins = TL_VIEW_UNKNOWN;
	} else if (tl_stragglers_is_edge(length_ms)) {
		line->old = tl_stragglers_beyond(seen, TL_PURPOSE_OLD, length_ms);
		line->fins = tl_stragglers_beyond(seen, TL_PURPOSE_FIN, length_ms);
	} else {
		line->old = tl_stragglers_late(seen, TL_PURPOSE_OLD);
		line->fins = tl_stragglers_late(seen, TL_PURPOSE_FIN);
	}
}

static int report_time_wait_what_if_gather(struct tl_reading *reading)
{
	struct tl_what_if_row rows[TL_WHAT_IF_LENGTHS];
	unsigned int i, count;
	int err = tl_lines_reserve(&reading->lines, TL_WHAT_IF_LENGTHS);

	if (err)
		return err;
	count = tl_what_if_rows(reading->ns, rows);
	for (i = 0; i < count; i++) {
		struct report_time_wait_what_if_line *line = tl_lines_add(&reading->lines, i, 1);

		line->row = rows[i];
		report_time_wait_what_if_ask(reading->ns, line);
	}
	return 0;
}

static void report_time_wait_what_if_write(struct seq_file *seq, const void *data)
{
	const struct report_time_wait_what_if_line *line = data;
	const struct tl_what_if_row *row = &line->row;

	seq_put_decimal_ull(seq, "", row->length_ms);
	tl_view_number(seq, row->now);
	tl_view_number(seq, row->peak);
	seq_put_decimal_ull(seq, " ", (u64)row->now * tl_what_if_socket_size());
	seq_put_decimal_ull(seq, " ", row->overflow);
	tl_view_number(seq, line->old);
	tl_view_number(seq, line->fins);
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_time_wait_what_if = {
	.name = "time_wait_what_if",
	.columns =
	"length_ms population_now population_peak memory_bytes overflow old_duplicates_exposed last_acks_lost",
	.line_size = sizeof(struct report_time_wait_what_if_line),
	.gather = report_time_wait_what_if_gather,
	.line = report_time_wait_what_if_write,
};

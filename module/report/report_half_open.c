// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/half_open: connections of which one end is presumed gone. */
#include "../net.h"
#include "../track/clock.h"
#include "../track/life.h"
#include "../wait/half_open.h"
#include "report.h"
#include "view.h"

static void report_half_open_row(struct seq_file *seq, struct tl_conn *conn)
{
	enum tl_evidence evidence;
	struct tl_view view;
	u32 since = 0;

	/* Its socket is asked, and may refute the evidence. */
	if (tl_half_open_evidence(conn))
		tl_view_take(conn, &view);
	evidence = tl_half_open_evidence(conn);
	if (evidence)
		since = tl_half_open_since(conn);
	tl_life_unlock(conn);
	if (!evidence)
		return;
	tl_view_address(seq, &view.key, view.shown);
	seq_putc(seq, ' ');
	tl_view_address(seq, &view.key, !view.shown);
	tl_view_number(seq, tl_clock_age_ms(since));
	tl_view_word(seq, tl_evidence_name(evidence));
	tl_view_word(seq, tl_state_name(view.state[view.shown]));
	tl_view_word(seq, tl_state_name(view.state[!view.shown]));
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_half_open = {
	.name = "half_open",
	.columns = "local remote age_ms evidence local_state remote_state",
	.row = report_half_open_row,
};

// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/time_wait: population and flow of TIME_WAIT. */
#include "../net.h"
#include "../track/mini.h"
#include "../track/track.h"
#include "../wait/time_wait/time_wait.h"
#include "../wait/time_wait/tw_length.h"
#include "report.h"

static void sheet_time_wait_show(struct seq_file *seq, struct tl_net *ns)
{
	u32 length_ms = tl_tw_length_ms(ns);
	struct tl_time_wait_report sum;

	tl_time_wait_sum(ns->time_wait, ns->net, &sum);
	tl_sheet_number(seq, "now", sum.now);
	/*
	 * The kernel's count less ours: unknown unless ours is complete. Whose
	 * embryonic row was given up may have found no other.
	 */
	if (tl_track_knows_all(ns))
		tl_sheet_number(seq, "now_fin_wait_2", sum.fin_wait_2);
	else
		tl_sheet_unknown(seq, "now_fin_wait_2");
	tl_sheet_number(seq, "entered", sum.entered);
	tl_sheet_number(seq, "exited_expired", sum.exited[TL_EXIT_EXPIRED]);
	tl_sheet_number(seq, "exited_reused_out",
			sum.exited[TL_EXIT_REUSED_OUT]);
	tl_sheet_number(seq, "exited_reused_in",
			sum.exited[TL_EXIT_REUSED_IN]);
	tl_sheet_number(seq, "exited_reset", sum.exited[TL_EXIT_RESET]);
	tl_sheet_number(seq, "exited_shortened",
			sum.exited[TL_EXIT_SHORTENED]);
	/* Without kprobes these are in other. */
	if (tl_mini_sees_killed())
		tl_sheet_number(seq, "exited_killed", sum.exited[TL_EXIT_KILLED]);
	else
		tl_sheet_unknown(seq, "exited_killed");
	tl_sheet_number(seq, "exited_other", sum.exited[TL_EXIT_OTHER]);
	tl_sheet_number(seq, "overflow", sum.overflow);
	tl_sheet_number(seq, "overflow_fin_wait_2", sum.overflow_fin_wait_2);
	tl_sheet_number(seq, "rate", sum.rate);
	if (length_ms != TL_LENGTH_VARIES)
		tl_sheet_number(seq, "length_ms", length_ms);
	else
		tl_sheet_unknown(seq, "length_ms");
}

const struct tl_sheet tl_sheet_time_wait = {
	.name = "time_wait",
	.show = sheet_time_wait_show,
};

// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/connections: one row per tracked connection. */
#include "../net.h"
#include "../track/life.h"
#include "report.h"
#include "view.h"

static const char * const report_connections_origins[] = {
	[TL_ACTIVE]	= "active",
	[TL_PASSIVE]	= "passive",
	[TL_LOOPBACK]	= "loopback",
	[TL_FORWARD]	= "forward",
	[TL_ADOPTED]	= "adopted",
	[TL_ADOPTED_ACTIVE]	= "adopted",
	[TL_ADOPTED_PASSIVE]	= "adopted",
};

static void report_connections_row(struct seq_file *seq, struct tl_conn *conn)
{
	struct tl_view view;

	tl_view_take(conn, &view);
	tl_life_unlock(conn);
	if (tl_view_over(&view))
		return;
	tl_view_address(seq, &view.key, view.shown);
	seq_putc(seq, ' ');
	tl_view_address(seq, &view.key, !view.shown);
	tl_view_word(seq, report_connections_origins[view.origin]);
	tl_view_word(seq, tl_state_name(view.state[view.shown]));
	tl_view_word(seq, tl_state_name(view.state[!view.shown]));
	tl_view_number(seq, view.age_ms);
	tl_view_number(seq, view.state_ms);
	tl_view_number(seq, view.idle_ms);
	tl_view_word(seq, view.cc);
	tl_view_uid(seq, view.uid);
	tl_view_number(seq, hweight8(view.here));
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_connections = {
	.name = "connections",
	.columns =
	"local remote origin local_state remote_state age_ms state_ms idle_ms cc uid ends",
	.row = report_connections_row,
};

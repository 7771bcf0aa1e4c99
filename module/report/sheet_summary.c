// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/summary: counters and gauges of the whole tracker. */
#include "../advice/counts.h"
#include "../net.h"
#include "../track/limits.h"
#include "../track/socket.h"
#include "../track/table.h"
#include "../track/track.h"
#include "../wait/close_wait/owners.h"
#include "../wait/half_open.h"
#include "../wait/policy/policy.h"
#include "../wait/ports/ports.h"
#include "../wait/time_wait/first_close.h"
#include "../wait/time_wait/remembered.h"
#include "../wait/time_wait/stragglers.h"
#include "../wait/time_wait/time_wait.h"
#include "../wait/time_wait/tw_recycle.h"
#include "../wait/time_wait/what_if.h"
#include "report.h"

static const struct {
	const char *name;
	enum tl_counter counter;
} sheet_summary_counters[] = {
	{ "created",		TL_COUNT_CREATED },
	{ "adopted",		TL_COUNT_ADOPTED },
	{ "refused_full",	TL_COUNT_REFUSED_FULL },
	{ "invalid",		TL_COUNT_INVALID },
	{ "bad_checksum",	TL_COUNT_BAD_CHECKSUM },
	{ "fragments",		TL_COUNT_FRAGMENTS },
	{ "evicted",		TL_COUNT_EVICTED },
	{ "simultaneous_open",	TL_COUNT_SIMULTANEOUS_OPEN },
	{ "simultaneous_close",	TL_COUNT_SIMULTANEOUS_CLOSE },
	{ "syn_cookie",		TL_COUNT_SYN_COOKIE },
	{ "fin_wait_2_cut",	TL_COUNT_FIN_WAIT_2_CUT },
	{ "disagree_state",	TL_COUNT_DISAGREE_STATE },
	{ "disagree_gone",	TL_COUNT_DISAGREE_GONE },
	{ "disagree_missed",	TL_COUNT_DISAGREE_MISSED },
	{ "disagree_untracked",	TL_COUNT_DISAGREE_UNTRACKED },
};

static u64 sheet_summary_disagreements(const struct tl_net *ns)
{
	return tl_track_count(ns, TL_COUNT_DISAGREE_STATE) +
	       tl_track_count(ns, TL_COUNT_DISAGREE_GONE) +
	       tl_track_count(ns, TL_COUNT_DISAGREE_MISSED) +
	       tl_track_count(ns, TL_COUNT_DISAGREE_UNTRACKED);
}

static u64 sheet_summary_memory(const struct tl_net *ns)
{
	return tl_net_bytes + tl_track_memory(ns) +
	       tl_time_wait_memory(ns->time_wait) +
	       tl_first_closes_memory(ns->first_closes) + tl_policy_memory() +
	       tl_tw_recycle_memory(ns->tw_recycle_peers) + tl_owners_memory(ns->owners) +
	       tl_remembered_memory(ns->remembered) +
	       tl_stragglers_memory(ns->stragglers) +
	       tl_what_if_memory(ns) + tl_ports_memory(ns->ports) +
	       tl_counts_memory(ns);
}

static void sheet_summary_show_states(struct seq_file *seq, struct tl_net *ns)
{
	enum tl_state state;

	for (state = TL_CLOSED; state < TL_STATES; state++) {
		u64 count = state == TL_LISTEN ?
			    tl_socket_listeners(ns->net) :
			    tl_track_in_state(ns, state);

		seq_printf(seq, "state_%s %llu\n", tl_state_name(state), count);
	}
}

static void sheet_summary_show(struct seq_file *seq, struct tl_net *ns)
{
	struct tl_time_wait_report time_wait;
	unsigned int i;

	tl_time_wait_sum(ns->time_wait, ns->net, &time_wait);
	tl_sheet_number(seq, "uptime_ms", tl_track_uptime_ms(ns));
	tl_sheet_number(seq, "connections", tl_track_rows(ns));
	tl_sheet_number(seq, "connections_max", tl_limits_of_one());
	for (i = 0; i < ARRAY_SIZE(sheet_summary_counters); i++)
		tl_sheet_number(seq, sheet_summary_counters[i].name,
				tl_track_count(ns, sheet_summary_counters[i].counter));
	tl_sheet_number(seq, "stack_disagreements", sheet_summary_disagreements(ns));
	tl_sheet_number(seq, "half_open", tl_half_open_now(ns->half_open));
	tl_sheet_number(seq, "close_wait",
			tl_track_in_state(ns, TL_CLOSE_WAIT));
	tl_sheet_number(seq, "close_wait_leaks",
			tl_close_wait_leaks(ns->close_wait));
	tl_sheet_number(seq, "fin_wait_2",
			tl_track_in_state(ns, TL_FIN_WAIT_2));
	tl_sheet_number(seq, "time_wait", time_wait.now);
	tl_sheet_number(seq, "time_wait_entered", time_wait.entered);
	tl_sheet_number(seq, "safe_length_ms",
			tl_stragglers_safe_ms(ns->stragglers));
	tl_sheet_number(seq, "safe_length_closes", tl_remembered_closes(ns->remembered));
	tl_sheet_number(seq, "memory_bytes", sheet_summary_memory(ns));
	tl_sheet_number(seq, "refused_memory",
			tl_track_count(ns, TL_COUNT_REFUSED_MEMORY));
	tl_sheet_number(seq, "remembered", tl_remembered_count(ns->remembered));
	tl_sheet_number(seq, "remembered_forgotten", tl_remembered_forgotten(ns->remembered));
	tl_sheet_number(seq, "port_failures", tl_ports_failures(ns->ports));
	tl_sheet_number(seq, "segments_examined",
			tl_track_count(ns, TL_COUNT_EXAMINED));
	sheet_summary_show_states(seq, ns);
}

const struct tl_sheet tl_sheet_summary = {
	.name = "summary",
	.show = sheet_summary_show,
};

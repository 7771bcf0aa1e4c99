// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/policy: what was done to traffic, and why. */
#include "../net.h"
#include "../wait/policy/policy.h"
#include "report.h"

static void sheet_policy_show(struct seq_file *seq, struct tl_net *ns)
{
	enum tl_action action;

	for (action = 0; action < TL_ACTIONS; action++)
		tl_sheet_number(seq, tl_policy_action_name(action),
				tl_policy_actions(ns->policy, action));
}

const struct tl_sheet tl_sheet_policy = {
	.name = "policy",
	.show = sheet_policy_show,
};

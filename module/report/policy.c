// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/policy: what was done to traffic, and why. */
#include "../net.h"
#include "../wait/policy.h"
#include "report.h"

static void show(struct seq_file *seq, struct tl_net *ns)
{
	enum tl_deed deed;

	for (deed = 0; deed < TL_DEEDS; deed++)
		tl_sheet_number(seq, tl_policy_deed_name(deed),
				tl_policy_deeds(ns->policy, deed));
}

const struct tl_sheet tl_sheet_policy = {
	.name = "policy",
	.show = show,
};

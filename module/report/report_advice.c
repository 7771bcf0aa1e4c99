// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/advice: which sysctl to set, and what was counted that says so. */
#include "../advice/advice.h"
#include "../net.h"
#include "../tuning/catalogue.h"
#include "report.h"
#include "view.h"

/* @head is first. */
struct report_advice_line {
	struct tl_line_head head;
	struct tl_advice advice;
};

static int report_advice_ask(struct tl_lines *lines, struct tl_net *ns,
			     struct tl_advice *advices)
{
	int count = tl_advice_ask(ns, advices), i;

	for (i = 0; i < count; i++) {
		struct report_advice_line *line = tl_lines_add(lines, 0, U32_MAX);

		if (!line)
			return -ENOMEM;
		line->advice = advices[i];
	}
	return min(count, 0);
}

static int report_advice_gather(struct tl_reading *reading)
{
	struct tl_advice *advices;
	int err;

	advices = kvmalloc_array(TL_RULES, sizeof(*advices), GFP_KERNEL_ACCOUNT);
	if (!advices)
		return -ENOMEM;
	err = tl_lines_reserve(&reading->lines, TL_RULES) ?:
	      report_advice_ask(&reading->lines, reading->ns, advices);
	kvfree(advices);
	return err;
}

static void report_advice_write(struct seq_file *seq, const void *data)
{
	const struct report_advice_line *line = data;
	const struct tl_advice *advice = &line->advice;

	seq_printf(seq, "%s %s ",
		   advice->severity == TL_SEVERITY_NOW ? "now" : "past",
		   advice->sysctl->name);
	tl_view_value(seq, advice->value);
	seq_putc(seq, ' ');
	tl_view_value(seq, advice->suggestion);
	seq_putc(seq, ' ');
	/* Interfaces are named by their users. */
	seq_escape(seq, advice->evidence, "\t\n\\");
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_advice = {
	.name = "advice",
	.columns = "severity name value suggestion evidence",
	.line_size = sizeof(struct report_advice_line),
	.gather = report_advice_gather,
	.line = report_advice_write,
};

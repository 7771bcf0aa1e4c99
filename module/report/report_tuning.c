// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/tuning: each sysctl of the catalogue, as it is here. */
#include <linux/jiffies.h>
#include <linux/string.h>

#include "../advice/effect.h"
#include "../net.h"
#include "../tuning/catalogue.h"
#include "../tuning/changes.h"
#include "../tuning/mirror.h"
#include "../tuning/standard.h"
#include "report.h"
#include "view.h"

/* @head is first; @old: what it was called; NULL: it is called so. */
struct report_tuning_line {
	struct tl_line_head head;
	const struct tl_sysctl *sysctl;
	const char *old;
};

static int report_tuning_add(struct tl_lines *lines, const struct tl_sysctl *sysctl,
			     const char *old)
{
	struct report_tuning_line *line = tl_lines_add(lines, 0, U32_MAX);

	if (!line)
		return -ENOMEM;
	line->sysctl = sysctl;
	line->old = old;
	return 0;
}

static int report_tuning_gather(struct tl_reading *reading)
{
	struct tl_lines *lines = &reading->lines;
	unsigned int i, j;
	int err;

	err = tl_lines_reserve(lines, TL_SYSCTLS * (1 + TL_OLD_NAMES));
	for (i = 0; !err && i < TL_SYSCTLS; i++) {
		const struct tl_sysctl *sysctl = &tl_sysctls[i];

		err = report_tuning_add(lines, sysctl, NULL);
		for (j = 0; !err && j < TL_OLD_NAMES && sysctl->old[j]; j++)
			err = report_tuning_add(lines, sysctl, sysctl->old[j]);
	}
	return err;
}

static void report_tuning_range(struct seq_file *seq, const struct tl_sysctl *sysctl)
{
	const struct tl_bounds *bounds = &sysctl->bounds;

	if (bounds->form == TL_FORM_WORD)
		seq_puts(seq, " - ");
	else
		seq_printf(seq, " %lld..%lld ", bounds->min,
			   sysctl->seconds ? div_s64(bounds->max, HZ) :
					     bounds->max);
}

/* The two templates with a slash between, where they differ. */
static void report_tuning_seed(struct seq_file *seq, const struct tl_sysctl *sysctl)
{
	const char *first = sysctl->seed[0], *second = sysctl->seed[1];

	if (!first || !second || !strcmp(first, second)) {
		tl_view_value(seq, first ?: second);
		return;
	}
	tl_view_value(seq, first);
	seq_putc(seq, '/');
	tl_view_value(seq, second);
}

static const char *report_tuning_outcome(u8 outcome)
{
	static const char * const texts[] = {
		[TL_OUTCOME_CHANGED]	= "was not put back: somebody else had changed it",
		[TL_OUTCOME_IN_USE]	= "was not put back: more is in use than that allows",
		[TL_OUTCOME_GONE]	= "was not put back: it was gone",
		[TL_OUTCOME_FAILED]	= "was not put back yet: the kernel was busy or refused",
	};

	return texts[outcome];
}

/* Why there is nothing to tell but its absence. */
static const char *report_tuning_reason(const struct tl_sysctl *sysctl,
					const char *status)
{
	if (!status)
		return NULL;
	if (sysctl->never || sysctl->until)
		return sysctl->about;
	if (!strcmp(status, "global"))
		return "only the first namespace can write it";
	if (strcmp(status, "absent"))
		return NULL;
	return sysctl->module ? "its module is not loaded" :
				"this kernel does not have it";
}

/* More than one part have a semicolon between; returns what comes before the next. */
static const char *report_tuning_part(struct seq_file *seq, const char *before,
				      const char *text)
{
	if (!text)
		return before;
	seq_printf(seq, "%s%s", before, text);
	return "; ";
}

/* The names of interfaces have no rows of their own. */
static const char *report_tuning_of_devices(struct seq_file *seq, const char *before,
					    const u32 *of_devices)
{
	unsigned int outcome;

	for (outcome = TL_OUTCOME_NONE + 1; outcome < TL_OUTCOMES; outcome++) {
		if (!of_devices[outcome])
			continue;
		seq_printf(seq, "%sfor %u interface%s it ", before,
			   of_devices[outcome], of_devices[outcome] > 1 ? "s" : "");
		before = report_tuning_part(seq, "", report_tuning_outcome(outcome));
	}
	return before;
}

static void report_tuning_effect(struct seq_file *seq, struct tl_net *ns,
				 const struct tl_sysctl *sysctl,
				 const struct tl_mirror *mirror)
{
	const char *between = "";
	struct tl_effect effect;

	between = report_tuning_part(seq, between, report_tuning_reason(sysctl, mirror->status));
	tl_effect_of(ns, sysctl, &effect);
	if (effect.count) {
		seq_printf(seq, "%s%lu ", between, effect.count);
		between = report_tuning_part(seq, "", effect.what);
	}
	between = report_tuning_part(seq, between, report_tuning_outcome(mirror->outcome));
	between = report_tuning_of_devices(seq, between, mirror->of_devices);
	if (mirror->before)
		between = report_tuning_part(seq, between, sysctl->residue);
	if (!*between)
		seq_putc(seq, '-');
}

static void report_tuning_row(struct seq_file *seq, struct tl_net *ns,
			      const struct tl_sysctl *sysctl)
{
	char standard[TL_STANDARD_SIZE];
	struct tl_mirror mirror;

	if (tl_mirror_look(ns, sysctl, &mirror))
		mirror = (struct tl_mirror) { .status = NULL };
	seq_printf(seq, "%s %s ", sysctl->name, mirror.status ?: "-");
	tl_view_value(seq, mirror.value);
	seq_putc(seq, ' ');
	tl_view_value(seq, tl_standard(ns, sysctl, standard) ? standard : NULL);
	report_tuning_range(seq, sysctl);
	report_tuning_seed(seq, sysctl);
	seq_putc(seq, ' ');
	tl_view_value(seq, mirror.before);
	seq_putc(seq, ' ');
	report_tuning_effect(seq, ns, sysctl, &mirror);
	seq_putc(seq, '\n');
	tl_mirror_free(&mirror);
}

static void report_tuning_write(struct seq_file *seq, const void *data)
{
	const struct tl_reading *reading = seq->private;
	const struct report_tuning_line *line = data;

	if (line->old)
		seq_printf(seq, "%s renamed - - - - - it is called %s now\n",
			   line->old, line->sysctl->name);
	else
		report_tuning_row(seq, reading->ns, line->sysctl);
}

const struct tl_report tl_report_tuning = {
	.name = "tuning",
	.columns = "name status value default range seed_value before effect",
	.line_size = sizeof(struct report_tuning_line),
	.gather = report_tuning_gather,
	.line = report_tuning_write,
};

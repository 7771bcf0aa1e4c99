// SPDX-License-Identifier: GPL-2.0
/* The advice of a namespace: each rule is asked in turn. */
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../core/fields.h"
#include "../net.h"
#include "../tuning/mirror.h"
#include "../tuning/name.h"
#include "advice.h"

/**
 * struct advice_rule - a rule
 * @ask: asks it
 * @tally: the tally that it looks at first; TL_TALLIES: none
 */
struct advice_rule {
	tl_rule *ask;
	enum tl_tally tally;
};

static const struct advice_rule advice_rules[] = {
	{ tl_rule_tw_reuse, TL_TALLY_PORT_FAILURES },
	{ tl_rule_port_range, TL_TALLY_PORT_FAILURES },
	{ tl_rule_accept_queue, TL_TALLY_LISTEN_OVERFLOWS },
	{ tl_rule_syn_queue, TL_TALLY_QUEUE_COOKIES },
	{ tl_rule_syncookies, TL_TALLY_QUEUE_DROPS },
	{ tl_rule_max_tw_buckets, TL_TALLY_TIME_WAIT_OVERFLOWS },
	{ tl_rule_fin_timeout, TL_TALLY_FIN_WAIT_2_CUT },
	{ tl_rule_retries2, TL_TALLY_RETRIES2_CUT },
	{ tl_rule_syn_retries, TL_TALLY_SYN_SECOND },
	{ tl_rule_tcp_mem, TL_TALLY_MEMORY_PRESSURES },
	{ tl_rule_tcp_mem_unit, TL_TALLIES },
	{ tl_rule_tcp_wmem, TL_TALLY_SNDBUF_HELD },
	{ tl_rule_tcp_rmem, TL_TALLY_RCVBUF_HELD },
	{ tl_rule_window_scaling, TL_TALLY_WINDOW_HELD },
	{ tl_rule_netdev_max_backlog, TL_TALLY_SOFTNET_DROPS },
	{ tl_rule_rp_filter, TL_TALLY_PATH_FILTERED },
	{ tl_rule_conntrack_max, TL_TALLIES },
	{ tl_rule_max_orphans, TL_TALLY_MEMORY_ABORTS },
};

static_assert(ARRAY_SIZE(advice_rules) == TL_RULES);

/**
 * tl_facts_sysctl() - read the numbers of a sysctl
 * @facts: the facts
 * @name: its name
 * @numbers: filled
 * @count: how many are wanted
 *
 * Context: process; sleeps.
 * Return: whether all are known: a report that is opened by way of a process of another
 * namespace has no way to its sysctls.
 */
bool tl_facts_sysctl(struct tl_facts *facts, const char *name, s64 *numbers,
		     unsigned int count)
{
	struct tl_advice advice;

	return tl_advice_about(facts, &advice, name, numbers, count);
}

static bool advice_numbers(const char *text, s64 *numbers, unsigned int count)
{
	unsigned int i;
	int used;

	for (i = 0; i < count; i++) {
		if (sscanf(text, "%lld%n", &numbers[i], &used) < 1)
			return false;
		text += used;
	}
	return true;
}

/**
 * tl_advice_about() - say which sysctl it is about, and read its numbers
 * @facts: the facts
 * @advice: its sysctl and value are filled
 * @name: name of the sysctl, which is in the catalogue
 * @numbers: filled
 * @count: how many are wanted
 *
 * Context: process; sleeps.
 * Return: whether all are known.
 */
bool tl_advice_about(struct tl_facts *facts, struct tl_advice *advice,
		     const char *name, s64 *numbers, unsigned int count)
{
	struct tl_name found;
	char *text;

	if (!tl_name_find(name, strlen(name), &found) ||
	    !tl_mirror_is_here(facts->ns))
		return false;
	advice->sysctl = found.sysctl;
	text = tl_mirror_read(facts->ns, found.sysctl);
	if (IS_ERR(text)) {
		if (text == ERR_PTR(-ENOMEM))
			facts->err = -ENOMEM;
		return false;
	}
	strscpy(advice->value, text, sizeof(advice->value));
	kvfree(text);
	return advice_numbers(advice->value, numbers, count);
}

/**
 * tl_advice_suggest() - say what to set the sysctl to
 * @advice: its suggestion is filled
 * @format: the text, with blanks or tabs between numbers
 */
void tl_advice_suggest(struct tl_advice *advice, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vscnprintf(advice->suggestion, sizeof(advice->suggestion), format, args);
	va_end(args);
}

/**
 * tl_advice_say() - say something more of the evidence
 * @advice: its evidence is appended to
 * @format: the text
 */
void tl_advice_say(struct tl_advice *advice, const char *format, ...)
{
	size_t length = strlen(advice->evidence);
	va_list args;

	va_start(args, format);
	vscnprintf(advice->evidence + length, sizeof(advice->evidence) - length,
		   format, args);
	va_end(args);
}

/**
 * tl_advice_say_when() - say in which span it was counted
 * @facts: the facts
 * @advice: its evidence is appended to
 */
void tl_advice_say_when(const struct tl_facts *facts, struct tl_advice *advice)
{
	u64 span_ms = facts->grown[facts->severity].span_ms;

	tl_advice_say(advice, tl_facts_are_now(facts) ? " in the last %llu s" :
							" in %llu s",
		      DIV_ROUND_UP_ULL(span_ms, MSEC_PER_SEC));
}

/* Growth from before the sysctl was changed is left out. */
static void advice_count(struct tl_facts *facts, unsigned int rule)
{
	enum tl_severity severity;

	memcpy(facts->grown, facts->counted, sizeof(facts->grown));
	if (advice_rules[rule].tally == TL_TALLIES)
		return;
	for (severity = 0; severity < TL_SEVERITIES; severity++)
		tl_counts_since_mark(facts->ns, rule, &facts->now,
				     &facts->grown[severity]);
}

/* Whether a finding tells of the value that stands now, and of one to set. */
static bool advice_holds(struct tl_facts *facts, unsigned int rule,
			 const struct tl_advice *advice)
{
	if (tl_fields_equal(advice->value, advice->suggestion))
		return false;
	return advice_rules[rule].tally == TL_TALLIES ||
	       tl_counts_mark(facts->ns, rule, &facts->now, advice->value);
}

static bool advice_ask(struct tl_facts *facts, unsigned int rule,
		       struct tl_advice *advice)
{
	enum tl_severity severity;

	advice_count(facts, rule);
	for (severity = 0; severity < TL_SEVERITIES; severity++) {
		memset(advice, 0, sizeof(*advice));
		advice->severity = severity;
		facts->severity = severity;
		if (advice_rules[rule].ask(facts, advice))
			return advice_holds(facts, rule, advice);
	}
	return false;
}

/**
 * tl_advice_ask() - ask all rules
 * @ns: the namespace
 * @advices: room for TL_RULES
 *
 * Context: process; sleeps.
 * Return: how many had something to say, or -ENOMEM.
 */
int tl_advice_ask(struct tl_net *ns, struct tl_advice *advices)
{
	struct tl_facts *facts = kvzalloc(sizeof(*facts), GFP_KERNEL_ACCOUNT);
	unsigned int i;
	int said = 0;

	if (!facts)
		return -ENOMEM;
	facts->ns = ns;
	tl_counts_read(ns, &facts->now, &facts->counted[TL_SEVERITY_NOW],
		       &facts->counted[TL_SEVERITY_PAST]);
	for (i = 0; i < TL_RULES && !facts->err; i++) {
		said += advice_ask(facts, i, &advices[said]);
		cond_resched();
	}
	if (facts->err)
		said = facts->err;
	kvfree(facts);
	return said;
}

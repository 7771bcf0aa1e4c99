/* SPDX-License-Identifier: GPL-2.0 */
/* A rule: what the facts of a namespace say about a sysctl. */
#ifndef TCPLAB_ADVICE_RULE_H
#define TCPLAB_ADVICE_RULE_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "../wait/ports/ports.h"
#include "counts.h"

struct tl_net;
struct tl_sysctl;

/* Bytes of a value, of up to three numbers, with its end. */
#define TL_ADVICE_VALUE		64
/* Bytes of the evidence, with its end. */
#define TL_ADVICE_TEXT		384

/**
 * enum tl_severity - when something happened
 * @TL_SEVERITY_NOW: in the last TL_COUNTS_RECENT_MS, or it is so now
 * @TL_SEVERITY_PAST: since counting began, or nobody can tell when
 * @TL_SEVERITIES: how many there are
 */
enum tl_severity {
	TL_SEVERITY_NOW,
	TL_SEVERITY_PAST,
	TL_SEVERITIES
};

/**
 * struct tl_advice - a finding
 * @severity: when it happened
 * @sysctl: the sysctl that it is about
 * @value: what that is now, with blanks or tabs between its numbers
 * @suggestion: what to set it to, likewise; empty: no sysctl helps
 * @evidence: what was counted, a sentence without a full stop
 */
struct tl_advice {
	enum tl_severity severity;
	const struct tl_sysctl *sysctl;
	char value[TL_ADVICE_VALUE];
	char suggestion[TL_ADVICE_VALUE];
	char evidence[TL_ADVICE_TEXT];
};

/**
 * struct tl_listener_facts - a listener that has no room
 * @found: there is one
 * @port: its local port
 * @backlog: connections that each of its queues has room for
 * @full_backlog: the same when its accept queue was full last
 * @full_seconds: seconds of the last 60 in which something met that full
 */
struct tl_listener_facts {
	bool found;
	u16 port;
	u32 backlog;
	u32 full_backlog;
	u32 full_seconds;
};

/* Ports that last no longer are short. */
#define TL_PORTS_SOON_MS	600000

/**
 * struct tl_port_facts - a destination that is short of ports
 * @found: there is one
 * @stamped: its connections use timestamps
 * @to: the destination
 * @in_use: ports in use, with those in TIME_WAIT
 * @waiting: those
 * @young: those that are in TIME_WAIT now, and too young for tcp_tw_reuse
 * @range: ports that connect() may choose from
 * @rate: connections per second
 * @exhausted_in_ms: when none will be left; TL_FORECAST_NEVER: never
 * @failed_ago_ms: when connect() found none last
 */
struct tl_port_facts {
	bool found;
	bool stamped;
	struct tl_destination to;
	u32 in_use;
	u32 waiting;
	u32 young;
	u32 range;
	u32 rate;
	u32 exhausted_in_ms;
	u64 failed_ago_ms;
};

/**
 * struct tl_facts - what rules look at, for one reading of the report
 * @ns: the namespace
 * @severity: the span that rules are asked about
 * @now: the tallies
 * @counted: how much they have grown, by span
 * @grown: likewise, as far as it tells of the sysctl that the rule is about
 * @err: why a reading fails: a rule sets it to -ENOMEM, and says nothing
 * @listeners_sought: listeners were looked at
 * @accept: for tl_facts_accept_queue(), by span
 * @relistened: a listener had no room, and has got more since; likewise
 * @syn: for tl_facts_syn_queue()
 * @ports_sought: destinations were looked at
 * @failed: for tl_facts_port(): where connect() found no port
 * @short_of: likewise: where it soon will find none
 */
struct tl_facts {
	struct tl_net *ns;
	enum tl_severity severity;
	struct tl_counts_snapshot now;
	struct tl_grown counted[TL_SEVERITIES];
	struct tl_grown grown[TL_SEVERITIES];
	int err;
	bool listeners_sought;
	struct tl_listener_facts accept[TL_SEVERITIES];
	bool relistened[TL_SEVERITIES];
	struct tl_listener_facts syn;
	bool ports_sought;
	struct tl_port_facts failed;
	struct tl_port_facts short_of;
};

/**
 * typedef tl_rule - look at the facts
 * @facts: of one span: each rule is asked about the last 60 s first, and only if it
 *	says nothing about all the time since counting began
 * @advice: filled, but for the severity, if the rule has something to say
 *
 * A rule that needs a number which nobody has says nothing. It looks at tallies
 * first, which cost nothing, and reads a sysctl only if there is cause.
 * Context: process; sleeps.
 * Return: whether it has something to say.
 */
typedef bool tl_rule(struct tl_facts *facts, struct tl_advice *advice);

/**
 * tl_facts_are_now() - whether rules are asked about the last 60 s
 * @facts: the facts
 *
 * A condition that is no growth, but holds now or does not, is said of these alone.
 */
static inline bool tl_facts_are_now(const struct tl_facts *facts)
{
	return facts->severity == TL_SEVERITY_NOW;
}

/**
 * tl_facts_grown() - how much a tally has grown
 * @facts: the facts
 * @tally: the tally
 *
 * Return: the growth in the span that rules are asked about.
 */
static inline u64 tl_facts_grown(const struct tl_facts *facts,
				 enum tl_tally tally)
{
	return facts->grown[facts->severity].tally[tally];
}

bool tl_facts_sysctl(struct tl_facts *facts, const char *name, s64 *numbers,
		     unsigned int count);
bool tl_advice_about(struct tl_facts *facts, struct tl_advice *advice,
		     const char *name, s64 *numbers, unsigned int count);
__printf(2, 3) void tl_advice_suggest(struct tl_advice *advice,
				      const char *format, ...);
__printf(2, 3) void tl_advice_say(struct tl_advice *advice,
				  const char *format, ...);
void tl_advice_say_when(const struct tl_facts *facts,
			struct tl_advice *advice);
const struct tl_listener_facts *tl_facts_accept_queue(struct tl_facts *facts);
const struct tl_listener_facts *tl_facts_syn_queue(struct tl_facts *facts);
const struct tl_port_facts *tl_facts_port(struct tl_facts *facts);

/* In the order of the report; the table is in advice.c. */
tl_rule tl_rule_tw_reuse;
tl_rule tl_rule_port_range;
tl_rule tl_rule_accept_queue;
tl_rule tl_rule_syn_queue;
tl_rule tl_rule_syncookies;
tl_rule tl_rule_max_tw_buckets;
tl_rule tl_rule_fin_timeout;
tl_rule tl_rule_retries2;
tl_rule tl_rule_syn_retries;
tl_rule tl_rule_tcp_mem;
tl_rule tl_rule_tcp_mem_unit;
tl_rule tl_rule_tcp_wmem;
tl_rule tl_rule_tcp_rmem;
tl_rule tl_rule_window_scaling;
tl_rule tl_rule_netdev_max_backlog;
tl_rule tl_rule_rp_filter;
tl_rule tl_rule_conntrack_max;
tl_rule tl_rule_max_orphans;

#endif /* TCPLAB_ADVICE_RULE_H */

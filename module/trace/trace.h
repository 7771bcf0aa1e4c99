/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events of tcplab, for perf, trace-cmd, bpftrace and tracefs.
 *
 * Addresses are in fields of the names that the kernel's own TCP events have:
 * source is what reports show as local, and IPv4 addresses are in the fields
 * for IPv6, too, mapped. What is one of several words is a string, the word of
 * the reports: filters, perf and bpftrace see no more than the field.
 *
 * This room is below all others that tell something: an event is given keys, numbers
 * and words, and no row. Callers ask trace_..._enabled() before they find out something
 * that costs much.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tcplab

#if !defined(TCPLAB_TRACE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TCPLAB_TRACE_TRACE_H

#include <linux/in6.h>
#include <linux/tracepoint.h>

#include "../core/state.h"
#include "../core/straggler.h"
#include "../key.h"
#include "../net.h"

#ifndef TL_TRACE_FIELDS
/* What all events of a connection have; assigned by tl_trace_address(). */
#define TL_TRACE_FIELDS					\
		__field(u32, netns)			\
		__field(u16, family)			\
		__field(u16, sport)			\
		__field(u16, dport)			\
		__array(u8, saddr, 4)			\
		__array(u8, daddr, 4)			\
		__array(u8, saddr_v6, 16)		\
		__array(u8, daddr_v6, 16)

#define TL_TRACE_ASSIGN(in, key, end) do {				\
	const struct tl_key *__key = key;				\
	__entry->netns = (in)->net->ns.inum;				\
	__entry->family = tl_key_is_v6(__key) ? AF_INET6 : AF_INET;	\
	__entry->sport = ntohs(__key->port[end]);			\
	__entry->dport = ntohs(__key->port[!(end)]);			\
	tl_trace_address(__key, end, __entry->saddr, __entry->saddr_v6);	\
	tl_trace_address(__key, !(end), __entry->daddr, __entry->daddr_v6);	\
} while (0)

#define TL_TRACE_FORMAT	"netns=%u %pI6c:%u %pI6c:%u"
#define TL_TRACE_VALUES							\
	__entry->netns, __entry->saddr_v6, __entry->sport,		\
	__entry->daddr_v6, __entry->dport

/* Room for the longest word, and its end. */
#define TL_TRACE_WORD	24

/* Room for the name of a sysctl, or the beginning of its value. */
#define TL_TRACE_TEXT	80

/**
 * struct tl_trace_change - an end of a connection takes another state
 * @shown: index of the end that is shown as local
 * @end: index of the end
 * @here: it has its socket in the namespace
 * @from: its state until now
 * @to: its state from now on
 */
struct tl_trace_change {
	unsigned int shown;
	unsigned int end;
	bool here;
	enum tl_state from;
	enum tl_state to;
};

/**
 * struct tl_trace_leak - a socket that leaks
 * @end: index of its end
 * @age_ms: since when it is in CLOSE_WAIT
 * @uid: its owner
 * @cause: a word
 */
struct tl_trace_leak {
	unsigned int end;
	u32 age_ms;
	kuid_t uid;
	const char *cause;
};

/**
 * struct tl_trace_ports - the ports towards a destination
 * @local: local address, IPv4 mapped
 * @remote: remote address, IPv4 mapped
 * @port: remote port
 * @ifindex: interface that is part of the key, or 0
 * @percent: so many are in use
 * @in_use: the same in ports
 * @time_wait: how many of these are in TIME_WAIT
 * @range: how many connect() may choose from
 */
struct tl_trace_ports {
	const struct in6_addr *local;
	const struct in6_addr *remote;
	u16 port;
	u32 ifindex;
	u8 percent;
	u32 in_use;
	u32 time_wait;
	u32 range;
};

/**
 * struct tl_trace_straggler - a segment that comes late
 * @end: index of our end
 * @kind: of the segment
 * @verdict: what becomes of it
 * @late_ms: since the connection was closed
 */
struct tl_trace_straggler {
	unsigned int end;
	enum tl_kind kind;
	enum tl_verdict verdict;
	u32 late_ms;
};

/**
 * struct tl_trace_knob - a change of a sysctl
 * @name: its name
 * @old: its text before
 * @new: its text from now on
 * @cause: a word
 * @error: 0, or why it was left alone
 * @line: number of the line of a set, or 0
 */
struct tl_trace_knob {
	const char *name;
	const char *old;
	const char *new;
	const char *cause;
	int error;
	u32 line;
};

void tl_trace_address(const struct tl_key *key, unsigned int end, u8 *v4,
		      u8 *v6);
#endif

/* One end of a connection has another state: the local or the remote one. */
TRACE_EVENT(connection_state,
	TP_PROTO(const struct tl_net *ns, const struct tl_key *key,
		 const struct tl_trace_change *change),
	TP_ARGS(ns, key, change),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(bool, remote)
		__field(bool, here)
		__array(char, oldstate, TL_TRACE_WORD)
		__array(char, newstate, TL_TRACE_WORD)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(ns, key, change->shown);
		__entry->remote = change->end != change->shown;
		__entry->here = change->here;
		strscpy_pad(__entry->oldstate, tl_state_name(change->from), TL_TRACE_WORD);
		strscpy_pad(__entry->newstate, tl_state_name(change->to), TL_TRACE_WORD);
	),
	TP_printk(TL_TRACE_FORMAT " end=%s here=%d %s -> %s", TL_TRACE_VALUES,
		  __entry->remote ? "remote" : "local", __entry->here,
		  __entry->oldstate, __entry->newstate)
);

/* A socket has been in CLOSE_WAIT for longer than close_wait/leak_ms. */
TRACE_EVENT(close_wait_leak,
	TP_PROTO(const struct tl_net *ns, const struct tl_key *key,
		 const struct tl_trace_leak *leak),
	TP_ARGS(ns, key, leak),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(u32, age_ms)
		__field(u32, uid)
		__array(char, cause, TL_TRACE_WORD)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(ns, key, leak->end);
		__entry->age_ms = leak->age_ms;
		__entry->uid = from_kuid_munged(ns->net->user_ns, leak->uid);
		strscpy_pad(__entry->cause, leak->cause, TL_TRACE_WORD);
	),
	TP_printk(TL_TRACE_FORMAT " age_ms=%u uid=%u cause=%s", TL_TRACE_VALUES,
		  __entry->age_ms, __entry->uid, __entry->cause)
);

/*
 * A socket became TIME_WAIT; who closed first is known from close(). Without a
 * valid uid, or a command, that is unknown.
 */
TRACE_EVENT(time_wait_enter,
	TP_PROTO(const struct tl_net *ns, const struct tl_key *key,
		 unsigned int end, kuid_t uid, const char *comm),
	TP_ARGS(ns, key, end, uid, comm),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(u32, uid)
		__array(char, comm, TASK_COMM_LEN)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(ns, key, end);
		__entry->uid = uid_valid(uid) ?
			       from_kuid_munged(ns->net->user_ns, uid) : -1;
		strscpy_pad(__entry->comm, comm, TASK_COMM_LEN);
	),
	TP_printk(TL_TRACE_FORMAT " uid=%d comm=%s", TL_TRACE_VALUES,
		  (int)__entry->uid, __entry->comm[0] ? __entry->comm : "-")
);

/* It left TIME_WAIT. */
TRACE_EVENT(time_wait_exit,
	TP_PROTO(const struct tl_net *ns, const struct tl_key *key,
		 unsigned int end, u32 age_ms, const char *reason),
	TP_ARGS(ns, key, end, age_ms, reason),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(u32, age_ms)
		__array(char, reason, TL_TRACE_WORD)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(ns, key, end);
		__entry->age_ms = age_ms;
		strscpy_pad(__entry->reason, reason, TL_TRACE_WORD);
	),
	TP_printk(TL_TRACE_FORMAT " age_ms=%u reason=%s", TL_TRACE_VALUES,
		  __entry->age_ms, __entry->reason)
);

/* So many percent of the ports towards a destination are in use. */
TRACE_EVENT(port_pressure,
	TP_PROTO(const struct tl_net *ns, const struct tl_trace_ports *ports),
	TP_ARGS(ns, ports),
	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u16, dport)
		__array(u8, saddr_v6, 16)
		__array(u8, daddr_v6, 16)
		__field(u8, percent)
		__field(u32, in_use)
		__field(u32, time_wait)
		__field(u32, range)
		__field(u32, ifindex)
	),
	TP_fast_assign(
		__entry->netns = ns->net->ns.inum;
		__entry->dport = ports->port;
		memcpy(__entry->saddr_v6, ports->local, 16);
		memcpy(__entry->daddr_v6, ports->remote, 16);
		__entry->percent = ports->percent;
		__entry->in_use = ports->in_use;
		__entry->time_wait = ports->time_wait;
		__entry->range = ports->range;
		__entry->ifindex = ports->ifindex;
	),
	TP_printk("netns=%u %pI6c %pI6c:%u percent=%u in_use=%u time_wait=%u range=%u ifindex=%u",
		  __entry->netns, __entry->saddr_v6, __entry->daddr_v6,
		  __entry->dport, __entry->percent, __entry->in_use,
		  __entry->time_wait, __entry->range, __entry->ifindex)
);

/* A segment comes for a connection that was closed here: source is our end. */
TRACE_EVENT(straggler,
	TP_PROTO(const struct tl_net *ns, const struct tl_key *key,
		 const struct tl_trace_straggler *late),
	TP_ARGS(ns, key, late),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(u32, late_ms)
		__array(char, kind, TL_TRACE_WORD)
		__array(char, verdict, TL_TRACE_WORD)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(ns, key, late->end);
		__entry->late_ms = late->late_ms;
		strscpy_pad(__entry->kind, tl_kind_name(late->kind), TL_TRACE_WORD);
		strscpy_pad(__entry->verdict, tl_verdict_name(late->verdict), TL_TRACE_WORD);
	),
	TP_printk(TL_TRACE_FORMAT " kind=%s verdict=%s late_ms=%u", TL_TRACE_VALUES,
		  __entry->kind, __entry->verdict, __entry->late_ms)
);

/* A policy drops a segment, or would: source is who has sent it. */
TRACE_EVENT(policy_drop,
	TP_PROTO(const struct tl_net *ns, const struct tl_key *key,
		 unsigned int from, const char *reason),
	TP_ARGS(ns, key, from, reason),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__array(char, reason, TL_TRACE_WORD)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(ns, key, from);
		strscpy_pad(__entry->reason, reason, TL_TRACE_WORD);
	),
	TP_printk(TL_TRACE_FORMAT " reason=%s", TL_TRACE_VALUES, __entry->reason)
);

/* One end of a connection turns out to be gone. */
TRACE_EVENT(half_open,
	TP_PROTO(const struct tl_net *ns, const struct tl_key *key,
		 unsigned int end, const char *evidence),
	TP_ARGS(ns, key, end, evidence),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__array(char, evidence, TL_TRACE_WORD)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(ns, key, end);
		strscpy_pad(__entry->evidence, evidence, TL_TRACE_WORD);
	),
	TP_printk(TL_TRACE_FORMAT " evidence=%s", TL_TRACE_VALUES, __entry->evidence)
);

/* A sysctl is changed by way of the mirror, or not: error tells why not. */
TRACE_EVENT(knob,
	TP_PROTO(const struct tl_net *ns, const struct tl_trace_knob *knob),
	TP_ARGS(ns, knob),
	TP_STRUCT__entry(
		__field(u32, netns)
		__array(char, name, TL_TRACE_TEXT)
		__array(char, old, TL_TRACE_TEXT)
		__array(char, new, TL_TRACE_TEXT)
		__field(s32, pid)
		__array(char, comm, TASK_COMM_LEN)
		__array(char, cause, TL_TRACE_WORD)
		__field(s32, error)
		__field(u32, line)
	),
	TP_fast_assign(
		__entry->netns = ns->net->ns.inum;
		strscpy_pad(__entry->name, knob->name, TL_TRACE_TEXT);
		strscpy_pad(__entry->old, knob->old, TL_TRACE_TEXT);
		strscpy_pad(__entry->new, knob->new, TL_TRACE_TEXT);
		__entry->pid = current->pid;
		strscpy_pad(__entry->comm, current->comm, TASK_COMM_LEN);
		strscpy_pad(__entry->cause, knob->cause, TL_TRACE_WORD);
		__entry->error = knob->error;
		__entry->line = knob->line;
	),
	TP_printk("netns=%u %s '%s' -> '%s' pid=%d comm=%s cause=%s error=%d line=%u",
		  __entry->netns, __entry->name, __entry->old, __entry->new,
		  __entry->pid, __entry->comm, __entry->cause, __entry->error,
		  __entry->line)
);

#endif /* TCPLAB_TRACE_TRACE_H */

/* Found by -I, which Kbuild gives trace.c. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

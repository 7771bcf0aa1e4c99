/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events of tcplab, for perf, trace-cmd, bpftrace and tracefs.
 *
 * Addresses are in fields of the names that the kernel's own TCP events have:
 * source is what reports show as local, and IPv4 addresses are in the fields
 * for IPv6, too, mapped. What is one of several words is a string, the word of
 * the reports: filters, perf and bpftrace see no more than the field.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tcplab

#if !defined(TCPLAB_REPORT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TCPLAB_REPORT_TRACE_H

#include <linux/in6.h>
#include <linux/tracepoint.h>

#include "../core/straggler.h"
#include "../net.h"
#include "../track/conn.h"
#include "../track/life.h"
#include "../wait/close_wait.h"
#include "../wait/half_open.h"
#include "../wait/policy.h"
#include "../wait/ports.h"

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

#define TL_TRACE_ASSIGN(conn, end)					\
	TL_TRACE_ASSIGN_KEY((conn)->ns, &(conn)->key, end)

#define TL_TRACE_ASSIGN_KEY(in, key, end) do {				\
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

void tl_trace_address(const struct tl_key *key, unsigned int end, u8 *v4,
		      u8 *v6);
void tl_trace_closer(const struct tl_conn *conn, u32 *uid, char *comm);
#endif

/* One end of a connection has another state: the local or the remote one. */
TRACE_EVENT(connection_state,
	TP_PROTO(const struct tl_conn *conn, unsigned int end,
		 enum tl_state oldstate),
	TP_ARGS(conn, end, oldstate),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(bool, remote)
		__field(bool, here)
		__array(char, oldstate, TL_TRACE_WORD)
		__array(char, newstate, TL_TRACE_WORD)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(conn, conn->first);
		__entry->remote = end != conn->first;
		__entry->here = tl_conn_here(conn, end);
		strscpy_pad(__entry->oldstate, tl_state_name(oldstate), TL_TRACE_WORD);
		strscpy_pad(__entry->newstate, tl_state_name(conn->state[end]),
			    TL_TRACE_WORD);
	),
	TP_printk(TL_TRACE_FORMAT " end=%s here=%d %s -> %s", TL_TRACE_VALUES,
		  __entry->remote ? "remote" : "local", __entry->here,
		  __entry->oldstate, __entry->newstate)
);

/* A socket has been in CLOSE_WAIT for longer than close_wait/leak_ms. */
TRACE_EVENT(close_wait_leak,
	TP_PROTO(const struct tl_conn *conn, unsigned int end,
		 enum tl_cause cause, kuid_t uid),
	TP_ARGS(conn, end, cause, uid),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(u32, age_ms)
		__field(u32, uid)
		__array(char, cause, TL_TRACE_WORD)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(conn, end);
		__entry->age_ms = tl_life_age_ms(conn->since[end]);
		__entry->uid = from_kuid_munged(conn->ns->net->user_ns, uid);
		strscpy_pad(__entry->cause, tl_cause_name(cause), TL_TRACE_WORD);
	),
	TP_printk(TL_TRACE_FORMAT " age_ms=%u uid=%u cause=%s", TL_TRACE_VALUES,
		  __entry->age_ms, __entry->uid, __entry->cause)
);

/* A socket became TIME_WAIT; who closed first is known from close(). */
TRACE_EVENT(time_wait_enter,
	TP_PROTO(const struct tl_conn *conn, unsigned int end),
	TP_ARGS(conn, end),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(u32, uid)
		__array(char, comm, TASK_COMM_LEN)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(conn, end);
		tl_trace_closer(conn, &__entry->uid, __entry->comm);
	),
	TP_printk(TL_TRACE_FORMAT " uid=%d comm=%s", TL_TRACE_VALUES,
		  (int)__entry->uid, __entry->comm[0] ? __entry->comm : "-")
);

/* It left TIME_WAIT. */
TRACE_EVENT(time_wait_exit,
	TP_PROTO(const struct tl_conn *conn, unsigned int end,
		 enum tl_exit reason),
	TP_ARGS(conn, end, reason),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(u32, age_ms)
		__array(char, reason, TL_TRACE_WORD)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(conn, end);
		__entry->age_ms = tl_life_age_ms(conn->since[end]);
		strscpy_pad(__entry->reason, tl_exit_name(reason), TL_TRACE_WORD);
	),
	TP_printk(TL_TRACE_FORMAT " age_ms=%u reason=%s", TL_TRACE_VALUES,
		  __entry->age_ms, __entry->reason)
);

/* So many percent of the ports towards a destination are in use. */
TRACE_EVENT(port_pressure,
	TP_PROTO(const struct tl_net *ns, const struct tl_port_use *use,
		 unsigned int percent, u32 range),
	TP_ARGS(ns, use, percent, range),
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
		__entry->dport = use->to.port;
		memcpy(__entry->saddr_v6, &use->to.local, 16);
		memcpy(__entry->daddr_v6, &use->to.remote, 16);
		__entry->percent = percent;
		__entry->in_use = use->in_use;
		__entry->time_wait = use->load.waiting;
		__entry->range = range;
		__entry->ifindex = use->to.scope;
	),
	TP_printk("netns=%u %pI6c %pI6c:%u percent=%u in_use=%u time_wait=%u range=%u ifindex=%u",
		  __entry->netns, __entry->saddr_v6, __entry->daddr_v6,
		  __entry->dport, __entry->percent, __entry->in_use,
		  __entry->time_wait, __entry->range, __entry->ifindex)
);

/* A segment comes for a connection that was closed here: source is our end. */
TRACE_EVENT(straggler,
	TP_PROTO(const struct tl_net *ns, const struct tl_key *key,
		 unsigned int end, enum tl_kind kind, enum tl_verdict verdict,
		 u32 late_ms),
	TP_ARGS(ns, key, end, kind, verdict, late_ms),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(u32, late_ms)
		__array(char, kind, TL_TRACE_WORD)
		__array(char, verdict, TL_TRACE_WORD)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN_KEY(ns, key, end);
		__entry->late_ms = late_ms;
		strscpy_pad(__entry->kind, tl_kind_name(kind), TL_TRACE_WORD);
		strscpy_pad(__entry->verdict, tl_verdict_name(verdict), TL_TRACE_WORD);
	),
	TP_printk(TL_TRACE_FORMAT " kind=%s verdict=%s late_ms=%u", TL_TRACE_VALUES,
		  __entry->kind, __entry->verdict, __entry->late_ms)
);

/* A policy drops a segment, or would: source is who has sent it. */
TRACE_EVENT(policy_drop,
	TP_PROTO(const struct tl_net *ns, const struct tl_key *key,
		 unsigned int from, enum tl_deed reason),
	TP_ARGS(ns, key, from, reason),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__array(char, reason, TL_TRACE_WORD)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN_KEY(ns, key, from);
		strscpy_pad(__entry->reason, tl_policy_deed_name(reason), TL_TRACE_WORD);
	),
	TP_printk(TL_TRACE_FORMAT " reason=%s", TL_TRACE_VALUES, __entry->reason)
);

/* One end of a connection turns out to be gone. */
TRACE_EVENT(half_open,
	TP_PROTO(const struct tl_conn *conn),
	TP_ARGS(conn),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__array(char, evidence, TL_TRACE_WORD)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(conn, conn->first);
		strscpy_pad(__entry->evidence, tl_evidence_name(conn->evidence),
			    TL_TRACE_WORD);
	),
	TP_printk(TL_TRACE_FORMAT " evidence=%s", TL_TRACE_VALUES, __entry->evidence)
);

/* A sysctl is changed by way of the mirror, or not: error tells why not. */
TRACE_EVENT(knob,
	TP_PROTO(const struct tl_net *ns, const char *name, const char *old,
		 const char *new, const char *cause, int error, u32 line),
	TP_ARGS(ns, name, old, new, cause, error, line),
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
		strscpy_pad(__entry->name, name, TL_TRACE_TEXT);
		strscpy_pad(__entry->old, old, TL_TRACE_TEXT);
		strscpy_pad(__entry->new, new, TL_TRACE_TEXT);
		__entry->pid = current->pid;
		strscpy_pad(__entry->comm, current->comm, TASK_COMM_LEN);
		strscpy_pad(__entry->cause, cause, TL_TRACE_WORD);
		__entry->error = error;
		__entry->line = line;
	),
	TP_printk("netns=%u %s '%s' -> '%s' pid=%d comm=%s cause=%s error=%d line=%u",
		  __entry->netns, __entry->name, __entry->old, __entry->new,
		  __entry->pid, __entry->comm, __entry->cause, __entry->error,
		  __entry->line)
);

#endif /* TCPLAB_REPORT_TRACE_H */

/* Found by -I, which Kbuild gives trace.c. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events of tcplab, for perf, trace-cmd, bpftrace and tracefs.
 *
 * Addresses are in fields of the names that the kernel's own TCP events have:
 * source is what reports show as local, and IPv4 addresses are in the fields
 * for IPv6, too, mapped.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tcplab

#if !defined(TCPLAB_REPORT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TCPLAB_REPORT_TRACE_H

#include <linux/in6.h>
#include <linux/tracepoint.h>

#include "../tcplab.h"
#include "../track/conn.h"
#include "../track/life.h"

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

void tl_trace_address(const struct tl_key *key, unsigned int end, u8 *v4,
		      u8 *v6);
void tl_trace_closer(const struct tl_conn *conn, u32 *uid, char *comm);
#endif

TRACE_DEFINE_ENUM(TL_UNKNOWN);
TRACE_DEFINE_ENUM(TL_CLOSED);
TRACE_DEFINE_ENUM(TL_SYN_SENT);
TRACE_DEFINE_ENUM(TL_SYN_RECEIVED);
TRACE_DEFINE_ENUM(TL_ESTABLISHED);
TRACE_DEFINE_ENUM(TL_FIN_WAIT_1);
TRACE_DEFINE_ENUM(TL_FIN_WAIT_2);
TRACE_DEFINE_ENUM(TL_CLOSE_WAIT);
TRACE_DEFINE_ENUM(TL_CLOSING);
TRACE_DEFINE_ENUM(TL_LAST_ACK);
TRACE_DEFINE_ENUM(TL_TIME_WAIT);

#define tl_trace_state(state)				\
	__print_symbolic(state,				\
		{ TL_UNKNOWN,		"-" },		\
		{ TL_CLOSED,		"CLOSED" },	\
		{ TL_SYN_SENT,		"SYN_SENT" },	\
		{ TL_SYN_RECEIVED,	"SYN_RECEIVED" },	\
		{ TL_ESTABLISHED,	"ESTABLISHED" },	\
		{ TL_FIN_WAIT_1,	"FIN_WAIT_1" },	\
		{ TL_FIN_WAIT_2,	"FIN_WAIT_2" },	\
		{ TL_CLOSE_WAIT,	"CLOSE_WAIT" },	\
		{ TL_CLOSING,		"CLOSING" },	\
		{ TL_LAST_ACK,		"LAST_ACK" },	\
		{ TL_TIME_WAIT,		"TIME_WAIT" })

/* One end of a connection has another state: the local or the remote one. */
TRACE_EVENT(connection_state,
	TP_PROTO(const struct tl_conn *conn, unsigned int end,
		 enum tl_state oldstate),
	TP_ARGS(conn, end, oldstate),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(bool, remote)
		__field(bool, here)
		__field(u8, oldstate)
		__field(u8, newstate)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(conn, conn->first);
		__entry->remote = end != conn->first;
		__entry->here = tl_conn_here(conn, end);
		__entry->oldstate = oldstate;
		__entry->newstate = conn->state[end];
	),
	TP_printk(TL_TRACE_FORMAT " end=%s here=%d %s -> %s", TL_TRACE_VALUES,
		  __entry->remote ? "remote" : "local", __entry->here,
		  tl_trace_state(__entry->oldstate),
		  tl_trace_state(__entry->newstate))
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
		__field(u8, cause)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(conn, end);
		__entry->age_ms = tl_life_age_ms(conn->since[end]);
		__entry->uid = from_kuid_munged(conn->ns->net->user_ns, uid);
		__entry->cause = cause;
	),
	TP_printk(TL_TRACE_FORMAT " age_ms=%u uid=%u cause=%s", TL_TRACE_VALUES,
		  __entry->age_ms, __entry->uid,
		  __print_symbolic(__entry->cause,
				   { 0, "not-accepted" },
				   { 1, "sending" },
				   { 2, "unread-data" },
				   { 3, "unread-eof" },
				   { 4, "eof-read" }))
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
		__field(u8, reason)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(conn, end);
		__entry->age_ms = tl_life_age_ms(conn->since[end]);
		__entry->reason = reason;
	),
	TP_printk(TL_TRACE_FORMAT " age_ms=%u reason=%s", TL_TRACE_VALUES,
		  __entry->age_ms,
		  __print_symbolic(__entry->reason,
				   { 0, "expired" },
				   { 1, "reused-out" },
				   { 2, "reused-in" },
				   { 3, "reset" },
				   { 4, "shortened" },
				   { 5, "killed" },
				   { 6, "other" }))
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
	),
	TP_fast_assign(
		__entry->netns = ns->net->ns.inum;
		__entry->dport = use->to.port;
		memcpy(__entry->saddr_v6, &use->to.local, 16);
		memcpy(__entry->daddr_v6, &use->to.remote, 16);
		__entry->percent = percent;
		__entry->in_use = use->in_use;
		__entry->time_wait = use->time_wait;
		__entry->range = range;
	),
	TP_printk("netns=%u %pI6c %pI6c:%u percent=%u in_use=%u time_wait=%u range=%u",
		  __entry->netns, __entry->saddr_v6, __entry->daddr_v6,
		  __entry->dport, __entry->percent, __entry->in_use,
		  __entry->time_wait, __entry->range)
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
		__field(u8, kind)
		__field(u8, verdict)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN_KEY(ns, key, end);
		__entry->late_ms = late_ms;
		__entry->kind = kind;
		__entry->verdict = verdict;
	),
	TP_printk(TL_TRACE_FORMAT " kind=%s verdict=%s late_ms=%u", TL_TRACE_VALUES,
		  __print_symbolic(__entry->kind,
				   { 0, "fin" }, { 1, "data" }, { 2, "ack" },
				   { 3, "syn" }, { 4, "rst" }),
		  __print_symbolic(__entry->verdict,
				   { 0, "answered" },
				   { 1, "refused-paws" },
				   { 2, "refused-sequence" },
				   { 3, "accepted" },
				   { 4, "would-corrupt" }),
		  __entry->late_ms)
);

/* A policy drops a segment, or would: source is who has sent it. */
TRACE_EVENT(policy_drop,
	TP_PROTO(const struct tl_net *ns, const struct tl_key *key,
		 unsigned int from, enum tl_deed reason),
	TP_ARGS(ns, key, from, reason),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(u8, reason)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN_KEY(ns, key, from);
		__entry->reason = reason;
	),
	TP_printk(TL_TRACE_FORMAT " reason=%s", TL_TRACE_VALUES,
		  __print_symbolic(__entry->reason,
				   { 2, "recycle_would_drop" },
				   { 3, "recycle_dropped" },
				   { 4, "quiet_syn_dropped" },
				   { 5, "quiet_syn_ack_dropped" }))
);

/* One end of a connection turns out to be gone. */
TRACE_EVENT(half_open,
	TP_PROTO(const struct tl_conn *conn),
	TP_ARGS(conn),
	TP_STRUCT__entry(
		TL_TRACE_FIELDS
		__field(u8, evidence)
	),
	TP_fast_assign(
		TL_TRACE_ASSIGN(conn, conn->first);
		__entry->evidence = conn->evidence;
	),
	TP_printk(TL_TRACE_FORMAT " evidence=%s", TL_TRACE_VALUES,
		  __print_symbolic(__entry->evidence,
				   { 1, "fin-wait-2-timeout" },
				   { 2, "syn-on-established" },
				   { 3, "challenge-reset" },
				   { 4, "retries2" },
				   { 5, "keepalive" },
				   { 6, "unknown-reset" }))
);

#endif /* TCPLAB_REPORT_TRACE_H */

/* Found by -I, which Kbuild gives trace.c. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

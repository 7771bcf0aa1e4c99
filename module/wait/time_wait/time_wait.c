// SPDX-License-Identifier: GPL-2.0
/* Accounts of TIME_WAIT: who enters, who leaves, and why. */
#include <linux/ktime.h>
#include <net/ip.h>
#include <net/tcp.h>

#include "../../compat.h"
#include "../../net.h"
#include "../../trace/trace.h"
#include "../../track/clock.h"
#include "../../track/conn.h"
#include "../../track/socket.h"
#include "first_close.h"
#include "time_wait.h"
#include "tw_length.h"
#include "what_if.h"

static const char * const time_wait_exits[TL_EXITS] = {
	[TL_EXIT_EXPIRED]	= "expired",
	[TL_EXIT_REUSED_OUT]	= "reused-out",
	[TL_EXIT_REUSED_IN]	= "reused-in",
	[TL_EXIT_RESET]		= "reset",
	[TL_EXIT_SHORTENED]	= "shortened",
	[TL_EXIT_KILLED]	= "killed",
	[TL_EXIT_OTHER]		= "other",
};

/* What this CPU, or another, has counted in the kernel's own statistics. */
static unsigned long time_wait_kernel_overflows(const struct net *net, int cpu)
{
	return per_cpu_ptr(net->mib.net_statistics, cpu)
		->mibs[LINUX_MIB_TCPTIMEWAITOVERFLOW];
}

/**
 * tl_time_wait_init() - open the accounts of a namespace
 * @accounts: the accounts
 * @net: the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tl_time_wait_init(struct tl_time_wait *accounts, struct net *net)
{
	accounts->stats = alloc_percpu_gfp(struct tl_time_wait_stats,
					   GFP_KERNEL_ACCOUNT);
	if (!accounts->stats)
		return -ENOMEM;
	tl_entry_slots_init(&accounts->entries);
	tl_time_wait_begin(accounts, net);
	return 0;
}

/**
 * tl_time_wait_begin() - count from now on
 * @accounts: of a namespace whose connections have not been followed until now
 * @net: the namespace
 *
 * What the kernel has counted meanwhile is not counted here.
 * Context: process.
 */
void tl_time_wait_begin(struct tl_time_wait *accounts, struct net *net)
{
	int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu_ptr(accounts->stats, cpu)->overflows_seen,
			   time_wait_kernel_overflows(net, cpu));
}

/**
 * tl_time_wait_exit() - close the accounts
 * @accounts: the accounts; nothing counts in them any more
 */
void tl_time_wait_exit(struct tl_time_wait *accounts)
{
	tl_entry_slots_exit(&accounts->entries);
	free_percpu(accounts->stats);
}

static void time_wait_count_entry(struct tl_time_wait_stats *stats, bool before)
{
	u32 second = ktime_get_seconds();
	unsigned int i = second % TL_RATE_SECONDS;

	stats->entered++;
	if (before)
		return;
	if (stats->recent[i].second != second) {
		stats->recent[i].second = second;
		stats->recent[i].count = 0;
	}
	stats->recent[i].count++;
}

static noinline void time_wait_trace_enter(const struct tl_conn *conn, unsigned int end)
{
	struct tl_closer who;

	tl_first_close_who(conn, &who);
	trace_time_wait_enter(conn->ns, &conn->key, end, who.uid, who.comm);
}

static void time_wait_enter(struct tl_conn *conn, const struct tl_change *change)
{
	struct tl_time_wait *accounts = conn->ns->time_wait;
	unsigned int end = change->end;

	tl_tw_length_begin(conn);
	time_wait_count_entry(this_cpu_ptr(accounts->stats), change->adopted);
	tl_entry_slots_add(conn->ns, &accounts->entries, change->since);
	tl_first_close_enter(conn, end);
	tl_what_if_enter(conn->ns, change->since, change->adopted);
	if (trace_time_wait_enter_enabled())
		time_wait_trace_enter(conn, end);
}

/* What ended it would have ended a longer TIME_WAIT, too. */
static bool time_wait_ends_any_length(enum tl_exit reason)
{
	return reason == TL_EXIT_REUSED_OUT || reason == TL_EXIT_REUSED_IN ||
	       reason == TL_EXIT_RESET || reason == TL_EXIT_KILLED;
}

/**
 * tl_exit_name() - the word for a way to leave TIME_WAIT
 * @reason: why a socket left
 *
 * Context: any.
 * Return: the word that events show.
 */
const char *tl_exit_name(enum tl_exit reason)
{
	return time_wait_exits[reason];
}

/* A new connection that takes the 4-tuple of one that has expired did not end it. */
static bool time_wait_has_expired(const struct tl_conn *conn, unsigned int end)
{
	return !(conn->ended & BIT(end)) && !tl_tw_length_jiffies(conn) &&
	       tl_clock_age_ms(conn->restart) >= TL_TIME_WAIT_MS;
}

static enum tl_exit time_wait_reason_of(const struct tl_conn *conn, const struct tl_change *change)
{
	if (change->why != TL_EXIT_SHORTENED && time_wait_has_expired(conn, change->end))
		return TL_EXIT_EXPIRED;
	if (change->why == TL_EXIT_OTHER && (conn->ended & BIT(change->end)))
		return TL_EXIT_KILLED;
	return change->why;
}

static void time_wait_leave(const struct tl_conn *conn, const struct tl_change *change)
{
	struct tl_time_wait *accounts = conn->ns->time_wait;
	enum tl_exit reason = time_wait_reason_of(conn, change);
	unsigned int end = change->end;

	this_cpu_inc(accounts->stats->exited[reason]);
	tl_entry_slots_remove(&accounts->entries, change->from_since);
	tl_first_close_leave(conn);
	if (time_wait_ends_any_length(reason))
		tl_what_if_leave(conn->ns, change->from_since);
	if (trace_time_wait_exit_enabled())
		trace_time_wait_exit(conn->ns, &conn->key, end,
				     tl_clock_age_ms(change->from_since),
				     tl_exit_name(reason));
	if (!tl_conn_here(conn, !end) || conn->state[!end] != TL_TIME_WAIT)
		tl_first_close_forget(conn);
}

/**
 * tl_time_wait_changed() - a socket became TIME_WAIT, or left it
 * @conn: its connection, locked, which knows
 * @change: what has changed
 */
void tl_time_wait_changed(struct tl_conn *conn, const struct tl_change *change)
{
	if (change->from == TL_TIME_WAIT)
		time_wait_leave(conn, change);
	if (change->to == TL_TIME_WAIT)
		time_wait_enter(conn, change);
}

/*
 * Where there is no room for a mini-socket the kernel counts that, on this CPU and
 * just before: whether the socket was to be TIME_WAIT or to wait for the peer's FIN
 * is told by whether that FIN has come.
 */
static void time_wait_count_overflow(struct tl_time_wait *accounts, const struct sock *sk,
				     int old_state)
{
	struct tl_time_wait_stats *stats = this_cpu_ptr(accounts->stats);
	unsigned long overflows = time_wait_kernel_overflows(sock_net(sk), smp_processor_id());
	unsigned long more = overflows - stats->overflows_seen;

	if (likely(!more))
		return;
	stats->overflows_seen = overflows;
	if (old_state == TCP_CLOSING || sock_flag(sk, SOCK_DONE))
		stats->overflow += more;
	else
		stats->overflow_fin_wait_2 += more;
}

/**
 * tl_time_wait_closed() - count a full socket that could leave no mini-socket
 * @accounts: of its namespace
 * @sk: the socket
 * @old_state: its state (TCP_*) until now
 * @new_state: its state from now on
 *
 * Context: any but hard interrupt.
 */
void tl_time_wait_closed(struct tl_time_wait *accounts, const struct sock *sk,
			 int old_state, int new_state)
{
	if (new_state != TCP_CLOSE ||
	    (old_state != TCP_FIN_WAIT2 && old_state != TCP_CLOSING))
		return;
	local_bh_disable();
	time_wait_count_overflow(accounts, sk, old_state);
	local_bh_enable();
}

/**
 * tl_time_wait_memory() - what the accounts of a namespace take
 * @accounts: of the namespace
 *
 * Return: bytes.
 */
u64 tl_time_wait_memory(const struct tl_time_wait *accounts)
{
	return (u64)num_possible_cpus() * sizeof(struct tl_time_wait_stats) +
	       tl_entry_slots_memory(&accounts->entries);
}

/* Entries of the whole seconds that lie behind, but not of the one running. */
static u64 time_wait_recent(const struct tl_time_wait_stats *stats, u32 second)
{
	u64 count = 0;
	unsigned int i;

	for (i = 0; i < TL_RATE_SECONDS; i++) {
		u32 ago = second - READ_ONCE(stats->recent[i].second);

		if (ago >= 1 && ago < TL_RATE_SECONDS - 1)
			count += READ_ONCE(stats->recent[i].count);
	}
	return count;
}

/**
 * tl_time_wait_ages() - how old the sockets are that are TIME_WAIT
 * @accounts: of a namespace
 * @edges: where each range begins, in milliseconds, rising from 0
 * @edges_count: how many there are
 * @counts: filled, see tl_entry_slots_sum()
 */
void tl_time_wait_ages(const struct tl_time_wait *accounts, const u32 *edges,
		       unsigned int edges_count, u32 *counts)
{
	tl_entry_slots_sum(&accounts->entries, edges, edges_count, counts);
}

/**
 * tl_time_wait_entered() - sockets that became TIME_WAIT
 * @accounts: of a namespace
 *
 * Context: process.
 * Return: how many there were.
 */
u64 tl_time_wait_entered(const struct tl_time_wait *accounts)
{
	u64 entered = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		entered += READ_ONCE(per_cpu_ptr(accounts->stats, cpu)->entered);
	return entered;
}

/**
 * tl_time_wait_sum() - sum the accounts up
 * @accounts: of a namespace
 * @net: the namespace
 * @report: filled
 *
 * Context: process.
 */
void tl_time_wait_sum(const struct tl_time_wait *accounts, struct net *net,
		      struct tl_time_wait_report *report)
{
	u32 second = ktime_get_seconds();
	u64 left = 0, minis;
	int cpu, i;

	memset(report, 0, sizeof(*report));
	for_each_possible_cpu(cpu) {
		const struct tl_time_wait_stats *stats =
			per_cpu_ptr(accounts->stats, cpu);

		report->entered += READ_ONCE(stats->entered);
		report->overflow += READ_ONCE(stats->overflow);
		report->overflow_fin_wait_2 +=
			READ_ONCE(stats->overflow_fin_wait_2);
		report->rate += time_wait_recent(stats, second);
		for (i = 0; i < TL_EXITS; i++)
			report->exited[i] += READ_ONCE(stats->exited[i]);
	}
	for (i = 0; i < TL_EXITS; i++)
		left += report->exited[i];
	report->rate = div_u64(report->rate, TL_RATE_SECONDS - 2);
	report->now = report->entered > left ? report->entered - left : 0;

	minis = tl_compat_tw_count(net);
	report->fin_wait_2 = minis > report->now ? minis - report->now : 0;
}

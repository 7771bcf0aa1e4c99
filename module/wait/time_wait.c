// SPDX-License-Identifier: GPL-2.0
/* Accounts of TIME_WAIT: who enters, who leaves, and why. */
#include <linux/ktime.h>
#include <net/ip.h>
#include <net/tcp.h>

#include "../compat.h"
#include "time_wait.h"

static unsigned long kernel_overflows(struct net *net)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(net->mib.net_statistics, cpu)
			->mibs[LINUX_MIB_TCPTIMEWAITOVERFLOW];
	return sum;
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
	accounts->stats = alloc_percpu(struct tl_time_wait_stats);
	if (!accounts->stats)
		return -ENOMEM;
	accounts->overflow_base = kernel_overflows(net);
	return 0;
}

/**
 * tl_time_wait_exit() - close the accounts
 * @accounts: the accounts; nothing counts in them any more
 */
void tl_time_wait_exit(struct tl_time_wait *accounts)
{
	free_percpu(accounts->stats);
}

/**
 * tl_time_wait_entered() - a socket became TIME_WAIT
 * @accounts: of its namespace
 *
 * Context: softirq, or bottom halves disabled.
 */
void tl_time_wait_entered(struct tl_time_wait *accounts)
{
	struct tl_time_wait_stats *stats = this_cpu_ptr(accounts->stats);
	u32 second = ktime_get_seconds();
	unsigned int i = second % TL_RATE_SECONDS;

	stats->entered++;
	if (stats->recent[i].second != second) {
		stats->recent[i].second = second;
		stats->recent[i].count = 0;
	}
	stats->recent[i].count++;
}

/**
 * tl_time_wait_left() - a socket left TIME_WAIT
 * @accounts: of its namespace
 * @reason: why
 *
 * Context: softirq, or bottom halves disabled.
 */
void tl_time_wait_left(struct tl_time_wait *accounts, enum tl_exit reason)
{
	this_cpu_inc(accounts->stats->exited[reason]);
}

/**
 * tl_time_wait_memory() - what the accounts of a namespace take
 *
 * Return: bytes.
 */
u64 tl_time_wait_memory(void)
{
	return (u64)num_possible_cpus() * sizeof(struct tl_time_wait_stats);
}

/* Entries of the whole seconds that lie behind, but not of the one running. */
static u64 recent(const struct tl_time_wait_stats *stats, u32 second)
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
		report->rate += recent(stats, second);
		for (i = 0; i < TL_EXITS; i++)
			report->exited[i] += READ_ONCE(stats->exited[i]);
	}
	for (i = 0; i < TL_EXITS; i++)
		left += report->exited[i];
	report->rate = div_u64(report->rate, TL_RATE_SECONDS - 2);
	report->now = report->entered > left ? report->entered - left : 0;

	minis = tl_compat_tw_count(net);
	report->fin_wait_2 = minis > report->now ? minis - report->now : 0;
	report->overflow = kernel_overflows(net) - accounts->overflow_base;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The counts of a namespace: since counting began, and in the last 60 s.
 *
 * Packets pay nothing: these are counters that the kernel and the tracker have
 * anyway. One worker takes a snapshot of each namespace every ten seconds, of at
 * most so many in a turn; the growth since the oldest that is not older than 60 s
 * is recent. Where there are too many namespaces for that, or no memory, nothing
 * is: growth is past then, never wrongly recent. A namespace in which nothing was
 * ever counted has no snapshots, but a stamp.
 */
#include <linux/build_bug.h>
#include <linux/jhash.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/snmp.h>

#include "../compat.h"
#include "../net.h"
#include "../track/memory.h"
#include "../track/track.h"
#include "../wait/ports/ports.h"
#include "../wait/time_wait/time_wait.h"
#include "counts.h"

/* Namespaces that have a snapshot in a turn. */
#define COUNTS_IN_A_TURN	1024

/**
 * struct tl_counts_history - the last snapshots
 * @base: the tallies when counting began
 * @next: where the next one goes
 * @snapshot: a ring; a time of 0 is none
 */
struct tl_counts_history {
	unsigned long base[TL_TALLIES];
	unsigned int next;
	struct tl_counts_snapshot snapshot[TL_COUNTS_SNAPSHOTS];
};

/**
 * struct tl_counts_mark - what the sysctl of a finding was when that was told
 * @value: hash of its text; 0: none was told
 * @since: the tallies when the value had changed
 */
struct tl_counts_mark {
	u32 value;
	struct tl_counts_snapshot since;
};

#define COUNTS_MARKS_SIZE	(TL_RULES * sizeof(struct tl_counts_mark))

static const u16 counts_of_kernel[] = {
	[TL_TALLY_LISTEN_OVERFLOWS]	= LINUX_MIB_LISTENOVERFLOWS,
	[TL_TALLY_LISTEN_DROPS]		= LINUX_MIB_LISTENDROPS,
	[TL_TALLY_QUEUE_COOKIES]	= LINUX_MIB_TCPREQQFULLDOCOOKIES,
	[TL_TALLY_QUEUE_DROPS]		= LINUX_MIB_TCPREQQFULLDROP,
	[TL_TALLY_COOKIES_SENT]		= LINUX_MIB_SYNCOOKIESSENT,
	[TL_TALLY_COOKIES_RECEIVED]	= LINUX_MIB_SYNCOOKIESRECV,
	[TL_TALLY_TIME_WAIT_OVERFLOWS]	= LINUX_MIB_TCPTIMEWAITOVERFLOW,
	[TL_TALLY_TIME_WAIT_REUSED]	= LINUX_MIB_TIMEWAITRECYCLED,
	[TL_TALLY_MEMORY_PRESSURES]	= LINUX_MIB_TCPMEMORYPRESSURES,
	[TL_TALLY_MEMORY_ABORTS]	= LINUX_MIB_TCPABORTONMEMORY,
	[TL_TALLY_PATH_FILTERED]	= LINUX_MIB_IPRPFILTER,
	[TL_TALLY_KEEPALIVES]		= LINUX_MIB_TCPKEEPALIVE,
	[TL_TALLY_SACK_RECOVERIES]	= LINUX_MIB_TCPSACKRECOVERY,
};

static_assert(ARRAY_SIZE(counts_of_kernel) == TL_TALLIES_OF_KERNEL);

static LIST_HEAD(counts_turns);	/* all namespaces */
static DEFINE_MUTEX(counts_turns_lock);	/* of it */

static void counts_turn(struct work_struct *unused);
static DECLARE_DELAYED_WORK(counts_worker, counts_turn);

static u64 counts_now_ms(void)
{
	return ktime_to_ms(ktime_get_boottime());
}

/* The kernel's own function for this is not everywhere. */
static unsigned long counts_mib(const struct net *net, unsigned int counter)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(net->mib.net_statistics,
					     cpu)->mibs[counter]);
	return sum;
}

/* The backlogs of CPUs belong to no namespace: the first one tells of them. */
static unsigned long counts_softnet(const struct tl_net *ns)
{
	unsigned long sum = 0;
	int cpu;

	if (!net_eq(ns->net, &init_net))
		return 0;
	for_each_possible_cpu(cpu)
		sum += tl_compat_softnet_dropped(cpu);
	return sum;
}

static unsigned long counts_one(struct tl_net *ns, enum tl_tally tally)
{
	switch (tally) {
	case TL_TALLY_PORT_FAILURES:
		return tl_ports_failures(ns->ports);
	case TL_TALLY_TIME_WAITS:
		return tl_time_wait_entered(ns->time_wait);
	case TL_TALLY_FIN_WAIT_2_CUT:
		return tl_track_count(ns, TL_COUNT_FIN_WAIT_2_CUT);
	case TL_TALLY_RETRIES2_CUT:
		return tl_track_count(ns, TL_COUNT_RETRIES2_CUT);
	case TL_TALLY_SYN_FIRST:
		return tl_track_count(ns, TL_COUNT_SYN_FIRST);
	case TL_TALLY_SYN_SECOND:
		return tl_track_count(ns, TL_COUNT_SYN_SECOND);
	case TL_TALLY_SNDBUF_HELD:
		return tl_track_count(ns, TL_COUNT_SNDBUF_HELD);
	case TL_TALLY_RCVBUF_HELD:
		return tl_track_count(ns, TL_COUNT_RCVBUF_HELD);
	case TL_TALLY_WINDOW_HELD:
		return tl_track_count(ns, TL_COUNT_WINDOW_HELD);
	case TL_TALLY_SOFTNET_DROPS:
		return counts_softnet(ns);
	default:
		return counts_mib(ns->net, counts_of_kernel[tally]);
	}
}

static void counts_all(struct tl_net *ns, unsigned long *tallies)
{
	unsigned int i;

	for (i = 0; i < TL_TALLIES; i++)
		tallies[i] = counts_one(ns, i);
}

static void counts_snap(struct tl_counts_snapshot *snapshot, u64 at_ms,
			const unsigned long *tallies)
{
	unsigned int i;

	snapshot->at_ms = at_ms;
	for (i = 0; i < TL_TALLIES; i++)
		snapshot->tally[i] = tallies[i];
}

static void counts_add(struct tl_counts_history *history, u64 at_ms,
		       const unsigned long *tallies)
{
	counts_snap(&history->snapshot[history->next], at_ms, tallies);
	history->next = (history->next + 1) % TL_COUNTS_SNAPSHOTS;
}

/* Until now nothing was counted. Without memory the stamp grows old. */
static bool counts_make_history(struct tl_net *ns)
{
	static const unsigned long zeros[TL_TALLIES];
	struct tl_counts *counts = ns->counts;

	counts->history = tl_memory_zalloc(ns, sizeof(*counts->history));
	if (!counts->history)
		return false;
	counts_add(counts->history, counts->quiet_ms, zeros);
	return true;
}

static void counts_take(struct tl_net *ns)
{
	struct tl_counts *counts = ns->counts;
	unsigned int minis = tl_compat_tw_count(ns->net);
	unsigned long tallies[TL_TALLIES];
	u64 now_ms;

	counts_all(ns, tallies);
	spin_lock(&counts->lock);
	now_ms = counts_now_ms();
	counts->time_wait_peak = max(counts->time_wait_peak, minis);
	if (!counts->history && !memchr_inv(tallies, 0, sizeof(tallies)))
		counts->quiet_ms = now_ms;
	else if (counts->history || counts_make_history(ns))
		counts_add(counts->history, now_ms, tallies);
	spin_unlock(&counts->lock);
}

static bool counts_take_next(void)
{
	struct tl_counts *counts;

	mutex_lock(&counts_turns_lock);
	counts = list_first_entry_or_null(&counts_turns, struct tl_counts, turn);
	if (counts) {
		counts_take(counts->ns);
		list_move_tail(&counts->turn, &counts_turns);
	}
	mutex_unlock(&counts_turns_lock);
	return counts;
}

static unsigned int counts_of_namespaces(void)
{
	struct list_head *turn;
	unsigned int count = 0;

	mutex_lock(&counts_turns_lock);
	list_for_each(turn, &counts_turns)
		if (++count == COUNTS_IN_A_TURN)
			break;
	mutex_unlock(&counts_turns_lock);
	return count;
}

static void counts_turn(struct work_struct *unused)
{
	unsigned int left = counts_of_namespaces();

	while (left-- && counts_take_next())
		cond_resched();
	schedule_delayed_work(&counts_worker,
			      msecs_to_jiffies(TL_COUNTS_EVERY_MS));
}

/**
 * tl_counts_load() - begin to take snapshots
 *
 * Context: process.
 */
void tl_counts_load(void)
{
	schedule_delayed_work(&counts_worker,
			      msecs_to_jiffies(TL_COUNTS_EVERY_MS));
}

/**
 * tl_counts_unload() - take no more snapshots
 *
 * Context: process; sleeps.
 */
void tl_counts_unload(void)
{
	cancel_delayed_work_sync(&counts_worker);
}

static void counts_free(struct tl_counts_history *history,
			struct tl_counts_mark *marks)
{
	if (history)
		tl_memory_free(history, sizeof(*history));
	if (marks)
		tl_memory_free(marks, COUNTS_MARKS_SIZE);
}

/**
 * tl_counts_reset() - begin to count anew
 * @ns: the namespace
 *
 * Context: process.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int tl_counts_reset(struct tl_net *ns)
{
	struct tl_counts *counts = ns->counts;
	struct tl_counts_history *history = NULL;
	unsigned long tallies[TL_TALLIES];
	struct tl_counts_mark *marks = NULL;
	u64 now_ms = counts_now_ms();

	counts_all(ns, tallies);
	if (memchr_inv(tallies, 0, sizeof(tallies))) {
		history = tl_memory_zalloc(ns, sizeof(*history));
		if (!history)
			return -ENOMEM;
		memcpy(history->base, tallies, sizeof(tallies));
		counts_add(history, now_ms, tallies);
	}
	spin_lock(&counts->lock);
	counts->began_ms = now_ms;
	counts->quiet_ms = now_ms;
	counts->time_wait_peak = 0;
	swap(counts->history, history);
	swap(counts->marks, marks);
	spin_unlock(&counts->lock);
	counts_free(history, marks);
	return 0;
}

/**
 * tl_counts_init() - begin to count in a namespace
 * @ns: the namespace, with all that counts in place
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tl_counts_init(struct tl_net *ns)
{
	int err;

	ns->counts->ns = ns;
	spin_lock_init(&ns->counts->lock);
	err = tl_counts_reset(ns);
	if (err)
		return err;
	mutex_lock(&counts_turns_lock);
	list_add(&ns->counts->turn, &counts_turns);
	mutex_unlock(&counts_turns_lock);
	return 0;
}

/**
 * tl_counts_exit() - stop counting
 * @ns: the namespace, with all that counts still in place
 *
 * Context: process; sleeps.
 */
void tl_counts_exit(struct tl_net *ns)
{
	struct tl_counts *counts = ns->counts;

	mutex_lock(&counts_turns_lock);
	list_del(&counts->turn);
	mutex_unlock(&counts_turns_lock);
	counts_free(counts->history, counts->marks);
}

/* A reset, or a snapshot, may have come after a tally was read. */
static unsigned long counts_growth(unsigned long now, unsigned long then)
{
	return max((long)(now - then), 0L);
}

/* With the lock held: another history may take the place of this one. */
static unsigned long counts_base(const struct tl_counts *counts,
				 enum tl_tally tally)
{
	return counts->history ? counts->history->base[tally] : 0;
}

/**
 * tl_counts_total() - how much a tally has grown
 * @ns: the namespace
 * @tally: the tally
 *
 * Context: process.
 * Return: its growth since counting began.
 */
unsigned long tl_counts_total(struct tl_net *ns, enum tl_tally tally)
{
	unsigned long now = counts_one(ns, tally), base;

	spin_lock(&ns->counts->lock);
	base = counts_base(ns->counts, tally);
	spin_unlock(&ns->counts->lock);
	return counts_growth(now, base);
}

/**
 * tl_counts_time_wait_peak() - most mini-sockets that there were
 * @ns: the namespace
 *
 * Context: process.
 * Return: the greatest number that a snapshot has met, or that there is now.
 */
unsigned int tl_counts_time_wait_peak(struct tl_net *ns)
{
	return max(READ_ONCE(ns->counts->time_wait_peak),
		   tl_compat_tw_count(ns->net));
}

/**
 * tl_counts_since_mark() - leave out what came before the sysctl of a rule was changed
 * @ns: the namespace
 * @rule: number of the rule
 * @now: the tallies
 * @grown: their growth in a span until then; the part of it that came later is left
 *
 * All tallies and the span begin anew together: a rule compares them. Nothing is left
 * out if nothing was changed.
 * Context: process.
 */
void tl_counts_since_mark(struct tl_net *ns, unsigned int rule,
			  const struct tl_counts_snapshot *now,
			  struct tl_grown *grown)
{
	struct tl_counts_snapshot since = {};
	unsigned int i;

	spin_lock(&ns->counts->lock);
	if (ns->counts->marks)
		since = ns->counts->marks[rule].since;
	spin_unlock(&ns->counts->lock);
	if (!since.at_ms)
		return;
	/* Another reader may have marked it since. */
	if (since.at_ms >= now->at_ms) {
		memset(grown, 0, sizeof(*grown));
		return;
	}
	grown->span_ms = min(grown->span_ms, now->at_ms - since.at_ms);
	for (i = 0; i < TL_TALLIES; i++)
		grown->tally[i] = min_t(u64, grown->tally[i],
					now->tally[i] - since.tally[i]);
}

/**
 * tl_counts_mark() - a rule has a finding, of a sysctl with a value
 * @ns: the namespace
 * @rule: number of the rule
 * @now: the tallies that it has looked at
 * @value: the value
 *
 * A count under another value tells nothing of this one: it begins anew.
 * Context: process.
 * Return: whether the value is the one that was told before, or the first; without
 * memory each is.
 */
bool tl_counts_mark(struct tl_net *ns, unsigned int rule,
		    const struct tl_counts_snapshot *now, const char *value)
{
	u32 hash = jhash(value, strlen(value), 0) | 1;
	struct tl_counts *counts = ns->counts;
	struct tl_counts_mark *mark;
	bool same = true;

	spin_lock(&counts->lock);
	if (!counts->marks)
		counts->marks = tl_memory_zalloc(ns, COUNTS_MARKS_SIZE);
	if (counts->marks) {
		mark = &counts->marks[rule];
		same = !mark->value || mark->value == hash;
		mark->value = hash;
		if (!same)
			mark->since = *now;
	}
	spin_unlock(&counts->lock);
	return same;
}

/**
 * tl_counts_memory() - what the snapshots of a namespace take
 * @ns: the namespace
 *
 * Return: bytes.
 */
u64 tl_counts_memory(const struct tl_net *ns)
{
	const struct tl_counts *counts = ns->counts;

	return (READ_ONCE(counts->history) ? sizeof(*counts->history) : 0) +
	       (READ_ONCE(counts->marks) ? COUNTS_MARKS_SIZE : 0);
}

/* The oldest snapshot that is not too old; NULL: there is none. */
static const struct tl_counts_snapshot *
counts_oldest_recent(const struct tl_counts_history *history, u64 now_ms)
{
	const struct tl_counts_snapshot *oldest = NULL;
	unsigned int i;

	for (i = 0; i < TL_COUNTS_SNAPSHOTS; i++) {
		const struct tl_counts_snapshot *snapshot = &history->snapshot[i];

		if (!snapshot->at_ms ||
		    snapshot->at_ms + TL_COUNTS_RECENT_MS < now_ms)
			continue;
		if (!oldest || snapshot->at_ms < oldest->at_ms)
			oldest = snapshot;
	}
	return oldest;
}

static void counts_recent(const struct tl_counts *counts, u64 now_ms,
			  const unsigned long *tallies, struct tl_grown *recent)
{
	const struct tl_counts_snapshot *then;
	unsigned int i;

	then = counts_oldest_recent(counts->history, now_ms);
	if (!then)
		return;
	recent->span_ms = now_ms - then->at_ms;
	for (i = 0; i < TL_TALLIES; i++)
		recent->tally[i] = max((s32)((u32)tallies[i] - then->tally[i]), 0);
}

/**
 * tl_counts_read() - read the tallies
 * @ns: the namespace
 * @now: filled with them
 * @recent: filled with their growth in the last 60 s at most
 * @total: filled with their growth since counting began
 *
 * Context: process.
 */
void tl_counts_read(struct tl_net *ns, struct tl_counts_snapshot *now,
		    struct tl_grown *recent, struct tl_grown *total)
{
	struct tl_counts *counts = ns->counts;
	unsigned long tallies[TL_TALLIES];
	unsigned int i;
	u64 now_ms;

	memset(recent, 0, sizeof(*recent));
	counts_all(ns, tallies);
	spin_lock(&counts->lock);
	now_ms = counts_now_ms();
	counts_snap(now, now_ms, tallies);
	total->span_ms = now_ms - counts->began_ms;
	for (i = 0; i < TL_TALLIES; i++)
		total->tally[i] = counts_growth(tallies[i],
						counts_base(counts, i));
	if (counts->history) {
		counts_recent(counts, now_ms, tallies, recent);
	} else if (counts->quiet_ms + TL_COUNTS_RECENT_MS >= now_ms) {
		*recent = *total;
		recent->span_ms = now_ms - counts->quiet_ms;
	}
	spin_unlock(&counts->lock);
}

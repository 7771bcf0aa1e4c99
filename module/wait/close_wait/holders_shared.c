// SPDX-License-Identifier: GPL-2.0
/*
 * Who holds which sockets, found out once for all readers without privileges.
 *
 * Anybody may make a user namespace, be privileged there, and read its reports in
 * a loop. So one worker searches all processes for all of them, at most once a
 * second, and takes a census with what it has found; readers copy what is theirs.
 * None of them holds anything that another one, or the worker, waits for.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "../../net.h"
#include "holders_shared.h"
#include "owners.h"

/* A search is as old as this, and is followed by so many times its own length. */
#define SHARED_AGE_MS	1000
#define SHARED_REST	10
/* It is forgotten when nobody has asked for another for so long. */
#define SHARED_KEEP_MS	10000
/* Entries copied while preemption is off. */
#define SHARED_BATCH	256

/**
 * struct shared - the last search
 * @holders: what it has found; empty if it has failed, or was forgotten
 * @number: how many there have been
 * @again: from when on there may be another, in jiffies
 * @err: 0 or why it failed
 */
static struct shared {
	struct tl_holders holders;
	unsigned long number;
	u64 again;
	int err;
} shared;

/* Searches that have begun: that many, or one more than have ended. */
static unsigned long shared_begun;
static DEFINE_SPINLOCK(shared_lock);	/* of all of that */
static DECLARE_WAIT_QUEUE_HEAD(shared_done);

/* Replaces what was found before. */
static void publish(struct shared *fresh)
{
	spin_lock(&shared_lock);
	fresh->number = shared.number + 1;
	swap(*fresh, shared);
	spin_unlock(&shared_lock);
	tl_holders_free(&fresh->holders);
	wake_up_all(&shared_done);
}

/* Only what was found: when there may be another search does not change. */
static void forget(struct work_struct *unused)
{
	struct tl_holders nothing;

	tl_holders_init(&nothing);
	spin_lock(&shared_lock);
	swap(nothing, shared.holders);
	spin_unlock(&shared_lock);
	tl_holders_free(&nothing);
}

static DECLARE_DELAYED_WORK(shared_forget, forget);

static bool is_due(void)
{
	bool due;

	spin_lock(&shared_lock);
	due = !time_before64(get_jiffies_64(), shared.again);
	spin_unlock(&shared_lock);
	return due;
}

static void begin(void)
{
	spin_lock(&shared_lock);
	shared_begun++;
	spin_unlock(&shared_lock);
}

static void search(struct work_struct *unused)
{
	struct shared fresh = {};
	ktime_t begun = ktime_get();
	u64 rest_ms;

	/* One that was asked for while the last was under way. */
	if (!is_due())
		return;
	begin();
	tl_holders_init(&fresh.holders);
	fresh.err = tl_holders_gather_all(&fresh.holders) ?:
		    tl_owners_count(&fresh.holders);
	rest_ms = max_t(u64, SHARED_AGE_MS,
			SHARED_REST * ktime_ms_delta(ktime_get(), begun));
	fresh.again = get_jiffies_64() + msecs_to_jiffies(rest_ms);
	publish(&fresh);
	mod_delayed_work(system_unbound_wq, &shared_forget,
			 msecs_to_jiffies(max_t(u64, SHARED_KEEP_MS, rest_ms)));
}

static DECLARE_WORK(shared_search, search);

static unsigned long last_begun(void)
{
	unsigned long begun;

	spin_lock(&shared_lock);
	begun = shared_begun;
	spin_unlock(&shared_lock);
	return begun;
}

/**
 * tl_holders_shared_refresh() - see to it that the last search and census are no old ones
 *
 * Context: process; sleeps.
 * Return: 0, -ENOMEM, or -EINTR if the caller is being killed.
 */
int tl_holders_shared_refresh(void)
{
	unsigned long number = READ_ONCE(shared.number);
	int err;

	if (is_due()) {
		queue_work(system_unbound_wq, &shared_search);
		if (wait_event_killable(shared_done,
					READ_ONCE(shared.number) != number))
			return -EINTR;
	}
	spin_lock(&shared_lock);
	err = shared.err;
	spin_unlock(&shared_lock);
	return err;
}

/**
 * struct copying - how far a reader has copied
 * @holders: to where
 * @net: the namespace of the sockets that are wanted
 * @pids: the reader's PID namespace
 * @number: of the search
 * @at: number of the next holder
 * @queued_at: number of the next connection in an accept queue
 */
struct copying {
	struct tl_holders *holders;
	const struct net *net;
	struct pid_namespace *pids;
	unsigned long number;
	u32 at;
	u32 queued_at;
};

/* Return: whether there is more. */
static bool copy_some(struct copying *copying)
{
	const struct tl_lines *index = &shared.holders.index;
	const struct tl_lines *queued = &shared.holders.queued;
	unsigned int left;

	for (left = SHARED_BATCH; left && copying->at < index->count; left--) {
		const struct tl_holder *holder =
			tl_lines_at(index, copying->at++);

		if (holder->net == copying->net)
			tl_holders_copy(copying->holders, holder, copying->pids);
	}
	for (; left && copying->queued_at < queued->count; left--) {
		const struct tl_queued *entry =
			tl_lines_at(queued, copying->queued_at++);

		if (entry->net == copying->net)
			tl_holders_copy_queued(copying->holders, entry);
	}
	return !left;
}

/**
 * tl_holders_shared_copy() - learn who holds the sockets of a namespace
 * @holders: filled; to be freed even if this fails
 * @net: the namespace
 * @pids: that of the processes that may be named
 *
 * @holders are whole only if all of the search was after this call.
 * Context: process; sleeps.
 * Return: 0, -ENOMEM, or -EINTR if the caller is being killed.
 */
int tl_holders_shared_copy(struct tl_holders *holders, const struct net *net,
			   struct pid_namespace *pids)
{
	struct copying copying = { holders, net, pids };
	/* No time tells which came first: much happens within a jiffy. */
	unsigned long before = last_begun();
	bool more, same = true;
	int err = tl_holders_shared_refresh();

	if (err)
		return err;
	copying.number = READ_ONCE(shared.number);
	do {
		err = tl_holders_reserve(holders, SHARED_BATCH);
		if (err)
			return err;
		/* Who gets no processor for long copies what is left of no other. */
		spin_lock(&shared_lock);
		same = copying.number == shared.number;
		more = same && copy_some(&copying);
		holders->whole = same && shared.holders.whole &&
				 (long)(shared.number - before) > 0;
		spin_unlock(&shared_lock);
		cond_resched();
	} while (more);
	return 0;
}

/**
 * tl_holders_shared_stop() - search no more, and forget all
 *
 * There is no reader any more.
 * Context: process; sleeps.
 */
void tl_holders_shared_stop(void)
{
	cancel_work_sync(&shared_search);
	cancel_delayed_work_sync(&shared_forget);
	tl_holders_free(&shared.holders);
}

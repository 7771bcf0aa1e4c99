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
#define SHARED_FORGET_MS	10000
/* Lines copied while preemption is off. */
#define SHARED_BATCH	256

/**
 * struct holders_shared_result - the last search
 * @holders: what it has found; empty if it has failed, or was forgotten
 * @number: how many there have been
 * @again: from when on there may be another, in jiffies
 * @err: 0 or why it failed
 */
static struct holders_shared_result {
	struct tl_holders holders;
	unsigned long number;
	u64 again;
	int err;
} holders_shared_newest;

/* Searches that have begun: that many, or one more than have ended. */
static unsigned long holders_shared_begun;
static DEFINE_SPINLOCK(holders_shared_lock);	/* of all of that */
static DECLARE_WAIT_QUEUE_HEAD(holders_shared_done);

/* Replaces what was found before. */
static void holders_shared_publish(struct holders_shared_result *fresh)
{
	spin_lock(&holders_shared_lock);
	fresh->number = holders_shared_newest.number + 1;
	swap(*fresh, holders_shared_newest);
	spin_unlock(&holders_shared_lock);
	tl_holders_free(&fresh->holders);
	wake_up_all(&holders_shared_done);
}

/* Only what was found: when there may be another search does not change. */
static void holders_shared_forget(struct work_struct *unused)
{
	struct tl_holders nothing;

	tl_holders_init(&nothing);
	spin_lock(&holders_shared_lock);
	swap(nothing, holders_shared_newest.holders);
	spin_unlock(&holders_shared_lock);
	tl_holders_free(&nothing);
}

static DECLARE_DELAYED_WORK(holders_shared_forget_work, holders_shared_forget);

static bool holders_shared_is_due(void)
{
	bool due;

	spin_lock(&holders_shared_lock);
	due = !time_before64(get_jiffies_64(), holders_shared_newest.again);
	spin_unlock(&holders_shared_lock);
	return due;
}

static void holders_shared_begin(void)
{
	spin_lock(&holders_shared_lock);
	holders_shared_begun++;
	spin_unlock(&holders_shared_lock);
}

static void holders_shared_search(struct work_struct *unused)
{
	struct holders_shared_result fresh = {};
	ktime_t begun = ktime_get();
	u64 rest_ms;

	/* One that was asked for while the last was under way. */
	if (!holders_shared_is_due())
		return;
	holders_shared_begin();
	tl_holders_init(&fresh.holders);
	fresh.err = tl_holders_gather_all(&fresh.holders) ?:
		    tl_owners_count(&fresh.holders);
	rest_ms = max_t(u64, SHARED_AGE_MS,
			SHARED_REST * ktime_ms_delta(ktime_get(), begun));
	fresh.again = get_jiffies_64() + msecs_to_jiffies(rest_ms);
	holders_shared_publish(&fresh);
	mod_delayed_work(system_unbound_wq, &holders_shared_forget_work,
			 msecs_to_jiffies(max_t(u64, SHARED_FORGET_MS, rest_ms)));
}

static DECLARE_WORK(holders_shared_search_work, holders_shared_search);

static unsigned long holders_shared_count_begun(void)
{
	unsigned long begun;

	spin_lock(&holders_shared_lock);
	begun = holders_shared_begun;
	spin_unlock(&holders_shared_lock);
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
	unsigned long number = READ_ONCE(holders_shared_newest.number);
	int err;

	if (holders_shared_is_due()) {
		queue_work(system_unbound_wq, &holders_shared_search_work);
		if (wait_event_killable(holders_shared_done,
					READ_ONCE(holders_shared_newest.number) != number))
			return -EINTR;
	}
	spin_lock(&holders_shared_lock);
	err = holders_shared_newest.err;
	spin_unlock(&holders_shared_lock);
	return err;
}

/**
 * struct holders_shared_copying - how far a reader has copied
 * @holders: to where
 * @net: the namespace of the sockets that are wanted
 * @pids: the reader's PID namespace
 * @number: of the search
 * @at: number of the next holder
 * @queued_at: number of the next connection in an accept queue
 */
struct holders_shared_copying {
	struct tl_holders *holders;
	const struct net *net;
	struct pid_namespace *pids;
	unsigned long number;
	u32 at;
	u32 queued_at;
};

/* Return: whether there is more. */
static bool holders_shared_copy_some(struct holders_shared_copying *copying)
{
	const struct tl_lines *held = &holders_shared_newest.holders.held;
	const struct tl_lines *queued = &holders_shared_newest.holders.queued;
	unsigned int left;

	for (left = SHARED_BATCH; left && copying->at < held->count; left--) {
		const struct tl_holder *holder = tl_lines_at(held, copying->at++);

		if (holder->net == copying->net)
			tl_holders_copy(copying->holders, holder, copying->pids);
	}
	for (; left && copying->queued_at < queued->count; left--) {
		const struct tl_queued *child = tl_lines_at(queued, copying->queued_at++);

		if (child->net == copying->net)
			tl_holders_copy_queued(copying->holders, child);
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
	struct holders_shared_copying copying = { holders, net, pids };
	/* No time tells which came first: much happens within a jiffy. */
	unsigned long before = holders_shared_count_begun();
	bool more, same = true;
	int err = tl_holders_shared_refresh();

	if (err)
		return err;
	copying.number = READ_ONCE(holders_shared_newest.number);
	do {
		err = tl_holders_reserve(holders, SHARED_BATCH);
		if (err)
			return err;
		/* Who gets no processor for long copies what is left of no other. */
		spin_lock(&holders_shared_lock);
		same = copying.number == holders_shared_newest.number;
		more = same && holders_shared_copy_some(&copying);
		holders->whole = same && holders_shared_newest.holders.whole &&
				 (long)(holders_shared_newest.number - before) > 0;
		spin_unlock(&holders_shared_lock);
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
	cancel_work_sync(&holders_shared_search_work);
	cancel_delayed_work_sync(&holders_shared_forget_work);
	tl_holders_free(&holders_shared_newest.holders);
}

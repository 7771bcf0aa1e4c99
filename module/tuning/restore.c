// SPDX-License-Identifier: GPL-2.0
/*
 * Putting back changes. A value that somebody else has changed meanwhile is left
 * alone. So is a bound below the number that is in use: putting it back would cut
 * off connections that work.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "../compat.h"
#include "../core/fields.h"
#include "../net.h"
#include "../trace/trace.h"
#include "changes.h"
#include "event.h"
#include "mirror.h"
#include "restore.h"
#include "spread.h"
#include "sysctl.h"

/* A set whose names cannot be put back is tried again after this time. */
#define RESTORE_AGAIN_MS	1000
/* Unloading tries for so long at least, with pauses. */
#define RESTORE_UNLOAD_MS	10000
#define RESTORE_PAUSE_MS	100

static const char *restore_cause(enum tl_restore who)
{
	static const char * const causes[] = {
		[TL_RESTORE_ROLLBACK]	= "rollback",
		[TL_RESTORE_EXPIRE]	= "expire",
		[TL_RESTORE_UNLOAD]	= "unload",
	};

	return causes[who];
}

/* The last number of a text. */
static unsigned long restore_last_number(const char *text)
{
	const char *last = strrchr(text, '\t');
	unsigned long number;

	return kstrtoul(last ? last + 1 : text, 10, &number) ? 0 : number;
}

static unsigned long restore_in_use(struct tl_net *ns, enum tl_in_use what)
{
	switch (what) {
	case TL_IN_USE_CONNTRACK:
		/* The first namespace alone may change their bound. */
		return tl_mirror_conntracks();
	case TL_IN_USE_TCP_MEM:
		return max(atomic_long_read(tcp_prot.memory_allocated), 0L);
	case TL_IN_USE_TIME_WAIT:
		return tl_compat_tw_count(ns->net);
	default:
		return 0;
	}
}

/* The bound would fall below the number in use; 0 is no bound for nf_conntrack. */
static bool restore_would_cut(struct tl_net *ns, enum tl_in_use what,
			      const char *now, const char *target)
{
	unsigned long old = restore_last_number(now);
	unsigned long new = restore_last_number(target);

	if (what == TL_IN_USE_NOTHING)
		return false;
	if (what == TL_IN_USE_CONNTRACK && !new)
		return false;
	if (new >= old && !(what == TL_IN_USE_CONNTRACK && !old))
		return false;
	return restore_in_use(ns, what) > new;
}

/* Writes @target where @now is; the namespace's files answer only while it lives. */
static int restore_write(struct tl_changes *changes, struct tl_tuned *change,
			 const char *now, const char *target)
{
	int err;

	if (tl_fields_equal(now, target))
		return 0;
	err = tl_spread_begin(changes, &change->name);
	if (err)
		return err;
	err = tl_sysctl_write_patiently(change->file, target, false);
	/* A part of it may have been written, and may stay. */
	if (err && tl_sysctl_put(change->file, now))
		tl_tuned_reread(change);
	tl_spread_end(changes, &change->name);
	return err;
}

/* Its value would be lost again when a name that the kernel copies is put back. */
static bool restore_waits(const struct tl_changes *changes,
			  const struct tl_tuned *change, enum tl_restore who)
{
	const struct tl_tuned *other;

	list_for_each_entry(other, &changes->list, list)
		if (other->failed && (other->undo || who != TL_RESTORE_EXPIRE) &&
		    tl_name_reaches(&other->name, &change->name))
			return true;
	return false;
}

/**
 * restore_one() - put back one name
 * @changes: those of the namespace
 * @change: the change
 * @target: the text to put back
 * @who: who asks
 *
 * Return: an enum tl_outcome, or an error with nothing put back.
 */
static int restore_one(struct tl_changes *changes, struct tl_tuned *change,
		       const char *target, enum tl_restore who)
{
	struct tl_net *ns = changes->ns;
	enum tl_in_use what = change->name.sysctl->in_use;
	struct tl_trace_knob event = { .new = target, .cause = restore_cause(who) };
	char *now = tl_sysctl_read(change->file);
	int err;

	change->failed = IS_ERR(now);
	if (IS_ERR(now)) {
		err = PTR_ERR(now);
		event.old = "-";
		event.error = err;
		tl_trace_knob(ns, &change->name, &event);
		return err == -ENOENT ? TL_OUTCOME_GONE : err;
	}
	if (restore_waits(changes, change, who))
		err = -EBUSY;
	else if (!change->unread && !tl_fields_equal(now, change->mine) &&
		 !tl_fields_equal(now, target))
		err = TL_OUTCOME_CHANGED;
	else if (restore_would_cut(ns, what, now, target))
		err = TL_OUTCOME_IN_USE;
	else
		err = restore_write(changes, change, now, target);
	event.old = now;
	event.new = err > 0 ? now : target;
	event.error = min(err, 0);
	tl_trace_knob(ns, &change->name, &event);
	kvfree(now);
	change->failed = err < 0;
	return err;
}

static void restore_note(struct tl_changes *changes,
			 const struct tl_tuned *change, int outcome)
{
	unsigned int row = change->name.sysctl - tl_sysctls;

	if (change->name.device[0])
		changes->of_devices[row][outcome]++;
	else
		changes->outcome[row] = outcome;
}

static void restore_forget_set(struct tl_changes *changes)
{
	struct tl_tuned *change;

	tl_changes_no_end(changes);
	changes->set[0] = '\0';
	changes->applied = 0;
	changes->skipped = 0;
	list_for_each_entry(change, &changes->list, list)
		change->in_set = false;
}

/* It is left alone for now, and may be put back when less is in use. */
static bool restore_again(int outcome)
{
	return outcome == TL_OUTCOME_IN_USE;
}

/**
 * tl_restore_all() - put back the values before the first change
 * @changes: those of the namespace
 * @who: who asks
 *
 * A name stays in the list if it cannot be put back, or not now. A set that is to
 * end still does if there are such names, or if the caller is killed.
 * Context: process, the mutex of knobs held; sleeps.
 * Return: 0 or the first error; -EINTR if the caller is killed.
 */
int tl_restore_all(struct tl_changes *changes, enum tl_restore who)
{
	struct tl_tuned *change, *next;
	int first = 0, err;

	list_for_each_entry(change, &changes->list, list)
		change->failed = false;
	list_for_each_entry_safe_reverse(change, next, &changes->list, list) {
		if (fatal_signal_pending(current))
			return -EINTR;
		err = restore_one(changes, change, change->before, who);
		if (err < 0) {
			first = first ?: err;
			continue;
		}
		restore_note(changes, change, err);
		if (!restore_again(err))
			tl_changes_drop(changes, change);
	}
	if (!first || !changes->pending)
		restore_forget_set(changes);
	return first;
}

/**
 * tl_restore_unload() - put back the values before the first change, for good
 * @changes: those of the namespace
 *
 * Names that cannot be put back are tried again for some seconds.
 * Context: a worker, the mutex of knobs held; sleeps.
 */
void tl_restore_unload(struct tl_changes *changes)
{
	unsigned long end = jiffies + msecs_to_jiffies(RESTORE_UNLOAD_MS);
	int err;

	while ((err = tl_restore_all(changes, TL_RESTORE_UNLOAD)) &&
	       time_before(jiffies, end))
		msleep(RESTORE_PAUSE_MS);
	if (err)
		pr_warn_ratelimited("some sysctls are not put back, error %d\n",
				    err);
}

/* The values before the set are in force again; an earlier change stays one. */
static void restore_back_to(struct tl_changes *changes, struct tl_tuned *change)
{
	if (tl_fields_equal(change->undo, change->before)) {
		tl_changes_drop(changes, change);
		return;
	}
	tl_tuned_take(change, change->undo);
	change->undo = NULL;
}

/* Names of one reach; whether all of them are done with. */
static bool restore_set_part(struct tl_changes *changes, enum tl_reach reach)
{
	struct tl_tuned *change, *next;
	bool done = true;
	int err;

	list_for_each_entry_safe_reverse(change, next, &changes->list, list) {
		if (!change->undo || tl_name_reach(&change->name) != reach)
			continue;
		err = restore_one(changes, change, change->undo,
				  TL_RESTORE_EXPIRE);
		if (err < 0) {
			done = false;
			continue;
		}
		restore_note(changes, change, err);
		if (!err)
			restore_back_to(changes, change);
		else if (restore_again(err))
			tl_tuned_no_undo(change);
		else
			tl_changes_drop(changes, change);
	}
	return done;
}

/**
 * tl_restore_set() - put back the values before the last set
 * @changes: those of the namespace
 *
 * They were read before the set wrote anything: names come before those that get
 * their value. The set goes on to end while some cannot be put back.
 * Context: process, the mutex of knobs held; sleeps.
 */
void tl_restore_set(struct tl_changes *changes)
{
	enum tl_reach reach;
	bool done = true;

	for (reach = TL_REACH_ALL; reach < TL_REACHES; reach++)
		if (!restore_set_part(changes, reach))
			done = false;
	if (done)
		restore_forget_set(changes);
	else
		tl_changes_end_in(changes, RESTORE_AGAIN_MS);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Writing sysctls: all of a set or nothing. All files are opened and read, and
 * all memory that a change needs is had, before the first is written; the first
 * error puts back what was written. At the end all are read back. Looking at a name
 * takes memory for a moment, and so does the kernel when it is written: a name that
 * cannot be put back for want of it stays among the changes.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../net.h"
#include "../trace/trace.h"
#include "apply.h"
#include "changes.h"
#include "event.h"
#include "spread.h"
#include "sysctl.h"
#include "tuning.h"

/**
 * struct apply - a set that is being applied
 * @ns: the namespace
 * @changes: the changes there
 * @wishes: the set
 * @how: what it is
 * @reserved: files that there is room for
 * @fresh: how many of them are of names that were not changed before
 */
struct apply {
	struct tl_net *ns;
	struct tl_changes *changes;
	struct list_head *wishes;
	enum tl_apply how;
	u32 reserved;
	u32 fresh;
};

static void apply_trace(const struct apply *apply, const struct tl_wish *wish,
			const char *old, const char *new, int err)
{
	const struct tl_trace_knob knob = {
		.old = old,
		.new = new,
		.cause = apply->how == TL_APPLY_ONE ? "write" : "apply",
		.error = err,
		.line = wish->line,
	};

	tl_trace_knob(apply->ns, &wish->name, &knob);
}

static void apply_trace_undo(const struct apply *apply, const struct tl_wish *wish,
			     const char *old, const char *new, int err)
{
	const struct tl_trace_knob knob = {
		.old = old,
		.new = new,
		.cause = "undo",
		.error = err,
		.line = wish->line,
	};

	tl_trace_knob(apply->ns, &wish->name, &knob);
}

/* A name that is not here; for a set of ours also an algorithm that is not. */
static bool apply_may_skip(const struct apply *apply, const struct tl_wish *wish,
			   int err)
{
	if (wish->may_fail)
		return true;
	if (apply->how != TL_APPLY_BUILT_IN)
		return false;
	return err == -EOPNOTSUPP || err == -ENODEV || err == -EACCES ||
	       err == -ENOENT || err == -EPERM;
}

static int apply_open(struct apply *apply, struct tl_wish *wish)
{
	struct file *file = tl_apply_open(apply->ns, &wish->name, true);
	char *old;

	if (IS_ERR(file))
		return PTR_ERR(file);
	wish->file = file;
	old = tl_sysctl_read(file);
	if (IS_ERR(old))
		return PTR_ERR(old);
	wish->old = old;
	return 0;
}

/* A change whose file has gone was one of an interface or module of the same name. */
static struct tl_tuned *apply_known(struct apply *apply,
				    const struct tl_wish *wish)
{
	struct tl_tuned *change = tl_changes_find(apply->changes, &wish->name);
	char *now;

	if (!change)
		return NULL;
	now = tl_sysctl_read(change->file);
	if (!IS_ERR(now))
		kvfree(now);
	if (now != ERR_PTR(-ENOENT))
		return change;
	apply_trace_undo(apply, wish, "-", change->before, -ENOENT);
	tl_changes_drop(apply->changes, change);
	return NULL;
}

/* A file is counted before it is opened. */
static int apply_reserve(struct apply *apply, struct tl_wish *wish)
{
	struct tl_changes *changes = apply->changes;
	int err;

	wish->change = apply_known(apply, wish);
	wish->known = wish->change;
	if (!wish->known && changes->count + apply->fresh >= TL_CHANGES_MOST)
		return -ENOSPC;
	err = tl_changes_reserve(changes);
	if (err)
		return err;
	apply->reserved++;
	apply->fresh += !wish->known;
	return 0;
}

static int apply_remember(struct tl_wish *wish)
{
	if (wish->known)
		wish->ours = tl_fields_equal(wish->change->mine, wish->old);
	else
		wish->change = tl_tuned_new(&wish->name, wish->old);
	return wish->change ? 0 : -ENOMEM;
}

/* conf.all goes first, then conf.default: the kernel copies their values. */
static void apply_sort(struct list_head *wishes)
{
	struct tl_wish *wish, *next;
	enum tl_reach reach;
	LIST_HEAD(sorted);

	for (reach = TL_REACH_ALL; reach < TL_REACHES; reach++)
		list_for_each_entry_safe(wish, next, wishes, list)
			if (tl_name_reach(&wish->name) == reach)
				list_move_tail(&wish->list, &sorted);
	list_splice(&sorted, wishes);
}

static int apply_open_next(struct apply *apply, struct tl_wish *wish)
{
	int err = apply_reserve(apply, wish);

	if (err)
		return err;
	err = apply_open(apply, wish);
	if (!err || !apply_may_skip(apply, wish, err))
		return err ?: apply_remember(wish);
	wish->skipped = true;
	apply->fresh -= !wish->known;
	return 0;
}

static int apply_open_all(struct apply *apply)
{
	struct tl_wish *wish;
	int err;

	list_for_each_entry(wish, apply->wishes, list) {
		err = apply_open_next(apply, wish);
		if (err) {
			apply_trace(apply, wish, wish->old ?: "-", wish->value, err);
			return err;
		}
	}
	return 0;
}

/*
 * A name of tcplab's own that is not registered is none: the kernel would load
 * tcplab for it, and unloading, which waits for the writer, would be waited for.
 */
static bool apply_is_ours_and_none(const struct tl_wish *wish)
{
	struct file *file;
	char *known, *word, *rest;
	bool found = false;

	if (wish->name.sysctl->standard != TL_STANDARD_CONGESTION ||
	    strncmp(wish->value, "lab", 3))
		return false;
	file = tl_sysctl_open("sys/net/ipv4/tcp_available_congestion_control",
			      false);
	if (IS_ERR(file))
		return true;
	known = tl_sysctl_read(file);
	tl_sysctl_close(file);
	if (IS_ERR(known))
		return true;
	rest = known;
	while (!found && (word = strsep(&rest, " ")))
		found = !strcmp(word, wish->value);
	kvfree(known);
	return !found;
}

static int apply_write_text(const struct apply *apply,
			    const struct tl_wish *wish, const char *found)
{
	if (apply_is_ours_and_none(wish))
		return -ENOENT;
	/* The system call is repeated: the kernel has changed nothing. */
	if (apply->how == TL_APPLY_ONE)
		return tl_sysctl_write(wish->file, wish->value);
	if (signal_pending(current))
		return -EINTR;
	/* Writing the same value might still do something to interfaces. */
	if (tl_fields_equal(found, wish->value))
		return 0;
	return tl_sysctl_write_patiently(wish->file, wish->value, true);
}

/* A refused value may have been written in part. */
static int apply_write_over(struct apply *apply, struct tl_wish *wish,
			    const char *found)
{
	int err = tl_spread_begin(apply->changes, &wish->name);

	if (err)
		return err;
	err = apply_write_text(apply, wish, found);
	if (err && err != -ERESTARTNOINTR)
		wish->half = tl_sysctl_put(wish->file, found);
	tl_spread_end(apply->changes, &wish->name);
	return err;
}

/* A line before may have changed it since it was opened. */
static int apply_write(struct apply *apply, struct tl_wish *wish)
{
	char *found = tl_sysctl_read(wish->file);
	int err = PTR_ERR_OR_ZERO(found);

	if (!err) {
		err = apply_write_over(apply, wish, found);
		kvfree(found);
	}
	if (err == -ERESTARTNOINTR)
		return err;
	wish->written = !err || wish->half;
	apply_trace(apply, wish, wish->old, wish->value, err);
	return err;
}

static int apply_write_all(struct apply *apply)
{
	struct tl_wish *wish;
	int err;

	list_for_each_entry(wish, apply->wishes, list) {
		if (wish->skipped)
			continue;
		err = apply_write(apply, wish);
		if (err && err != -EINTR && !wish->half &&
		    apply_may_skip(apply, wish, err))
			wish->skipped = true;
		else if (err)
			return err;
	}
	return 0;
}

static int apply_read_back(struct apply *apply, struct tl_wish *wish)
{
	char *now = tl_sysctl_read(wish->file);

	if (IS_ERR(now))
		return PTR_ERR(now);
	if (!tl_fields_equal(now, wish->value)) {
		kvfree(now);
		/* Somebody else has written meanwhile. A single value was taken. */
		return apply->how == TL_APPLY_ONE ? 0 : -EBUSY;
	}
	kvfree(wish->value);
	wish->value = now;
	return 0;
}

static int apply_read_all_back(struct apply *apply)
{
	struct tl_wish *wish;
	int err;

	list_for_each_entry(wish, apply->wishes, list) {
		if (wish->skipped)
			continue;
		err = apply_read_back(apply, wish);
		if (err) {
			apply_trace(apply, wish, wish->old, wish->value, err);
			return err;
		}
	}
	return 0;
}

/* How putting the name back has ended before is of no interest any more. */
static void apply_forget_outcome(struct apply *apply, const struct tl_name *name)
{
	unsigned int row = name->sysctl - tl_sysctls;

	if (name->device[0])
		memset(apply->changes->of_devices[row], 0,
		       sizeof(apply->changes->of_devices[row]));
	else
		apply->changes->outcome[row] = TL_OUTCOME_NONE;
}

/* From now on it is a change of the namespace, which there is room for. */
static void apply_note(struct apply *apply, struct tl_wish *wish)
{
	struct tl_tuned *change = wish->change;

	if (!wish->known) {
		change->file = wish->file;
		wish->file = NULL;
		tl_changes_add(apply->changes, change);
		wish->known = true;
	}
	tl_tuned_take(change, wish->value);
	change->failed = false;
	wish->value = NULL;
	apply_forget_outcome(apply, &change->name);
}

/* A name that is not written yet may have got the value of another one. */
static bool apply_is_ours(const struct apply *apply, const struct tl_wish *wish,
			  const char *now)
{
	const struct tl_wish *other;

	if (wish->written)
		return tl_fields_equal(now, wish->value);
	list_for_each_entry(other, apply->wishes, list)
		if (other->written && tl_fields_equal(now, other->value) &&
		    tl_name_reaches(&other->name, &wish->name))
			return true;
	return false;
}

/* A value that somebody else has written meanwhile is left alone. */
static void apply_look(const struct apply *apply, struct tl_wish *wish)
{
	char *now = tl_sysctl_read(wish->file);

	if (IS_ERR(now)) {
		wish->undo = now != ERR_PTR(-ENOENT);
		return;
	}
	wish->undo = wish->half || apply_is_ours(apply, wish, now);
	if (!wish->undo && wish->written)
		apply_trace_undo(apply, wish, now, now, 0);
	kvfree(now);
}

static void apply_undo(struct apply *apply, struct tl_wish *wish)
{
	int err;

	if (wish->written && !tl_name_is_reached(&wish->name))
		apply_look(apply, wish);
	if (!wish->undo)
		return;
	err = tl_spread_begin(apply->changes, &wish->name);
	if (!err) {
		err = tl_sysctl_put(wish->file, wish->old);
		tl_spread_end(apply->changes, &wish->name);
	}
	apply_trace_undo(apply, wish, wish->written ? wish->value : "-", wish->old, err);
	wish->left = err;
	if (!err && wish->ours)
		tl_tuned_reread(wish->change);
}

/* It stays to be put back. */
static void apply_note_left(struct apply *apply, struct tl_wish *wish)
{
	apply_note(apply, wish);
	tl_tuned_reread(wish->change);
}

/*
 * In the order of writing: names that get the value of another one come behind
 * it, and are looked at before.
 */
static void apply_undo_all(struct apply *apply)
{
	struct tl_wish *wish;

	list_for_each_entry(wish, apply->wishes, list)
		if (wish->old && tl_name_is_reached(&wish->name))
			apply_look(apply, wish);
	list_for_each_entry(wish, apply->wishes, list)
		apply_undo(apply, wish);
	list_for_each_entry_reverse(wish, apply->wishes, list)
		if (wish->left)
			apply_note_left(apply, wish);
}

static bool apply_is_risky(const struct apply *apply)
{
	struct tl_wish *wish;

	list_for_each_entry(wish, apply->wishes, list)
		if (!wish->skipped && wish->name.sysctl->risky)
			return true;
	return false;
}

static void apply_note_one(struct apply *apply)
{
	struct tl_wish *wish = list_first_entry(apply->wishes, struct tl_wish,
						list);
	struct tl_tuned *change = wish->change;

	apply_note(apply, wish);
	/* A single write does not end. */
	tl_tuned_no_undo(change);
	change->rewritten = true;
}

static void apply_note_set(struct apply *apply, const char *set)
{
	struct tl_changes *changes = apply->changes;
	u32 ms = apply_is_risky(apply) ? apply->ns->tuning->confirm_ms : 0;
	struct tl_tuned *change;
	struct tl_wish *wish;

	list_for_each_entry(change, &changes->list, list)
		change->in_set = false;
	strscpy(changes->set, set, sizeof(changes->set));
	changes->applied = 0;
	changes->skipped = 0;
	/* Rollback goes back through the list: conf.all comes first then, too. */
	list_for_each_entry_reverse(wish, apply->wishes, list) {
		if (wish->skipped) {
			changes->skipped++;
			continue;
		}
		changes->applied++;
		change = wish->change;
		apply_note(apply, wish);
		change->in_set = true;
		change->rewritten = false;
		if (ms) {
			change->undo = wish->old;
			wish->old = NULL;
		}
	}
	if (ms)
		tl_changes_end_in(changes, ms);
}

static int apply_steps(struct apply *apply, const char *set)
{
	int err = apply_write_all(apply);

	err = err ?: apply_read_all_back(apply);
	if (err)
		apply_undo_all(apply);
	else if (apply->how == TL_APPLY_ONE)
		apply_note_one(apply);
	else
		apply_note_set(apply, set);
	return err;
}

/**
 * tl_apply() - write values, all or none of them
 * @ns: the namespace of current
 * @wishes: the values; used up, and still to be freed
 * @how: what they are
 * @set: name of the set, if they are one
 *
 * Context: process, the mutex of knobs held; sleeps.
 * Return: 0; -ENOSPC if there are too many; -EBUSY if a set still has to be
 * confirmed, or somebody else writes meanwhile; -EINTR after a signal; the
 * kernel's error.
 */
int tl_apply(struct tl_net *ns, struct list_head *wishes, enum tl_apply how,
	     const char *set)
{
	struct apply apply = { .ns = ns, .wishes = wishes, .how = how };
	u32 before;
	int err;

	apply.changes = tl_changes_get(ns);
	if (IS_ERR(apply.changes))
		return PTR_ERR(apply.changes);
	if (how != TL_APPLY_ONE && apply.changes->pending)
		return -EBUSY;
	apply_sort(wishes);
	err = apply_open_all(&apply);
	before = apply.changes->count;
	err = err ?: apply_steps(&apply, set);
	/* Those of changes stay open. */
	tl_changes_release(apply.reserved - (apply.changes->count - before));
	return err;
}

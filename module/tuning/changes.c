// SPDX-License-Identifier: GPL-2.0
/*
 * The changes of a namespace: a list of open files. A file keeps to the
 * namespace that it was opened in, so that a worker can put back changes that
 * programs have left behind.
 *
 * All of it is under the mutex of the namespace's knobs, except the list of all
 * namespaces that have such a list.
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "../compat.h"
#include "../core/fields.h"
#include "../net.h"
#include "changes.h"
#include "restore.h"
#include "standard.h"
#include "sysctl.h"
#include "tuning.h"

/*
 * Open files of all namespaces. The machine bounds its files, and those of
 * containers leave some of ours.
 */
#define CHANGE_FILES		32768
#define CHANGE_FILES_OTHERS	(CHANGE_FILES / 4 * 3)

static LIST_HEAD(changes_all);	/* struct tl_changes */
static DEFINE_MUTEX(changes_all_lock);
static struct workqueue_struct *changes_queue;
static bool changes_unloading;
static atomic_t changes_files = ATOMIC_INIT(0);

static enum hrtimer_restart changes_wake(struct hrtimer *timer)
{
	struct tl_changes *changes = container_of(timer, struct tl_changes,
						  timer);

	queue_work(changes_queue, &changes->work);
	return HRTIMER_NORESTART;
}

static bool changes_is_due(const struct tl_changes *changes)
{
	return changes->pending && ktime_get_boottime_ns() >= changes->ends_ns;
}

static void changes_put_back(struct tl_changes *changes)
{
	if (READ_ONCE(changes_unloading)) {
		if (!changes->ns->tuning->keep)
			tl_restore_unload(changes);
		tl_changes_drop_all(changes);
	} else if (changes_is_due(changes)) {
		tl_restore_set(changes);
	}
}

/* While the namespace is kept, it cannot be taken apart. */
static void changes_work(struct work_struct *work)
{
	struct tl_changes *changes = container_of(work, struct tl_changes, work);
	struct tl_net *ns = changes->ns;
	struct net *net = maybe_get_net(ns->net);

	if (!net)
		return;
	mutex_lock(&ns->knobs);
	changes_put_back(changes);
	mutex_unlock(&ns->knobs);
	put_net(net);
}

/**
 * tl_changes_get() - find the changes of a namespace
 * @ns: the namespace
 *
 * Context: process, the mutex of knobs held.
 * Return: an empty list if nothing was yet; -ENOMEM.
 */
struct tl_changes *tl_changes_get(struct tl_net *ns)
{
	struct tl_changes *changes = ns->tuning->changes;

	if (changes)
		return changes;
	changes = kzalloc(sizeof(*changes), GFP_KERNEL_ACCOUNT);
	if (!changes)
		return ERR_PTR(-ENOMEM);
	changes->ns = ns;
	INIT_LIST_HEAD(&changes->list);
	INIT_WORK(&changes->work, changes_work);
	tl_compat_hrtimer_setup(&changes->timer, changes_wake, CLOCK_BOOTTIME,
				HRTIMER_MODE_ABS);
	mutex_lock(&changes_all_lock);
	list_add(&changes->all, &changes_all);
	mutex_unlock(&changes_all_lock);
	ns->tuning->changes = changes;
	return changes;
}

/**
 * tl_changes_find() - find the change of a name
 * @changes: those of the namespace
 * @name: the name
 *
 * Return: NULL if it was not changed.
 */
struct tl_tuned *tl_changes_find(const struct tl_changes *changes,
				 const struct tl_name *name)
{
	struct tl_tuned *change;

	list_for_each_entry(change, &changes->list, list)
		if (tl_name_equal(&change->name, name))
			return change;
	return NULL;
}

/**
 * tl_changes_reserve() - make room for another open file
 * @changes: those of the namespace
 *
 * Return: 0; -ENOSPC if all namespaces have too many.
 */
int tl_changes_reserve(const struct tl_changes *changes)
{
	bool ours = changes->ns->net->user_ns == &init_user_ns;

	if (atomic_inc_return(&changes_files) <=
	    (ours ? CHANGE_FILES : CHANGE_FILES_OTHERS))
		return 0;
	tl_changes_release(1);
	return -ENOSPC;
}

/**
 * tl_changes_release() - give up room that is not needed
 * @unused: for how many
 */
void tl_changes_release(u32 unused)
{
	atomic_sub(unused, &changes_files);
}

/**
 * tl_changes_add() - add a change, which there is room for
 * @changes: those of the namespace
 * @change: the change
 */
void tl_changes_add(struct tl_changes *changes, struct tl_tuned *change)
{
	list_add_tail(&change->list, &changes->list);
	changes->count++;
}

/**
 * tl_changes_drop() - forget a change
 * @changes: those of the namespace
 * @change: one of them
 */
void tl_changes_drop(struct tl_changes *changes, struct tl_tuned *change)
{
	list_del(&change->list);
	changes->count--;
	tl_changes_release(1);
	tl_tuned_free(change);
}

/**
 * tl_changes_drop_all() - forget all of them
 * @changes: those of the namespace
 */
void tl_changes_drop_all(struct tl_changes *changes)
{
	struct tl_tuned *change, *next;

	list_for_each_entry_safe(change, next, &changes->list, list)
		tl_changes_drop(changes, change);
}

static char *changes_copy(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = kvmalloc(size, GFP_KERNEL_ACCOUNT);

	if (copy)
		memcpy(copy, text, size);
	return copy;
}

/**
 * tl_tuned_new() - make a change that is in no list
 * @name: its name
 * @before: the text that it has now
 *
 * Return: NULL if there is no memory.
 */
struct tl_tuned *tl_tuned_new(const struct tl_name *name, const char *before)
{
	struct tl_tuned *change = kzalloc(sizeof(*change), GFP_KERNEL_ACCOUNT);

	if (!change)
		return NULL;
	change->name = *name;
	change->before = changes_copy(before);
	if (change->before)
		return change;
	kfree(change);
	return NULL;
}

/**
 * tl_tuned_take() - note the text that a change has now
 * @change: the change
 * @text: the text; used up
 */
void tl_tuned_take(struct tl_tuned *change, char *text)
{
	kvfree(change->mine);
	change->mine = text;
	change->unread = false;
}

/**
 * tl_tuned_reread() - note the text that a change has after a write of ours
 * @change: the change, which is in the list
 *
 * Context: process; sleeps.
 */
void tl_tuned_reread(struct tl_tuned *change)
{
	char *now = tl_sysctl_read(change->file);

	if (IS_ERR(now)) {
		change->unread = true;
		return;
	}
	if (!tl_fields_equal(now, change->mine))
		change->rewritten = true;
	tl_tuned_take(change, now);
}

/**
 * tl_tuned_no_undo() - take a change out of the set that is to end
 * @change: the change
 */
void tl_tuned_no_undo(struct tl_tuned *change)
{
	kvfree(change->undo);
	change->undo = NULL;
}

/**
 * tl_tuned_free() - free a change that is in no list
 * @change: the change; NULL does nothing
 */
void tl_tuned_free(struct tl_tuned *change)
{
	if (!change)
		return;
	if (change->file)
		tl_sysctl_close(change->file);
	kvfree(change->before);
	kvfree(change->mine);
	kvfree(change->undo);
	kfree(change);
}

/**
 * tl_changes_end_in() - let the last set end by itself
 * @changes: those of the namespace
 * @ms: in so many milliseconds, those included that the machine sleeps
 */
void tl_changes_end_in(struct tl_changes *changes, u32 ms)
{
	changes->pending = true;
	changes->ends_ns = ktime_get_boottime_ns() + ms * (u64)NSEC_PER_MSEC;
	hrtimer_start(&changes->timer, ns_to_ktime(changes->ends_ns),
		      HRTIMER_MODE_ABS);
}

/**
 * tl_changes_no_end() - let the last set last
 * @changes: those of the namespace
 */
void tl_changes_no_end(struct tl_changes *changes)
{
	struct tl_tuned *change;

	hrtimer_cancel(&changes->timer);
	changes->pending = false;
	list_for_each_entry(change, &changes->list, list)
		tl_tuned_no_undo(change);
}

/**
 * tl_tuning_init() - begin in a new namespace
 * @ns: the namespace
 */
void tl_tuning_init(struct tl_net *ns)
{
	ns->tuning->confirm_ms = TL_CONFIRM_MS;
}

/**
 * tl_tuning_confirm_ms() - how long a set lasts that is not confirmed
 * @ns: the namespace
 *
 * Return: milliseconds; 0: for ever.
 */
u32 tl_tuning_confirm_ms(const struct tl_net *ns)
{
	return READ_ONCE(ns->tuning->confirm_ms);
}

/**
 * tl_tuning_set_confirm_ms() - choose it for the next set
 * @ns: the namespace
 * @confirm_ms: as tl_tuning_confirm_ms() tells
 */
void tl_tuning_set_confirm_ms(struct tl_net *ns, u32 confirm_ms)
{
	WRITE_ONCE(ns->tuning->confirm_ms, confirm_ms);
}

/**
 * tl_tuning_keeps() - whether unloading puts nothing back
 * @ns: the namespace
 */
bool tl_tuning_keeps(const struct tl_net *ns)
{
	return READ_ONCE(ns->tuning->keep);
}

/**
 * tl_tuning_set_keep() - choose that
 * @ns: the namespace
 * @keep: as tl_tuning_keeps() tells
 */
void tl_tuning_set_keep(struct tl_net *ns, bool keep)
{
	WRITE_ONCE(ns->tuning->keep, keep);
}

/**
 * tl_tuning_exit() - the end of it, with the namespace
 * @ns: the namespace, which has no programs any more
 *
 * Its files answer nobody any more: nothing is put back.
 * Context: process; sleeps.
 */
void tl_tuning_exit(struct tl_net *ns)
{
	struct tl_changes *changes = ns->tuning->changes;

	if (!changes)
		return;
	mutex_lock(&changes_all_lock);
	list_del(&changes->all);
	mutex_unlock(&changes_all_lock);
	hrtimer_cancel(&changes->timer);
	cancel_work_sync(&changes->work);
	tl_changes_drop_all(changes);
	kvfree(changes->stage.text);
	kfree(changes);
}

/**
 * tl_tuning_load() - make sysctls reachable
 *
 * Context: process; sleeps.
 * Return: 0 or an error.
 */
int tl_tuning_load(void)
{
	int err;

	changes_queue = alloc_workqueue("tcplab_tuning", WQ_UNBOUND, 0);
	if (!changes_queue)
		return -ENOMEM;
	err = tl_sysctl_mount();
	if (err) {
		destroy_workqueue(changes_queue);
		return err;
	}
	tl_standard_init();
	return 0;
}

/**
 * tl_tuning_stop() - put back the changes of all namespaces
 *
 * Nobody may write knobs of the room any more. A worker for each namespace does
 * it; one that is woken after that finds nothing to do.
 * Context: process; sleeps.
 */
void tl_tuning_stop(void)
{
	struct tl_changes *changes;

	WRITE_ONCE(changes_unloading, true);
	mutex_lock(&changes_all_lock);
	list_for_each_entry(changes, &changes_all, all) {
		hrtimer_cancel(&changes->timer);
		queue_work(changes_queue, &changes->work);
	}
	mutex_unlock(&changes_all_lock);
	/* A timer of a namespace that goes just now may still queue a work. */
	flush_workqueue(changes_queue);
}

/**
 * tl_tuning_unload() - the end of it, when no namespace has anything of it
 *
 * Context: process; sleeps.
 */
void tl_tuning_unload(void)
{
	destroy_workqueue(changes_queue);
	tl_sysctl_unmount();
}

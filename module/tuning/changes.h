/* SPDX-License-Identifier: GPL-2.0 */
/* The changes of a namespace by way of the mirror. */
#ifndef TCPLAB_TUNING_CHANGES_H
#define TCPLAB_TUNING_CHANGES_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/workqueue.h>

#include "name.h"

struct file;
struct tl_net;

/* Names that a namespace may have changed. */
#define TL_CHANGES_MOST		512

/* Bytes of the name of a set, with its end. */
#define TL_SET_SIZE		16

/**
 * enum tl_outcome - how putting back a name has ended
 * @TL_OUTCOME_NONE: nothing is to be said of it
 * @TL_OUTCOME_CHANGED: somebody else changed it, and it was left alone
 * @TL_OUTCOME_IN_USE: more is in use than the old value allows, and it was left alone
 * @TL_OUTCOME_GONE: it is no more
 * @TL_OUTCOME_FAILED: it has failed, and may be tried again
 * @TL_OUTCOMES: how many ways there are
 */
enum tl_outcome {
	TL_OUTCOME_NONE,
	TL_OUTCOME_CHANGED,
	TL_OUTCOME_IN_USE,
	TL_OUTCOME_GONE,
	TL_OUTCOME_FAILED,
	TL_OUTCOMES
};

/**
 * struct tl_tuned - a name that was changed
 * @list: among those of the namespace, in the order of the first changes
 * @name: the name
 * @file: the open file, which keeps to the namespace
 * @before: the text before the first change since the last rollback
 * @mine: the text after the last one, as it was read back
 * @undo: the text before the set that is to end; NULL: it is not in that
 * @unread: it may have another text than @mine by now, which is ours, too
 * @failed: the last try to put it back has failed
 * @follows: a write to another name, which is under way, may change it
 * @in_set: the last set has it
 * @rewritten: a single write has come after that set, to it or to a name that
 *	the kernel copies to it
 */
struct tl_tuned {
	struct list_head list;
	struct tl_name name;
	struct file *file;
	char *before;
	char *mine;
	char *undo;
	bool unread;
	bool failed;
	bool follows;
	bool in_set;
	bool rewritten;
};

/**
 * struct tl_stage - a set that is being written
 * @text: its lines
 * @length: bytes of them
 * @room: bytes at @text
 * @checked: bytes of those lines that were found good
 * @lines: how many these are
 * @writer: the open file that they come by; NULL: there is no stage
 */
struct tl_stage {
	char *text;
	size_t length;
	size_t room;
	size_t checked;
	u32 lines;
	const struct file *writer;
};

/**
 * struct tl_changes - the changes of a namespace, and the stage
 * @ns: the namespace
 * @all: among all that there are
 * @list: the changes
 * @count: how many there are
 * @stage: the set that is being written
 * @set: name of the last set; empty: there is none
 * @applied: names that it has set
 * @skipped: names that it has not
 * @pending: it ends by itself
 * @ends_ns: when, by CLOCK_BOOTTIME
 * @timer: wakes the worker then
 * @work: puts back, where no program of the namespace does
 * @outcome: how putting back each name of the catalogue has ended, of enum tl_outcome;
 *	where it has failed, the change knows
 * @of_devices: for how many interfaces it has ended so, since the last change of
 *	that leaf of an interface
 */
struct tl_changes {
	struct tl_net *ns;
	struct list_head all;
	struct list_head list;
	u32 count;
	struct tl_stage stage;
	char set[TL_SET_SIZE];
	u32 applied;
	u32 skipped;
	bool pending;
	u64 ends_ns;
	struct hrtimer timer;
	struct work_struct work;
	u8 outcome[TL_SYSCTLS];
	u32 of_devices[TL_SYSCTLS][TL_OUTCOMES];
};

struct tl_changes *tl_changes_get(struct tl_net *ns);
struct tl_tuned *tl_changes_find(const struct tl_changes *changes,
				 const struct tl_name *name);
int tl_changes_reserve(const struct tl_changes *changes);
void tl_changes_release(u32 unused);
void tl_changes_add(struct tl_changes *changes, struct tl_tuned *change);
void tl_changes_drop(struct tl_changes *changes, struct tl_tuned *change);
void tl_changes_drop_all(struct tl_changes *changes);
struct tl_tuned *tl_tuned_new(const struct tl_name *name, const char *before);
void tl_tuned_take(struct tl_tuned *change, char *text);
void tl_tuned_reread(struct tl_tuned *change);
void tl_tuned_no_undo(struct tl_tuned *change);
void tl_tuned_free(struct tl_tuned *change);
void tl_changes_end_in(struct tl_changes *changes, u32 ms);
void tl_changes_no_end(struct tl_changes *changes);

#endif /* TCPLAB_TUNING_CHANGES_H */

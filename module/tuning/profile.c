// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of values. One that a user writes is staged first: shells write it line by
 * line, and sysfs cuts it into pages. It is one open file that it comes by, each
 * write where the last one has ended; anything else is another writer, and the
 * stage is dropped.
 */
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../core/value.h"
#include "../net.h"
#include "apply.h"
#include "changes.h"
#include "event.h"
#include "profile.h"
#include "restore.h"
#include "sysctl.h"
#include "tuning.h"

#define PROFILE_STAGED	"staged"
#define PROFILE_ROOM	1024	/* bytes of the smallest stage */

static void profile_drop(struct tl_stage *stage)
{
	kvfree(stage->text);
	*stage = (struct tl_stage) { .text = NULL };
}

static int profile_grow(struct tl_stage *stage, size_t length)
{
	size_t room = max_t(size_t, stage->room, PROFILE_ROOM);
	char *text;

	if (length > TL_STAGE_MOST)
		return -ENOSPC;
	while (room < length)
		room *= 2;
	if (room == stage->room)
		return 0;
	text = kvmalloc(room, GFP_KERNEL_ACCOUNT);
	if (!text)
		return -ENOMEM;
	if (stage->length)
		memcpy(text, stage->text, stage->length);
	kvfree(stage->text);
	stage->text = text;
	stage->room = room;
	return 0;
}

static int profile_append(struct tl_stage *stage, const char *text,
			  size_t count)
{
	int err = profile_grow(stage, stage->length + count);

	if (err)
		return err;
	memcpy(stage->text + stage->length, text, count);
	stage->length += count;
	return 0;
}

/* The beginning of a line that is refused stands for its name. */
static void profile_trace(const struct tl_net *ns, const char *text,
			  size_t length, int err, u32 line)
{
	char begin[TL_NAME_SIZE];

	length = min(length, sizeof(begin) - 1);
	memcpy(begin, text, length);
	begin[length] = '\0';
	tl_trace_line(ns, begin, err, line);
}

/*
 * A line that is good is added to the wishes. Returns 0 or an error, and whether the
 * line may fail.
 */
static int profile_line(const char *text, size_t length, u32 number,
			struct list_head *wishes, bool *may_fail)
{
	struct tl_wanted wanted = { .line = number };
	struct tl_set_line line;
	struct tl_name name;
	int is_line = tl_set_line_parse(text, length, &line);

	if (is_line <= 0)
		return is_line;
	*may_fail = line.may_fail;
	if (!tl_name_find(line.name, line.name_length, &name))
		return -EINVAL;
	wanted.value = line.value;
	wanted.length = line.value_length;
	wanted.may_fail = line.may_fail;
	return tl_wish_add(wishes, &name, &wanted);
}

/* By the catalogue, or for its form: the line is bad, now and later. */
static bool profile_is_refused(int err)
{
	return err == -EINVAL || err == -ERANGE;
}

/**
 * profile_lines() - read the lines of a text
 * @ns: the namespace
 * @text: the text
 * @length: bytes of it
 * @number: number of the line before; set to that of the last one
 * @wishes: gets their values
 *
 * The last line needs no newline.
 * Return: 0 or an error.
 */
static int profile_lines(const struct tl_net *ns, const char *text,
			 size_t length, u32 *number, struct list_head *wishes)
{
	while (length) {
		const char *newline = memchr(text, '\n', length);
		size_t of_line = newline ? newline - text : length;
		bool may_fail = false;
		int err;

		++*number;
		err = profile_line(text, of_line, *number, wishes, &may_fail);
		if (err)
			profile_trace(ns, text, of_line, err, *number);
		if (err && !(may_fail && profile_is_refused(err)))
			return err;
		if (!newline)
			return 0;
		text += of_line + 1;
		length -= of_line + 1;
	}
	return 0;
}

/* Lines that are complete are checked now; applying reads them again. */
static int profile_check(const struct tl_net *ns, struct tl_stage *stage)
{
	const char *text = stage->text + stage->checked;
	size_t length = stage->length - stage->checked;
	LIST_HEAD(wishes);
	int err;

	while (length && text[length - 1] != '\n')
		length--;
	err = profile_lines(ns, text, length, &stage->lines, &wishes);
	tl_wishes_free(&wishes);
	stage->checked += length;
	return err;
}

static int profile_apply(struct tl_net *ns, struct list_head *wishes,
			 enum tl_apply how, const char *set)
{
	if (list_empty(wishes))
		return -ENODATA;
	return tl_apply(ns, wishes, how, set);
}

static int profile_apply_built_in(struct tl_net *ns, const char *set)
{
	LIST_HEAD(wishes);
	int err = tl_profile_built_in(ns, set, &wishes);

	err = err ?: profile_apply(ns, &wishes, TL_APPLY_BUILT_IN, set);
	tl_wishes_free(&wishes);
	return err;
}

/* All that is written is one word: no line, no comment. */
static bool profile_is_word(const char *text, size_t count, char *word)
{
	char copy[TL_SET_SIZE + 2];

	if (count >= sizeof(copy))
		return false;
	memcpy(copy, text, count);
	copy[count] = '\0';
	return !tl_value_word(copy, word, TL_SET_SIZE) && *word != '-' &&
	       !strpbrk(word, "=# \t\n\v\f\r");
}

/**
 * tl_profile_write() - take a part of a set, or the name of one
 * @ns: the namespace of current
 * @writer: the open file that it comes by
 * @text: the bytes that are written
 * @pos: where
 * @count: bytes of it
 *
 * Context: process, the mutex of knobs held; sleeps.
 * Return: 0; -EBUSY if another writer has come between, -ENOSPC if it is too
 * long, -EINVAL, -ERANGE, -ENOMEM: the stage is empty then. For the name of a
 * set also the errors of tl_apply().
 */
int tl_profile_write(struct tl_net *ns, const struct file *writer,
		     const char *text, loff_t pos, size_t count)
{
	struct tl_changes *changes = tl_changes_get(ns);
	char word[TL_SET_SIZE];
	struct tl_stage *stage;
	int err;

	if (IS_ERR(changes))
		return PTR_ERR(changes);
	stage = &changes->stage;
	if (!pos) {
		profile_drop(stage);
		if (profile_is_word(text, count, word))
			return profile_apply_built_in(ns, word);
		stage->writer = writer;
	}
	err = stage->writer != writer || pos != stage->length ? -EBUSY : 0;
	err = err ?: profile_append(stage, text, count);
	err = err ?: profile_check(ns, stage);
	if (err)
		profile_drop(stage);
	return err;
}

/**
 * tl_profile_apply() - apply the set that is staged
 * @ns: the namespace of current
 *
 * Context: process, the mutex of knobs held; sleeps.
 * The stage is empty after that if all went well, or if the last line is refused.
 * Return: 0; -ENODATA if there is none; -EINVAL or -ERANGE for the last line; the
 * errors of tl_apply().
 */
int tl_profile_apply(struct tl_net *ns)
{
	struct tl_changes *changes = ns->tuning->changes;
	LIST_HEAD(wishes);
	bool drop;
	u32 line = 0;
	int err;

	if (!changes)
		return -ENODATA;
	err = profile_lines(ns, changes->stage.text, changes->stage.length,
			    &line, &wishes);
	/* The last line may have come without a newline. */
	drop = profile_is_refused(err);
	if (!err) {
		err = profile_apply(ns, &wishes, TL_APPLY_SET, PROFILE_STAGED);
		drop = !err;
	}
	tl_wishes_free(&wishes);
	if (drop)
		profile_drop(&changes->stage);
	return err;
}

/**
 * tl_profile_confirm() - let the last set last
 * @ns: the namespace
 *
 * Context: process, the mutex of knobs held.
 * Return: 0; -ENODATA if none is to end.
 */
int tl_profile_confirm(struct tl_net *ns)
{
	struct tl_changes *changes = ns->tuning->changes;

	if (!changes || !changes->pending)
		return -ENODATA;
	tl_changes_no_end(changes);
	return 0;
}

/**
 * tl_profile_rollback() - put back the values before the first change
 * @ns: the namespace
 *
 * Context: process, the mutex of knobs held; sleeps.
 * Return: 0 or the first error.
 */
int tl_profile_rollback(struct tl_net *ns)
{
	struct tl_changes *changes = ns->tuning->changes;

	return changes ? tl_restore_all(changes, TL_RESTORE_ROLLBACK) : 0;
}

/* Whether a name has another value than the set gave it; or an error. */
static int profile_is_changed(const struct tl_tuned *change)
{
	char *now = tl_sysctl_read(change->file);
	bool same;

	if (now == ERR_PTR(-ENOENT))
		return true;
	if (IS_ERR(now))
		return PTR_ERR(now);
	same = tl_fields_equal(now, change->mine) && !change->rewritten;
	kvfree(now);
	return !same;
}

static int profile_changed_since(const struct tl_changes *changes)
{
	const struct tl_tuned *change;
	int changed, count = 0;

	list_for_each_entry(change, &changes->list, list) {
		changed = change->in_set ? profile_is_changed(change) : 0;
		if (changed < 0)
			return changed;
		count += changed;
	}
	return count;
}

/**
 * tl_profile_show() - describe the last set
 * @ns: the namespace
 * @text: TL_PROFILE_SIZE bytes
 *
 * Context: process, the mutex of knobs held; sleeps.
 * Return: bytes written, or an error.
 */
int tl_profile_show(const struct tl_net *ns, char *text)
{
	const struct tl_changes *changes = ns->tuning->changes;
	int changed, length;
	s64 left;

	if (!changes || !changes->set[0])
		return scnprintf(text, TL_PROFILE_SIZE,
				 "- applied 0 skipped 0 changed_since 0 ends_in_ms -\n");
	changed = profile_changed_since(changes);
	if (changed < 0)
		return changed;
	length = scnprintf(text, TL_PROFILE_SIZE,
			   "%s applied %u skipped %u changed_since %d ends_in_ms ",
			   changes->set, changes->applied, changes->skipped,
			   changed);
	if (!changes->pending)
		return length + scnprintf(text + length, TL_PROFILE_SIZE - length,
					  "-\n");
	left = changes->ends_ns - ktime_get_boottime_ns();
	return length + scnprintf(text + length, TL_PROFILE_SIZE - length,
				  "%lld\n", div_s64(max(left, 0LL), NSEC_PER_MSEC));
}

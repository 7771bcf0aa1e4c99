/* SPDX-License-Identifier: GPL-2.0 */
/* Writing sysctls: all or nothing. */
#ifndef TCPLAB_TUNING_APPLY_H
#define TCPLAB_TUNING_APPLY_H

#include <linux/list.h>

#include "name.h"

struct file;
struct tl_tuned;
struct tl_net;

/**
 * enum tl_apply - kinds of writing
 * @TL_APPLY_ONE: one value, as the kernel would take it
 * @TL_APPLY_SET: a set of a user; a name that is not here is an error
 * @TL_APPLY_BUILT_IN: a set of tcplab; a name that is not here is skipped
 */
enum tl_apply {
	TL_APPLY_ONE,
	TL_APPLY_SET,
	TL_APPLY_BUILT_IN
};

/**
 * struct tl_wish - a value that is to be written
 * @list: among the others
 * @name: its name
 * @line: number of its line; 0: it has none
 * @may_fail: it is skipped if it fails
 * @skipped: it was
 * @written: it was written
 * @half: a part of it was written, and could not be put back yet
 * @undo: the set has failed, and this is to be put back
 * @left: that could not be done
 * @file: the open file
 * @old: the text before
 * @value: the text to write, then the text that was read back
 * @change: its change
 * @known: the change was there before
 * @ours: nobody else had changed it since
 */
struct tl_wish {
	struct list_head list;
	struct tl_name name;
	u32 line;
	bool may_fail;
	bool skipped;
	bool written;
	bool half;
	bool undo;
	bool left;
	struct file *file;
	char *old;
	char *value;
	struct tl_tuned *change;
	bool known;
	bool ours;
};

/**
 * struct tl_wanted - a value as its writer gives it
 * @value: its text, perhaps with a newline
 * @length: bytes of both
 * @line: number of its line; 0: it has none
 * @may_fail: it is skipped if it fails
 */
struct tl_wanted {
	const char *value;
	size_t length;
	u32 line;
	bool may_fail;
};

int tl_wish_add(struct list_head *wishes, const struct tl_name *name,
		const struct tl_wanted *wanted);
void tl_wishes_free(struct list_head *wishes);
int tl_apply(struct tl_net *ns, struct list_head *wishes, enum tl_apply how,
	     const char *set);
int tl_apply_check(const struct tl_name *name, const char *value, size_t length,
		   char *text);
struct file *tl_apply_open(const struct tl_net *ns, const struct tl_name *name,
			   bool write);

#endif /* TCPLAB_TUNING_APPLY_H */

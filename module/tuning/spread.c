// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel copies a value of conf.all.forwarding to conf.default and to all
 * interfaces, and other values of conf.default to interfaces that nobody has set.
 * So a write of ours to one name may change another one that we have changed. It
 * would look as if somebody else had.
 */
#include <linux/err.h>
#include <linux/mm.h>

#include "../core/fields.h"
#include "changes.h"
#include "spread.h"
#include "sysctl.h"

/* Nobody else has changed it, or just to what it would be put back to. */
static bool spread_is_ours(const struct tl_tuned *change, const char *now)
{
	return change->unread || tl_fields_equal(now, change->mine) ||
	       tl_fields_equal(now, change->before) ||
	       (change->undo && tl_fields_equal(now, change->undo));
}

static int spread_look(struct tl_tuned *change)
{
	char *now = tl_sysctl_read(change->file);

	change->follows = false;
	if (now == ERR_PTR(-ENOENT))
		return 0;
	if (IS_ERR(now))
		return PTR_ERR(now);
	change->follows = spread_is_ours(change, now);
	kvfree(now);
	return 0;
}

/**
 * tl_spread_begin() - look at the names that a write may change, too
 * @changes: those of the namespace
 * @name: the name that is to be written
 *
 * Context: process, the mutex of knobs held; sleeps.
 * Return: 0, or an error: the name is not to be written.
 */
int tl_spread_begin(struct tl_changes *changes, const struct tl_name *name)
{
	struct tl_tuned *change;
	int err = 0;

	list_for_each_entry(change, &changes->list, list) {
		if (tl_name_reaches(name, &change->name))
			err = spread_look(change);
		if (err)
			return err;
	}
	return 0;
}

/**
 * tl_spread_end() - what they have now is ours
 * @changes: those of the namespace
 * @name: the name that was written
 *
 * Context: process, the mutex of knobs held; sleeps.
 */
void tl_spread_end(struct tl_changes *changes, const struct tl_name *name)
{
	struct tl_tuned *change;

	list_for_each_entry(change, &changes->list, list)
		if (tl_name_reaches(name, &change->name) && change->follows)
			tl_tuned_reread(change);
}

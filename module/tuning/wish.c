// SPDX-License-Identifier: GPL-2.0
/* Values that are to be written, as they are checked and found. */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../net.h"
#include "apply.h"
#include "changes.h"
#include "sysctl.h"

/* The kernel writes a list in order. */
static int wish_join(char *list)
{
	u8 *ports = kvzalloc(TL_FIELDS_PORTS, GFP_KERNEL_ACCOUNT);

	if (!ports)
		return -ENOMEM;
	tl_fields_join(list, ports);
	kvfree(ports);
	return 0;
}

/**
 * tl_apply_check() - check a value against the catalogue
 * @name: whose value it is
 * @value: the value
 * @length: bytes of it
 * @text: TL_FIELDS_SIZE bytes; filled with the value as the kernel writes it
 *
 * Context: process; sleeps.
 * Return: 0, -EINVAL, -ERANGE or -ENOMEM.
 */
int tl_apply_check(const struct tl_name *name, const char *value, size_t length,
		   char *text)
{
	struct tl_bounds bounds = name->sysctl->bounds;
	int err;

	/* The kernel keeps these as jiffies. */
	if (name->sysctl->seconds)
		bounds.max /= HZ;
	err = tl_fields_check(value, length, &bounds, text, TL_FIELDS_SIZE);
	return err || bounds.form != TL_FORM_LIST ? err : wish_join(text);
}

/* Older kernels hide a global name from another namespace, newer ones let it read only. */
static int wish_open_error(const struct tl_net *ns, const struct tl_name *name,
			   int err)
{
	const struct tl_sysctl *sysctl = name->sysctl;

	if (err != -ENOENT && err != -EACCES)
		return err;
	if (sysctl->scope != TL_SCOPE_NS && !net_eq(ns->net, &init_net))
		return -EACCES;
	if (err == -EACCES || name->device[0])
		return err;
	return sysctl->module ? -ENODEV : -EOPNOTSUPP;
}

/**
 * tl_apply_open() - open the file of a name
 * @ns: the caller's namespace
 * @name: the name
 * @write: also for writing
 *
 * Context: process; sleeps.
 * Return: the file, or an error: -EACCES if it is global, and another namespace
 * asks; -ENODEV if its module is not loaded; -EOPNOTSUPP if this kernel has it
 * not; -ENOENT if there is no such interface.
 */
struct file *tl_apply_open(const struct tl_net *ns, const struct tl_name *name,
			   bool write)
{
	char path[TL_NAME_SIZE];
	struct file *file;

	tl_name_path(name, path);
	file = tl_sysctl_open(path, write);
	if (!IS_ERR(file))
		return file;
	return ERR_PTR(wish_open_error(ns, name, PTR_ERR(file)));
}

static void wish_free(struct tl_wish *wish)
{
	list_del(&wish->list);
	if (wish->file)
		tl_sysctl_close(wish->file);
	if (!wish->known)
		tl_tuned_free(wish->change);
	kvfree(wish->old);
	kvfree(wish->value);
	kfree(wish);
}

/* Of two lines about a name the later one counts. */
static void wish_replace(struct list_head *wishes, const struct tl_name *name)
{
	struct tl_wish *wish;

	list_for_each_entry(wish, wishes, list) {
		if (tl_name_equal(&wish->name, name)) {
			wish_free(wish);
			return;
		}
	}
}

/**
 * tl_wish_add() - add a value that is to be written
 * @wishes: the others; one of the same name is dropped
 * @name: its name
 * @wanted: its value
 *
 * Context: process; sleeps.
 * Return: 0, -EINVAL, -ERANGE or -ENOMEM.
 */
int tl_wish_add(struct list_head *wishes, const struct tl_name *name,
		const struct tl_wanted *wanted)
{
	const char *value = wanted->value;
	size_t length = wanted->length;
	struct tl_wish *wish;
	int err;

	/* The newline does not count for the length of the value. */
	if (length && value[length - 1] == '\n')
		length--;
	wish = kzalloc(sizeof(*wish), GFP_KERNEL_ACCOUNT);
	if (!wish)
		return -ENOMEM;
	INIT_LIST_HEAD(&wish->list);
	wish->name = *name;
	wish->line = wanted->line;
	wish->may_fail = wanted->may_fail;
	wish->value = kvmalloc(min_t(size_t, length + 1, TL_FIELDS_SIZE),
			       GFP_KERNEL_ACCOUNT);
	err = -ENOMEM;
	if (wish->value)
		err = length < TL_FIELDS_SIZE ?
		      tl_apply_check(name, value, length, wish->value) : -EINVAL;
	if (err) {
		wish_free(wish);
		return err;
	}
	wish_replace(wishes, name);
	list_add_tail(&wish->list, wishes);
	return 0;
}

/**
 * tl_wishes_free() - free all of them
 * @wishes: the list
 */
void tl_wishes_free(struct list_head *wishes)
{
	struct tl_wish *wish, *next;

	list_for_each_entry_safe(wish, next, wishes, list)
		wish_free(wish);
}

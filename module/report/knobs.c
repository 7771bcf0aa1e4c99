// SPDX-License-Identifier: GPL-2.0
/*
 * The knobs in /sys/kernel/tcplab: one value per file, of the network namespace
 * of the process that reads or writes.
 *
 * sysfs files belong to global root, and mode 0644 would stop the root of a
 * container before its capabilities are asked. So everyone may open the files
 * for writing, and CAP_NET_ADMIN is asked for over the namespace that a value
 * changes. The process that opened the file must have it: an open descriptor
 * in the hands of a privileged program gives nobody more rights. Only binary
 * attributes are told the open file.
 */
#include <linux/capability.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "../compat.h"
#include "../congestion/arms.h"
#include "../core/value.h"
#include "../net.h"
#include "../track/track.h"
#include "../wait/close_wait/close_wait.h"
#include "../wait/close_wait/leak.h"
#include "knobs.h"

static struct tl_net *knobs_callers_ns(void)
{
	return tl_net(current->nsproxy->net_ns);
}

static ssize_t knobs_read(struct file *file, struct kobject *kobj,
			  tl_compat_bin_attribute *attr, char *buffer,
			  loff_t pos, size_t count)
{
	const struct tl_knob *knob = container_of(attr, struct tl_knob, attr);
	char text[TL_KNOB_SIZE];
	int length = knob->show(knob, knobs_callers_ns(), text);

	return memory_read_from_buffer(buffer, count, &pos, text, length);
}

/* One write is one value, from its first byte to its last. */
static ssize_t knobs_write(struct file *file, struct kobject *kobj,
			   tl_compat_bin_attribute *attr, char *buffer,
			   loff_t pos, size_t count)
{
	const struct tl_knob *knob = container_of(attr, struct tl_knob, attr);
	struct tl_net *ns = knobs_callers_ns();
	char text[TL_KNOB_SIZE];
	int err;

	if (!file_ns_capable(file, ns->net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (pos || count >= sizeof(text) || memchr(buffer, 0, count))
		return -EINVAL;
	memcpy(text, buffer, count);
	text[count] = 0;
	if (mutex_lock_killable(&ns->knobs))
		return -EINTR;
	err = knob->store(knob, ns, text);
	mutex_unlock(&ns->knobs);
	return err ?: count;
}

/**
 * tl_knob_show_number() - write the value of a knob that is a number
 * @knob: the knob
 * @ns: the namespace
 * @text: TL_KNOB_SIZE bytes
 *
 * Return: bytes written.
 */
int tl_knob_show_number(const struct tl_knob *knob, const struct tl_net *ns,
			char *text)
{
	return scnprintf(text, TL_KNOB_SIZE, "%u\n", knob->get(ns));
}

/**
 * tl_knob_store_number() - set a knob that is a number
 * @knob: the knob
 * @ns: the namespace
 * @text: the number
 *
 * Return: 0 or an error, with nothing changed.
 */
int tl_knob_store_number(const struct tl_knob *knob, struct tl_net *ns,
			 const char *text)
{
	unsigned int value;
	int err = tl_value_number(text, knob->min, knob->max, &value);

	return err ?: knob->set(ns, value);
}

static unsigned int knobs_enabled_get(const struct tl_net *ns)
{
	return tl_track_enabled(ns);
}

static int knobs_enabled_set(struct tl_net *ns, unsigned int value)
{
	return tl_track_enable(ns, value);
}

static struct tl_knob knobs_enabled = {
	.attr = TL_KNOB_ATTR("enabled"),
	.show = tl_knob_show_number,
	.store = tl_knob_store_number,
	.get = knobs_enabled_get,
	.set = knobs_enabled_set,
	.max = 1,
};

static unsigned int knobs_forward_get(const struct tl_net *ns)
{
	return tl_track_forwards(ns);
}

static int knobs_forward_set(struct tl_net *ns, unsigned int value)
{
	return tl_track_forward(ns, value);
}

static struct tl_knob knobs_forward = {
	.attr = TL_KNOB_ATTR("forward"),
	.show = tl_knob_show_number,
	.store = tl_knob_store_number,
	.get = knobs_forward_get,
	.set = knobs_forward_set,
	.max = 1,
};

static unsigned int knobs_leak_ms_get(const struct tl_net *ns)
{
	return tl_close_wait_leak_ms(ns->close_wait);
}

static int knobs_leak_ms_set(struct tl_net *ns, unsigned int value)
{
	tl_leak_set_ms(ns, value);
	return 0;
}

static struct tl_knob knobs_leak_ms = {
	.attr = TL_KNOB_ATTR("leak_ms"),
	.show = tl_knob_show_number,
	.store = tl_knob_store_number,
	.get = knobs_leak_ms_get,
	.set = knobs_leak_ms_set,
	.min = 1,
	.max = TL_LEAK_MS_MAX,
};

static int knobs_show_law(const struct tl_knob *knob, const struct tl_net *ns,
			  char *text)
{
	return scnprintf(text, TL_KNOB_SIZE, "%s\n",
			 tl_arms_law_name(ns->arms, TL_ARM_A));
}

static int knobs_store_law(const struct tl_knob *knob, struct tl_net *ns,
			   const char *text)
{
	char name[16];
	int err = tl_value_word(text, name, sizeof(name));

	return err ?: tl_arms_set_law(ns->arms, TL_ARM_A, name);
}

static struct tl_knob knobs_law = {
	.attr = TL_KNOB_ATTR("law"),
	.show = knobs_show_law,
	.store = knobs_store_law,
};

static struct tl_knob * const knobs_track_knobs[] = { &knobs_enabled, &knobs_forward, NULL };
static struct tl_knob * const knobs_close_wait_knobs[] = { &knobs_leak_ms, NULL };
static struct tl_knob * const knobs_arm_a_knobs[] = { &knobs_law, NULL };

enum knobs_directory_id {
	KNOBS_IN_ROOT,
	KNOBS_IN_TRACK,
	KNOBS_IN_CLOSE_WAIT,
	KNOBS_IN_TIME_WAIT,
	KNOBS_IN_CONGESTION,
	KNOBS_IN_ARM_A
};

/* Parents come before their children. */
static struct knobs_directory {
	const char *name;
	enum knobs_directory_id parent;
	struct tl_knob * const *knobs;
	struct kobject *kobj;
} knobs_directories[] = {
	[KNOBS_IN_ROOT]		= { .name = "tcplab" },
	[KNOBS_IN_TRACK]		= { "track", KNOBS_IN_ROOT, knobs_track_knobs },
	[KNOBS_IN_CLOSE_WAIT]	= { "close_wait", KNOBS_IN_ROOT, knobs_close_wait_knobs },
	[KNOBS_IN_TIME_WAIT]	= { "time_wait", KNOBS_IN_ROOT, tl_knobs_time_wait },
	[KNOBS_IN_CONGESTION]	= { "congestion", KNOBS_IN_ROOT },
	[KNOBS_IN_ARM_A]		= { "a", KNOBS_IN_CONGESTION, knobs_arm_a_knobs },
};

static int knobs_add(struct knobs_directory *directory)
{
	struct kobject *parent = directory == &knobs_directories[KNOBS_IN_ROOT] ?
				 kernel_kobj :
				 knobs_directories[directory->parent].kobj;
	struct tl_knob * const *knob;
	int err = 0;

	directory->kobj = kobject_create_and_add(directory->name, parent);
	if (!directory->kobj)
		return -ENOMEM;
	for (knob = directory->knobs; !err && knob && *knob; knob++) {
		(*knob)->attr.read = knobs_read;
		(*knob)->attr.write = knobs_write;
		err = sysfs_create_bin_file(directory->kobj, &(*knob)->attr);
	}
	return err;
}

static void knobs_remove(struct knobs_directory *directory)
{
	if (!directory->kobj)
		return;
	kobject_del(directory->kobj);
	kobject_put(directory->kobj);
	directory->kobj = NULL;
}

/**
 * tl_knobs_root() - the directory that the rooms' own directories are in
 */
struct kobject *tl_knobs_root(void)
{
	return knobs_directories[KNOBS_IN_ROOT].kobj;
}

/**
 * tl_knobs_init() - make the knobs
 *
 * Context: process.
 * Return: 0, -ENOMEM or an error of sysfs_create_bin_file().
 */
int tl_knobs_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(knobs_directories); i++) {
		err = knobs_add(&knobs_directories[i]);
		if (err) {
			tl_knobs_exit();
			return err;
		}
	}
	return 0;
}

/**
 * tl_knobs_exit() - remove the knobs, waiting for each user of one
 */
void tl_knobs_exit(void)
{
	unsigned int i;

	for (i = ARRAY_SIZE(knobs_directories); i-- > 0;)
		knobs_remove(&knobs_directories[i]);
}

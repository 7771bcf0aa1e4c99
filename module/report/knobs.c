// SPDX-License-Identifier: GPL-2.0
/*
 * The knobs in /sys/kernel/tcplab: one value per file, of the network namespace
 * of whoever reads or writes.
 *
 * sysfs files belong to global root, and mode 0644 would stop the root of a
 * container before its capabilities are asked. So everyone may open the files
 * for writing, and store() wants CAP_NET_ADMIN over the namespace it changes.
 */
#include <linux/capability.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/sysfs.h>

#include "../core/value.h"
#include "../tcplab.h"
#include "knobs.h"

/* Switching takes several steps; two writers take turns. */
static DEFINE_MUTEX(knobs_lock);

/**
 * struct knob - a file
 * @attr: for sysfs
 * @get: the value
 * @set: takes a value in [@min, @max]; called with knobs_lock held
 * @min: least value
 * @max: greatest value
 */
struct knob {
	struct kobj_attribute attr;
	unsigned int (*get)(const struct tl_net *ns);
	int (*set)(struct tl_net *ns, unsigned int value);
	unsigned int min;
	unsigned int max;
};

static struct tl_net *callers_ns(void)
{
	return tl_net(current->nsproxy->net_ns);
}

static bool may_write(const struct tl_net *ns)
{
	return ns_capable(ns->net->user_ns, CAP_NET_ADMIN);
}

static ssize_t knob_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buffer)
{
	const struct knob *knob = container_of(attr, struct knob, attr);

	return sysfs_emit(buffer, "%u\n", knob->get(callers_ns()));
}

static ssize_t knob_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buffer, size_t count)
{
	const struct knob *knob = container_of(attr, struct knob, attr);
	struct tl_net *ns = callers_ns();
	unsigned int value;
	int err;

	if (!may_write(ns))
		return -EPERM;
	err = tl_value_number(buffer, knob->min, knob->max, &value);
	if (err)
		return err;
	mutex_lock(&knobs_lock);
	err = knob->set(ns, value);
	mutex_unlock(&knobs_lock);
	return err ?: count;
}

#define KNOB_ATTR(knob_name, show_function, store_function)		\
	{								\
		.attr = { .name = knob_name, .mode = 0666 },		\
		.show = show_function,					\
		.store = store_function,				\
	}

static unsigned int enabled_get(const struct tl_net *ns)
{
	return tl_track_enabled(ns);
}

static int enabled_set(struct tl_net *ns, unsigned int value)
{
	return tl_track_enable(ns, value);
}

static struct knob enabled = {
	.attr = KNOB_ATTR("enabled", knob_show, knob_store),
	.get = enabled_get,
	.set = enabled_set,
	.max = 1,
};

static unsigned int forward_get(const struct tl_net *ns)
{
	return tl_track_forwards(ns);
}

static int forward_set(struct tl_net *ns, unsigned int value)
{
	return tl_track_forward(ns, value);
}

static struct knob forward = {
	.attr = KNOB_ATTR("forward", knob_show, knob_store),
	.get = forward_get,
	.set = forward_set,
	.max = 1,
};

static unsigned int leak_ms_get(const struct tl_net *ns)
{
	return tl_close_wait_leak_ms(&ns->close_wait);
}

static int leak_ms_set(struct tl_net *ns, unsigned int value)
{
	tl_track_leak_ms(ns, value);
	return 0;
}

static struct knob leak_ms = {
	.attr = KNOB_ATTR("leak_ms", knob_show, knob_store),
	.get = leak_ms_get,
	.set = leak_ms_set,
	.min = 1,
	.max = TL_LEAK_MS_MAX,
};

static ssize_t law_show(struct kobject *kobj, struct kobj_attribute *attr,
			char *buffer)
{
	return sysfs_emit(buffer, "%s\n",
			  tl_arms_law_name(&callers_ns()->arms, TL_ARM_A));
}

static ssize_t law_store(struct kobject *kobj, struct kobj_attribute *attr,
			 const char *buffer, size_t count)
{
	struct tl_net *ns = callers_ns();
	char name[16];
	int err;

	if (!may_write(ns))
		return -EPERM;
	err = tl_value_word(buffer, name, sizeof(name));
	if (!err)
		err = tl_arms_set_law(&ns->arms, TL_ARM_A, name);
	return err ?: count;
}

static struct kobj_attribute law = KNOB_ATTR("law", law_show, law_store);

static struct attribute *track_attrs[] = {
	&enabled.attr.attr,
	&forward.attr.attr,
	NULL
};

static struct attribute *close_wait_attrs[] = {
	&leak_ms.attr.attr,
	NULL
};

static struct attribute *arm_a_attrs[] = {
	&law.attr,
	NULL
};

enum directory_id { ROOT, TRACK, CLOSE_WAIT, CONGESTION, ARM_A };

/* Parents come before their children. */
static struct directory {
	const char *name;
	enum directory_id parent;
	struct attribute **attrs;
	struct kobject *kobj;
} directories[] = {
	[ROOT]		= { .name = "tcplab" },
	[TRACK]		= { "track", ROOT, track_attrs },
	[CLOSE_WAIT]	= { "close_wait", ROOT, close_wait_attrs },
	[CONGESTION]	= { "congestion", ROOT },
	[ARM_A]		= { "a", CONGESTION, arm_a_attrs },
};

static int add(struct directory *directory)
{
	struct kobject *parent = directory == &directories[ROOT] ?
				 kernel_kobj :
				 directories[directory->parent].kobj;

	directory->kobj = kobject_create_and_add(directory->name, parent);
	if (!directory->kobj)
		return -ENOMEM;
	if (!directory->attrs)
		return 0;
	/* A group would refuse the mode. */
	return sysfs_create_files(directory->kobj,
				  (const struct attribute **)directory->attrs);
}

static void remove(struct directory *directory)
{
	if (!directory->kobj)
		return;
	kobject_del(directory->kobj);
	kobject_put(directory->kobj);
	directory->kobj = NULL;
}

/**
 * tl_knobs_init() - make the knobs
 *
 * Context: process.
 * Return: 0, -ENOMEM or an error of sysfs_create_files().
 */
int tl_knobs_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(directories); i++) {
		err = add(&directories[i]);
		if (err) {
			tl_knobs_exit();
			return err;
		}
	}
	return 0;
}

/**
 * tl_knobs_exit() - remove the knobs, waiting for whoever uses one
 */
void tl_knobs_exit(void)
{
	unsigned int i;

	for (i = ARRAY_SIZE(directories); i-- > 0;)
		remove(&directories[i]);
}

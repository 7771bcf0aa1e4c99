// SPDX-License-Identifier: GPL-2.0
/*
 * The knobs in /sys/kernel/tcplab/tuning. The kernel lets the user 0 of a
 * namespace write its sysctls without any capability. So both the opener of the
 * file, as for all knobs, and the caller are asked for CAP_NET_ADMIN.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "../advice/counts.h"
#include "../compat.h"
#include "../core/value.h"
#include "../net.h"
#include "../tuning/catalogue.h"
#include "../tuning/mirror.h"
#include "../tuning/profile.h"
#include "../tuning/tuning.h"
#include "knobs.h"
#include "knobs_tuning.h"

/**
 * struct knobs_tuning_control - a file that is no sysctl
 * @attr: for sysfs
 * @get: its number; NULL: it is only written
 * @set: takes a number in [@min, @max]; the mutex of knobs is held
 * @min: least number
 * @max: greatest number
 */
struct knobs_tuning_control {
	struct bin_attribute attr;
	unsigned int (*get)(const struct tl_net *ns);
	int (*set)(struct tl_net *ns, unsigned int value);
	unsigned int min;
	unsigned int max;
};

static bool knobs_tuning_is_open;	/* loading cannot fail any more */
static struct kobject *knobs_tuning_directory;
static struct bin_attribute knobs_tuning_mirrors[TL_SYSCTLS];

static struct tl_net *knobs_tuning_ns(void)
{
	return tl_net(current->nsproxy->net_ns);
}

static bool knobs_tuning_may_write(const struct file *file, const struct tl_net *ns)
{
	return file_ns_capable(file, ns->net->user_ns, CAP_NET_ADMIN) &&
	       ns_capable(ns->net->user_ns, CAP_NET_ADMIN);
}

/* Locks the knobs of a namespace for a writer that may write them. */
static int knobs_tuning_begin(const struct file *file, struct tl_net *ns,
			      const char *text, size_t count)
{
	if (!knobs_tuning_may_write(file, ns))
		return -EPERM;
	/* Pairs with tl_knobs_tuning_open(). */
	if (!smp_load_acquire(&knobs_tuning_is_open))
		return -EAGAIN;
	if (memchr(text, 0, count))
		return -EINVAL;
	return mutex_lock_killable(&ns->knobs) ? -EINTR : 0;
}

static ssize_t knobs_tuning_mirror_read(struct file *file, struct kobject *kobj,
					tl_compat_bin_attribute *attr, char *buffer,
					loff_t pos, size_t count)
{
	const struct tl_sysctl *sysctl = &tl_sysctls[attr - knobs_tuning_mirrors];
	char *text = tl_mirror_read(knobs_tuning_ns(), sysctl);
	size_t length;
	ssize_t got;

	if (IS_ERR(text))
		return PTR_ERR(text);
	/* A line, as the kernel's own file has it. */
	length = strlen(text);
	text[length] = '\n';
	got = memory_read_from_buffer(buffer, count, &pos, text, length + 1);
	kvfree(text);
	return got;
}

static ssize_t knobs_tuning_mirror_write(struct file *file, struct kobject *kobj,
					 tl_compat_bin_attribute *attr, char *buffer,
					 loff_t pos, size_t count)
{
	const struct tl_sysctl *sysctl = &tl_sysctls[attr - knobs_tuning_mirrors];
	struct tl_net *ns = knobs_tuning_ns();
	int err = knobs_tuning_begin(file, ns, buffer, count);

	if (err)
		return err;
	/* One write is one value. */
	err = pos ? -EINVAL : tl_mirror_write(ns, sysctl, buffer, count);
	mutex_unlock(&ns->knobs);
	return err ?: count;
}

static ssize_t knobs_tuning_profile_read(struct file *file, struct kobject *kobj,
					 tl_compat_bin_attribute *attr, char *buffer,
					 loff_t pos, size_t count)
{
	struct tl_net *ns = knobs_tuning_ns();
	char text[TL_PROFILE_SIZE];
	int length;

	if (mutex_lock_killable(&ns->knobs))
		return -EINTR;
	length = tl_profile_show(ns, text);
	mutex_unlock(&ns->knobs);
	if (length < 0)
		return length;
	return memory_read_from_buffer(buffer, count, &pos, text, length);
}

static ssize_t knobs_tuning_profile_write(struct file *file, struct kobject *kobj,
					  tl_compat_bin_attribute *attr, char *buffer,
					  loff_t pos, size_t count)
{
	struct tl_net *ns = knobs_tuning_ns();
	int err = knobs_tuning_begin(file, ns, buffer, count);

	if (err)
		return err;
	err = tl_profile_write(ns, file, buffer, pos, count);
	mutex_unlock(&ns->knobs);
	return err ?: count;
}

static const struct knobs_tuning_control *
knobs_tuning_control_of(tl_compat_bin_attribute *attr)
{
	return container_of(attr, struct knobs_tuning_control, attr);
}

static ssize_t knobs_tuning_control_read(struct file *file, struct kobject *kobj,
					 tl_compat_bin_attribute *attr, char *buffer,
					 loff_t pos, size_t count)
{
	const struct knobs_tuning_control *control = knobs_tuning_control_of(attr);
	unsigned int value = control->get ? control->get(knobs_tuning_ns()) : 0;
	char text[TL_KNOB_SIZE];
	int length = scnprintf(text, sizeof(text), "%u\n", value);

	return memory_read_from_buffer(buffer, count, &pos, text, length);
}

static int knobs_tuning_control_store(const struct knobs_tuning_control *control, struct tl_net *ns,
				      const char *buffer, loff_t pos, size_t count)
{
	char text[TL_KNOB_SIZE];
	unsigned int value;
	int err;

	if (pos || count >= sizeof(text))
		return -EINVAL;
	memcpy(text, buffer, count);
	text[count] = 0;
	err = tl_value_number(text, control->min, control->max, &value);
	return err ?: control->set(ns, value);
}

static ssize_t knobs_tuning_control_write(struct file *file, struct kobject *kobj,
					  tl_compat_bin_attribute *attr, char *buffer,
					  loff_t pos, size_t count)
{
	const struct knobs_tuning_control *control = knobs_tuning_control_of(attr);
	struct tl_net *ns = knobs_tuning_ns();
	int err = knobs_tuning_begin(file, ns, buffer, count);

	if (err)
		return err;
	err = knobs_tuning_control_store(control, ns, buffer, pos, count);
	mutex_unlock(&ns->knobs);
	return err ?: count;
}

static int knobs_tuning_apply_set(struct tl_net *ns, unsigned int value)
{
	return tl_profile_apply(ns);
}

static int knobs_tuning_confirm_set(struct tl_net *ns, unsigned int value)
{
	return tl_profile_confirm(ns);
}

static unsigned int knobs_tuning_confirm_ms_get(const struct tl_net *ns)
{
	return tl_tuning_confirm_ms(ns);
}

static int knobs_tuning_confirm_ms_set(struct tl_net *ns, unsigned int value)
{
	tl_tuning_set_confirm_ms(ns, value);
	return 0;
}

static int knobs_tuning_rollback_set(struct tl_net *ns, unsigned int value)
{
	return tl_profile_rollback(ns);
}

static unsigned int knobs_tuning_keep_get(const struct tl_net *ns)
{
	return tl_tuning_keeps(ns);
}

static int knobs_tuning_keep_set(struct tl_net *ns, unsigned int value)
{
	tl_tuning_set_keep(ns, value);
	return 0;
}

static int knobs_tuning_reset_set(struct tl_net *ns, unsigned int value)
{
	return tl_counts_reset(ns);
}

#define CONTROL_ATTR(file_name)	{					\
	.attr = { .name = file_name, .mode = 0666 },			\
	.read = knobs_tuning_control_read,				\
	.write = knobs_tuning_control_write,				\
}

static struct knobs_tuning_control knobs_tuning_controls[] = {
	{ CONTROL_ATTR("apply"), NULL, knobs_tuning_apply_set, 1, 1 },
	{ CONTROL_ATTR("confirm"), NULL, knobs_tuning_confirm_set, 1, 1 },
	{ CONTROL_ATTR("confirm_ms"), knobs_tuning_confirm_ms_get,
	  knobs_tuning_confirm_ms_set, 0, TL_CONFIRM_MS_MAX },
	{ CONTROL_ATTR("rollback"), NULL, knobs_tuning_rollback_set, 1, 1 },
	{ CONTROL_ATTR("keep"), knobs_tuning_keep_get, knobs_tuning_keep_set, 0, 1 },
	{ CONTROL_ATTR("reset"), NULL, knobs_tuning_reset_set, 1, 1 },
};

static struct bin_attribute knobs_tuning_profile = {
	.attr = { .name = "profile", .mode = 0666 },
	.read = knobs_tuning_profile_read,
	.write = knobs_tuning_profile_write,
};

static int knobs_tuning_add_all(void)
{
	unsigned int i;
	int err = sysfs_create_bin_file(knobs_tuning_directory, &knobs_tuning_profile);

	for (i = 0; !err && i < ARRAY_SIZE(knobs_tuning_controls); i++)
		err = sysfs_create_bin_file(knobs_tuning_directory, &knobs_tuning_controls[i].attr);
	for (i = 0; !err && i < TL_SYSCTLS; i++) {
		knobs_tuning_mirrors[i] = (struct bin_attribute) {
			.attr = { .name = tl_sysctls[i].name, .mode = 0666 },
			.read = knobs_tuning_mirror_read,
			.write = knobs_tuning_mirror_write,
		};
		err = sysfs_create_bin_file(knobs_tuning_directory,
					    &knobs_tuning_mirrors[i]);
	}
	return err;
}

/**
 * tl_knobs_tuning_init() - make the knobs of tuning
 *
 * The other knobs are there.
 * Context: process.
 * Return: 0, -ENOMEM or an error of sysfs_create_bin_file().
 */
int tl_knobs_tuning_init(void)
{
	int err;

	knobs_tuning_directory = kobject_create_and_add("tuning", tl_knobs_root());
	if (!knobs_tuning_directory)
		return -ENOMEM;
	err = knobs_tuning_add_all();
	if (err)
		tl_knobs_tuning_exit();
	return err;
}

/**
 * tl_knobs_tuning_open() - let them be written, which they refuse until now
 *
 * The congestion control is there: a writer that names it earlier would have the kernel
 * load the module, which is being loaded, and wait for that.
 */
void tl_knobs_tuning_open(void)
{
	/* A writer that finds them open finds all that was made before. */
	smp_store_release(&knobs_tuning_is_open, true);
}

/**
 * tl_knobs_tuning_exit() - remove them, waiting for their users
 *
 * It comes before the congestion control goes: the kernel would load the module
 * anew for a writer that names it, and wait for it to go.
 */
void tl_knobs_tuning_exit(void)
{
	kobject_del(knobs_tuning_directory);
	kobject_put(knobs_tuning_directory);
}

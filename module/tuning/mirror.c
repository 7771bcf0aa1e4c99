// SPDX-License-Identifier: GPL-2.0
/* A sysctl as it is now, and writing it. */
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../net.h"
#include "../wait/policy/policy.h"
#include "apply.h"
#include "changes.h"
#include "mirror.h"
#include "sysctl.h"
#include "tuning.h"

static char *mirror_copy(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = kvmalloc(size, GFP_KERNEL_ACCOUNT);

	if (copy)
		memcpy(copy, text, size);
	return copy ?: ERR_PTR(-ENOMEM);
}

/* A policy of ours does this in place of the kernel. */
static bool mirror_is_recycle(const struct tl_sysctl *sysctl)
{
	return !strcmp(sysctl->name, "net.ipv4.tcp_tw_recycle");
}

static char *mirror_recycle(const struct tl_net *ns)
{
	return mirror_copy(tl_policy_recycle(ns->policy) == TL_TW_RECYCLE_ENFORCE ?
			   "1" : "0");
}

/**
 * tl_mirror_read() - read a sysctl
 * @ns: the namespace of current
 * @sysctl: the sysctl
 *
 * Context: process; sleeps.
 * Return: its text without a newline, for kvfree(), or an error of
 * tl_apply_open() or the kernel.
 */
char *tl_mirror_read(const struct tl_net *ns, const struct tl_sysctl *sysctl)
{
	struct tl_name name = { .sysctl = sysctl };
	struct file *file;
	char *text;

	if (mirror_is_recycle(sysctl))
		return mirror_recycle(ns);
	file = tl_apply_open(ns, &name, false);
	if (IS_ERR(file))
		return ERR_CAST(file);
	text = tl_sysctl_read(file);
	tl_sysctl_close(file);
	return text;
}

/**
 * tl_mirror_write() - write a sysctl
 * @ns: the namespace of current
 * @sysctl: the sysctl
 * @text: the value
 * @count: bytes of it
 *
 * Context: process, the mutex of knobs held; sleeps.
 * Return: 0, or an error of tl_wish_add() or tl_apply().
 */
int tl_mirror_write(struct tl_net *ns, const struct tl_sysctl *sysctl,
		    const char *text, size_t count)
{
	const struct tl_wanted wanted = { .value = text, .length = count };
	struct tl_name name = { .sysctl = sysctl };
	LIST_HEAD(wishes);
	int err;

	err = tl_wish_add(&wishes, &name, &wanted);
	err = err ?: tl_apply(ns, &wishes, TL_APPLY_ONE, NULL);
	tl_wishes_free(&wishes);
	return err;
}

/**
 * tl_mirror_is_here() - whether sysctls of a namespace can be read
 * @ns: the namespace
 *
 * A file is looked up in the namespace of current, and that may be another one.
 * Context: process.
 */
bool tl_mirror_is_here(const struct tl_net *ns)
{
	return net_eq(current->nsproxy->net_ns, ns->net);
}

/**
 * tl_mirror_conntracks() - connections in nf_conntrack, of the namespace of current
 *
 * Context: process; sleeps.
 * Return: how many there are; 0 where nf_conntrack is not.
 */
unsigned long tl_mirror_conntracks(void)
{
	struct file *file = tl_sysctl_open("sys/net/netfilter/nf_conntrack_count",
					   false);
	unsigned long count = 0;
	char *text;

	if (IS_ERR(file))
		return 0;
	text = tl_sysctl_read(file);
	tl_sysctl_close(file);
	if (IS_ERR(text))
		return 0;
	if (kstrtoul(text, 10, &count))
		count = 0;
	kvfree(text);
	return count;
}

static const char *mirror_status(const struct tl_net *ns,
				 const struct tl_sysctl *sysctl, bool live)
{
	bool first = net_eq(ns->net, &init_net);

	if (sysctl->never)
		return "never";
	if (sysctl->until)
		return "removed";
	if (!first && (sysctl->scope == TL_SCOPE_GLOBAL ||
		       (sysctl->scope == TL_SCOPE_EITHER && !live)))
		return "global";
	if (!tl_mirror_is_here(ns))
		return NULL;
	return live ? "live" : "absent";
}

/* Names that could not be put back, and may be tried again. */
static void mirror_failed(const struct tl_changes *changes,
			  const struct tl_sysctl *sysctl,
			  struct tl_mirror *mirror)
{
	const struct tl_tuned *change;

	list_for_each_entry(change, &changes->list, list) {
		if (!change->failed || change->name.sysctl != sysctl)
			continue;
		if (change->name.device[0])
			mirror->of_devices[TL_OUTCOME_FAILED]++;
		else
			mirror->outcome = TL_OUTCOME_FAILED;
	}
}

static int mirror_before(struct tl_net *ns, const struct tl_sysctl *sysctl,
			 struct tl_mirror *mirror)
{
	const struct tl_changes *changes = ns->tuning->changes;
	struct tl_name name = { .sysctl = sysctl };
	const struct tl_tuned *change;
	char *before;

	if (!changes)
		return 0;
	mirror->outcome = changes->outcome[sysctl - tl_sysctls];
	memcpy(mirror->of_devices, changes->of_devices[sysctl - tl_sysctls],
	       sizeof(mirror->of_devices));
	mirror_failed(changes, sysctl, mirror);
	change = tl_changes_find(changes, &name);
	if (!change)
		return 0;
	before = mirror_copy(change->before);
	if (IS_ERR(before))
		return PTR_ERR(before);
	mirror->before = before;
	return 0;
}

/**
 * tl_mirror_look() - look at a sysctl
 * @ns: the namespace; current may be in another one
 * @sysctl: the sysctl
 * @mirror: filled, for tl_mirror_free()
 *
 * Context: process; sleeps.
 * Return: 0, -ENOMEM or -EINTR.
 */
int tl_mirror_look(struct tl_net *ns, const struct tl_sysctl *sysctl,
		   struct tl_mirror *mirror)
{
	char *value = ERR_PTR(-ENOENT);
	int err;

	*mirror = (struct tl_mirror) { .status = NULL };
	if (mirror_is_recycle(sysctl) || tl_mirror_is_here(ns))
		value = tl_mirror_read(ns, sysctl);
	if (value == ERR_PTR(-ENOMEM))
		return -ENOMEM;
	if (!IS_ERR(value))
		mirror->value = value;
	mirror->status = mirror_status(ns, sysctl, mirror->value);
	if (mutex_lock_killable(&ns->knobs)) {
		tl_mirror_free(mirror);
		return -EINTR;
	}
	err = mirror_before(ns, sysctl, mirror);
	mutex_unlock(&ns->knobs);
	if (err)
		tl_mirror_free(mirror);
	return err;
}

/**
 * tl_mirror_free() - free the texts of a look
 * @mirror: the look
 */
void tl_mirror_free(struct tl_mirror *mirror)
{
	kvfree(mirror->value);
	kvfree(mirror->before);
}

// SPDX-License-Identifier: GPL-2.0
/* The sets that tcplab brings: the article's templates, and the kernel's defaults. */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/string.h>

#include "../net.h"
#include "apply.h"
#include "profile.h"
#include "standard.h"

/* Which of the templates a set is made of; the later one wins. */
static const struct built_in {
	const char *name;
	bool seed[TL_SEEDS];
	bool standard;
} built_in_sets[] = {
	{ "seed-1", { true, false } },
	{ "seed-2", { false, true } },
	{ "seed", { true, true } },
	{ "kernel-default", { false, false }, true },
};

static const struct built_in *built_in_find(const char *set)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(built_in_sets); i++)
		if (!strcmp(set, built_in_sets[i].name))
			return &built_in_sets[i];
	return NULL;
}

static const char *built_in_seed(const struct built_in *set,
				 const struct tl_sysctl *sysctl)
{
	unsigned int i;

	for (i = TL_SEEDS; i-- > 0;)
		if (set->seed[i] && sysctl->seed[i])
			return sysctl->seed[i];
	return NULL;
}

static const char *built_in_value(const struct tl_net *ns,
				  const struct built_in *set,
				  const struct tl_sysctl *sysctl, char *text)
{
	if (!set->standard)
		return built_in_seed(set, sysctl);
	if (tl_standard_is_untouched(sysctl) || !tl_standard(ns, sysctl, text))
		return NULL;
	return text;
}

/**
 * tl_profile_built_in() - list the values of a set of tcplab's own
 * @ns: the namespace
 * @set: its name
 * @wishes: gets its values
 *
 * Context: process; sleeps.
 * Return: 0; -EINVAL if there is no such set; -ENOMEM.
 */
int tl_profile_built_in(const struct tl_net *ns, const char *set,
			struct list_head *wishes)
{
	const struct built_in *found = built_in_find(set);
	char text[TL_STANDARD_SIZE];
	unsigned int i;
	int err = 0;

	if (!found)
		return -EINVAL;
	for (i = 0; !err && i < TL_SYSCTLS; i++) {
		struct tl_name name = { .sysctl = &tl_sysctls[i] };
		struct tl_wanted wanted = {
			.value = built_in_value(ns, found, name.sysctl, text),
		};

		if (!wanted.value)
			continue;
		wanted.length = strlen(wanted.value);
		err = tl_wish_add(wishes, &name, &wanted);
	}
	return err;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration of the congestion control `lab` in one network namespace.
 *
 * A setup is immutable and static, so a reader needs nothing but one load and
 * a flow may keep what it got for as long as the module is there.
 */
#include <linux/compiler.h>
#include <linux/errno.h>

#include "../core/law.h"
#include "arms.h"

/**
 * tl_arms_init() - give each arm the default law
 * @arms: arms of a new network namespace
 *
 * Context: process, before the first flow of the namespace.
 */
void tl_arms_init(struct tl_arms *arms)
{
	int id;

	for (id = 0; id < TL_ARM_COUNT; id++)
		arms->arm[id].setup = tl_law_default();
}

/**
 * tl_arms_set_law() - choose the law of an arm
 * @arms: arms of a network namespace
 * @id: which of them
 * @name: name of a law, without a newline
 *
 * Connections that are established from now on run @name; those that are
 * established keep the law they have.
 *
 * Context: any; two callers at once leave the law of one of them.
 * Return: 0, or -EINVAL for an unknown law, which changes nothing.
 */
int tl_arms_set_law(struct tl_arms *arms, enum tl_arm_id id, const char *name)
{
	const struct tl_law_setup *setup = tl_law_find(name);

	if (!setup)
		return -EINVAL;
	WRITE_ONCE(arms->arm[id].setup, setup);
	return 0;
}

/**
 * tl_arms_law_name() - name of the law of an arm
 * @arms: arms of a network namespace
 * @id: which of them
 *
 * Context: any.
 * Return: the name, static.
 */
const char *tl_arms_law_name(const struct tl_arms *arms, enum tl_arm_id id)
{
	return READ_ONCE(arms->arm[id].setup)->law->name;
}

/**
 * tl_arms_pick() - what a new flow is to run
 * @arms: arms of the network namespace of the flow
 *
 * Context: any, softirq mostly.
 * Return: law and constants, static.
 */
const struct tl_law_setup *tl_arms_pick(const struct tl_arms *arms)
{
	return READ_ONCE(arms->arm[TL_ARM_A].setup);
}

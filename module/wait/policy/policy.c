// SPDX-License-Identifier: GPL-2.0
/*
 * What the user wants to be done to traffic, until when, and what was done.
 *
 * Whatever cuts traffic ends by itself, so that nobody locks himself out.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/module.h>

#include "policy.h"

static unsigned int quiet_ms;
module_param(quiet_ms, uint, 0444);
MODULE_PARM_DESC(quiet_ms, "no SYN or SYN,ACK leaves for so long after loading, except on lo");

static u64 policy_quiet_after_load;	/* until when, in jiffies; 0: none */

static const char * const policy_recycle_names[TL_TW_RECYCLES] = {
	[TL_TW_RECYCLE_OFF]	= "off",
	[TL_TW_RECYCLE_OBSERVE]	= "observe",
	[TL_TW_RECYCLE_ENFORCE]	= "enforce",
};

static const char * const policy_action_names[TL_ACTIONS] = {
	[TL_ACTION_SHORTENED]		= "time_wait_shortened",
	[TL_ACTION_PROLONGED]		= "time_wait_prolonged",
	[TL_ACTION_RECYCLE_OBSERVED]	= "recycle_would_drop",
	[TL_ACTION_RECYCLE_DROPPED]	= "recycle_dropped",
	[TL_ACTION_QUIET_SYN]		= "quiet_syn_dropped",
	[TL_ACTION_QUIET_SYN_ACK]		= "quiet_syn_ack_dropped",
};

/**
 * tl_policy_load() - the quiet time after loading begins
 *
 * Return: 0, or -EINVAL if it is too long, which the log tells.
 */
int tl_policy_load(void)
{
	if (quiet_ms > TL_QUIET_MS_MAX) {
		pr_err("quiet_ms=%u is out of range: it is from 0 to %u\n",
		       quiet_ms, TL_QUIET_MS_MAX);
		return -EINVAL;
	}
	if (quiet_ms)
		policy_quiet_after_load = get_jiffies_64() + msecs_to_jiffies(quiet_ms);
	return 0;
}

/**
 * tl_policy_init() - begin without a policy, but for the quiet time after loading
 * @policy: the policies of a namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tl_policy_init(struct tl_policy *policy)
{
	policy->actions = alloc_percpu_gfp(struct tl_actions, GFP_KERNEL_ACCOUNT);
	if (!policy->actions)
		return -ENOMEM;
	policy->enforce_ms = TL_ENFORCE_MS_DEFAULT;
	policy->quiet_until = policy_quiet_after_load;
	return 0;
}

/**
 * tl_policy_exit() - forget the policies
 * @policy: of a namespace in which nothing happens any more
 */
void tl_policy_exit(struct tl_policy *policy)
{
	free_percpu(policy->actions);
}

/**
 * tl_policy_memory() - what the policies of a namespace take
 *
 * Return: bytes.
 */
u64 tl_policy_memory(void)
{
	return (u64)num_possible_cpus() * sizeof(struct tl_actions);
}

/**
 * tl_policy_length_ms() - the length of TIME_WAIT that the user wants
 * @policy: the policies of a namespace
 *
 * Return: milliseconds; 0: the kernel's own.
 */
u32 tl_policy_length_ms(const struct tl_policy *policy)
{
	return READ_ONCE(policy->length_ms);
}

/**
 * tl_policy_set_length_ms() - choose it
 * @policy: the policies of a namespace
 * @length_ms: as tl_policy_length_ms() tells
 */
void tl_policy_set_length_ms(struct tl_policy *policy, u32 length_ms)
{
	WRITE_ONCE(policy->length_ms, length_ms);
}

/**
 * tl_policy_length_rto_percent() - the same in parts of the RTO
 * @policy: the policies of a namespace
 *
 * Return: percent; 0: it does not depend on the RTO.
 */
u32 tl_policy_length_rto_percent(const struct tl_policy *policy)
{
	return READ_ONCE(policy->length_rto_percent);
}

/**
 * tl_policy_set_length_rto_percent() - choose it
 * @policy: the policies of a namespace
 * @percent: as tl_policy_length_rto_percent() tells
 */
void tl_policy_set_length_rto_percent(struct tl_policy *policy, u32 percent)
{
	WRITE_ONCE(policy->length_rto_percent, percent);
}

/**
 * tl_policy_enforce_ms() - how long TL_TW_RECYCLE_ENFORCE lasts
 * @policy: the policies of a namespace
 *
 * Return: milliseconds.
 */
u32 tl_policy_enforce_ms(const struct tl_policy *policy)
{
	return READ_ONCE(policy->enforce_ms);
}

/**
 * tl_policy_set_enforce_ms() - choose it for the next time
 * @policy: the policies of a namespace
 * @enforce_ms: as tl_policy_enforce_ms() tells
 */
void tl_policy_set_enforce_ms(struct tl_policy *policy, u32 enforce_ms)
{
	WRITE_ONCE(policy->enforce_ms, enforce_ms);
}

/**
 * tl_policy_recycle() - what is done about SYNs whose timestamps go backwards
 * @policy: the policies of a namespace
 *
 * Context: any.
 * Return: TL_TW_RECYCLE_OBSERVE where TL_TW_RECYCLE_ENFORCE has lasted its time.
 */
enum tl_tw_recycle tl_policy_recycle(const struct tl_policy *policy)
{
	/* With what it was set with: see tl_policy_set_recycle(). */
	enum tl_tw_recycle recycle = smp_load_acquire(&policy->recycle);

	if (recycle == TL_TW_RECYCLE_ENFORCE &&
	    time_after_eq64(get_jiffies_64(), READ_ONCE(policy->enforce_until)))
		return TL_TW_RECYCLE_OBSERVE;
	return recycle;
}

/**
 * tl_policy_set_recycle() - choose it, for no longer than enforce_ms
 * @policy: the policies of a namespace
 * @recycle: what is to be done
 *
 * Context: process, serialised by the caller.
 */
void tl_policy_set_recycle(struct tl_policy *policy, enum tl_tw_recycle recycle)
{
	WRITE_ONCE(policy->enforce_until,
		   get_jiffies_64() + msecs_to_jiffies(policy->enforce_ms));
	/* A reader that finds it in force finds its end. */
	smp_store_release(&policy->recycle, recycle);
}

/**
 * tl_policy_recycle_name() - the word that users write
 * @recycle: what is done
 */
const char *tl_policy_recycle_name(enum tl_tw_recycle recycle)
{
	return policy_recycle_names[recycle];
}

/**
 * tl_policy_quiet() - whether no connection may be opened or accepted
 * @policy: the policies of a namespace
 *
 * Context: any.
 */
bool tl_policy_quiet(const struct tl_policy *policy)
{
	u64 until = READ_ONCE(policy->quiet_until);

	return unlikely(until) && time_before64(get_jiffies_64(), until);
}

/**
 * tl_policy_quiet_ms() - what is left of the quiet time
 * @policy: the policies of a namespace
 *
 * Return: milliseconds.
 */
unsigned int tl_policy_quiet_ms(const struct tl_policy *policy)
{
	u64 until = READ_ONCE(policy->quiet_until), now = get_jiffies_64();

	return time_before64(now, until) ? jiffies64_to_msecs(until - now) : 0;
}

/**
 * tl_policy_set_quiet_ms() - begin a quiet time, or end it
 * @policy: the policies of a namespace
 * @quiet_ms: how long, in milliseconds; 0 ends it
 *
 * Source: RFC 9293 section 3.4.3.
 */
void tl_policy_set_quiet_ms(struct tl_policy *policy, unsigned int quiet_ms)
{
	u64 until = quiet_ms ? get_jiffies_64() + msecs_to_jiffies(quiet_ms) : 0;

	WRITE_ONCE(policy->quiet_until, until);
}

/**
 * tl_policy_actions() - how often something was done
 * @policy: the policies of a namespace
 * @action: what
 *
 * Context: process.
 */
u64 tl_policy_actions(const struct tl_policy *policy, enum tl_action action)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(policy->actions, cpu)->count[action]);
	return sum;
}

/**
 * tl_policy_action_name() - how a report names what was done
 * @action: what
 */
const char *tl_policy_action_name(enum tl_action action)
{
	return policy_action_names[action];
}

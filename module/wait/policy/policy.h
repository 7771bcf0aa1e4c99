/* SPDX-License-Identifier: GPL-2.0 */
/* What the user wants to be done to traffic: the only code that changes any. */
#ifndef TCPLAB_WAIT_POLICY_POLICY_H
#define TCPLAB_WAIT_POLICY_POLICY_H

#include <linux/percpu.h>
#include <linux/types.h>

/* Limits of the knobs, and how long what cuts traffic lasts by default. */
#define TL_LENGTH_MS_MAX	600000
#define TL_LENGTH_PERCENT_MIN	100
#define TL_LENGTH_PERCENT_MAX	10000
#define TL_QUIET_MS_MAX		600000
#define TL_ENFORCE_MS_MAX	86400000
#define TL_ENFORCE_MS_DEFAULT	600000

/* tcp_tw_recycle, as Linux had it up to 4.11. */
enum tl_tw_recycle {
	TL_TW_RECYCLE_OFF,
	TL_TW_RECYCLE_OBSERVE,	/* count what it would have dropped */
	TL_TW_RECYCLE_ENFORCE,	/* drop it, and shorten TIME_WAIT to 3.5 RTO */
	TL_TW_RECYCLES
};

/* What a policy has done, and why. */
enum tl_action {
	TL_ACTION_SHORTENED,		/* TIME_WAIT ended before the kernel's time */
	TL_ACTION_PROLONGED,		/* kept for longer */
	TL_ACTION_RECYCLE_OBSERVED,	/* a SYN that would have been dropped */
	TL_ACTION_RECYCLE_DROPPED,
	TL_ACTION_QUIET_SYN,		/* dropped in the quiet time */
	TL_ACTION_QUIET_SYN_ACK,
	TL_ACTIONS
};

struct tl_actions {
	u64 count[TL_ACTIONS];
};

/**
 * struct tl_policy - the policies of a namespace
 * @actions: what they have done, per CPU
 * @length_ms: length of TIME_WAIT; 0 is the kernel's own
 * @length_rto_percent: the same in parts of the RTO; 0 is off
 * @recycle: an &enum tl_tw_recycle
 * @enforce_ms: how long TL_TW_RECYCLE_ENFORCE lasts
 * @enforce_until: when it ends, in jiffies
 * @quiet_until: when the quiet time ends, in jiffies; 0: there is none
 */
struct tl_policy {
	struct tl_actions __percpu *actions;
	u32 length_ms;
	u32 length_rto_percent;
	u32 recycle;
	u32 enforce_ms;
	u64 enforce_until;
	u64 quiet_until;
};

int tl_policy_load(void);
int tl_policy_init(struct tl_policy *policy);
void tl_policy_exit(struct tl_policy *policy);
u64 tl_policy_memory(void);

u32 tl_policy_length_ms(const struct tl_policy *policy);
void tl_policy_set_length_ms(struct tl_policy *policy, u32 length_ms);
u32 tl_policy_length_rto_percent(const struct tl_policy *policy);
void tl_policy_set_length_rto_percent(struct tl_policy *policy, u32 percent);
u32 tl_policy_enforce_ms(const struct tl_policy *policy);
void tl_policy_set_enforce_ms(struct tl_policy *policy, u32 enforce_ms);
enum tl_tw_recycle tl_policy_recycle(const struct tl_policy *policy);
void tl_policy_set_recycle(struct tl_policy *policy, enum tl_tw_recycle recycle);
const char *tl_policy_recycle_name(enum tl_tw_recycle recycle);
bool tl_policy_quiet(const struct tl_policy *policy);
unsigned int tl_policy_quiet_ms(const struct tl_policy *policy);
void tl_policy_set_quiet_ms(struct tl_policy *policy, unsigned int quiet_ms);

u64 tl_policy_actions(const struct tl_policy *policy, enum tl_action action);
const char *tl_policy_action_name(enum tl_action action);

/**
 * tl_policy_note() - count what a policy does
 * @policy: of the namespace
 * @action: what
 *
 * Context: any but hard interrupt.
 */
static inline void tl_policy_note(struct tl_policy *policy, enum tl_action action)
{
	this_cpu_inc(policy->actions->count[action]);
}

#endif /* TCPLAB_WAIT_POLICY_POLICY_H */

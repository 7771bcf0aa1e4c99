/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Configuration of the congestion control `lab` in one network namespace.
 */
#ifndef TCPLAB_CONGESTION_ARMS_H
#define TCPLAB_CONGESTION_ARMS_H

struct tl_law_setup;

/**
 * enum tl_arm_id - the arms of the experiment
 * @TL_ARM_A: the arm of every flow
 * @TL_ARM_COUNT: how many there are
 */
enum tl_arm_id {
	TL_ARM_A,
	TL_ARM_COUNT,
};

/**
 * struct tl_arm - what flows of one arm run
 * @setup: law and constants; read and written without a lock, always valid
 */
struct tl_arm {
	const struct tl_law_setup *setup;
};

/**
 * struct tl_arms - the arms of one network namespace
 * @arm: indexed by enum tl_arm_id
 */
struct tl_arms {
	struct tl_arm arm[TL_ARM_COUNT];
};

void tl_arms_init(struct tl_arms *arms);
int tl_arms_set_law(struct tl_arms *arms, enum tl_arm_id id, const char *name);
const char *tl_arms_law_name(const struct tl_arms *arms, enum tl_arm_id id);
const struct tl_law_setup *tl_arms_pick(const struct tl_arms *arms);

#endif /* TCPLAB_CONGESTION_ARMS_H */

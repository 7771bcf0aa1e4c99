/* SPDX-License-Identifier: GPL-2.0 */
/* Chance that can be repeated: each step of a round has dice of its own. */
#ifndef TCPLAB_SELFTESTS_PACKETS_DICE_H
#define TCPLAB_SELFTESTS_PACKETS_DICE_H

#include "../../module/core/port.h"

/**
 * struct dice - a source of chance
 * @state: where it is
 */
struct dice {
	u64 state;
};

/* Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators". */
static inline u64 dice_roll(struct dice *dice)
{
	u64 z = dice->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* One of 0 to @sides - 1. */
static inline u32 dice_below(struct dice *dice, u32 sides)
{
	return (dice_roll(dice) >> 32) % sides;
}

/* True in so many of a hundred cases. */
static inline bool dice_percent(struct dice *dice, u32 percent)
{
	return dice_below(dice, 100) < percent;
}

/* What a step does depends on its number alone, not on what came before. */
static inline struct dice dice_of(u64 seed, u64 step)
{
	struct dice dice = { seed };

	dice.state = dice_roll(&dice) ^ step * 0xd1342543de82ef95ULL;
	return dice;
}

#endif /* TCPLAB_SELFTESTS_PACKETS_DICE_H */

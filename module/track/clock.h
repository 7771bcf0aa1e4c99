/* SPDX-License-Identifier: GPL-2.0 */
/* Stamps: the low half of jiffies. They wrap, and rows that grow old move theirs along. */
#ifndef TCPLAB_TRACK_CLOCK_H
#define TCPLAB_TRACK_CLOCK_H

#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/types.h>

/**
 * tl_clock_now() - take a stamp
 */
static inline u32 tl_clock_now(void)
{
	return jiffies;
}

/**
 * tl_clock_age_ms() - how long ago a stamp was taken
 * @since: the stamp
 *
 * Return: milliseconds.
 */
static inline unsigned int tl_clock_age_ms(u32 since)
{
	u64 ms = jiffies64_to_msecs((u32)(tl_clock_now() - since));

	return min_t(u64, ms, UINT_MAX - 1);
}

/**
 * tl_clock_remaining() - how much of a time is left that began with a stamp
 * @length: the time, in jiffies
 * @since: the stamp
 *
 * Return: jiffies; 0 if it is over.
 */
static inline unsigned int tl_clock_remaining(unsigned int length, u32 since)
{
	u32 age = tl_clock_now() - since;

	return age < length ? length - age : 0;
}

/* Past this age, in jiffies, a stamp stays as old: it must not wrap to youth. */
#define TL_CLOCK_AGE_MAX	0xc0000000U

/**
 * tl_clock_clamped() - a stamp that does not wrap before it is looked at again
 * @since: the stamp
 *
 * Return: @since, or as much of its age as can be told.
 */
static inline u32 tl_clock_clamped(u32 since)
{
	u32 oldest = tl_clock_now() - TL_CLOCK_AGE_MAX;

	return tl_clock_now() - since > TL_CLOCK_AGE_MAX ? oldest : since;
}

#endif /* TCPLAB_TRACK_CLOCK_H */

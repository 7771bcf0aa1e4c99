// SPDX-License-Identifier: GPL-2.0
/* How many TIME_WAIT sockets are how old: known at once, without a walk. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "ages.h"

/**
 * tl_ages_init() - begin with none
 * @ages: of a namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tl_ages_init(struct tl_ages *ages)
{
	BUILD_BUG_ON((TL_AGE_SLOTS << TL_AGE_SHIFT) / HZ < 1000);
	ages->count = kvcalloc(TL_AGE_SLOTS, sizeof(*ages->count), GFP_KERNEL);
	return ages->count ? 0 : -ENOMEM;
}

/**
 * tl_ages_exit() - forget them
 * @ages: of a namespace in which nothing happens any more
 */
void tl_ages_exit(struct tl_ages *ages)
{
	kvfree(ages->count);
}

/**
 * tl_ages_memory() - what the ages of a namespace take
 *
 * Return: bytes.
 */
u64 tl_ages_memory(void)
{
	return TL_AGE_SLOTS * sizeof(atomic_t);
}

/* Where an age belongs: behind the last edge that it has reached. */
static unsigned int range_of(const u32 *edges, unsigned int edges_count, u32 ms)
{
	unsigned int i = edges_count - 1;

	while (i && ms < edges[i])
		i--;
	return i;
}

/**
 * tl_ages_sum() - sum up by ranges of age
 * @ages: of a namespace
 * @edges: where each range begins, in milliseconds, rising from 0
 * @edges_count: how many there are
 * @counts: filled; the last range has no end
 *
 * An age is known to half a second: sockets that have just reached the end of a
 * range may be counted in it.
 * Context: any.
 */
void tl_ages_sum(const struct tl_ages *ages, const u32 *edges,
		 unsigned int edges_count, u32 *counts)
{
	u32 now = tl_ages_slot_now(), ago;

	memset(counts, 0, edges_count * sizeof(*counts));
	for (ago = 0; ago < TL_AGE_SLOTS; ago++) {
		int count = atomic_read(&ages->count[(now - ago) % TL_AGE_SLOTS]);
		u32 ms = jiffies_to_msecs(ago << TL_AGE_SHIFT);

		/* Who reads may be between two that write. */
		if (count > 0)
			counts[range_of(edges, edges_count, ms)] += count;
	}
}

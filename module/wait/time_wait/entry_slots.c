// SPDX-License-Identifier: GPL-2.0
/* How many TIME_WAIT sockets are how old: known at once, without a walk. */
#include "../../net.h"
#include "../../track/memory.h"
#include "entry_slots.h"

#define SIZE	(TL_SLOTS * sizeof(atomic_t))

/* Read where nothing was ever counted. These stay zero. */
static atomic_t entry_slots_none[TL_SLOTS];

/**
 * tl_entry_slots_init() - begin with none
 * @entries: of a namespace
 */
void tl_entry_slots_init(struct tl_entry_slots *entries)
{
	BUILD_BUG_ON((TL_SLOTS << TL_ENTRY_SHIFT) / HZ < 1000);
	entries->slots = entry_slots_none;
}

/**
 * tl_entry_slots_exit() - forget them
 * @entries: of a namespace in which nothing happens any more
 */
void tl_entry_slots_exit(struct tl_entry_slots *entries)
{
	if (entries->slots != entry_slots_none)
		tl_memory_free(entries->slots, SIZE);
}

/**
 * tl_entry_slots_ready() - make sure that there is something to count in
 * @ns: the namespace
 * @entries: its entries
 *
 * Most namespaces never have a socket in TIME_WAIT: this is allocated for the
 * first.
 * Context: any but hard interrupt.
 * Return: false if there is no memory; then nothing must be written.
 */
bool tl_entry_slots_ready(struct tl_net *ns, struct tl_entry_slots *entries)
{
	atomic_t *slots;

	if (likely(READ_ONCE(entries->slots) != entry_slots_none))
		return true;
	slots = tl_memory_zalloc(ns, SIZE);
	if (!slots)
		return false;
	/* Another CPU may have been faster. */
	if (cmpxchg(&entries->slots, entry_slots_none, slots) != entry_slots_none)
		tl_memory_free(slots, SIZE);
	return true;
}

/**
 * tl_entry_slots_memory() - what the entries of a namespace take
 * @entries: of the namespace
 *
 * Return: bytes.
 */
u64 tl_entry_slots_memory(const struct tl_entry_slots *entries)
{
	return READ_ONCE(entries->slots) == entry_slots_none ? 0 : SIZE;
}

/* Where an age belongs: behind the last edge that it has reached. */
static unsigned int entry_slots_range_of(const u32 *edges, unsigned int edges_count, u32 ms)
{
	unsigned int i = edges_count - 1;

	while (i && ms < edges[i])
		i--;
	return i;
}

/**
 * tl_entry_slots_sum() - sum up by ranges of age
 * @entries: of a namespace
 * @edges: where each range begins, in milliseconds, rising from 0
 * @edges_count: how many there are
 * @counts: filled; the last range has no end
 *
 * An age is known to half a second: sockets that have just reached the end of a
 * range may be counted in it.
 * Context: any.
 */
void tl_entry_slots_sum(const struct tl_entry_slots *entries, const u32 *edges,
			unsigned int edges_count, u32 *counts)
{
	const atomic_t *slots = READ_ONCE(entries->slots);
	u32 now = tl_entry_slots_now(), ago;

	memset(counts, 0, edges_count * sizeof(*counts));
	for (ago = 0; ago < TL_SLOTS; ago++) {
		int count = atomic_read(&slots[tl_slot_place(now - ago)]);
		u32 ms = jiffies_to_msecs(ago << TL_ENTRY_SHIFT);

		/* A reader may come between two writers. */
		if (count > 0)
			counts[entry_slots_range_of(edges, edges_count, ms)] += count;
	}
}

/* SPDX-License-Identifier: GPL-2.0 */
/* How many TIME_WAIT sockets are how old. */
#ifndef TCPLAB_WAIT_TIME_WAIT_ENTRY_SLOTS_H
#define TCPLAB_WAIT_TIME_WAIT_ENTRY_SLOTS_H

#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/types.h>

#include "../../core/slot.h"

/* A slot is about half a second; a turn is longer than the longest TIME_WAIT. */
#define TL_ENTRY_SHIFT	order_base_2(HZ / 2)

struct tl_net;

/**
 * struct tl_entry_slots - how many entered in each half second, and have not left
 * @slots: how many; before the first, zeros that all namespaces share. Another
 *	number is written only where tl_entry_slots_ready() has said that there are slots
 */
struct tl_entry_slots {
	atomic_t *slots;
};

void tl_entry_slots_init(struct tl_entry_slots *entries);
void tl_entry_slots_exit(struct tl_entry_slots *entries);
bool tl_entry_slots_ready(struct tl_net *ns, struct tl_entry_slots *entries);
u64 tl_entry_slots_memory(const struct tl_entry_slots *entries);
void tl_entry_slots_sum(const struct tl_entry_slots *entries, const u32 *edges,
			unsigned int edges_count, u32 *counts);

/* The slot that runs. */
static inline u32 tl_entry_slots_now(void)
{
	return tl_slot_now(get_jiffies_64(), TL_ENTRY_SHIFT);
}

static inline atomic_t *tl_entry_slots_at(const struct tl_entry_slots *entries, u32 since)
{
	return &READ_ONCE(entries->slots)[tl_slot_place(tl_slot_of(since, TL_ENTRY_SHIFT))];
}

/**
 * tl_entry_slots_add() - a socket entered
 * @ns: its namespace
 * @entries: its entries
 * @since: when, low half of jiffies
 */
static inline void tl_entry_slots_add(struct tl_net *ns, struct tl_entry_slots *entries, u32 since)
{
	if (likely(tl_entry_slots_ready(ns, entries)))
		atomic_inc(tl_entry_slots_at(entries, since));
}

/**
 * tl_entry_slots_remove() - a socket left
 * @entries: of its namespace
 * @since: when it entered
 *
 * Nothing is there of one that came when there was no memory.
 */
static inline void tl_entry_slots_remove(struct tl_entry_slots *entries, u32 since)
{
	atomic_dec_if_positive(tl_entry_slots_at(entries, since));
}

#endif /* TCPLAB_WAIT_TIME_WAIT_ENTRY_SLOTS_H */

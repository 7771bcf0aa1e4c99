/* SPDX-License-Identifier: GPL-2.0 */
/* How many TIME_WAIT sockets are how old. */
#ifndef TCPLAB_WAIT_AGES_H
#define TCPLAB_WAIT_AGES_H

#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/types.h>

#include "../core/slot.h"

/* A slot is about half a second; a turn is longer than the longest TIME_WAIT. */
#define TL_AGE_SHIFT	order_base_2(HZ / 2)

struct tl_net;

/**
 * struct tl_ages - how many entered in each half second, and have not left
 * @slots: how many; before the first, zeros that all namespaces share. Another
 *	number is written only where tl_ages_ready() has said that there are slots
 */
struct tl_ages {
	atomic_t *slots;
};

void tl_ages_init(struct tl_ages *ages);
void tl_ages_exit(struct tl_ages *ages);
bool tl_ages_ready(struct tl_net *ns, struct tl_ages *ages);
u64 tl_ages_memory(const struct tl_ages *ages);
void tl_ages_sum(const struct tl_ages *ages, const u32 *edges,
		 unsigned int edges_count, u32 *counts);

/* The slot that runs. */
static inline u32 tl_ages_slot_now(void)
{
	return tl_slot_now(get_jiffies_64(), TL_AGE_SHIFT);
}

static inline atomic_t *tl_ages_slot(const struct tl_ages *ages, u32 since)
{
	return &READ_ONCE(ages->slots)[tl_slot_place(tl_slot_of(since, TL_AGE_SHIFT))];
}

/**
 * tl_ages_add() - a socket entered
 * @ns: its namespace
 * @ages: its ages
 * @since: when, low half of jiffies
 */
static inline void tl_ages_add(struct tl_net *ns, struct tl_ages *ages, u32 since)
{
	if (likely(tl_ages_ready(ns, ages)))
		atomic_inc(tl_ages_slot(ages, since));
}

/**
 * tl_ages_remove() - a socket left
 * @ages: of its namespace
 * @since: when it entered
 *
 * Nothing is there of one that came when there was no memory.
 */
static inline void tl_ages_remove(struct tl_ages *ages, u32 since)
{
	atomic_dec_if_positive(tl_ages_slot(ages, since));
}

#endif /* TCPLAB_WAIT_AGES_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arithmetic of slots of time, in a ring.
 *
 * A slot is 2^shift ticks of a clock. The slot that runs is numbered by the whole
 * clock, in 32 bits. A stamp is the low half of the clock alone: the number of its
 * slot has fewer bits, 32 - shift. Two slots are compared in the bits that both have.
 * Where the low half wraps, the place in the ring goes on: that half holds whole turns.
 */
#ifndef TCPLAB_CORE_SLOT_H
#define TCPLAB_CORE_SLOT_H

#include "port.h"

#define TL_SLOTS	2048U	/* in a ring; a power of two */

/**
 * tl_slot_now() - the slot that runs
 * @now: the clock, in ticks
 * @shift: of a slot
 */
static inline u32 tl_slot_now(u64 now, unsigned int shift)
{
	return (u32)(now >> shift);
}

/**
 * tl_slot_of() - the slot of a stamp
 * @stamp: low half of the clock
 * @shift: of a slot
 *
 * Return: the slot, in 32 - @shift bits.
 */
static inline u32 tl_slot_of(u32 stamp, unsigned int shift)
{
	return stamp >> shift;
}

/**
 * tl_slot_place() - where a slot lies in the ring
 * @slot: of the clock or of a stamp
 */
static inline u32 tl_slot_place(u32 slot)
{
	return slot % TL_SLOTS;
}

/**
 * tl_slot_ago() - how many slots ago a stamp was taken
 * @slot: the slot that runs
 * @stamp: low half of the clock
 * @shift: of a slot
 *
 * Return: as many as that, %TL_SLOTS or more where the ring no longer has that slot,
 * or does not have it yet.
 */
static inline u32 tl_slot_ago(u32 slot, u32 stamp, unsigned int shift)
{
	return (slot - tl_slot_of(stamp, shift)) & tl_slot_of(~0U, shift);
}

#endif /* TCPLAB_CORE_SLOT_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * Slots of time: nothing is forgotten where a number wraps. The low half of a clock wraps after
 * 2^32 ticks (that of jiffies 300 s after boot for the first time), the number of the slot that
 * runs after 2^32 slots, and the place in the ring after each turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "slot.h"

#define LOW		0x100000000ULL	/* ticks until the low half of the clock wraps */
#define AROUND		5		/* slots on both sides of a wrap */

/* Of half a second where there are 100, 250, 300 and 1000 ticks in one. */
static const unsigned int shifts[] = { 6, 7, 8, 9 };

static u64 turn_of(unsigned int shift)
{
	return (u64)TL_SLOTS << shift;
}

/* A stamp that is so many slots old is found so many slots ago, and in the place of that slot. */
static void check_ago(u64 now, u32 ago, unsigned int shift)
{
	u64 then = now - ((u64)ago << shift);
	u32 slot = tl_slot_now(now, shift), stamp = (u32)then;

	u32 place = tl_slot_place(tl_slot_of(stamp, shift));
	u32 found = tl_slot_ago(slot, stamp, shift);

	if (found != ago)
		fail_msg("at %llx, shift %u: %u slots ago are taken for %u",
			 (unsigned long long)now, shift, ago, found);
	assert_int_equal(place, tl_slot_place(slot - ago));
	assert_int_equal(place, tl_slot_place(tl_slot_now(then, shift)));
}

/* From all slots around a wrap, in their first and last tick, back to all that the ring has. */
static void check_around(u64 wrap, unsigned int shift)
{
	u64 now, slot = 1ULL << shift;
	u32 ago;

	for (now = wrap - AROUND * slot; now != wrap + AROUND * slot; now += slot)
		for (ago = 0; ago < TL_SLOTS; ago++) {
			check_ago(now, ago, shift);
			check_ago(now + slot - 1, ago, shift);
		}
}

static void test_low_half(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(shifts); i++) {
		check_around(LOW, shifts[i]);
		check_around(2 * LOW, shifts[i]);
		check_around(12345 * LOW, shifts[i]);
	}
}

/* The slot that runs has 32 bits: it wraps where the clock has 32 bits and those of a slot. */
static void test_slot_that_runs(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(shifts); i++) {
		assert_int_equal(tl_slot_now((LOW << shifts[i]) - 1, shifts[i]), ~0U);
		assert_int_equal(tl_slot_now(LOW << shifts[i], shifts[i]), 0);
		check_around(LOW << shifts[i], shifts[i]);
	}
}

static void test_turn(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(shifts); i++) {
		check_around(2 * turn_of(shifts[i]), shifts[i]);
		check_around(LOW + turn_of(shifts[i]), shifts[i]);
	}
}

/* Places follow each other across each wrap, and each comes once in a turn. */
static void check_places(u64 wrap, unsigned int shift)
{
	u64 now = wrap - turn_of(shift) / 2;
	u32 before = tl_slot_place(tl_slot_now(now, shift) - 1), place, i;
	bool seen[TL_SLOTS] = { false };

	for (i = 0; i < TL_SLOTS; i++, now += 1ULL << shift) {
		place = tl_slot_place(tl_slot_now(now, shift));
		assert_true(place < TL_SLOTS);
		assert_int_equal(place, (before + 1) % TL_SLOTS);
		assert_int_equal(place, tl_slot_place(tl_slot_of((u32)now, shift)));
		assert_false(seen[place]);
		seen[place] = true;
		before = place;
	}
}

static void test_places(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(shifts); i++) {
		check_places(LOW, shifts[i]);
		check_places(LOW << shifts[i], shifts[i]);
		check_places(3 * turn_of(shifts[i]), shifts[i]);
	}
}

/* The ring has no slot for what is older than a turn, and none yet for what comes after now. */
static void check_outside(u64 now, unsigned int shift)
{
	u64 slot = 1ULL << shift, turn = turn_of(shift);
	u32 runs = tl_slot_now(now, shift);

	assert_int_equal(tl_slot_ago(runs, (u32)(now - turn + slot), shift), TL_SLOTS - 1);
	assert_int_equal(tl_slot_ago(runs, (u32)(now - turn), shift), TL_SLOTS);
	assert_int_equal(tl_slot_ago(runs, (u32)(now - 2 * turn), shift), 2 * TL_SLOTS);
	assert_true(tl_slot_ago(runs, (u32)(now + slot), shift) >= TL_SLOTS);
	assert_true(tl_slot_ago(runs, (u32)(now + turn), shift) >= TL_SLOTS);
}

static void test_outside(void **state)
{
	unsigned int i;
	u64 off;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(shifts); i++)
		for (off = 0; off <= 2 * AROUND; off++) {
			check_outside(LOW + ((off - AROUND) << shifts[i]), shifts[i]);
			check_outside((LOW + off - AROUND) << shifts[i], shifts[i]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_low_half),
		cmocka_unit_test(test_slot_that_runs),
		cmocka_unit_test(test_turn),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Every state in which an observer can come at all, by segments that a TCP
 * sends, senseless ones included: all kinds, from both ends, with sequence and
 * acknowledgment numbers around each other. Each step from each of them is
 * checked: it leads where figure 5 allows, a refused segment changes nothing,
 * and it does not matter which end is which, nor where numbers begin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "moves.h"

#define SEQS	3	/* a SYN, what follows it, and one more */
#define ACKS	4
#define SLOTS	4194304
#define SHIFT_0	0x7ffffffeU
#define SHIFT_1	0xfffffffdU

static const struct tl_receive_window unknown = { .known = false };

static const u8 kinds[] = {
	TL_SYN, TL_SYN | TL_ACK, TL_ACK, TL_FIN | TL_ACK, TL_RST,
	TL_RST | TL_ACK,
};

/**
 * struct knot - a state of the observer that was reached
 * @peers: the state
 * @segments: on the shortest path to it
 */
struct knot {
	struct tl_peers peers;
	u32 segments;
};

static struct knot *knots;
static u32 *slots, count;
static unsigned long steps;

/* What is not known is not compared. */
static struct tl_peers canonical(struct tl_peers peers)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (!peers.end[i].ack)
			peers.end[i].acked = 0;
		if (!peers.end[i].syn && !peers.end[i].fin)
			peers.end[i].control_end = 0;
	}
	return peers;
}

static void reached(struct tl_peers peers, u32 segments)
{
	const u8 *bytes = (const u8 *)&peers;
	u64 hash = 0xcbf29ce484222325ULL;
	u32 slot, i;

	peers = canonical(peers);
	for (i = 0; i < sizeof(peers); i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
	for (slot = hash % SLOTS; slots[slot]; slot = (slot + 1) % SLOTS)
		if (!memcmp(&knots[slots[slot] - 1].peers, &peers,
			    sizeof(peers)))
			return;
	assert_true(count < SLOTS / 2);
	knots[count].peers = peers;
	knots[count].segments = segments;
	slots[slot] = ++count;
}

static struct tl_segment segment_of(u8 flags, u32 seq, u32 ack)
{
	struct tl_segment segment = {
		.flags = flags, .seq = seq, .ack = ack,
	};

	segment.end = seq + !!(flags & TL_SYN) + !!(flags & TL_FIN);
	return segment;
}

/* The ends exchanged, and numbers that begin elsewhere and wrap. */
static struct tl_peers transformed(struct tl_peers peers)
{
	struct tl_peers other = {
		.end = { peers.end[1], peers.end[0] },
	};

	other.end[0].control_end += SHIFT_0;
	other.end[0].acked += SHIFT_1;
	other.end[1].control_end += SHIFT_1;
	other.end[1].acked += SHIFT_0;
	return other;
}

static bool same(const struct tl_peers *a, const struct tl_peers *b)
{
	struct tl_peers x = canonical(*a), y = canonical(*b);

	return !memcmp(&x, &y, sizeof(x));
}

static void check_transformed(const struct tl_peers *before,
			      const struct tl_peers *after, unsigned int from,
			      struct tl_segment segment, bool taken)
{
	struct tl_peers other = transformed(*before);
	struct tl_peers wanted = transformed(*after);

	segment.seq += from ? SHIFT_0 : SHIFT_1;
	segment.end += from ? SHIFT_0 : SHIFT_1;
	segment.ack += from ? SHIFT_1 : SHIFT_0;
	assert_int_equal(tl_peers_step(&other, !from, &segment, &unknown),
			 taken);
	assert_true(same(&other, &wanted));
}

static void check_step(const struct tl_peers *before,
		       const struct tl_peers *after, unsigned int from,
		       const struct tl_segment *segment)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		enum tl_state was = before->end[i].state;
		enum tl_state is = after->end[i].state;

		if (!(moves_may_lead(was, segment->flags, i == from) &
		      1U << is))
			fail_msg("flags %x from %u lead end %u from %s to %s",
				 segment->flags, from, i, tl_state_name(was),
				 tl_state_name(is));
		assert_false(after->end[i].syn && after->end[i].fin);
	}
	assert_int_equal(after->end[!from].acked, before->end[!from].acked);
	assert_int_equal(after->end[!from].control_end,
			 before->end[!from].control_end);
}

static void step(const struct knot *knot, unsigned int from, u8 flags, u32 seq,
		 u32 ack)
{
	struct tl_segment segment = segment_of(flags, seq, ack);
	struct tl_peers before = knot->peers, after = before;
	bool taken = tl_peers_step(&after, from, &segment, &unknown);

	steps++;
	if (taken)
		check_step(&before, &after, from, &segment);
	else
		assert_memory_equal(&before, &after, sizeof(before));
	check_transformed(&before, &after, from, segment, taken);
	reached(after, knot->segments + 1);
}

static void steps_from(u32 number)
{
	unsigned int from, kind;
	u32 seq, ack;

	for (from = 0; from < 2; from++)
		for (kind = 0; kind < ARRAY_SIZE(kinds); kind++)
			for (seq = 0; seq < SEQS; seq++)
				for (ack = 0; ack < ACKS; ack++)
					step(&knots[number], from, kinds[kind],
					     seq, ack);
}

static void test_all(void **state)
{
	struct tl_peers nothing;
	u32 i;

	(void)state;
	memset(&nothing, 0, sizeof(nothing));
	knots = calloc(SLOTS / 2, sizeof(*knots));
	slots = calloc(SLOTS, sizeof(*slots));
	assert_non_null(knots);
	assert_non_null(slots);
	reached(nothing, 0);
	for (i = 0; i < count; i++)
		steps_from(i);
	print_message("%u states, the last after %u segments, %lu steps\n",
		      count, knots[count - 1].segments, steps);
	free(knots);
	free(slots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

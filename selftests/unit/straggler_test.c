// SPDX-License-Identifier: GPL-2.0
/* Segments that come for a connection which was closed, and what becomes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "straggler.h"

#define EXPECTED	0xfffffff0U	/* sequence numbers wrap soon */

static struct tl_segment of(u8 flags, u32 seq, u32 bytes)
{
	struct tl_segment segment = {
		.seq = EXPECTED + seq,
		.end = EXPECTED + seq + bytes,
		.ack = 1000,
		.flags = flags,
	};

	return segment;
}

static void test_kinds(void **state)
{
	static const struct {
		u8 flags;
		u32 bytes;
		enum tl_kind kind;
	} cases[] = {
		{ TL_FIN | TL_ACK, 1, TL_KIND_FIN },
		{ TL_FIN | TL_ACK, 101, TL_KIND_FIN },
		{ TL_ACK | TL_PSH, 100, TL_KIND_DATA },
		{ TL_ACK, 0, TL_KIND_ACK },
		{ TL_SYN, 1, TL_KIND_SYN },
		{ TL_SYN | TL_ACK, 1, TL_KIND_SYN },
		{ TL_RST, 0, TL_KIND_RST },
		{ TL_RST | TL_ACK, 0, TL_KIND_RST },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tl_segment segment = of(cases[i].flags, 0, cases[i].bytes);

		assert_int_equal(tl_straggler_kind(&segment), cases[i].kind);
	}
}

/* All of an old segment lies before what is expected, also where numbers wrap. */
static void test_old(void **state)
{
	static const struct {
		u32 seq, bytes;
		bool old;
	} cases[] = {
		{ -1U, 1, true },	/* the FIN once more */
		{ -1000U, 100, true },
		{ 0, 0, true },
		{ -100U, 101, false },
		{ 1, 0, false },
		{ 1000, 100, false },
		{ -(1U << 30) + 1, 1, true },
		{ 1U << 31, 1, false },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tl_segment segment = of(TL_ACK, cases[i].seq, cases[i].bytes);

		assert_int_equal(tl_straggler_is_old(&segment, EXPECTED), cases[i].old);
	}
}

struct meeting {
	u8 flags;
	u32 seq, bytes;
	s32 stamp;	/* against the last one of the peer; 1000: none */
	enum tl_verdict verdict;
};

static void check(const struct meeting *meetings, unsigned int count, enum tl_stands stands)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		const struct meeting *meeting = &meetings[i];
		struct tl_segment segment = of(meeting->flags, meeting->seq, meeting->bytes);
		struct tl_late late = {
			.segment = &segment,
			.stands = stands,
			.stamp = 5 + meeting->stamp,
			.stamped = meeting->stamp != 1000,
			.rcv_nxt = EXPECTED,
			.rcv_wnd = 100,
			.snd_una = 900,
			.snd_nxt = 1100,
			.ts_recent = 5,
			.ts_known = true,
			.ts_fresh = true,
			.listens = true,
		};

		assert_int_equal(tl_straggler_verdict(&late), meeting->verdict);
	}
}

static void test_time_wait(void **state)
{
	static const struct meeting meetings[] = {
		{ TL_FIN | TL_ACK, -1U, 1, 0, TL_VERDICT_ANSWERED },
		{ TL_FIN | TL_ACK, -1U, 1, -6, TL_VERDICT_PAWS },
		{ TL_ACK, -50U, 50, 0, TL_VERDICT_ACCEPTED },
		{ TL_ACK, -50U, 40, 0, TL_VERDICT_SEQUENCE },
		{ TL_ACK, 0, 0, 1000, TL_VERDICT_ACCEPTED },
		{ TL_ACK, -1U, 0, 1000, TL_VERDICT_SEQUENCE },
		/* RFC 6191: a greater number or a later timestamp. */
		{ TL_SYN, 1, 1, 1000, TL_VERDICT_ACCEPTED },
		{ TL_SYN, -9U, 1, 1, TL_VERDICT_ACCEPTED },
		{ TL_SYN, -9U, 1, 0, TL_VERDICT_SEQUENCE },
		{ TL_SYN, 0, 1, 1000, TL_VERDICT_SEQUENCE },
		{ TL_SYN, 1, 1, -1, TL_VERDICT_PAWS },
		{ TL_RST, 0, 0, 0, TL_VERDICT_ACCEPTED },
		{ TL_RST, 0, 0, -1, TL_VERDICT_PAWS },
		{ TL_RST, 1, 0, 1000, TL_VERDICT_SEQUENCE },
	};

	(void)state;
	check(meetings, ARRAY_SIZE(meetings), TL_STANDS_TIME_WAIT);
}

/* The accident that TIME_WAIT is against, and what else stops it. */
static void test_another(void **state)
{
	static const struct meeting meetings[] = {
		{ TL_ACK, 10, 20, 1000, TL_VERDICT_CORRUPT },
		{ TL_ACK, 10, 20, 0, TL_VERDICT_CORRUPT },
		{ TL_ACK, 10, 20, -1, TL_VERDICT_CORRUPT },
		{ TL_ACK, 10, 20, -2, TL_VERDICT_PAWS },
		{ TL_ACK, -20U, 10, 1000, TL_VERDICT_SEQUENCE },
		{ TL_ACK, 101, 20, 1000, TL_VERDICT_SEQUENCE },
		{ TL_SYN, 10, 1, 1000, TL_VERDICT_SEQUENCE },
		{ TL_RST, 10, 0, 1000, TL_VERDICT_ANSWERED },
		{ TL_RST, 0, 0, 1000, TL_VERDICT_CORRUPT },
	};
	struct tl_segment segment = of(TL_ACK, 10, 20);
	struct tl_late late = {
		.segment = &segment, .stands = TL_STANDS_OPEN,
		.rcv_nxt = EXPECTED, .rcv_wnd = 100,
		.snd_una = 5000, .snd_nxt = 6000,
	};

	(void)state;
	check(meetings, ARRAY_SIZE(meetings), TL_STANDS_OPEN);
	/* It acknowledges what this connection has not sent, or long ago. */
	assert_int_equal(tl_straggler_verdict(&late), TL_VERDICT_SEQUENCE);
	late.snd_una = 100;
	late.snd_nxt = 999;
	assert_int_equal(tl_straggler_verdict(&late), TL_VERDICT_SEQUENCE);
	late.snd_nxt = 1000;
	assert_int_equal(tl_straggler_verdict(&late), TL_VERDICT_CORRUPT);
}

static void test_nothing(void **state)
{
	static const struct meeting meetings[] = {
		{ TL_FIN | TL_ACK, -1U, 1, -6, TL_VERDICT_ANSWERED },
		{ TL_ACK, -50U, 50, 0, TL_VERDICT_ANSWERED },
		{ TL_SYN, -50U, 1, -6, TL_VERDICT_ACCEPTED },
		{ TL_RST, 0, 0, 1000, TL_VERDICT_SEQUENCE },
	};
	struct tl_segment syn = of(TL_SYN, 0, 1), rst = of(TL_RST, 0, 0);
	struct tl_late late = { .segment = &syn };

	(void)state;
	check(meetings, ARRAY_SIZE(meetings), TL_STANDS_NOTHING);
	/* Nobody listens. */
	assert_int_equal(tl_straggler_verdict(&late), TL_VERDICT_ANSWERED);
	late.stands = TL_STANDS_TIME_WAIT;
	late.rcv_nxt = EXPECTED - 1;
	assert_int_equal(tl_straggler_verdict(&late), TL_VERDICT_ANSWERED);
	/* TIME_WAIT that no RST ends, and a RST of a peer that has rebooted. */
	late.segment = &rst;
	late.rcv_nxt = EXPECTED;
	late.rfc1337 = true;
	assert_int_equal(tl_straggler_verdict(&late), TL_VERDICT_SEQUENCE);
	late.rfc1337 = false;
	late.stamped = true;
	late.ts_known = true;
	late.ts_recent = 5;
	assert_int_equal(tl_straggler_verdict(&late), TL_VERDICT_ACCEPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_old),
		cmocka_unit_test(test_time_wait),
		cmocka_unit_test(test_another),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the header parser: every length, every data offset, all flags.
 * Headers lie in heap blocks of just their size, so that AddressSanitizer sees
 * each byte that is read beyond.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "segment.h"

/* RFC 9293 section 3.1, byte by byte; urgent pointer and options at the end. */
static const u8 sample[TL_HEADER_MAX] = {
	0x12, 0x34, 0xab, 0xcd,			/* ports */
	0x89, 0xab, 0xcd, 0xef,			/* sequence number */
	0xfe, 0xdc, 0xba, 0x98,			/* acknowledgment number */
	0x50, TL_ACK, 0xff, 0xff,		/* offset, flags, window */
	0xaa, 0xaa, 0xbb, 0xbb,			/* checksum, urgent pointer */
};

/* Parses the first @available bytes of a header out of a block of that size. */
static enum tl_parse parse(struct tl_segment *segment, const u8 *header,
			   u32 available, u32 length)
{
	u8 *block = malloc(available);
	enum tl_parse verdict;

	assert_non_null(block);
	memcpy(block, header, available);
	verdict = tl_segment_parse(segment, block, available, length);
	free(block);
	return verdict;
}

static void with(u8 *header, unsigned int offset, u8 flags)
{
	memcpy(header, sample, TL_HEADER_MAX);
	header[12] = offset << 4;
	header[13] = flags;
}

static struct tl_segment blank(void)
{
	return (struct tl_segment){
		0x11111111, 0x22222222, 0x33333333, 0x4444, 0x5555, 0x66,
	};
}

/* A refusal leaves the segment as it was. */
static void assert_untouched(const struct tl_segment *segment)
{
	const struct tl_segment was = blank();

	assert_int_equal(segment->seq, was.seq);
	assert_int_equal(segment->ack, was.ack);
	assert_int_equal(segment->end, was.end);
	assert_int_equal(segment->sport, was.sport);
	assert_int_equal(segment->dport, was.dport);
	assert_int_equal(segment->flags, was.flags);
}

static void test_fields(void **state)
{
	struct tl_segment segment = blank();

	(void)state;
	assert_int_equal(parse(&segment, sample, 20, 20), TL_PARSE_OK);
	assert_int_equal(segment.sport, 0x1234);
	assert_int_equal(segment.dport, 0xabcd);
	assert_int_equal(segment.seq, 0x89abcdef);
	assert_int_equal(segment.ack, 0xfedcba98);
	assert_int_equal(segment.end, 0x89abcdef);
	assert_int_equal(segment.flags, TL_ACK);
}

/* Each length of the segment with each data offset, all of it readable. */
static void test_lengths(void **state)
{
	u32 length, offset;

	(void)state;
	for (length = 0; length <= TL_HEADER_MAX; length++) {
		for (offset = 0; offset < 16; offset++) {
			struct tl_segment segment = blank();
			u8 header[TL_HEADER_MAX];
			enum tl_parse verdict, right = TL_PARSE_OK;

			with(header, offset, TL_ACK);
			verdict = parse(&segment, header, length, length);
			if (length < 20)
				right = TL_PARSE_SHORT;
			else if (offset < 5 || offset * 4 > length)
				right = TL_PARSE_OFFSET;
			assert_int_equal(verdict, right);
			if (right == TL_PARSE_OK)
				assert_int_equal(segment.end - segment.seq,
						 length - offset * 4);
			else
				assert_untouched(&segment);
		}
	}
}

/* What may be read is less than the segment: only 20 bytes are needed. */
static void test_available(void **state)
{
	u32 available;

	(void)state;
	for (available = 0; available <= TL_HEADER_MAX; available++) {
		struct tl_segment segment = blank();
		u8 header[TL_HEADER_MAX];

		with(header, 15, TL_ACK);
		assert_int_equal(parse(&segment, header, available, 1500),
				 available < 20 ? TL_PARSE_SHORT : TL_PARSE_OK);
		if (available < 20)
			assert_untouched(&segment);
		else
			assert_int_equal(segment.end - segment.seq, 1440);
	}
}

/*
 * What a TCP may send: SYN and SYN,ACK; RST and RST,ACK; everything else has
 * ACK (RFC 9293 sections 3.5 and 3.10.7). PSH and URG go with anything.
 */
static bool permitted(u8 flags)
{
	switch (flags & (TL_FIN | TL_SYN | TL_RST | TL_ACK)) {
	case TL_SYN:
	case TL_SYN | TL_ACK:
	case TL_RST:
	case TL_RST | TL_ACK:
	case TL_ACK:
	case TL_FIN | TL_ACK:
		return true;
	default:
		return false;
	}
}

static void test_flags(void **state)
{
	unsigned int flags;

	(void)state;
	for (flags = 0; flags < 256; flags++) {
		struct tl_segment segment = blank();
		u8 header[TL_HEADER_MAX];
		enum tl_parse verdict;
		u32 bytes = 7;

		with(header, 5, flags);
		verdict = parse(&segment, header, 27, 27);
		if (!permitted(flags)) {
			assert_int_equal(verdict, TL_PARSE_FLAGS);
			assert_untouched(&segment);
			continue;
		}
		assert_int_equal(verdict, TL_PARSE_OK);
		assert_int_equal(segment.flags, flags & 0x1f);
		if (flags & (TL_SYN | TL_FIN))
			bytes++;
		assert_int_equal(segment.end - segment.seq, bytes);
	}
}

/* SYN, FIN and data reach over the end of the sequence space. */
static void test_wrap(void **state)
{
	static const struct {
		u32 seq, data;
		u8 flags;
		u32 end;
	} cases[] = {
		{ 0xffffffff, 0, TL_SYN, 0 },
		{ 0xffffffff, 0, TL_FIN | TL_ACK, 0 },
		{ 0xffffffff, 1, TL_FIN | TL_ACK, 1 },
		{ 0xfffffff0, 16, TL_ACK, 0 },
		{ 0xfffffff0, 40, TL_FIN | TL_ACK, 25 },
		{ 0xffffffff, 0, TL_ACK, 0xffffffff },
		{ 0xfffffffe, 0, TL_SYN | TL_ACK, 0xffffffff },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tl_segment segment = blank();
		u8 header[TL_HEADER_MAX];

		with(header, 5, cases[i].flags);
		header[4] = cases[i].seq >> 24;
		header[5] = cases[i].seq >> 16;
		header[6] = cases[i].seq >> 8;
		header[7] = cases[i].seq;
		assert_int_equal(parse(&segment, header, 20,
				       20 + cases[i].data), TL_PARSE_OK);
		assert_int_equal(segment.seq, cases[i].seq);
		assert_int_equal(segment.end, cases[i].end);
	}
}

/* The largest that IP carries, and a jumbogram. */
static void test_long(void **state)
{
	struct tl_segment segment = blank();

	(void)state;
	assert_int_equal(parse(&segment, sample, 20, 65535), TL_PARSE_OK);
	assert_int_equal(segment.end - segment.seq, 65515);
	assert_int_equal(parse(&segment, sample, 20, 1U << 20), TL_PARSE_OK);
	assert_int_equal(segment.end - segment.seq, (1U << 20) - 20);
}

/* Options as TCPs send them, and as they must not be. */
static void test_timestamp(void **state)
{
	static const struct {
		u8 options[20];
		u32 bytes;
		bool found;
	} cases[] = {
		{ { 1, 1, 8, 10, 0x12, 0x34, 0x56, 0x78, 9, 9, 9, 9 }, 12, true },
		{ { 2, 4, 5, 0xb4, 4, 2, 8, 10, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0,
		    1, 3, 3, 7 }, 20, true },
		{ { 2, 4, 5, 0xb4 }, 4, false },
		{ { 0, 1, 8, 10, 0x12, 0x34, 0x56, 0x78 }, 12, false },	/* behind the end */
		{ { 8, 10, 0x12, 0x34, 0x56, 0x78, 0, 0 }, 8, false },	/* cut off */
		{ { 8, 9, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0, 0, 0 }, 12, false },
		{ { 5, 0, 8, 10, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0 }, 12, false },
		{ { 5, 1, 8, 10, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0 }, 12, false },
		{ { 1, 1, 1, 8 }, 4, false },
		{ { 0 }, 0, false },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 header[TL_HEADER_MAX];
		u32 value = 7;
		bool found;

		memcpy(header, sample, TL_HEADER_MIN);
		memcpy(header + TL_HEADER_MIN, cases[i].options, sizeof(cases[i].options));
		found = tl_segment_timestamp(header, TL_HEADER_MIN + cases[i].bytes,
					     &value);
		assert_int_equal(found, cases[i].found);
		if (found)
			assert_int_equal(value, 0x12345678);
		else
			assert_int_equal(value, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_available),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_timestamp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

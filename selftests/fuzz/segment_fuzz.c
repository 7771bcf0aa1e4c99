// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes tl_segment_parse() and tl_segment_timestamp(), and compares them with a
 * reading of RFC 9293 section 3.1 that has no code in common with them. The input
 * is how much longer the segment is than what may be read (two bytes), and what
 * may be read. It lies at the end of its memory: a read beyond it is an error of
 * the sanitizer.
 */
#include "fuzz.h"
#include "segment.h"

/* The field of @bits bits that begins at bit @first of the header. */
static u32 field(const u8 *header, unsigned int first, unsigned int bits)
{
	u32 value = 0;
	unsigned int i;

	for (i = first; i < first + bits; i++)
		value = value << 1 | ((header[i / 8] >> (7 - i % 8)) & 1);
	return value;
}

/* RFC 9293 section 3.1: kinds 0 and 1 stand alone, others tell their length. */
static bool stamped(const u8 *header, u32 end, u32 at, u32 *value)
{
	if (at >= end || header[at] == 0)
		return false;
	if (header[at] == 1)
		return stamped(header, end, at + 1, value);
	if (end - at < 2 || header[at + 1] < 2 || header[at + 1] > end - at)
		return false;
	if (header[at] != 8 || header[at + 1] != 10)
		return stamped(header, end, at + header[at + 1], value);
	*value = field(header, 8 * (at + 2), 32);
	return true;
}

static void compare_stamps(const u8 *header, u32 available)
{
	u32 end = field(header, 96, 4) * 4, value = 1, wanted = 1;

	if (end > available)
		return;
	HOLDS(tl_segment_timestamp(header, end, &value) ==
	      stamped(header, end, 20, &wanted));
	HOLDS(value == wanted);
}

/* What a TCP sends, as a table over FIN, SYN, RST and ACK. */
static bool sent_by_a_tcp(u32 fin, u32 syn, u32 rst, u32 ack)
{
	static const bool table[16] = {
		[2] = true,	/* SYN */
		[4] = true,	/* RST */
		[8] = true,	/* ACK */
		[8 + 1] = true,	/* FIN */
		[8 + 2] = true,	/* SYN,ACK */
		[8 + 4] = true,	/* RST,ACK */
	};

	return table[fin | syn << 1 | rst << 2 | ack << 3];
}

static enum tl_parse parse(struct tl_segment *segment, const u8 *header,
			   u32 available, u32 length)
{
	u32 fin, syn, rst, psh, ack, offset;

	if (available < 20)
		return TL_PARSE_SHORT;
	offset = field(header, 96, 4);
	if (offset < 5 || offset * 32 > 8ULL * length)
		return TL_PARSE_OFFSET;
	ack = field(header, 107, 1);
	psh = field(header, 108, 1);
	rst = field(header, 109, 1);
	syn = field(header, 110, 1);
	fin = field(header, 111, 1);
	if (!sent_by_a_tcp(fin, syn, rst, ack))
		return TL_PARSE_FLAGS;
	segment->sport = field(header, 0, 16);
	segment->dport = field(header, 16, 16);
	segment->seq = field(header, 32, 32);
	segment->ack = field(header, 64, 32);
	segment->end = segment->seq + syn + (length - 4 * offset) + fin;
	segment->flags = fin * TL_FIN + syn * TL_SYN + rst * TL_RST +
			 psh * TL_PSH + ack * TL_ACK;
	return TL_PARSE_OK;
}

static void compare(const struct tl_segment *a, const struct tl_segment *b)
{
	HOLDS(a->sport == b->sport);
	HOLDS(a->dport == b->dport);
	HOLDS(a->seq == b->seq);
	HOLDS(a->ack == b->ack);
	HOLDS(a->end == b->end);
	HOLDS(a->flags == b->flags);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input input = { data, size };
	struct tl_segment segment = { 1, 2, 3, 4, 5, 6 }, wanted = segment;
	u32 more = take(&input);
	u32 available, length;
	enum tl_parse verdict;
	u8 *header;

	more = more << 8 | take(&input);
	available = (u32)input.left;
	length = available + more;
	/* A jumbogram may carry a segment of any length. */
	if (more == 0xffff)
		length = ~0U;
	header = malloc(available ? available : 1);
	if (!header)
		return 0;
	memcpy(header, input.next, available);

	verdict = tl_segment_parse(&segment, header, available, length);
	HOLDS(verdict == parse(&wanted, header, available, length));
	compare(&segment, &wanted);
	if (verdict == TL_PARSE_OK)
		compare_stamps(header, available);
	free(header);
	return 0;
}

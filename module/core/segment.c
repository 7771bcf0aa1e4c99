// SPDX-License-Identifier: GPL-2.0
/* Parsing of TCP headers. */
#include "segment.h"

static u32 segment_load_be16(const u8 *bytes)
{
	return (u32)bytes[0] << 8 | bytes[1];
}

static u32 segment_load_be32(const u8 *bytes)
{
	return segment_load_be16(bytes) << 16 | segment_load_be16(bytes + 2);
}

/* A TCP opens, closes or aborts, but never two of these with SYN or RST. */
static bool segment_flags_contradict(u8 flags)
{
	if (flags & TL_SYN)
		return flags & (TL_FIN | TL_RST);
	if (flags & TL_RST)
		return flags & TL_FIN;
	return !(flags & TL_ACK);
}

/**
 * tl_segment_parse() - read a TCP header
 * @segment: filled if the verdict is TL_PARSE_OK, else untouched
 * @header: first bytes of the segment
 * @available: bytes that may be read at @header
 * @length: bytes of the whole segment, header and data; at least @available
 *
 * Options are not looked at: no state depends on them.
 * Context: any. Source: RFC 9293 section 3.1.
 *
 * Return: TL_PARSE_OK, or why this is not a header.
 */
enum tl_parse tl_segment_parse(struct tl_segment *segment, const u8 *header,
			       u32 available, u32 length)
{
	u32 offset, bytes;
	u8 flags;

	if (available < TL_HEADER_MIN || length < TL_HEADER_MIN)
		return TL_PARSE_SHORT;
	offset = (header[12] >> 4) * 4;
	if (offset < TL_HEADER_MIN || offset > length)
		return TL_PARSE_OFFSET;
	flags = header[13];
	if (segment_flags_contradict(flags))
		return TL_PARSE_FLAGS;

	bytes = length - offset;
	bytes += !!(flags & TL_SYN) + !!(flags & TL_FIN);
	segment->sport = segment_load_be16(header);
	segment->dport = segment_load_be16(header + 2);
	segment->seq = segment_load_be32(header + 4);
	segment->ack = segment_load_be32(header + 8);
	segment->end = segment->seq + bytes;
	segment->flags = flags & (TL_FIN | TL_SYN | TL_RST | TL_PSH | TL_ACK);
	return TL_PARSE_OK;
}

/* Options, RFC 9293 section 3.2 and RFC 7323 section 3.2. */
#define OPTION_END		0
#define OPTION_NOP		1
#define OPTION_TIMESTAMPS	8
#define TIMESTAMPS_BYTES	10

/**
 * tl_segment_timestamp() - find the timestamp of a segment
 * @header: its whole header, with options
 * @bytes: length of the header
 * @value: set to the timestamp (TSval), if there is one
 *
 * Options that make no sense end the search, as TCP itself does.
 * Context: any. Source: RFC 7323 section 3.2.
 *
 * Return: whether there is one.
 */
bool tl_segment_timestamp(const u8 *header, u32 bytes, u32 *value)
{
	u32 at = TL_HEADER_MIN;

	while (at < bytes && header[at] != OPTION_END) {
		u32 length;

		if (header[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (at + 1 >= bytes)
			return false;
		length = header[at + 1];
		if (length < 2 || at + length > bytes)
			return false;
		if (header[at] == OPTION_TIMESTAMPS && length == TIMESTAMPS_BYTES) {
			*value = segment_load_be32(header + at + 2);
			return true;
		}
		at += length;
	}
	return false;
}

/* SPDX-License-Identifier: GPL-2.0 */
/* A TCP segment as the state machine sees it: header fields, host byte order. */
#ifndef TCPLAB_CORE_SEGMENT_H
#define TCPLAB_CORE_SEGMENT_H

#include "port.h"

/* Bytes of a TCP header without options, and with as many as there can be. */
#define TL_HEADER_MIN	20
#define TL_HEADER_MAX	60

/* Control bits, where RFC 9293 section 3.1 has them in the 14th byte. */
#define TL_FIN		0x01
#define TL_SYN		0x02
#define TL_RST		0x04
#define TL_PSH		0x08
#define TL_ACK		0x10

/**
 * struct tl_segment - what a step of the state machine needs of a segment
 * @seq: sequence number of the first byte (of the SYN, if there is one)
 * @ack: acknowledgment number; meaningless unless TL_ACK is in @flags
 * @end: sequence number that follows the segment: data, SYN and FIN counted
 * @sport: source port
 * @dport: destination port
 * @flags: TL_* control bits
 */
struct tl_segment {
	u32 seq;
	u32 ack;
	u32 end;
	u16 sport;
	u16 dport;
	u8 flags;
};

/**
 * enum tl_parse - verdict on the bytes of a header
 * @TL_PARSE_OK: the segment was filled
 * @TL_PARSE_SHORT: fewer bytes than a header has
 * @TL_PARSE_OFFSET: the data offset points before the header's or behind the
 *	segment's end
 * @TL_PARSE_FLAGS: control bits that no TCP sends together
 */
enum tl_parse {
	TL_PARSE_OK,
	TL_PARSE_SHORT,
	TL_PARSE_OFFSET,
	TL_PARSE_FLAGS,
};

enum tl_parse tl_segment_parse(struct tl_segment *segment, const u8 *header,
			       u32 available, u32 length);

bool tl_segment_timestamp(const u8 *header, u32 bytes, u32 *value);

#endif /* TCPLAB_CORE_SEGMENT_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that nobody would send. A sound segment and a sound packet are made
 * first, by packet.c; then what was asked for is put in or broken.
 */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#include "craft.h"

#define TCP_HEADER	20
#define IP4_HEADER	20
#define IP6_HEADER	40
#define LINK		8	/* bytes of most extension headers */
#define AH_LINK		24
#define PIECES_MAX	8
#define QUOTED		48	/* bytes of a packet that an error quotes */

static void put16(u8 *out, unsigned int value)
{
	out[0] = value >> 8;
	out[1] = value;
}

static void put32(u8 *out, u32 value)
{
	put16(out, value >> 16);
	put16(out + 2, value & 0xffff);
}

static unsigned int get16(const u8 *in)
{
	return in[0] << 8 | in[1];
}

static u32 sum(u32 start, const u8 *in, size_t length)
{
	for (size_t i = 0; i < length; i++)
		start += i & 1 ? in[i] : in[i] << 8;
	return start;
}

static unsigned int fold(u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/* Makes room in the middle of a packet. */
static u8 *insert(u8 *packet, size_t length, size_t at, size_t bytes)
{
	memmove(packet + at + bytes, packet + at, length - at);
	memset(packet + at, 0, bytes);
	return packet + at;
}

static u32 pseudo(const struct craft *craft, size_t length, int protocol)
{
	size_t bytes = craft->from.family == AF_INET ? 4 : 16;
	u32 start = protocol + length;

	start = sum(start, craft->from.address, bytes);
	return sum(start, craft->to.address, bytes);
}

/* The checksum is right for what is there in the end, or surely wrong. */
static void seal(const struct craft *craft, u8 *tcp, size_t length)
{
	unsigned int right;

	if (length < TCP_HEADER)
		return;
	put16(tcp + 16, 0);
	right = fold(sum(pseudo(craft, length, IPPROTO_TCP), tcp, length));
	put16(tcp + 16, right ^ (craft->segment.bad_checksum ? 0x5a5a : 0));
}

static size_t make_segment(const struct craft *craft, u8 *out)
{
	size_t length = segment_write(out, &craft->segment, &craft->from,
				      &craft->to);

	if (length < TCP_HEADER)
		return length;
	put16(out + 18, craft->urgent);
	if (craft->bytes) {
		memcpy(insert(out, length, TCP_HEADER, craft->bytes),
		       craft->options, craft->bytes);
		length += craft->bytes;
		if (!craft->segment.offset)
			out[12] = (TCP_HEADER + craft->bytes) / 4 << 4;
	}
	seal(craft, out, length);
	return length;
}

/* An extension header before all that follows the IP header. */
static size_t insert_link(struct craft *craft, u8 *packet, size_t length,
			  u8 kind)
{
	size_t bytes = kind == IPPROTO_AH ? AH_LINK : LINK;
	u8 *link = insert(packet, length, IP6_HEADER, bytes);

	link[0] = packet[6];
	packet[6] = kind;
	switch (kind) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_DSTOPTS:
		link[2] = 1;	/* PadN */
		link[3] = 4;
		break;
	case IPPROTO_ROUTING:
		link[2] = dice_below(&craft->noise, 5);
		link[3] = dice_below(&craft->noise, 2);
		break;
	case IPPROTO_AH:
		link[1] = AH_LINK / 4 - 2;
		put32(link + 4, 0x7c9);
		break;
	case IPPROTO_ESP:
		/* No next header to be seen: what follows is ciphered. */
		put32(link, 0x7c9);
		break;
	case IPPROTO_FRAGMENT:
		put32(link + 4, craft->id);
		break;
	default:
		link[1] = 0;
	}
	put16(packet + 4, length + bytes - IP6_HEADER);
	return length + bytes;
}

static void seal_ip4(u8 *packet)
{
	size_t header = (packet[0] & 15) * 4;

	put16(packet + 10, 0);
	put16(packet + 10, fold(sum(0, packet, header)));
}

/* No-operations, or a record route that is full. */
static size_t insert_ip_options(struct craft *craft, u8 *packet, size_t length)
{
	size_t bytes = craft->ip_options;
	u8 *options = insert(packet, length, IP4_HEADER, bytes);

	memset(options, 1, bytes);
	if (bytes >= 8 && dice_percent(&craft->noise, 50)) {
		options[0] = 7;
		options[1] = 7;
		options[2] = 8;
	}
	packet[0] += bytes / 4;
	put16(packet + 2, length + bytes);
	return length + bytes;
}

static size_t break_ip(struct craft *craft, u8 *packet, size_t length)
{
	bool v4 = craft->from.family == AF_INET;
	u8 *size = packet + (v4 ? 2 : 4);

	switch (craft->fault) {
	case FAULT_TTL:
		packet[v4 ? 8 : 7] = 0;
		break;
	case FAULT_LONG:
		put16(size, get16(size) + 1 + dice_below(&craft->noise, 64));
		break;
	case FAULT_SHORT:
		put16(size, get16(size) - 1 - dice_below(&craft->noise, 19));
		break;
	case FAULT_CUT:
		return 1 + dice_below(&craft->noise, v4 ? IP4_HEADER :
							  IP6_HEADER);
	case FAULT_VERSION:
		packet[0] ^= 0x20;
		break;
	case FAULT_HEADER:
		if (v4)
			packet[0] = 0x40 | dice_below(&craft->noise, 16);
		else
			put16(size, 0);
		break;
	case FAULT_PROTOCOL:
		packet[v4 ? 9 : 6] = dice_roll(&craft->noise);
		break;
	default:
		break;
	}
	return length;
}

static void finish(struct craft *craft, u8 *packet, size_t length,
		   craft_emit *emit)
{
	bool v4 = craft->from.family == AF_INET;

	if (v4) {
		put16(packet + 4, craft->id);
		if (craft->ip_options)
			length = insert_ip_options(craft, packet, length);
	}
	for (unsigned int i = craft->links; !v4 && i; i--)
		length = insert_link(craft, packet, length,
				     craft->chain[i - 1]);
	length = break_ip(craft, packet, length);
	if (v4 && length >= IP4_HEADER && craft->fault != FAULT_HEADER)
		seal_ip4(packet);
	emit(packet, length);
}

/* Fragment number @i of the whole; false if there is nothing left for it. */
static bool send_piece(struct craft *craft, const u8 *whole, size_t length,
		       unsigned int i, craft_emit *emit)
{
	size_t step = (length / craft->pieces + 7) & ~7UL, at = i * step;
	bool last = at + step >= length || i == craft->pieces - 1;
	size_t bytes = last ? length - at : step;
	u8 packet[2 * PACKET_MAX];
	struct piece piece = {
		.from = whole + at, .fragment = true, .more = !last,
	};
	size_t made;

	if (at >= length)
		return false;
	if (craft->overlap && !last && at + bytes + 8 <= length)
		bytes += 8;
	piece.length = bytes;
	made = packet_write(packet, &piece, at, &craft->from, &craft->to);
	if (craft->from.family == AF_INET6)
		put32(packet + IP6_HEADER + 4, craft->id);
	finish(craft, packet, made, emit);
	return true;
}

static unsigned int send_pieces(struct craft *craft, const u8 *whole,
				size_t length, craft_emit *emit)
{
	unsigned int order[PIECES_MAX], left = craft->pieces, sent = 0;
	u32 bits = craft->order;

	for (unsigned int i = 0; i < left; i++)
		order[i] = i;
	while (left) {
		unsigned int which = bits % left;
		unsigned int i = order[which];

		bits /= left;
		order[which] = order[--left];
		if (craft->hole && !left)
			break;
		sent += send_piece(craft, whole, length, i, emit);
	}
	return sent;
}

/**
 * craft_packets() - make a packet, or the fragments of one
 * @craft: what it shall be
 * @emit: called for each
 *
 * Return: how many there were.
 */
unsigned int craft_packets(struct craft *craft, craft_emit *emit)
{
	u8 whole[PACKET_MAX + OPTIONS_MAX], packet[2 * PACKET_MAX];
	size_t length = make_segment(craft, whole);
	struct piece piece = { .from = whole, .length = length };

	/* Each piece but the last has at least eight bytes. */
	while (craft->pieces > 1 && length < craft->pieces * 8 + 1)
		craft->pieces--;
	if (craft->pieces > 1 ||
	    (craft->pieces && craft->from.family == AF_INET6))
		return send_pieces(craft, whole, length, emit);
	finish(craft, packet,
	       packet_write(packet, &piece, 0, &craft->from, &craft->to),
	       emit);
	return 1;
}

static size_t write_error(u8 *out, const u8 *quoted, size_t bytes, bool v4,
			  struct dice *dice)
{
	static const u8 kinds4[] = {
		ICMP_DEST_UNREACH, ICMP_DEST_UNREACH, ICMP_TIME_EXCEEDED,
		ICMP_PARAMETERPROB, ICMP_SOURCE_QUENCH, ICMP_REDIRECT,
	};
	static const u8 kinds6[] = {
		ICMP6_DST_UNREACH, ICMP6_DST_UNREACH, ICMP6_PACKET_TOO_BIG,
		ICMP6_TIME_EXCEEDED, ICMP6_PARAM_PROB,
	};

	memset(out, 0, 8);
	out[0] = v4 ? kinds4[dice_below(dice, sizeof(kinds4))] :
		      kinds6[dice_below(dice, sizeof(kinds6))];
	out[1] = dice_below(dice, 16);
	put16(out + 6, dice_percent(dice, 50) ? 1280 : dice_roll(dice));
	memcpy(out + 8, quoted, bytes);
	return 8 + bytes;
}

/**
 * craft_error() - make an ICMP error about a segment of the kernel
 * @out: PACKET_MAX bytes
 * @about: that segment: @from is the kernel's end, and @to sends the error
 * @dice: chance
 *
 * Return: bytes written.
 */
size_t craft_error(u8 *out, const struct craft *about, struct dice *dice)
{
	u8 whole[PACKET_MAX], quoted[PACKET_MAX], error[PACKET_MAX];
	struct craft reply = { .from = about->to, .to = about->from };
	bool v4 = about->from.family == AF_INET;
	struct piece piece = {
		.from = whole,
		.length = segment_write(whole, &about->segment, &about->from,
					&about->to),
	};
	size_t length = packet_write(quoted, &piece, 0, &about->from,
				     &about->to);
	u32 start = 0;

	if (length > QUOTED + IP6_HEADER)
		length = QUOTED + IP6_HEADER;
	length = write_error(error, quoted, length, v4, dice);
	if (!v4)
		start = pseudo(&reply, length, IPPROTO_ICMPV6);
	put16(error + 2, fold(sum(start, error, length)));
	piece = (struct piece){ .from = error, .length = length };
	length = packet_write(out, &piece, 0, &about->to, &about->from);
	out[v4 ? 9 : 6] = v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	if (v4)
		seal_ip4(out);
	return length;
}

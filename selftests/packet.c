// SPDX-License-Identifier: GPL-2.0
/* Packets that carry TCP, over IPv4 and IPv6. */
#include <string.h>
#include <netinet/in.h>

#include "packet.h"

#define TCP_HEADER	20
#define IP4_HEADER	20
#define IP6_HEADER	40
#define IP6_EXTENSION	8
#define HOPS		64
#define FRAGMENT_ID	0x7c9

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

static u32 get32(const u8 *in)
{
	return (u32)get16(in) << 16 | get16(in + 2);
}

static size_t address_length(const struct host *host)
{
	return host->family == AF_INET ? 4 : 16;
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

/**
 * segment_write() - write a TCP segment
 * @out: PACKET_MAX bytes
 * @segment: what it shall be
 * @from: the end that sends it
 * @to: the end that gets it
 *
 * The checksum is right for what is left after a cut, unless it shall be wrong.
 *
 * Return: bytes written.
 */
size_t segment_write(u8 *out, const struct segment *segment,
		     const struct host *from, const struct host *to)
{
	size_t length = TCP_HEADER + segment->data;
	unsigned int offset = segment->offset ? segment->offset :
						TCP_HEADER / 4;
	u32 pseudo;

	memset(out, 0, length);
	put16(out, from->port);
	put16(out + 2, to->port);
	put32(out + 4, segment->seq);
	put32(out + 8, segment->ack);
	out[12] = offset << 4;
	out[13] = segment->flags;
	put16(out + 14, segment->window);
	if (segment->cut && segment->cut < length)
		length = segment->cut;
	pseudo = IPPROTO_TCP + length;
	pseudo = sum(pseudo, from->address, address_length(from));
	pseudo = sum(pseudo, to->address, address_length(to));
	put16(out + 16, fold(sum(pseudo, out, length)) ^
				segment->bad_checksum);
	return length;
}

static size_t write4(u8 *out, const struct piece *piece, size_t offset,
		     const struct host *from, const struct host *to)
{
	size_t length = IP4_HEADER + piece->length;

	memset(out, 0, IP4_HEADER);
	out[0] = 0x45;
	put16(out + 2, length);
	put16(out + 4, FRAGMENT_ID);
	put16(out + 6, offset / 8 | (piece->more ? 0x2000 : 0));
	out[8] = piece->hops ?: HOPS;
	out[9] = IPPROTO_TCP;
	memcpy(out + 12, from->address, 4);
	memcpy(out + 16, to->address, 4);
	put16(out + 10, fold(sum(0, out, IP4_HEADER)));
	memcpy(out + IP4_HEADER, piece->from, piece->length);
	return length;
}

/* Appends an extension header; @next is where the one before names it. */
static u8 *extend(u8 **next, u8 *at, int kind)
{
	memset(at, 0, IP6_EXTENSION);
	**next = kind;
	*next = at;
	return at + IP6_EXTENSION;
}

static size_t write6(u8 *out, const struct piece *piece, size_t offset,
		     const struct host *from, const struct host *to)
{
	u8 *next = out + 6, *at = out + IP6_HEADER;

	memset(out, 0, IP6_HEADER);
	out[0] = 0x60;
	out[7] = piece->hops ?: HOPS;
	memcpy(out + 8, from->address, 16);
	memcpy(out + 24, to->address, 16);
	for (unsigned int i = 0; i < piece->extensions; i++) {
		at = extend(&next, at, piece->kind ? piece->kind :
						     IPPROTO_DSTOPTS);
		next[2] = 1;	/* PadN fills it up */
		next[3] = 4;
	}
	if (piece->fragment) {
		at = extend(&next, at, IPPROTO_FRAGMENT);
		put16(next + 2, offset | piece->more);
		put32(next + 4, FRAGMENT_ID);
	}
	*next = IPPROTO_TCP;
	memcpy(at, piece->from, piece->length);
	at += piece->length;
	put16(out + 4, at - out - IP6_HEADER);
	return at - out;
}

/**
 * packet_write() - write a packet
 * @out: PACKET_MAX bytes
 * @piece: what it carries
 * @offset: where in the whole that lies, a multiple of 8
 * @from: the host that sends it
 * @to: the host that gets it
 *
 * Return: bytes written.
 */
size_t packet_write(u8 *out, const struct piece *piece, size_t offset,
		    const struct host *from, const struct host *to)
{
	if (from->family == AF_INET)
		return write4(out, piece, offset, from, to);
	return write6(out, piece, offset, from, to);
}

static void read_host(struct host *host, int family, const u8 *address,
		      const u8 *port)
{
	memset(host, 0, sizeof(*host));
	host->family = family;
	memcpy(host->address, address, address_length(host));
	host->port = get16(port);
}

/**
 * packet_read() - read a packet
 * @packet: the packet, whole
 * @length: bytes of it
 * @segment: filled, but for what a well formed segment does not need
 * @from: filled: the end that sent it
 * @to: filled: the end that gets it
 *
 * Return: false if it holds no well formed TCP right behind its IP header.
 */
bool packet_read(const u8 *packet, size_t length, struct segment *segment,
		 struct host *from, struct host *to)
{
	int family = packet[0] >> 4 == 4 ? AF_INET : AF_INET6;
	size_t skip = family == AF_INET ? (packet[0] & 15) * 4 : IP6_HEADER;
	int protocol = packet[family == AF_INET ? 9 : 6];
	const u8 *address = packet + (family == AF_INET ? 12 : 8);
	const u8 *tcp = packet + skip;
	size_t header;

	if (protocol != IPPROTO_TCP || length < skip + TCP_HEADER)
		return false;
	header = (tcp[12] >> 4) * 4;
	if (header < TCP_HEADER || length < skip + header)
		return false;
	read_host(from, family, address, tcp);
	read_host(to, family, address + address_length(from), tcp + 2);
	*segment = (struct segment){
		.seq = get32(tcp + 4),
		.ack = get32(tcp + 8),
		.flags = tcp[13],
		.window = get16(tcp + 14),
		.data = length - skip - header,
	};
	return true;
}

/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that carry TCP, well formed or not: written and read byte by byte. */
#ifndef TCPLAB_SELFTESTS_PACKET_H
#define TCPLAB_SELFTESTS_PACKET_H

#include "../module/core/port.h"

#define PACKET_MAX	2048	/* bytes of a packet */
#define DATA_MAX	1400	/* bytes of data in it */

#define FIN	0x01
#define SYN	0x02
#define RST	0x04
#define PSH	0x08
#define ACK	0x10
#define URG	0x20

/**
 * struct host - one end of a connection
 * @family: AF_INET or AF_INET6
 * @address: as on the wire: the first 4 bytes, or all
 * @port: in host byte order
 */
struct host {
	int family;
	u8 address[16];
	u16 port;
};

/**
 * struct segment - a TCP segment; its data are zeros
 * @seq: sequence number
 * @ack: acknowledgment number
 * @flags: FIN to URG
 * @window: receive window
 * @data: bytes of data
 * @offset: data offset in words of 32 bits; 0: the right one
 * @cut: bytes to be left of the whole; 0: all
 * @bad_checksum: the checksum is wrong
 */
struct segment {
	u32 seq;
	u32 ack;
	u8 flags;
	u16 window;
	size_t data;
	unsigned int offset;
	size_t cut;
	bool bad_checksum;
};

/**
 * struct piece - what a packet carries of a segment
 * @from: first byte
 * @length: bytes
 * @fragment: it is not all, but a fragment
 * @more: others follow
 * @extensions: IPv6 extension headers before it
 * @kind: of these; 0: destination options
 * @hops: that it may make; 0: as usual
 */
struct piece {
	const u8 *from;
	size_t length;
	bool fragment;
	bool more;
	unsigned int extensions;
	u8 kind;
	u8 hops;
};

size_t segment_write(u8 *out, const struct segment *segment,
		     const struct host *from, const struct host *to);
size_t packet_write(u8 *out, const struct piece *piece, size_t offset,
		    const struct host *from, const struct host *to);
bool packet_read(const u8 *packet, size_t length, struct segment *segment,
		 struct host *from, struct host *to);

#endif /* TCPLAB_SELFTESTS_PACKET_H */

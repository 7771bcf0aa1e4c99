/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that nobody would send: a segment, its options and what it lies in. */
#ifndef TCPLAB_SELFTESTS_PACKETS_CRAFT_H
#define TCPLAB_SELFTESTS_PACKETS_CRAFT_H

#include "../packet.h"
#include "dice.h"

#define OPTIONS_MAX	40
#define CHAIN_MAX	4

/* What is wrong with the IP header. */
enum fault {
	FAULT_NONE,
	FAULT_TTL,	/* 0 hops left; local hosts take it all the same */
	FAULT_LONG,	/* it says more bytes than there are */
	FAULT_SHORT,	/* or fewer */
	FAULT_CUT,	/* cut inside the headers */
	FAULT_VERSION,
	FAULT_HEADER,	/* header length (IPv4), payload length 0 (IPv6) */
	FAULT_PROTOCOL,	/* what follows is no TCP */
	FAULTS
};

/**
 * struct craft - a packet to be made
 * @segment: the TCP segment
 * @from: who seems to send it
 * @to: the kernel's end
 * @options: TCP options
 * @bytes: how many of them, a multiple of four
 * @urgent: urgent pointer
 * @ip_options: bytes of options in an IPv4 header, a multiple of four
 * @chain: kinds of IPv6 extension headers before the segment
 * @links: how many
 * @pieces: fragments; 1 in IPv6: an atomic fragment; 0: none
 * @id: of the fragments
 * @order: bits that shuffle them
 * @overlap: they overlap
 * @hole: one does not come
 * @fault: what is wrong with the IP header
 * @noise: for bytes that may be anything
 */
struct craft {
	struct segment segment;
	struct host from;
	struct host to;
	u8 options[OPTIONS_MAX];
	size_t bytes;
	u16 urgent;
	size_t ip_options;
	u8 chain[CHAIN_MAX];
	unsigned int links;
	unsigned int pieces;
	u32 id;
	u32 order;
	bool overlap;
	bool hole;
	enum fault fault;
	struct dice noise;
};

typedef void craft_emit(const u8 *packet, size_t length);

unsigned int craft_packets(struct craft *craft, craft_emit *emit);
size_t craft_error(u8 *out, const struct craft *about, struct dice *dice);

#endif /* TCPLAB_SELFTESTS_PACKETS_CRAFT_H */

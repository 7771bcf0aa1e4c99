// SPDX-License-Identifier: GPL-2.0
/*
 * How a sound packet becomes one that nobody would send, and what kernel and
 * tracker are then sure to count.
 */
#include <netinet/in.h>
#include <string.h>

#include "mutate.h"
#include "victim.h"

#define HEADER		20
#define MD5		19	/* kind of the option */
#define MOBILITY	135
#define MPTCP		30
#define FAST_OPEN	34
#define EXPERIMENT	254

/* Numbers at the edges of windows and of the sequence space. */
static u32 odd_distance(struct dice *dice)
{
	static const u32 edges[] = {
		1, 2, 0xffffffff, 0xfffffffe, 1460, 65535, 65536, 59999, 60000,
		60001, 0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000,
		0x80000001, 0xffff0000, 0xc0000000,
	};
	u32 which = dice_below(dice, sizeof(edges) / sizeof(*edges) + 4);

	if (which < sizeof(edges) / sizeof(*edges))
		return edges[which];
	return which & 1 ? dice_roll(dice) : dice_below(dice, 100);
}

/* The length may be wrong; one that does not fit is left out. */
static void add_option(struct craft *craft, u8 kind, u8 length,
		       struct dice *dice)
{
	size_t bytes = length < 2 || length > OPTIONS_MAX ? 4 : length;
	u8 *option = craft->options + craft->bytes;

	if (craft->bytes + bytes > OPTIONS_MAX)
		return;
	option[0] = kind;
	option[1] = length;
	for (size_t i = 2; i < bytes; i++)
		option[i] = dice_roll(dice);
	/* MSS 0, window scale 15 */
	if (kind == 2 && dice_percent(dice, 50))
		memset(option + 2, 0, bytes - 2);
	if (kind == 3)
		option[2] = 13 + dice_below(dice, 4);
	craft->bytes += bytes;
}

static void odd_options(struct craft *craft, struct dice *dice)
{
	static const struct {
		u8 kind;
		u8 length;
	} options[] = {
		{ 2, 4 }, { 2, 4 }, { 2, 3 }, { 3, 3 }, { 3, 3 }, { 4, 2 },
		{ 5, 10 }, { 5, 18 }, { 5, 9 }, { 8, 10 }, { 8, 10 }, { 8, 8 },
		{ MD5, 18 }, { MD5, 4 }, { FAST_OPEN, 2 }, { FAST_OPEN, 10 },
		{ FAST_OPEN, 18 }, { FAST_OPEN, 3 }, { EXPERIMENT, 12 },
		{ MPTCP, 12 }, { MPTCP, 4 }, { MPTCP, 20 }, { MPTCP, 24 },
		{ 29, 16 }, { 77, 0 }, { 78, 1 }, { 79, 255 },
	};
	unsigned int left = 1 + dice_below(dice, 4);

	while (left--) {
		u32 which = dice_below(dice,
				       sizeof(options) / sizeof(*options));

		add_option(craft, options[which].kind, options[which].length,
			   dice);
	}
	while (craft->bytes % 4)
		craft->options[craft->bytes++] = dice_percent(dice, 80);
}

static void odd_offset(struct craft *craft, struct dice *dice)
{
	craft->segment.offset = dice_percent(dice, 60) ?
				1 + dice_below(dice, 4) :
				5 + dice_below(dice, 11);
}

static void odd_cut(struct craft *craft, struct dice *dice)
{
	if (dice_percent(dice, 50))
		craft->segment.cut = 1 + dice_below(dice, 19);
	else
		craft->segment.cut = HEADER + dice_below(dice, 20);
	/* What is cut off is not put in again. */
	craft->bytes = 0;
}

static void odd_place(struct craft *craft, struct dice *dice)
{
	static const u8 kinds[] = {
		IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_DSTOPTS,
		IPPROTO_ROUTING, IPPROTO_AH, IPPROTO_ESP, IPPROTO_NONE,
		IPPROTO_FRAGMENT, MOBILITY, 253,
	};

	craft->links = 1 + dice_below(dice, CHAIN_MAX);
	for (unsigned int i = 0; i < craft->links; i++)
		craft->chain[i] = kinds[dice_below(dice, sizeof(kinds))];
}

static void odd_fragments(struct craft *craft, struct dice *dice)
{
	craft->pieces = 1 + dice_below(dice, 4);
	craft->order = dice_roll(dice);
	craft->overlap = dice_percent(dice, 25);
	craft->hole = dice_percent(dice, 25);
}

static void odd_source(struct craft *craft, struct dice *dice)
{
	static const u8 v4[][4] = {
		{ 127, 0, 0, 1 }, { 0 }, { 255, 255, 255, 255 },
		{ 224, 0, 0, 1 }, { 192, 0, 2, 1 }, { 192, 0, 2, 255 },
	};
	u32 which = dice_below(dice, 12);

	if (craft->from.family == AF_INET6) {
		memset(craft->from.address, 0, 16);
		craft->from.address[15] = which & 1;
		if (which < 6)
			memcpy(craft->from.address, "\xff\x02", 2);
		else if (which < 9)
			memcpy(craft->from.address, "\xfe\x80", 2);
	} else {
		memcpy(craft->from.address,
		       v4[which % (sizeof(v4) / sizeof(*v4))], 4);
	}
}

/**
 * mutate() - make a packet odd in a way
 * @craft: the packet
 * @dice: chance
 */
void mutate(struct craft *craft, struct dice *dice)
{
	struct segment *segment = &craft->segment;

	switch (dice_below(dice, 17)) {
	case 0:
		odd_offset(craft, dice);
		break;
	case 1:
	case 2:
		odd_options(craft, dice);
		break;
	case 3:
	case 4:
		segment->bad_checksum = true;
		break;
	case 5:
		segment->flags = dice_roll(dice);
		break;
	case 6:
	case 7:
		segment->seq += odd_distance(dice);
		break;
	case 8:
		segment->ack += odd_distance(dice);
		break;
	case 9:
		segment->window = dice_percent(dice, 60) ? 0 :
							   dice_roll(dice);
		break;
	case 10:
		segment->flags |= URG;
		craft->urgent = dice_roll(dice);
		break;
	case 11:
		odd_cut(craft, dice);
		break;
	case 12:
		segment->data = 1 + dice_below(dice, DATA_MAX);
		break;
	case 13:
		odd_fragments(craft, dice);
		break;
	case 14:
		odd_place(craft, dice);
		break;
	case 15:
		craft->fault = 1 + dice_below(dice, FAULTS - 1);
		break;
	default:
		if (dice_percent(dice, 30))
			odd_source(craft, dice);
		else
			craft->ip_options = 4 * dice_below(dice, 11);
	}
}

/**
 * pack() - put a segment into a packet that a network may make of it
 * @craft: the packet
 * @dice: chance
 */
void pack(struct craft *craft, struct dice *dice)
{
	if (craft->from.family == AF_INET) {
		craft->ip_options = 4 * dice_below(dice, 4);
		craft->pieces = dice_below(dice, 5);
		craft->order = dice_roll(dice);
		return;
	}
	if (dice_percent(dice, 50))
		craft->chain[craft->links++] = IPPROTO_HOPOPTS;
	if (dice_percent(dice, 50))
		craft->chain[craft->links++] = IPPROTO_DSTOPTS;
}

static bool is_harmless_chain(const struct craft *craft)
{
	for (unsigned int i = 0; i < craft->links; i++)
		if (craft->chain[i] != IPPROTO_DSTOPTS &&
		    (craft->chain[i] != IPPROTO_HOPOPTS || i))
			return false;
	return true;
}

/* A host that may send to us, as routes have it. */
static bool is_plausible(const struct host *host)
{
	if (host->family == AF_INET)
		return host->address[0] == 198;
	return host->address[0] == 0x20;
}

/* Whether the segment comes to TCP as it is, and to the hooks likewise. */
static bool arrives(const struct craft *craft)
{
	bool v6 = craft->from.family == AF_INET6;

	return (craft->fault == FAULT_NONE || craft->fault == FAULT_TTL) &&
	       is_plausible(&craft->from) &&
	       (!v6 || is_harmless_chain(craft)) &&
	       (v6 ? !craft->pieces : craft->pieces < 2);
}

static bool has_link(const struct craft *craft, u8 kind)
{
	for (unsigned int i = 0; i < craft->links; i++)
		if (craft->chain[i] == kind)
			return true;
	return false;
}

/* Each fragment is seen as one, if nothing hides it. */
static void expect_fragments(struct expected *expected,
			     const struct craft *craft, unsigned int packets)
{
	bool v6 = craft->from.family == AF_INET6;
	bool seen = (craft->fault == FAULT_NONE || craft->fault == FAULT_TTL) &&
		    is_plausible(&craft->from) && (!v6 || !craft->links);

	if (craft->pieces < (v6 ? 1 : 2) &&
	    !(v6 && has_link(craft, IPPROTO_FRAGMENT)))
		return;
	if (v6)
		*(seen ? &expected->fragments6 :
			 &expected->fragments6_maybe) += packets;
	else
		*(seen ? &expected->fragments4 :
			 &expected->fragments4_maybe) += packets;
}

static size_t length_of(const struct craft *craft)
{
	const struct segment *segment = &craft->segment;
	size_t length = HEADER + segment->data;

	if (segment->cut && segment->cut < length)
		length = segment->cut;
	return length < HEADER ? length : length + craft->bytes;
}

static bool has_sound_header(const struct craft *craft)
{
	size_t length = length_of(craft), offset = craft->segment.offset * 4;

	if (!offset)
		offset = HEADER + craft->bytes;
	return length >= HEADER && offset >= HEADER && offset <= length;
}

static bool contradicts(u8 flags)
{
	if (flags & SYN)
		return flags & (FIN | RST);
	if (flags & RST)
		return flags & FIN;
	return !(flags & ACK);
}

/* Plain segments of an open connection are let pass without a look. */
static bool is_examined(u8 flags)
{
	return flags & (SYN | FIN | RST);
}

static bool may_be_signed(const struct craft *craft)
{
	if (craft->to.port == SIGNED_PORT)
		return true;
	for (size_t i = 0; i < craft->bytes; i++)
		if (craft->options[i] == MD5 || craft->options[i] == 29)
			return true;
	return false;
}

static void expect_checksum(struct expected *expected,
			    const struct craft *craft, bool sure)
{
	u8 flags = craft->segment.flags;

	if (sure && is_examined(flags) && !contradicts(flags))
		expected->checksum++;
	else
		expected->checksum_maybe++;
	/* A signature is looked at before the checksum. */
	if (sure && !may_be_signed(craft))
		expected->kernel_checksum++;
	else
		expected->kernel_checksum_maybe++;
}

/**
 * expect() - note what a packet must, or may, be counted as
 * @expected: where
 * @craft: the packet, after craft_packets() has made it
 * @packets: what that returned
 */
void expect(struct expected *expected, const struct craft *craft,
	    unsigned int packets)
{
	bool sure = arrives(craft), sound = has_sound_header(craft);
	u8 flags = craft->segment.flags;

	expected->packets += packets;
	expect_fragments(expected, craft, packets);
	if (sure && (!sound || (contradicts(flags) && is_examined(flags))))
		expected->malformed++;
	else if (!sound || contradicts(flags) || !sure)
		expected->malformed_maybe++;
	/* RFC 9293 lets a receiver refuse these, and tcplab does. */
	else if (flags & (SYN | RST))
		expected->malformed_maybe++;
	if (craft->segment.bad_checksum && (sound || !sure))
		expect_checksum(expected, craft, sure);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Remote hosts that send whatever there is to the sockets of a victim (see
 * victim.c), over a tun device: "fuzzer CONTROL serve DEVICE",
 * "fuzzer CONTROL COMMAND..." (see control.h).
 *
 *	round SEED STEPS polite|hostile	answers what was sent, see below
 *	watch NAME			tells of each packet, and when this value of
 *					the summary grows, on standard error
 *	finish				ends all connections, at both ends
 *
 * A polite round has peers that keep to the RFC, and a network that loses,
 * repeats, reorders and fragments. In a hostile one anything may be odd.
 *
 * What a step of a hostile round does follows from the seed and the steps before;
 * numbers that the kernel chooses are taken as they come. A polite peer also
 * waits for what the kernel sends. The answer is "name value" pairs, and begins
 * with a digest of all decisions.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../control.h"
#include "mutate.h"
#include "rfc.h"
#include "victim.h"
#include "wire.h"

#define SLOTS		48	/* connections at the same time */
#define SMALL		100	/* bytes that surely fit into a window */

/**
 * struct slot - a remote host and its connection
 * @here: the kernel's end
 * @there: the remote end
 * @peer: how it stands
 * @active: the kernel's socket connects
 * @held: a packet that waits, to come too late
 * @holding: there is one
 */
struct slot {
	struct host here;
	struct host there;
	struct rfc_peer peer;
	bool active;
	struct craft held;
	bool holding;
};

static struct slot slots[SLOTS];
static struct slot *by_port[65536];
static struct expected expected;
static long answers;
static u32 serial;
static u32 digest;
static bool polite;
static const char *watched;

static void note(u32 decision)
{
	digest = (digest ^ decision) * 16777619U;
}

static void set_address(struct host *host, int family, const char *v4,
			const char *v6)
{
	memset(host, 0, sizeof(*host));
	host->family = family;
	inet_pton(family, family == AF_INET ? v4 : v6, host->address);
}

static void set_remote(struct host *host, int family, u32 number)
{
	set_address(host, family, "198.18.0.0", "2001:db8:1::");
	if (family == AF_INET)
		host->address[1] += number >> 16 & 1;
	else
		host->address[13] = number >> 16 & 1;
	host->address[family == AF_INET ? 2 : 14] = number >> 8;
	host->address[family == AF_INET ? 3 : 15] = number;
}

static void set_here(struct host *host, int family, u16 port)
{
	set_address(host, family, "192.0.2.1", "2001:db8::1");
	host->port = port;
}

/* A slot begins anew, with another remote end. */
static void renew(struct slot *slot, struct dice *dice)
{
	int family = dice_percent(dice, 50) ? AF_INET : AF_INET6;
	u32 number = ++serial;
	u32 iss = dice_roll(dice);

	if (slot->there.port)
		by_port[slot->there.port] = NULL;
	memset(slot, 0, sizeof(*slot));
	set_remote(&slot->there, family, dice_roll(dice));
	slot->there.port = 1024 + number % 60000;
	if (by_port[slot->there.port])
		memset(by_port[slot->there.port], 0, sizeof(*slot));
	by_port[slot->there.port] = slot;
	/* Half of them wrap soon. */
	slot->peer.iss = iss & 1 ? iss : 0U - (iss >> 22);
	slot->peer.next = slot->peer.iss;
	if (dice_percent(dice, 70)) {
		set_here(&slot->here, family,
			 LISTEN_PORT + dice_below(dice, LISTENERS));
		return;
	}
	slot->active = true;
	set_here(&slot->here, family, 10000 + number % 50000);
	victim_connect(&slot->here, &slot->there);
}

static void emit(const u8 *packet, size_t length)
{
	wire_send(packet, length);
}

static void drain(void)
{
	struct segment segment;
	struct host from, to;
	struct slot *slot;

	while (wire_receive_segment(&segment, &from, &to)) {
		if (segment.flags & (SYN | RST))
			answers++;
		slot = by_port[to.port];
		if (!slot || !same_host(&slot->there, &to) ||
		    !same_host(&slot->here, &from))
			continue;
		if (watched)
			fprintf(stderr, "slot %td kernel flags %#x seq %d ack %d data %zu\n",
				slot - slots, segment.flags,
				(s32)(segment.seq - slot->peer.kernel_iss),
				(s32)(segment.ack - slot->peer.iss),
				segment.data);
		rfc_take(&slot->peer, &segment);
	}
}

/* Nothing of an earlier connection comes late: the network is polite, too. */
static void forget_held(struct slot *slot, const struct segment *segment)
{
	if (segment->flags & SYN && segment->seq != slot->peer.iss)
		slot->holding = false;
}

/* Tells each packet, and when a counter of the summary grows. */
static void trace(const struct slot *slot, const struct craft *craft, u32 fate)
{
	const struct segment *segment = &craft->segment;

	if (!watched)
		return;
	fprintf(stderr,
		"slot %td port %u peer %s flags %#x seq %d ack %d data %zu pieces %u links %u fault %d options %zu/%zu%s%s\n",
		slot - slots, slot->here.port, state_name(slot->peer.state),
		segment->flags, (s32)(segment->seq - slot->peer.iss),
		(s32)(segment->ack - slot->peer.kernel_iss), segment->data,
		craft->pieces, craft->links, craft->fault, craft->bytes,
		craft->ip_options, segment->bad_checksum ? " sum" : "",
		fate > 96 ? " lost" : fate > 90 ? " held" : "");
}

static void watch(long step)
{
	static long before = -1;
	struct sheet sheet;
	long now;

	if (!watched || sheet_read(&sheet, "summary"))
		return;
	now = sheet_value(&sheet, watched);
	if (before >= 0 && now != before)
		fprintf(stderr, "GROWN %s by %ld in step %ld\n", watched,
			now - before, step);
	before = now;
}

static void send_craft(struct craft *craft)
{
	expect(&expected, craft, craft_packets(craft, emit));
	drain();
}

static void release(struct slot *slot)
{
	if (!slot->holding)
		return;
	slot->holding = false;
	trace(slot, &slot->held, 0);
	send_craft(&slot->held);
}

static const u8 kinds[] = {
	SEND_SYN, SEND_SYN_ACK, SEND_ACK, SEND_ACK, SEND_STOP, SEND_DATA,
	SEND_DATA, SEND_DATA, SEND_DATA, SEND_DATA, SEND_FIN, SEND_FIN,
	SEND_FIN_CROSSED, SEND_RST, SEND_RST_ACK, SEND_AGAIN,
};

/*
 * What a hostile host sends next depends on what it has sent alone, so that it
 * does the same whatever the kernel answers.
 */
static enum kind choose_any(const struct slot *slot, struct dice *dice)
{
	const struct rfc_peer *peer = &slot->peer;
	enum kind kind = kinds[dice_roll(dice) & 15];
	u32 percent = dice_below(dice, 100);

	if (!peer->any && (percent < 90 || kind == SEND_AGAIN))
		return slot->active ? SEND_SYN_ACK : SEND_SYN;
	if (peer->any && peer->last.flags & SYN && percent < 80)
		return percent < 60 ? SEND_ACK : SEND_DATA;
	return kind;
}

/*
 * Whether the kernel will take a RST. If it were lost, or challenged, the two
 * ends would go separate ways, which nobody between them can tell.
 */
static bool is_exact(const struct slot *slot)
{
	return !slot->holding && slot->peer.told == slot->peer.next;
}

/* What a host that keeps to the RFC sends next, if one of a few tries may be. */
static int choose_lawful(const struct slot *slot, struct dice *dice)
{
	u64 rolls = dice_roll(dice);
	const struct rfc_peer *peer = &slot->peer;
	struct segment segment;

	for (int i = 0; i < 8; i++, rolls >>= 8) {
		enum kind kind = kinds[rolls & 15];

		/* Opening comes before all that is not. */
		if (i < 4 && peer->state == STATE_UNKNOWN)
			kind = peer->kernel_open ? SEND_SYN_ACK : SEND_SYN;
		if (rfc_make(peer, kind, &segment) &&
		    (!(segment.flags & RST) || is_exact(slot)))
			return kind;
	}
	return -1;
}

static void send_packet(struct slot *slot, struct dice *dice)
{
	struct dice odd = { dice_roll(dice) }, net = { dice_roll(dice) };
	struct craft craft = {
		.from = slot->there, .to = slot->here, .id = dice_roll(dice),
		.noise = { dice_roll(dice) },
	};
	u32 fate = dice_below(dice, 100), times = dice_below(dice, 100);
	u32 oddity = dice_below(dice, 100);
	u32 data = dice_below(dice, polite ? SMALL : DATA_MAX - SMALL);
	int kind = polite ? choose_lawful(slot, dice) :
			    (int)choose_any(slot, dice);

	if (kind < 0)
		return;
	rfc_make(&slot->peer, (enum kind)kind, &craft.segment);
	if (kind == SEND_DATA)
		craft.segment.data += data;
	if (polite)
		forget_held(slot, &craft.segment);
	note(craft.segment.flags << 16 | craft.segment.data);
	if (fate < 20)
		pack(&craft, &net);
	if (polite || oddity < 60) {
		if (kind != SEND_AGAIN)
			rfc_sent(&slot->peer, &craft.segment);
	} else {
		for (u32 left = 1 + oddity % 3; left; left--)
			mutate(&craft, &odd);
	}
	trace(slot, &craft, fate);
	if (polite && craft.segment.flags & RST)
		fate = 0;
	if (fate > 96)
		return;	/* lost */
	if (fate > 90 && !slot->holding) {
		slot->held = craft;
		slot->holding = true;
		return;
	}
	send_craft(&craft);
	if (times > 92)
		send_craft(&craft);
	if (times > 50)
		release(slot);
}

/* An error about something that the kernel has sent, or might have. */
static void send_error(struct slot *slot, struct dice *dice)
{
	struct craft about = {
		.from = slot->here, .to = slot->there,
		.segment = {
			.seq = slot->peer.kernel_next - dice_below(dice, 3),
			.ack = slot->peer.next,
			.flags = ACK,
		},
	};
	u8 packet[2 * PACKET_MAX];

	if (dice_percent(dice, 30))
		about.segment.seq += dice_roll(dice);
	wire_send(packet, craft_error(packet, &about, dice));
	expected.packets++;
	drain();
}

/* Many hosts, none of which is there. */
static void flood(struct dice *dice)
{
	static const u8 flags[] = { SYN, SYN, SYN, SYN | ACK, RST, ACK, FIN };
	u32 left = 8 + dice_below(dice, 24);
	int family = dice_percent(dice, 50) ? AF_INET : AF_INET6;
	u16 port = LISTEN_PORT + dice_below(dice, LISTENERS + 1);

	while (left--) {
		struct craft craft = {
			.segment = {
				.seq = dice_roll(dice), .ack = dice_roll(dice),
				.flags = flags[dice_below(dice, sizeof(flags))],
				.window = dice_roll(dice),
			},
		};

		set_remote(&craft.from, family, dice_roll(dice));
		craft.from.port = dice_roll(dice);
		set_here(&craft.to, family, port);
		send_craft(&craft);
	}
}

static void take_step(struct dice *dice)
{
	struct slot *slot = &slots[dice_below(dice, SLOTS)];
	u32 what = dice_below(dice, 1000);

	note(what << 8 | (slot - slots));
	if (!slot->there.port || what < 40)
		renew(slot, dice);
	else if (what < 240)
		victim_act(dice);
	else if (what < 260 && !polite)
		send_error(slot, dice);
	else if (what < 264 && !polite)
		flood(dice);
	else
		send_packet(slot, dice);
	drain();
}

static int do_round(u64 seed, long steps, char *answer)
{
	memset(&expected, 0, sizeof(expected));
	answers = 0;
	digest = 2166136261U;
	for (long i = 0; i < steps; i++) {
		struct dice dice = dice_of(seed, i);

		take_step(&dice);
		watch(i);
	}
	for (int i = 0; i < SLOTS; i++)
		release(&slots[i]);
	snprintf(answer, CONTROL_ANSWER,
		 "digest %08x packets %ld fragments4 %ld fragments4_maybe %ld fragments6 %ld fragments6_maybe %ld malformed %ld malformed_maybe %ld checksum %ld checksum_maybe %ld kernel_checksum %ld kernel_checksum_maybe %ld",
		 digest, expected.packets, expected.fragments4,
		 expected.fragments4_maybe, expected.fragments6,
		 expected.fragments6_maybe, expected.malformed,
		 expected.malformed_maybe + answers, expected.checksum,
		 expected.checksum_maybe, expected.kernel_checksum,
		 expected.kernel_checksum_maybe);
	return 0;
}

/* The victim aborts what it holds; what it no longer holds, the peers do. */
static int do_finish(void)
{
	victim_close();
	drain();
	for (int i = 0; i < SLOTS; i++) {
		const struct slot *slot = &slots[i];
		struct segment reset = {
			.flags = RST, .seq = slot->peer.told,
		};

		if (slot->there.port)
			wire_send_segment(&reset, &slot->there, &slot->here);
		drain();
	}
	return 0;
}

static int command(char **word, char *answer)
{
	if (!strcmp(word[0], "finish"))
		return do_finish();
	if (!strcmp(word[0], "watch") && word[1]) {
		watched = strdup(word[1]);
		return 0;
	}
	if (strcmp(word[0], "round") || !word[1] || !word[2] || !word[3]) {
		errno = EINVAL;
		return -1;
	}
	polite = !strcmp(word[3], "polite");
	return do_round(strtoull(word[1], NULL, 0), atol(word[2]), answer);
}

static int serve(const char *path, const char *device)
{
	struct host here;

	if (wire_open(device)) {
		perror("/dev/net/tun");
		return 2;
	}
	set_here(&here, AF_INET, 0);
	if (victim_open(&here))
		return 2;
	set_here(&here, AF_INET6, 0);
	if (victim_open(&here))
		return 2;
	return control_serve(path, command);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr,
			"usage: fuzzer CONTROL serve DEVICE | COMMAND...\n");
		return 2;
	}
	if (strcmp(argv[2], "serve"))
		return control_ask(argv[1], argv + 2, argc - 2);
	return serve(argv[1], argc > 3 ? argv[3] : "tun0");
}

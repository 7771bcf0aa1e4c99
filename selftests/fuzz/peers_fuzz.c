// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the state machine with segments of any kind, at places in sequence
 * space where it matters, from either end, and with what sockets say between
 * them. The input is where sequence space begins (one byte for each end), then
 * what happens, in four bytes: who and what, where its sequence number lies,
 * where its acknowledgment lies, and what the receiver's socket would take.
 *
 * The same is played with the ends exchanged and at other sequence numbers:
 * neither may matter.
 */
#include "fuzz.h"
#include "moves.h"

#define EXCHANGED	1

struct step {
	u8 what, seq, ack, window;
};

struct stage {
	struct tl_peers peers;
	unsigned int first;	/* index of the end that is called 0 */
	u32 base[2];		/* where its sequence numbers begin */
};

static const u8 kinds[] = {
	TL_SYN, TL_SYN | TL_ACK, TL_ACK, TL_FIN | TL_ACK, TL_RST,
	TL_RST | TL_ACK, TL_ACK | TL_PSH, 0 /* the socket speaks */,
};

/* Close together, and at the other side of the sequence space. */
static u32 place(u8 code)
{
	u32 far = code & 0x80 ? 0x80000000 : 0;

	if (code & 0x40)
		far += 0x40000000;
	return far + (code & 0x3f) - 8;
}

static void check_end(const struct tl_endpoint *end)
{
	HOLDS(end->state < TL_STATES);
	HOLDS(end->state != TL_LISTEN);
	HOLDS(!(end->syn && end->fin));
}

static bool same_end(const struct tl_endpoint *a, const struct tl_endpoint *b,
		     u32 own_shift, u32 peer_shift)
{
	return a->state == b->state && a->syn == b->syn && a->fin == b->fin &&
	       a->ack == b->ack &&
	       (!(a->syn || a->fin) ||
		b->control_end - a->control_end == own_shift) &&
	       (!a->ack || b->acked - a->acked == peer_shift);
}

static bool same(const struct stage *a, const struct stage *b)
{
	u32 shift[2] = { b->base[0] - a->base[0], b->base[1] - a->base[1] };
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (!same_end(&a->peers.end[a->first ^ i],
			      &b->peers.end[b->first ^ i], shift[i], shift[!i]))
			return false;
	return true;
}

static struct tl_segment segment_of(const struct stage *stage,
				    const struct step *step, unsigned int who,
				    u8 flags)
{
	struct tl_segment segment = {
		.seq = stage->base[who] + place(step->seq),
		.ack = stage->base[!who] + place(step->ack),
		.flags = flags,
	};

	segment.end = segment.seq + (step->what >> 4 & 7) +
		      !!(flags & TL_SYN) + !!(flags & TL_FIN);
	return segment;
}

static void check_step(const struct tl_peers *before,
		       const struct tl_peers *after, unsigned int from,
		       const struct tl_segment *segment, bool taken)
{
	const struct tl_endpoint *was = &before->end[from];
	const struct tl_endpoint *is = &after->end[from];
	unsigned int i;

	if (!taken) {
		HOLDS(!memcmp(before, after, sizeof(*before)));
		return;
	}
	for (i = 0; i < 2; i++) {
		check_end(&after->end[i]);
		HOLDS(moves_may_lead(before->end[i].state, segment->flags, i == from)
		      & 1U << after->end[i].state);
	}
	/* Only a SYN begins anew; else acknowledgments go forth. */
	if (was->ack && !(segment->flags & TL_SYN)) {
		HOLDS(is->ack);
		HOLDS((s32)(is->acked - was->acked) >= 0);
	}
	/* Nobody acknowledges for another. */
	HOLDS(after->end[!from].ack == before->end[!from].ack);
	HOLDS(after->end[!from].acked == before->end[!from].acked);
	HOLDS(after->end[!from].control_end == before->end[!from].control_end);
}

static void send(struct stage *stage, const struct step *step,
		 unsigned int who, u8 flags)
{
	struct tl_segment segment = segment_of(stage, step, who, flags);
	struct tl_receive_window window = {
		.rcv_nxt = stage->base[who] + place(step->window),
		.rcv_wnd = step->window & 1 ? 0 : step->window * 8,
		.known = step->what & 0x80,
	};
	struct tl_peers before = stage->peers, again;
	unsigned int from = stage->first ^ who;
	bool taken = tl_peers_step(&stage->peers, from, &segment, &window);

	check_step(&before, &stage->peers, from, &segment, taken);
	if (!taken)
		return;
	/* The same once more moves nothing. */
	again = stage->peers;
	tl_peers_step(&again, from, &segment, &window);
	HOLDS(again.end[0].state == stage->peers.end[0].state);
	HOLDS(again.end[1].state == stage->peers.end[1].state);
}

/* Full sockets and mini-sockets have these. */
static enum tl_state socket_state(u8 code)
{
	return TL_SYN_SENT + code % (TL_STATES - TL_SYN_SENT);
}

/* What the machine thinks of an end itself, once its socket has spoken. */
static void check_told(const struct tl_peers *before,
		       const struct tl_peers *after, unsigned int at,
		       enum tl_state told)
{
	const struct tl_endpoint *peer = &before->end[!at];
	enum tl_state was = before->end[at].state;
	unsigned int may = moves_reach(1U << was, moves_by_acknowledging, NULL);

	/* A FIN was taken of which, like of all else of its sender, no trace is. */
	if (was != TL_CLOSED && !(peer->syn || peer->fin || peer->ack) &&
	    moves_reach(IN(CLOSE_WAIT) | IN(CLOSING), moves_by_acknowledging,
			moves_by_closing) & 1U << told)
		may |= 1U << told;
	HOLDS(was == TL_UNKNOWN || may & 1U << after->end[at].state);
}

static void tell(struct stage *stage, unsigned int who, enum tl_state state)
{
	unsigned int at = stage->first ^ who;
	struct tl_peers before = stage->peers, again;

	tl_peers_told(&stage->peers, at, state);
	check_end(&stage->peers.end[!at]);
	check_told(&before, &stage->peers, at, state);
	/* What was over stays so: a socket cannot call an end back. */
	if (before.end[!at].state == TL_CLOSED)
		HOLDS(stage->peers.end[!at].state == TL_CLOSED);
	again = stage->peers;
	tl_peers_told(&again, at, state);
	HOLDS(again.end[!at].state == stage->peers.end[!at].state);
}

static void play(struct stage *stage, const struct step *step)
{
	unsigned int who = step->what & 1;
	u8 flags = kinds[step->what >> 1 & 7];

	if (flags)
		send(stage, step, who, flags);
	else
		tell(stage, who, socket_state(step->seq));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input input = { data, size };
	u32 base[2] = { (u32)take(&input) << 24, (u32)take(&input) << 24 };
	struct stage stage = { .base = { base[0], base[1] } };
	struct stage exchanged = {
		.first = EXCHANGED,
		.base = { base[0] + 0x7ffffff0, base[1] - 0x30 },
	};

	while (input.left) {
		struct step step;

		step.what = take(&input);
		step.seq = take(&input);
		step.ack = take(&input);
		step.window = take(&input);
		play(&stage, &step);
		play(&exchanged, &step);
		HOLDS(same(&stage, &exchanged));
	}
	return 0;
}

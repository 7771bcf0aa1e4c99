// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the window laws with acknowledgments, samples, losses, timeouts, undo
 * and pauses in any order, at any time and of any size. A second flow gets the
 * same at another time and other sequence numbers: neither may matter, so that
 * each wrap is met. The input is the constants and the first window (14
 * bytes), then operations: a letter, and what it wants.
 */
#include "fuzz.h"
#include "law.h"

struct play {
	struct tl_flow flow;
	struct tl_window window;
	u32 now_ms;
	u32 shift;
};

static const struct tl_law *law_of(const struct play *play)
{
	return play->flow.setup->law;
}

static u32 ceiling(const struct tl_window *window)
{
	return min(window->cwnd_clamp, TL_CWND_MAX);
}

static void check_window(const struct tl_window *window)
{
	HOLDS(window->cwnd >= 1);
	HOLDS(window->cwnd <= ceiling(window));
	HOLDS(window->ssthresh >= TL_SSTHRESH_MIN);
}

/* A window grows by no more than what was acknowledged, but for a fraction. */
static void check_growth(const struct tl_window *before, u32 cwnd,
			 const struct tl_ack *ack)
{
	HOLDS(cwnd >= before->cwnd);
	if (!ack->acked || !ack->cwnd_limited)
		HOLDS(cwnd == before->cwnd);
	HOLDS(cwnd <= (u64)before->cwnd + ack->acked + 1);
}

static void acknowledge(struct play *play, u32 acked, u32 srtt_us, bool limited)
{
	const struct tl_ack ack = {
		.acked = acked,
		.srtt_us = srtt_us,
		.now_ms = play->now_ms + play->shift,
		.cwnd_limited = limited,
	};
	const struct tl_window before = play->window;

	law_of(play)->ack(&play->flow, &ack, &play->window);
	check_growth(&before, play->window.cwnd, &ack);
	HOLDS(play->window.ssthresh == before.ssthresh);
}

static void sample(struct play *play, u32 rtt_us, u32 una, u32 nxt)
{
	const struct tl_rtt_sample sample = {
		.rtt_us = rtt_us,
		.snd_una = una + play->shift,
		.snd_nxt = nxt + play->shift,
	};
	const struct tl_window before = play->window;

	if (!law_of(play)->rtt_sample)
		return;
	law_of(play)->rtt_sample(&play->flow, &sample, &play->window);
	HOLDS(play->window.cwnd == before.cwnd);
	HOLDS(play->window.ssthresh == before.ssthresh ||
	      before.ssthresh >= TL_SSTHRESH_INFINITE);
}

static void lose(struct play *play, u32 cwnd)
{
	const struct tl_window before = play->window;

	play->window.ssthresh = law_of(play)->congestion(&play->flow, &before);
	HOLDS(play->window.ssthresh <= max(before.cwnd, TL_SSTHRESH_MIN));
	play->window.cwnd = min(cwnd ? cwnd : play->window.ssthresh,
				ceiling(&before));
}

static void undo(struct play *play, u32 ssthresh)
{
	u32 cwnd = law_of(play)->undo(&play->flow, &play->window);

	HOLDS(cwnd >= play->window.cwnd);
	HOLDS(cwnd <= TL_CWND_MAX);
	play->window.cwnd = min(cwnd, ceiling(&play->window));
	play->window.ssthresh = max(ssthresh, TL_SSTHRESH_MIN);
}

/* The kernel validates a window that was not used (RFC 7661). */
static void validate(struct play *play, u32 cwnd)
{
	play->window.cwnd = clamp(cwnd, 1U, play->window.cwnd);
	play->window.ssthresh = max(play->window.ssthresh,
				    play->window.cwnd + 1);
}

static void act(struct play *play, struct input input)
{
	u8 op = take(&input);
	u32 a = take_u32(&input), b = take_u32(&input);

	switch (op % 11) {
	case 0: /* one of many small ACKs */
		play->now_ms += a >> 24;
		acknowledge(play, a & 0xff, b, true);
		break;
	case 1:
		acknowledge(play, a, b, true);
		break;
	case 2:
		acknowledge(play, a, b, false);
		break;
	case 3:
		sample(play, a, b, b + 100);
		break;
	case 4: /* the last sample of a round */
		sample(play, a, b, b);
		break;
	case 5:
		lose(play, 0);
		break;
	case 6:
		lose(play, 1);
		if (law_of(play)->timeout)
			law_of(play)->timeout(&play->flow);
		break;
	case 7:
		play->now_ms += a;
		break;
	case 8:
		if (law_of(play)->idle_end)
			law_of(play)->idle_end(&play->flow,
					       play->now_ms + play->shift);
		validate(play, b);
		break;
	case 9:
		undo(play, b);
		break;
	case 10:
		play->window.cwnd_clamp = max(a, 1U);
		play->window.cwnd = min(play->window.cwnd,
					ceiling(&play->window));
		break;
	}
	check_window(&play->window);
}

static void compare(const struct play *a, const struct play *b)
{
	HOLDS(a->window.cwnd == b->window.cwnd);
	HOLDS(a->window.ssthresh == b->window.ssthresh);
}

static struct play begin(const struct tl_law_setup *setup, struct input input)
{
	struct play play = { .now_ms = 0 };

	play.window.cwnd_clamp = max(take_u32(&input), 1U);
	play.window.cwnd = clamp(take_u32(&input), 1U, ceiling(&play.window));
	play.window.ssthresh = TL_SSTHRESH_INFINITE;
	tl_flow_init(&play.flow, setup);
	return play;
}

/* The root of what the letters gave, and its neighbours. */
static void check_root(u64 a)
{
	unsigned __int128 r = tl_cbrt(a);

	HOLDS(r * r * r <= a);
	HOLDS((r + 1) * (r + 1) * (r + 1) > a);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input input = { data, size };
	struct tl_law_setup setup;
	struct play one, other;

	setup = *tl_law_find(take(&input) & 1 ? "reno" : "cubic");
	setup.params.beta_permille = 1 + take(&input) * 999 / 256;
	setup.params.c_permille = 1 + take(&input) * 257;
	setup.params.fast_convergence = take(&input) & 1;
	one = begin(&setup, input);
	other = one;
	for (int i = 0; i < 8; i++)
		take(&input);
	other.shift = (u32)take(&input) << 24 | 0x00f0f0f0U;
	take(&input);

	while (input.left) {
		check_root((u64)one.window.cwnd << 32 | input.left);
		act(&one, input);
		act(&other, input);
		compare(&one, &other);
		for (int i = 0; i < 9; i++)
			take(&input);
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HyStart++ (RFC 9406): leaves the first slow start when the round-trip time
 * begins to rise, by way of a cautious phase that can still be taken back.
 */
#ifndef TCPLAB_CORE_HYSTART_H
#define TCPLAB_CORE_HYSTART_H

#include "port.h"

struct tl_rtt_sample;

/* RFC 9406, section 4.3 */
#define TL_HYSTART_MIN_RTT_THRESH_US	4000U
#define TL_HYSTART_MAX_RTT_THRESH_US	16000U
#define TL_HYSTART_MIN_RTT_DIVISOR	8U
#define TL_HYSTART_N_RTT_SAMPLE		8U
#define TL_HYSTART_CSS_GROWTH_DIVISOR	4U
#define TL_HYSTART_CSS_ROUNDS		5U

enum tl_hystart_phase {
	TL_HYSTART_BEGIN = 0,	/* no round has begun yet */
	TL_HYSTART_SLOW_START,
	TL_HYSTART_CSS,		/* conservative slow start */
};

/**
 * struct tl_hystart - state of one flow in its first slow start
 * @window_end: the round ends when this sequence number is acknowledged
 * @last_round_min_rtt_us: smallest RTT of the round before, U32_MAX if none
 * @current_round_min_rtt_us: smallest RTT of this round, U32_MAX if none
 * @css_baseline_min_rtt_us: smallest RTT of the round that entered CSS
 * @rtt_sample_count: samples of this round, at most TL_HYSTART_N_RTT_SAMPLE
 * @css_rounds: rounds in CSS that have ended
 * @phase: enum tl_hystart_phase
 */
struct tl_hystart {
	u32 window_end;
	u32 last_round_min_rtt_us;
	u32 current_round_min_rtt_us;
	u32 css_baseline_min_rtt_us;
	u8 rtt_sample_count;
	u8 css_rounds;
	u8 phase;
};

/**
 * tl_hystart_init() - begin anew, before the first round
 * @h: the state
 */
void tl_hystart_init(struct tl_hystart *h);

/**
 * tl_hystart_sample() - account one RTT sample (RFC 9406, section 4.2)
 * @h: the state
 * @sample: the sample and the sequence numbers at its time
 *
 * Return: true if slow start is over: the caller sets ssthresh to cwnd.
 */
bool tl_hystart_sample(struct tl_hystart *h,
		       const struct tl_rtt_sample *sample);

/**
 * tl_hystart_increment() - by how much an ACK lets the window grow
 * @h: the state
 * @acked: segments newly acknowledged, N of RFC 9406 in segments
 *
 * Return: increment in 2^-32 segments: @acked segments in slow start, a
 * quarter of that in CSS.
 */
u64 tl_hystart_increment(const struct tl_hystart *h, u32 acked);

#endif /* TCPLAB_CORE_HYSTART_H */

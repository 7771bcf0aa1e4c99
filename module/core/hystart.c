// SPDX-License-Identifier: GPL-2.0
/*
 * HyStart++, RFC 9406. Names are the RFC's.
 *
 *   slow start --(RTT of the round rose by RttThresh)--> CSS
 *   CSS --(RTT of the round fell below the baseline)--> slow start
 *   CSS --(CSS_ROUNDS rounds)--> congestion avoidance
 *
 * A loss or an ECN mark ends it too; the law sees to that.
 */
#include "hystart.h"
#include "law.h"
#include "seq.h"

#define TL_RTT_NONE ((u32)~0U)

static void tl_hystart_begin_round(struct tl_hystart *h, u32 snd_nxt)
{
	h->window_end = snd_nxt;
	h->last_round_min_rtt_us = h->current_round_min_rtt_us;
	h->current_round_min_rtt_us = TL_RTT_NONE;
	h->rtt_sample_count = 0;
}

void tl_hystart_init(struct tl_hystart *h)
{
	memset(h, 0, sizeof(*h));
	h->current_round_min_rtt_us = TL_RTT_NONE;
	h->last_round_min_rtt_us = TL_RTT_NONE;
	h->css_baseline_min_rtt_us = TL_RTT_NONE;
}

/*
 * RttThresh: an eighth of the last round's RTT, but 4 ms to 16 ms. Without a
 * last round the sum is more than any RTT.
 */
static bool tl_hystart_delay_rose(const struct tl_hystart *h)
{
	u32 thresh = clamp(h->last_round_min_rtt_us / TL_HYSTART_MIN_RTT_DIVISOR,
			   TL_HYSTART_MIN_RTT_THRESH_US,
			   TL_HYSTART_MAX_RTT_THRESH_US);

	return h->current_round_min_rtt_us >=
	       (u64)h->last_round_min_rtt_us + thresh;
}

static void tl_hystart_change_phase(struct tl_hystart *h)
{
	if (h->rtt_sample_count < TL_HYSTART_N_RTT_SAMPLE)
		return;

	if (h->phase == TL_HYSTART_SLOW_START) {
		if (!tl_hystart_delay_rose(h))
			return;
		h->phase = TL_HYSTART_CSS;
		h->css_baseline_min_rtt_us = h->current_round_min_rtt_us;
		h->css_rounds = 0;
	} else if (h->current_round_min_rtt_us < h->css_baseline_min_rtt_us) {
		/* the delay was jitter, not a queue */
		h->phase = TL_HYSTART_SLOW_START;
		h->css_baseline_min_rtt_us = TL_RTT_NONE;
	}
}

bool tl_hystart_sample(struct tl_hystart *h, const struct tl_rtt_sample *sample)
{
	if (h->phase == TL_HYSTART_BEGIN) {
		h->phase = TL_HYSTART_SLOW_START;
		tl_hystart_begin_round(h, sample->snd_nxt);
	}

	h->current_round_min_rtt_us = min(h->current_round_min_rtt_us,
					  sample->rtt_us);
	if (h->rtt_sample_count < TL_HYSTART_N_RTT_SAMPLE)
		h->rtt_sample_count++;
	tl_hystart_change_phase(h);

	/* the ACK of window_end is the last one of its round */
	if (seq_before(sample->snd_una, h->window_end))
		return false;
	tl_hystart_begin_round(h, sample->snd_nxt);

	/* the round that entered CSS counts, however short its rest was */
	if (h->phase == TL_HYSTART_CSS)
		h->css_rounds++;
	return h->css_rounds >= TL_HYSTART_CSS_ROUNDS;
}

u64 tl_hystart_increment(const struct tl_hystart *h, u32 acked)
{
	u64 increment = (u64)acked << TL_WINDOW_SHIFT;

	if (h->phase == TL_HYSTART_CSS)
		increment /= TL_HYSTART_CSS_GROWTH_DIVISOR;
	return increment;
}

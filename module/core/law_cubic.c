// SPDX-License-Identifier: GPL-2.0
/*
 * CUBIC, RFC 9438. Names are the RFC's.
 *
 * After a reduction at W_max the window follows
 *
 *	W_cubic(t) = C * (t - K)^3 + W_max	K = cbrt((W_max - cwnd_epoch) / C)
 *
 *	    cwnd                              /
 *	    W_max |. . . . . . . . _____----'     convex: probing
 *	          |          ,--'
 *	          |       ,'  concave: recovering
 *	cwnd_epoch|. . . /
 *	          +------+----------+-----------> t
 *	                 0          K
 *
 * or W_est, what Reno would have, where that is more.
 *
 * Precision: time is counted in milliseconds and W_cubic in 2^-10 segments, so
 * that W_cubic is within 3 * C * (t - K)^2 * 1 ms + 2^-10 segments of the
 * formula; |t - K| is taken as 2^21 ms (35 minutes) where it is more, which at
 * C = 0.4 is 3.7 * 10^9 segments away from W_max.
 */
#include "law.h"

/* t_epoch has to be set before the curve can be followed */
enum tl_cubic_stage {
	TL_CUBIC_NEW = 0,	/* by a reduction or by slow start */
	TL_CUBIC_AFTER_TIMEOUT,	/* section 4.8: without K */
	TL_CUBIC_RUNNING,
};

/* 10^12 (10^9 for ms^3, 10^3 for C in permille) over the 2^10 of a result */
#define TL_CUBIC_DIVISOR	976562500U
#define TL_CUBIC_OFFSET_SHIFT	10
#define TL_CUBIC_SPAN_MS	2097152U	/* 2^21: its cube fits u64 */

/* a * mul / div without losing the upper bits of the product */
static inline u64 law_cubic_mul_div(u64 a, u32 mul, u32 div)
{
	u64 low = (a & 0xffffffffU) * mul;
	u64 high = (a >> 32) * mul + (low >> 32);
	u32 rest;
	u64 quotient = div_u64_rem(high, div, &rest);

	return (quotient << 32) +
	       div_u64((u64)rest << 32 | (low & 0xffffffffU), div);
}

static u64 law_cubic_to_window(u32 segments)
{
	return (u64)segments << TL_WINDOW_SHIFT;
}

/* C * d^3 in 2^-10 segments */
static u64 law_cubic_offset(const struct tl_law_params *params, u64 distance_ms)
{
	u64 d = min_t(u64, distance_ms, TL_CUBIC_SPAN_MS);

	return law_cubic_mul_div(d * d * d, params->c_permille, TL_CUBIC_DIVISOR);
}

/* W_cubic(t), section 4.2, Figure 1 */
static u64 law_cubic_window(const struct tl_cubic_curve *curve,
			    const struct tl_law_params *params, u64 t_ms)
{
	bool concave = t_ms < curve->k_ms;
	u64 distance = concave ? curve->k_ms - t_ms : t_ms - curve->k_ms;
	u64 offset = law_cubic_offset(params, distance);

	offset = min_t(u64, offset,
		       (u64)TL_CWND_MAX << TL_CUBIC_OFFSET_SHIFT);
	offset <<= TL_WINDOW_SHIFT - TL_CUBIC_OFFSET_SHIFT;

	if (!concave)
		return curve->w_max + offset;
	return curve->w_max - min(curve->w_max, offset);
}

/*
 * K, section 4.2, Figure 2, rounded up to a millisecond: W_cubic(0) is then no
 * more than cwnd_epoch, as in the formula.
 */
static u32 law_cubic_k(const struct tl_law_params *params, u64 below_w_max)
{
	u64 offset = below_w_max >> (TL_WINDOW_SHIFT - TL_CUBIC_OFFSET_SHIFT);
	u64 cube;
	u32 k;

	if (offset >= law_cubic_offset(params, TL_CUBIC_SPAN_MS))
		return TL_CUBIC_SPAN_MS;
	cube = law_cubic_mul_div(offset, TL_CUBIC_DIVISOR, params->c_permille);
	k = tl_cbrt(cube);
	return (u64)k * k * k < cube ? k + 1 : k;
}

static void law_cubic_begin_stage(struct tl_cubic *cubic,
				  const struct tl_law_params *params,
				  u32 cwnd, u32 now_ms)
{
	struct tl_cubic_curve *curve = &cubic->curve;
	u64 cwnd_epoch = law_cubic_to_window(cwnd);

	/* section 4.10: slow start ended without a loss */
	if (!curve->w_max)
		curve->cwnd_prior = cwnd;

	if (curve->stage == TL_CUBIC_AFTER_TIMEOUT ||
	    curve->w_max <= cwnd_epoch) {
		curve->w_max = cwnd_epoch;
		curve->k_ms = 0;
	} else {
		curve->k_ms = law_cubic_k(params, curve->w_max - cwnd_epoch);
	}
	curve->w_est = cwnd_epoch;
	curve->epoch_ms = now_ms;
	curve->stage = TL_CUBIC_RUNNING;
	cubic->cwnd_frac = 0;
}

/*
 * W_est, section 4.3, Figure 4: alpha segments per round trip, where alpha
 * makes up for the smaller reduction until the window of that is regained.
 */
static void law_cubic_grow_w_est(struct tl_cubic_curve *curve,
				 const struct tl_law_params *params,
				 u32 acked, u32 cwnd)
{
	u32 alpha_num = 3 * (1000U - params->beta_permille);
	u32 alpha_den = 1000U + params->beta_permille;
	u64 step;

	if (curve->w_est >= law_cubic_to_window(curve->cwnd_prior)) {
		alpha_num = 1;
		alpha_den = 1;
	}
	step = div64_u64(law_cubic_to_window(alpha_num), (u64)alpha_den * cwnd);
	curve->w_est = min_t(u64, curve->w_est + step * acked,
			     law_cubic_to_window(TL_CWND_MAX));
}

static void law_cubic_set_window(struct tl_cubic *cubic,
				 struct tl_window *window, u64 to)
{
	u32 limit = min(window->cwnd_clamp, TL_CWND_MAX);

	window->cwnd = (u32)(to >> TL_WINDOW_SHIFT);
	cubic->cwnd_frac = (u32)to;
	if (window->cwnd >= limit) {
		window->cwnd = limit;
		cubic->cwnd_frac = 0;
	}
}

/* sections 4.3 to 4.5: the three regions of congestion avoidance */
static void law_cubic_avoid(struct tl_cubic *cubic,
			    const struct tl_law_params *params,
			    const struct tl_ack *ack, u32 acked,
			    struct tl_window *window)
{
	struct tl_cubic_curve *curve = &cubic->curve;
	u64 cwnd, target, t_ms;

	if (curve->stage != TL_CUBIC_RUNNING)
		law_cubic_begin_stage(cubic, params, window->cwnd, ack->now_ms);

	/* bounds the products below: no ACK covers more than was in flight */
	acked = min(acked, window->cwnd);
	cwnd = law_cubic_to_window(window->cwnd) + cubic->cwnd_frac;
	t_ms = (u32)(ack->now_ms - curve->epoch_ms);

	law_cubic_grow_w_est(curve, params, acked, window->cwnd);
	if (law_cubic_window(curve, params, t_ms) < curve->w_est) {
		/* a window that was cut meanwhile comes back without a burst */
		target = clamp(curve->w_est, cwnd, cwnd + law_cubic_to_window(acked));
		law_cubic_set_window(cubic, window, target);
		return;
	}

	target = law_cubic_window(curve, params, t_ms + ack->srtt_us / 1000);
	target = clamp(target, cwnd, cwnd + cwnd / 2);
	cwnd += div_u64(target - cwnd, window->cwnd) * acked;
	law_cubic_set_window(cubic, window, cwnd);
}

/* RFC 9406, section 4.3: HyStart++ is for the first slow start only */
static bool law_cubic_in_hystart(const struct tl_cubic *cubic,
				 const struct tl_window *window)
{
	return window->ssthresh >= TL_SSTHRESH_INFINITE && !cubic->has_saved;
}

/* section 4.10; a new stage begins where it ends */
static u32 law_cubic_slow_start(struct tl_cubic *cubic, u32 acked,
				struct tl_window *window)
{
	u64 cwnd = law_cubic_to_window(window->cwnd) + cubic->cwnd_frac;

	if (cubic->curve.stage == TL_CUBIC_RUNNING)
		cubic->curve.stage = TL_CUBIC_NEW;
	if (!law_cubic_in_hystart(cubic, window))
		return tl_law_slow_start(window, acked);

	cwnd += tl_hystart_increment(&cubic->hystart,
				     min(acked, window->cwnd));
	law_cubic_set_window(cubic, window, cwnd);
	return 0;
}

static void law_cubic_init(struct tl_flow *flow)
{
	tl_hystart_init(&flow->cubic.hystart);
}

static void law_cubic_rtt_sample(struct tl_flow *flow,
				 const struct tl_rtt_sample *sample,
				 struct tl_window *window)
{
	struct tl_cubic *cubic = &flow->cubic;

	if (!law_cubic_in_hystart(cubic, window))
		return;
	if (tl_hystart_sample(&cubic->hystart, sample))
		window->ssthresh = max(window->cwnd, TL_SSTHRESH_MIN);
}

/* time in which the application limits does not count: sections 4.2, 5.8 */
static void law_cubic_skip(struct tl_cubic *cubic, u32 now_ms)
{
	cubic->curve.epoch_ms += now_ms - cubic->last_ms;
	cubic->last_ms = now_ms;
}

static void law_cubic_ack(struct tl_flow *flow, const struct tl_ack *ack,
			  struct tl_window *window)
{
	struct tl_cubic *cubic = &flow->cubic;
	u32 acked = ack->acked;

	if (!ack->cwnd_limited) {
		law_cubic_skip(cubic, ack->now_ms);
		return;
	}

	cubic->last_ms = ack->now_ms;
	if (window->cwnd < window->ssthresh)
		acked = law_cubic_slow_start(cubic, acked, window);
	if (acked)
		law_cubic_avoid(cubic, &flow->setup->params, ack, acked, window);
}

/* sections 4.6 and 4.7 */
static u32 law_cubic_congestion(struct tl_flow *flow,
				const struct tl_window *window)
{
	const struct tl_law_params *params = &flow->setup->params;
	struct tl_cubic *cubic = &flow->cubic;
	struct tl_cubic_curve *curve = &cubic->curve;
	u64 cwnd = law_cubic_to_window(window->cwnd);
	bool release = params->fast_convergence && cwnd < curve->w_max;

	cubic->saved = *curve;
	cubic->has_saved = true;

	curve->w_max = cwnd;
	if (release)
		curve->w_max = law_cubic_mul_div(cwnd, 1000U + params->beta_permille,
						 2000);
	curve->cwnd_prior = window->cwnd;
	curve->stage = TL_CUBIC_NEW;
	return tl_law_decrease(params, window->cwnd);
}

static void law_cubic_timeout(struct tl_flow *flow)
{
	flow->cubic.curve.stage = TL_CUBIC_AFTER_TIMEOUT;
}

static void law_cubic_idle_end(struct tl_flow *flow, u32 now_ms)
{
	law_cubic_skip(&flow->cubic, now_ms);
}

/* section 4.9; a window that has outgrown the old one stays, and its curve */
static u32 law_cubic_undo(struct tl_flow *flow, const struct tl_window *window)
{
	struct tl_cubic *cubic = &flow->cubic;
	u32 cwnd = cubic->curve.cwnd_prior;

	if (!cubic->has_saved || window->cwnd > cwnd)
		return window->cwnd;

	cubic->curve = cubic->saved;
	cubic->has_saved = false;
	tl_hystart_init(&cubic->hystart);
	return cwnd;
}

const struct tl_law tl_law_cubic = {
	.name		= "cubic",
	.init		= law_cubic_init,
	.rtt_sample	= law_cubic_rtt_sample,
	.ack		= law_cubic_ack,
	.congestion	= law_cubic_congestion,
	.timeout	= law_cubic_timeout,
	.idle_end	= law_cubic_idle_end,
	.undo		= law_cubic_undo,
};

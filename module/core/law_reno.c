// SPDX-License-Identifier: GPL-2.0
/*
 * Reno, RFC 5681: slow start, then one segment per round trip; a loss halves.
 */
#include "law.h"

/*
 * RFC 5681, section 3.1 (2): a window of segments acknowledged adds one. What
 * was counted under a larger window adds one at most.
 */
static void law_reno_avoid(struct tl_reno *reno, u32 acked,
			   struct tl_window *window)
{
	u64 count = (u64)min(reno->cwnd_cnt, window->cwnd) + acked;
	u64 cwnd = window->cwnd + div_u64_rem(count, window->cwnd,
					      &reno->cwnd_cnt);

	window->cwnd = (u32)min_t(u64, cwnd, min(window->cwnd_clamp,
						 TL_CWND_MAX));
}

static void law_reno_ack(struct tl_flow *flow, const struct tl_ack *ack,
			 struct tl_window *window)
{
	u32 acked = ack->acked;

	/* a window that is not used is not validated (RFC 7661) */
	if (!ack->cwnd_limited)
		return;

	if (window->cwnd < window->ssthresh)
		acked = tl_law_slow_start(window, acked);
	if (acked)
		law_reno_avoid(&flow->reno, acked, window);
}

static u32 law_reno_congestion(struct tl_flow *flow,
			       const struct tl_window *window)
{
	flow->reno.cwnd_cnt = 0;
	flow->reno.cwnd_prior = window->cwnd;
	return tl_law_decrease(&flow->setup->params, window->cwnd);
}

static u32 law_reno_undo(struct tl_flow *flow, const struct tl_window *window)
{
	return max(window->cwnd, flow->reno.cwnd_prior);
}

const struct tl_law tl_law_reno = {
	.name		= "reno",
	.ack		= law_reno_ack,
	.congestion	= law_reno_congestion,
	.undo		= law_reno_undo,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * The table of window laws and what they share.
 */
#include "law.h"

/* the first is the default */
static const struct tl_law_setup tl_law_setups[] = {
	{
		.law = &tl_law_cubic,
		.params = {
			.beta_permille = 700,	/* RFC 9438, section 4.6 */
			.c_permille = 400,	/* RFC 9438, section 5.1 */
			.fast_convergence = true, /* RFC 9438, section 4.7 */
		},
	},
	{
		.law = &tl_law_reno,
		.params = {
			.beta_permille = 500,	/* RFC 5681, section 3.1 (4) */
		},
	},
};

const struct tl_law_setup *tl_law_default(void)
{
	return &tl_law_setups[0];
}

const struct tl_law_setup *tl_law_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tl_law_setups); i++) {
		if (!strcmp(tl_law_setups[i].law->name, name))
			return &tl_law_setups[i];
	}
	return NULL;
}

void tl_flow_init(struct tl_flow *flow, const struct tl_law_setup *setup)
{
	memset(flow, 0, sizeof(*flow));
	flow->setup = setup;
	if (setup->law->init)
		setup->law->init(flow);
}

u32 tl_law_slow_start(struct tl_window *window, u32 acked)
{
	u32 room = min(window->ssthresh, TL_CWND_MAX) - window->cwnd;
	u32 step = min(acked, room);

	window->cwnd = min(window->cwnd + step, window->cwnd_clamp);
	return acked - step;
}

u32 tl_law_decrease(const struct tl_law_params *params, u32 cwnd)
{
	u32 ssthresh = (u32)div_u64((u64)cwnd * params->beta_permille, 1000);

	return max(ssthresh, TL_SSTHRESH_MIN);
}

u32 tl_cbrt(u64 a)
{
	const u32 root_max = 2642245;	/* the cube of one more exceeds u64 */
	u32 root = 0;
	u32 bit;

	for (bit = 1U << 21; bit; bit >>= 1) {
		u32 trial = root | bit;

		if (trial <= root_max && (u64)trial * trial * trial <= a)
			root = trial;
	}
	return root;
}

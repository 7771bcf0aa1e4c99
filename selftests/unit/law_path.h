/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A flow under a window law on a path of constant round-trip time, for tests.
 */
#ifndef TCPLAB_UNIT_LAW_PATH_H
#define TCPLAB_UNIT_LAW_PATH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "law.h"

#define INF	TL_SSTHRESH_INFINITE

/**
 * struct path - a flow and its path
 * @flow: the flow
 * @window: its window
 * @now_us: time in microseconds
 * @rtt_us: round-trip time in microseconds
 * @snd_una: oldest unacknowledged sequence number
 */
struct path {
	struct tl_flow flow;
	struct tl_window window;
	u64 now_us;
	u32 rtt_us;
	u32 snd_una;
};

static inline struct path path_new(const char *law, u32 cwnd, u32 ssthresh, u32 rtt_us)
{
	struct path path = {
		.window = { cwnd, ssthresh, TL_CWND_MAX },
		.now_us = 1000000,
		.rtt_us = rtt_us,
		.snd_una = 0xfffff000,
	};
	const struct tl_law_setup *setup = tl_law_find(law);

	assert_non_null(setup);
	tl_flow_init(&path.flow, setup);
	return path;
}

static inline const struct tl_law *law_of(const struct path *path)
{
	return path->flow.setup->law;
}

static inline void path_ack(struct path *path, u32 acked, bool cwnd_limited)
{
	struct tl_ack ack = {
		.acked = acked,
		.srtt_us = path->rtt_us,
		.now_ms = (u32)(path->now_us / 1000),
		.cwnd_limited = cwnd_limited,
	};

	law_of(path)->ack(&path->flow, &ack, &path->window);
}

/* One round trip in which every segment of the window is acknowledged alone. */
static inline void path_round(struct path *path)
{
	u64 start = path->now_us;
	u32 cwnd = path->window.cwnd;
	u32 i;

	for (i = 1; i <= cwnd; i++) {
		path->now_us = start + (u64)path->rtt_us * i / cwnd;
		path_ack(path, 1, true);
	}
}

/* A loss, and the recovery that ends with cwnd = ssthresh. */
static inline void path_lose(struct path *path)
{
	path->window.ssthresh = law_of(path)->congestion(&path->flow,
							 &path->window);
	path->window.cwnd = path->window.ssthresh;
}

static inline void path_timeout(struct path *path)
{
	path->window.ssthresh = law_of(path)->congestion(&path->flow,
							 &path->window);
	path->window.cwnd = 1;
	law_of(path)->timeout(&path->flow);
}

static inline double segments(u64 window)
{
	return (double)window / (double)(1ULL << TL_WINDOW_SHIFT);
}

static inline double exact_cwnd(const struct path *path)
{
	return path->window.cwnd + segments(path->flow.cubic.cwnd_frac);
}

static inline bool near(double value, double wanted, double tolerance)
{
	return value >= wanted - tolerance && value <= wanted + tolerance;
}

static inline void assert_near(double value, double wanted, double tolerance)
{
	if (!near(value, wanted, tolerance))
		fail_msg("%.6f is not within %g of %.6f", value, tolerance,
			 wanted);
}

#endif /* TCPLAB_UNIT_LAW_PATH_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * When a host will have no port left for another connection.
 *
 * The next ten minutes are played through, second by second: so many connections
 * are opened, so many of those that are open close, and what has been in
 * TIME_WAIT for its length gives its port back. Ports are counted in thousandths.
 */
#include "forecast.h"

#define MILLI		1000
/* tcp_tw_reuse wants TIME_WAIT to be older than a second. */
#define REUSED_AFTER	1

/* Second @second of the play; what was before it has negative numbers. */
static u64 *closed_in(struct tl_play *play, int second)
{
	return &play->closed[second + TL_FORECAST_SECONDS];
}

static u32 seconds_of(const struct tl_forecast *forecast)
{
	u32 seconds = (forecast->length_ms + MILLI - 1) / MILLI;

	return forecast->reuses ? min_t(u32, seconds, REUSED_AFTER) : seconds;
}

static void begin(struct tl_play *play, const struct tl_forecast *forecast)
{
	u32 length = seconds_of(forecast), ago;

	memset(play, 0, sizeof(*play));
	play->open = (u64)forecast->open * MILLI;
	for (ago = 0; ago < TL_FORECAST_SECONDS; ago++) {
		u64 count = (u64)forecast->entered[ago] * MILLI;

		/* With tcp_tw_reuse those that are older are as good as free. */
		if (forecast->reuses && ago >= length)
			continue;
		/* Timers are late: what is older than its length goes first. */
		*closed_in(play, -(int)min(ago + 1, max(length, 1U))) += count;
		play->waiting += count;
	}
}

static u64 rate_at(const struct tl_forecast *forecast, u32 second)
{
	s64 rate = (s64)forecast->rate_milli + (s64)forecast->growth_milli * second;

	return rate > 0 ? rate : 0;
}

/* What is open closes evenly: in each second the part that a second is of a life. */
static u64 closing(const struct tl_play *play, const struct tl_forecast *forecast)
{
	if (forecast->life_ms <= MILLI)
		return play->open;
	return div_u64(play->open * MILLI, forecast->life_ms);
}

static void step(struct tl_play *play, const struct tl_forecast *forecast, u32 second)
{
	int leaves = (int)second - (int)seconds_of(forecast);
	u64 closes, gone = 0;

	play->open += rate_at(forecast, second);
	closes = closing(play, forecast);
	play->open -= closes;
	play->waiting += closes;
	*closed_in(play, second) = closes;
	if (leaves >= -TL_FORECAST_SECONDS)
		gone = *closed_in(play, leaves);
	play->waiting -= min(play->waiting, gone);
}

static u64 used(const struct tl_play *play)
{
	return play->open + play->waiting;
}

/**
 * tl_forecast_ms() - when connect() will find no port
 * @forecast: what is known
 * @play: room to play it through
 *
 * Context: any.
 * Return: milliseconds from now; 0 if it is so already, TL_FORECAST_NEVER if it
 * will not come in ten minutes.
 */
u32 tl_forecast_ms(const struct tl_forecast *forecast, struct tl_play *play)
{
	u64 range = (u64)forecast->range * MILLI;
	u32 second;

	begin(play, forecast);
	for (second = 0; second < TL_FORECAST_HORIZON; second++) {
		u64 before = used(play), after;

		if (before >= range)
			return second * MILLI;
		step(play, forecast, second);
		after = used(play);
		/* In between it is thought to grow evenly. */
		if (after >= range)
			return second * MILLI +
			       (u32)div64_u64((range - before) * MILLI, after - before);
	}
	return TL_FORECAST_NEVER;
}

/* A slope that chance would make as well is none: two standard errors. */
static bool is_chance(s64 slope_milli, u32 sum, u32 seconds)
{
	u64 square = (u64)(slope_milli * slope_milli);

	/* The variance of a slope is 12 rate / seconds^3, the rate sum / seconds. */
	return square * seconds * seconds <
	       div_u64(48ULL * sum * MILLI * MILLI, seconds * seconds);
}

/**
 * tl_forecast_trend() - how many connections there are a second, and how many more
 * @counts: how many there were in each second, the latest last
 * @seconds: how many seconds these are, 64 at most
 * @rate_milli: set to the connections per 1000 seconds at their end
 * @growth_milli: set to how much more they are each second, per 1000 seconds
 *
 * The straight line that fits best; level, unless it is clear that it is not.
 */
void tl_forecast_trend(const u32 *counts, u32 seconds, u32 *rate_milli,
		       s32 *growth_milli)
{
	s64 moment = 0, slope = 0, rate;
	u32 sum = 0, i;

	*rate_milli = 0;
	*growth_milli = 0;
	if (!seconds)
		return;
	for (i = 0; i < seconds; i++) {
		sum += counts[i];
		/* Twice the distance from the middle. */
		moment += (s64)counts[i] * (2 * (s64)i - (s64)seconds + 1);
	}
	/* Halved twice the distances: n (n^2 - 1) / 12 of their squares. */
	if (seconds > 2)
		slope = div64_s64(moment * 6 * MILLI,
				  (s64)seconds * ((s64)seconds * seconds - 1));
	if (is_chance(slope, sum, seconds))
		slope = 0;
	rate = (s64)div_u64((u64)sum * MILLI, seconds) + slope * seconds / 2;
	*rate_milli = rate > 0 ? (u32)rate : 0;
	*growth_milli = (s32)slope;
}

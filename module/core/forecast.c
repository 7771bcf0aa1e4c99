// SPDX-License-Identifier: GPL-2.0
/*
 * When a host will have no port left for another connection.
 *
 * The next ten minutes are played through, second by second: so many connections
 * are opened; those that are open end as others of their age have ended in the
 * last seconds, and do not where none was seen to; the part of them that closes
 * first waits in TIME_WAIT, and gives its port back when that is over.
 */
#include "forecast.h"

#define MILLI		1000
#define ONE		65536U
#define LAST		(TL_FORECAST_AGES - 1)

/* Second @second of the play; what was before it has negative numbers. */
static u64 *forecast_closed_in(struct tl_play *play, int second)
{
	return &play->closed[second + TL_FORECAST_WAITS];
}

static u64 forecast_part_of(u64 whole, u32 part)
{
	return whole * part / ONE;
}

/* How long a port is held in TIME_WAIT. */
static u32 forecast_length_ms(const struct tl_forecast *forecast)
{
	if (!forecast->reused_after_ms)
		return forecast->length_ms;
	/* Those that are older are as good as free. */
	return min(forecast->length_ms, forecast->reused_after_ms);
}

/* ---- How long connections live ---- */

/*
 * What was seen in part of an age's second counts half. Of the first more is known:
 * many end early in it, so that a connection that is older than these counts more.
 */
static u64 forecast_began(const struct tl_forecast *forecast, u64 count, u32 age)
{
	u32 brief = min_t(u32, forecast->brief_ms, MILLI);

	return age ? count : div_u64(2 * count * (MILLI - brief), MILLI);
}

static u64 forecast_came_late(const struct tl_forecast *forecast, u64 count, u32 age)
{
	return 2 * count - forecast_began(forecast, count, age);
}

/**
 * struct forecast_group - connections that have the same age
 * @count: how many there are
 * @age: seconds since they were opened
 * @seconds: for so many of them they could be seen
 * @ended: that was until they ended; otherwise until now
 */
struct forecast_group {
	u64 count;
	u32 age;
	u32 seconds;
	bool ended;
};

/*
 * They came to these ages: to the first in part unless they were seen to be opened,
 * and to the last unless they were seen to end.
 */
static void forecast_came_to(struct tl_play *play, const struct tl_forecast *forecast,
			     const struct forecast_group *group)
{
	u64 count = group->count;
	u32 i = 0;

	if (!count)
		return;
	if (group->age >= group->seconds) {
		i = group->age - group->seconds;
		play->at_risk[i] += forecast_came_late(forecast, count, i);
		i++;
	}
	for (; i < group->age; i++)
		play->at_risk[i] += 2 * count;
	if (i == group->age)
		play->at_risk[i] += group->ended ? 2 * count :
						   forecast_began(forecast, count, i);
}

static u32 forecast_sum_ended(const struct tl_forecast *forecast, u32 age)
{
	u32 part, sum = 0;

	for (part = 0; part < TL_FORECAST_PARTS; part++)
		sum += forecast->ended[part][age];
	return sum;
}

/* How long it is since the middle of a part, in milliseconds. */
static u32 forecast_middle_of(const struct tl_forecast *forecast, u32 part)
{
	if (!part)
		return forecast->part_ms / 2;
	return forecast->part_ms + (2 * part - 1) * TL_FORECAST_PART * MILLI / 2;
}

static void forecast_count_at_risk(struct tl_play *play, const struct tl_forecast *forecast)
{
	u32 window = (TL_FORECAST_PARTS - 1) * TL_FORECAST_PART * MILLI + forecast->part_ms;
	struct forecast_group group = { .seconds = window / MILLI };
	u32 part, age;

	for (age = 0; age < LAST; age++) {
		group.count = forecast->open[age];
		group.age = age;
		forecast_came_to(play, forecast, &group);
	}
	/* How old these are is not known: as many were there all the time. */
	play->at_risk[LAST] += 2 * div_u64((u64)window * forecast->open[LAST], MILLI);
	group.ended = true;
	for (part = 0; part < TL_FORECAST_PARTS; part++) {
		group.seconds = (window - forecast_middle_of(forecast, part)) / MILLI;
		for (age = 0; age < TL_FORECAST_AGES; age++) {
			group.count = (u64)forecast->ended[part][age] * MILLI;
			group.age = age;
			forecast_came_to(play, forecast, &group);
		}
	}
}

static u32 forecast_chance_of(u64 ended, u64 at_risk)
{
	return at_risk ? min_t(u64, div64_u64(2 * ended * MILLI * ONE, at_risk), ONE) : 0;
}

static u32 forecast_chance_between(const struct tl_play *play, const struct tl_forecast *forecast,
				   int from, int to)
{
	u64 ended = 0, at_risk = 0;

	for (; from < to; from++) {
		ended += forecast_sum_ended(forecast, from);
		at_risk += play->at_risk[from];
	}
	return forecast_chance_of(ended, at_risk);
}

/*
 * Ages that none has reached are thought to be as the oldest that some have. But
 * where ends become rare with age these are those of a kind that is nearly gone,
 * and nothing is known that ends the others.
 */
static u32 forecast_chance_beyond(const struct tl_play *play, const struct tl_forecast *forecast,
				  int reached)
{
	u32 before = forecast_chance_between(play, forecast, reached / 2, reached * 3 / 4);
	u32 oldest = forecast_chance_between(play, forecast, reached * 3 / 4, reached);

	return oldest < before / 2 ? 0 : oldest;
}

static void forecast_learn_chances(struct tl_play *play, const struct tl_forecast *forecast)
{
	int reached = 0, age;
	u32 beyond;

	forecast_count_at_risk(play, forecast);
	for (age = 0; age <= LAST; age++) {
		play->chance[age] = forecast_chance_of(forecast_sum_ended(forecast, age),
						       play->at_risk[age]);
		if (play->at_risk[age])
			reached = age + 1;
	}
	beyond = forecast_chance_beyond(play, forecast, reached);
	for (age = reached; age <= LAST; age++)
		play->chance[age] = beyond;
}

static u32 forecast_lives_on(const struct tl_play *play, u32 age)
{
	return ONE - play->chance[age];
}

/*
 * Who is counted at an age is anywhere within that second. Of those who were opened
 * in the last second so many are open still, and of those of an age so many are
 * in a second: the means of what is at both ends of the second, except for the
 * first, of which more is known.
 */
static void forecast_learn_stays(struct tl_play *play, const struct tl_forecast *forecast)
{
	u32 brief = min_t(u32, forecast->brief_ms, MILLI), age;

	play->young = forecast_lives_on(play, 0) +
		      (u32)div_u64((u64)play->chance[0] * brief, MILLI);
	for (age = 0; age < LAST; age++) {
		u64 now = age ? ONE + forecast_lives_on(play, age) : 2 * play->young;
		u64 then = forecast_part_of(ONE + forecast_lives_on(play, age + 1),
					    forecast_lives_on(play, age));

		play->stays[age] = now ? min_t(u64, div64_u64(then * ONE, now), ONE) : 0;
	}
	play->stays[LAST] = forecast_lives_on(play, LAST);
}

/* ---- The play ---- */

/* In the middle of the second. */
static u64 forecast_rate_at(const struct tl_forecast *forecast, u32 second)
{
	s64 growth = div64_s64((s64)forecast->growth_milli * (2 * (s64)second + 1), 2);
	s64 rate = (s64)forecast->rate_milli + growth;

	return rate > 0 ? rate : 0;
}

static void forecast_begin(struct tl_play *play, const struct tl_forecast *forecast)
{
	u32 seconds = (forecast_length_ms(forecast) + MILLI - 1) / MILLI, ago;

	memset(play, 0, sizeof(*play));
	forecast_learn_chances(play, forecast);
	forecast_learn_stays(play, forecast);
	for (ago = 0; ago < TL_FORECAST_AGES; ago++)
		play->open[ago] = forecast->open[ago];
	for (ago = 0; ago < TL_FORECAST_WAITS; ago++) {
		u64 count = forecast->entered[ago];

		if (forecast->reused_after_ms && ago >= seconds)
			continue;
		/* Timers are late: what is older than its length goes first. */
		*forecast_closed_in(play, -(int)min(ago + 1, max(seconds, 1U))) += count;
		play->waiting += count;
	}
}

/* All are a second older, so many more are opened, and some have ended. */
static u64 forecast_end_some(struct tl_play *play, u64 opened)
{
	u64 stay = forecast_part_of(play->open[LAST], play->stays[LAST]);
	u64 ends = play->open[LAST] - stay + opened;
	int age;

	for (age = LAST - 1; age >= 0; age--) {
		u64 staying = forecast_part_of(play->open[age], play->stays[age]);

		ends += play->open[age] - staying;
		play->open[age + 1] = staying;
	}
	play->open[LAST] += stay;
	play->open[0] = forecast_part_of(opened, play->young);
	return ends - play->open[0];
}

/* Of a length of so many seconds and a part, that part of a second's go later. */
static u64 forecast_gone_in(struct tl_play *play, int second, u32 length)
{
	int from = second - (int)(length / MILLI);
	u32 later = length % MILLI;
	u64 gone = 0;

	if (from >= -TL_FORECAST_WAITS)
		gone += *forecast_closed_in(play, from) * (MILLI - later);
	if (from - 1 >= -TL_FORECAST_WAITS)
		gone += *forecast_closed_in(play, from - 1) * later;
	return div_u64(gone, MILLI);
}

static void forecast_step(struct tl_play *play, const struct tl_forecast *forecast, u32 second)
{
	u64 ends = forecast_end_some(play, forecast_rate_at(forecast, second));
	u64 waits = forecast_part_of(ends, forecast->share);

	play->waiting += waits;
	*forecast_closed_in(play, second) = waits;
	play->waiting -= min(play->waiting,
			     forecast_gone_in(play, second, forecast_length_ms(forecast)));
}

static u64 forecast_used(const struct tl_play *play)
{
	u64 sum = play->waiting;
	u32 age;

	for (age = 0; age < TL_FORECAST_AGES; age++)
		sum += play->open[age];
	return sum;
}

/* Whether there is not even enough if nothing is given back. Spares most the play. */
static bool forecast_suffices(const struct tl_play *play, const struct tl_forecast *forecast)
{
	u64 most = max(forecast_rate_at(forecast, 0),
		       forecast_rate_at(forecast, TL_FORECAST_HORIZON));
	u64 range = (u64)forecast->range * MILLI;

	return forecast_used(play) + most * (TL_FORECAST_HORIZON + 1) < range;
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

	forecast_begin(play, forecast);
	if (forecast_suffices(play, forecast))
		return TL_FORECAST_NEVER;
	for (second = 0; second < TL_FORECAST_HORIZON; second++) {
		u64 before = forecast_used(play), after;

		if (before >= range)
			return second * MILLI;
		forecast_step(play, forecast, second);
		after = forecast_used(play);
		/* In between it is thought to grow evenly. */
		if (after >= range)
			return second * MILLI +
			       (u32)div64_u64((range - before) * MILLI, after - before);
	}
	return TL_FORECAST_NEVER;
}

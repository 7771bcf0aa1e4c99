// SPDX-License-Identifier: GPL-2.0
/*
 * What connections to a destination do: how many are opened, how long they are
 * open, and how many of them end in TIME_WAIT. The forecast rests on that.
 *
 * Times are milliseconds of a clock that does not wrap. The same stamp gives the
 * same second each time, so that what was added by it is taken away by it.
 */
#include "load.h"

#define MILLI	1000
#define ONE	65536U
/* Seconds that a trend is told from, at least. */
#define TREND_MIN	8
/* Squares are counted in these parts of one. */
#define PARTS		16
/* Squares that chance does not reach: of connections at random, and of even ones. */
#define CHANGE_CHANCE	20
#define CHANGE_REGULAR	80
#define SLOPE_CHANCE	12
#define SLOPE_REGULAR	12
#define SLOPE_FEW	120

static u32 load_second_of(u64 ms)
{
	return (u32)div_u64(ms, MILLI);
}

static u32 load_ms_of(u64 ms)
{
	return (u32)(ms - (u64)load_second_of(ms) * MILLI);
}

static void load_add(u16 *count, int more)
{
	if (more > 0 ? *count < U16_MAX : *count > 0)
		*count += more;
}

static void load_clear(u16 *ring, u32 size, u32 from, u32 to)
{
	u32 count = min(to - from, size);

	while (count--)
		ring[(to - count) % size] = 0;
}

static void load_clear_parts(struct tl_load *load, u32 from, u32 to)
{
	u32 count = min_t(u32, to - from, TL_FORECAST_PARTS);

	load_clear(load->ends, TL_LOAD_PARTS, from, to);
	load_clear(load->waits, TL_LOAD_PARTS, from, to);
	while (count--) {
		u32 part = (to - count) % TL_FORECAST_PARTS;

		load->brief_ms[part] = 0;
		memset(load->ended[part], 0, sizeof(load->ended[part]));
	}
}

/* Brings the rings to now. */
static void load_advance(struct tl_load *load, u64 now_ms)
{
	u32 from = load->second, to = load_second_of(now_ms);

	if (to == from)
		return;
	load_clear(load->opened, TL_LOAD_SECONDS, from, to);
	load_clear(load->born, TL_FORECAST_AGES, from, to);
	load_clear(load->entered, TL_LOAD_WAITS, from, to);
	load_clear(load->entered_long, TL_LOAD_WAITS, from / TL_LOAD_COARSE, to / TL_LOAD_COARSE);
	load_clear_parts(load, from / TL_FORECAST_PART, to / TL_FORECAST_PART);
	load->second = to;
}

/**
 * tl_load_init() - begin to count
 * @load: to be filled
 * @now_ms: now
 */
void tl_load_init(struct tl_load *load, u64 now_ms)
{
	memset(load, 0, sizeof(*load));
	load->first = load_second_of(now_ms);
	load->second = load->first;
}

/* What is open, by its age: what is older than the ring is what all others are not. */
static void load_count_born(struct tl_load *load, u64 born_ms, int more)
{
	u32 born = load_second_of(born_ms);

	if (load->second - born < TL_FORECAST_AGES)
		load_add(&load->born[born % TL_FORECAST_AGES], more);
}

/**
 * tl_load_opened() - a connection takes a port
 * @load: that of its destination
 * @now_ms: now
 * @born_ms: when the connection began
 * @connects: just now, by connect()
 */
void tl_load_opened(struct tl_load *load, u64 now_ms, u64 born_ms, bool connects)
{
	load_advance(load, now_ms);
	load->open++;
	load_count_born(load, born_ms, 1);
	if (connects)
		load_add(&load->opened[load->second % TL_LOAD_SECONDS], 1);
}

/* More than fit: only the relation of the counts matters. */
static void load_note_end(struct tl_load *load, u64 life_ms, bool waits)
{
	u32 part = load->second / TL_FORECAST_PART, at = part % TL_LOAD_PARTS, age, i;
	u32 *brief_ms = &load->brief_ms[part % TL_FORECAST_PARTS];
	u16 *ended = load->ended[part % TL_FORECAST_PARTS];

	if (load->ends[at] == U16_MAX) {
		load->ends[at] /= 2;
		load->waits[at] /= 2;
		*brief_ms /= 2;
		for (i = 0; i < TL_FORECAST_AGES; i++)
			ended[i] /= 2;
	}
	load->ends[at]++;
	load->waits[at] += waits;
	age = min_t(u32, load_second_of(life_ms), TL_FORECAST_AGES - 1);
	ended[age]++;
	if (!age)
		*brief_ms += (u32)life_ms;
}

/**
 * tl_load_ended() - a connection is not open any more
 * @load: that of its destination
 * @now_ms: now
 * @born_ms: when it began
 * @waits: it is in TIME_WAIT from now on; otherwise its port is free
 */
void tl_load_ended(struct tl_load *load, u64 now_ms, u64 born_ms, bool waits)
{
	u64 life_ms = now_ms - min(born_ms, now_ms);

	load_advance(load, now_ms);
	load->open -= !!load->open;
	load_count_born(load, born_ms, -1);
	load_note_end(load, life_ms, waits);
}

static void load_count_entered(struct tl_load *load, u64 since_ms, int more)
{
	u32 since = load_second_of(since_ms), ten = since / TL_LOAD_COARSE;

	if (load->second - since < TL_LOAD_WAITS)
		load_add(&load->entered[since % TL_LOAD_WAITS], more);
	if (load->second / TL_LOAD_COARSE - ten < TL_LOAD_WAITS)
		load_add(&load->entered_long[ten % TL_LOAD_WAITS], more);
}

/**
 * tl_load_waits() - a connection is in TIME_WAIT
 * @load: that of its destination
 * @now_ms: now
 * @since_ms: since when
 */
void tl_load_waits(struct tl_load *load, u64 now_ms, u64 since_ms)
{
	load_advance(load, now_ms);
	load->waiting++;
	load_count_entered(load, since_ms, 1);
}

/**
 * tl_load_left() - a connection is not in TIME_WAIT any more
 * @load: that of its destination
 * @now_ms: now
 * @since_ms: when it came there
 */
void tl_load_left(struct tl_load *load, u64 now_ms, u64 since_ms)
{
	load_advance(load, now_ms);
	load->waiting -= !!load->waiting;
	load_count_entered(load, since_ms, -1);
}

/* Whole seconds that are known of it. */
static u32 load_seconds_known(const struct tl_load *load)
{
	u32 age = load->second - load->first;

	return age ? min_t(u32, age - 1, TL_LOAD_SECONDS - 1) : 0;
}

static u32 load_opened_ago(const struct tl_load *load, u32 ago)
{
	return load->opened[(load->second - ago) % TL_LOAD_SECONDS];
}

/**
 * tl_load_rate() - connections per second
 * @load: those to a destination
 * @now_ms: now
 *
 * Of the last six whole seconds.
 */
u32 tl_load_rate(struct tl_load *load, u64 now_ms)
{
	u32 seconds, sum = 0, ago;

	load_advance(load, now_ms);
	seconds = min_t(u32, load_seconds_known(load), 6);
	for (ago = 1; ago <= seconds; ago++)
		sum += load_opened_ago(load, ago);
	return seconds ? (sum + seconds / 2) / seconds : 0;
}

/**
 * tl_load_young() - connections that came to TIME_WAIT not long ago, and are in it
 * @load: those to a destination
 * @now_ms: now
 * @age_ms: so long ago at most; a little more than a minute is known
 *
 * Those of a second are thought to have come evenly.
 */
u32 tl_load_young(struct tl_load *load, u64 now_ms, u32 age_ms)
{
	u32 gone = load_ms_of(now_ms), sum, part, ago;

	load_advance(load, now_ms);
	sum = load->entered[load->second % TL_LOAD_WAITS];
	if (age_ms <= gone)
		return gone ? sum * age_ms / gone : 0;
	sum *= MILLI;
	age_ms -= gone;
	for (ago = 1; age_ms && ago < TL_LOAD_WAITS; ago++) {
		part = min_t(u32, age_ms, MILLI);
		sum += load->entered[(load->second - ago) % TL_LOAD_WAITS] * part;
		age_ms -= part;
	}
	return (sum + MILLI / 2) / MILLI;
}

/* ---- The trend ---- */

/**
 * struct load_sums - what a straight line through some seconds is found from
 * @n: how many seconds
 * @count: connections in them
 * @moment: the same times twice the distance from the first second
 * @square: the sum of the squares of the counts
 */
struct load_sums {
	u32 n;
	u64 count;
	u64 moment;
	u64 square;
};

static void load_add_second(struct load_sums *sums, u32 count)
{
	sums->count += count;
	sums->moment += 2ULL * sums->n++ * count;
	sums->square += (u64)count * count;
}

/* What is left of @all without the first seconds, which are @old. */
static struct load_sums load_without(const struct load_sums *all, const struct load_sums *old)
{
	u64 count = all->count - old->count;

	return (struct load_sums) {
		.n = all->n - old->n,
		.count = count,
		.moment = all->moment - old->moment - 2ULL * old->n * count,
		.square = all->square - old->square,
	};
}

/* Twice the distances are taken from the middle: n (n^2 - 1) / 3 is the sum of their squares. */
static s64 load_lean(const struct load_sums *sums)
{
	return (s64)sums->moment - (s64)((sums->n - 1) * sums->count);
}

static u32 load_spread(u32 n)
{
	return n * (n * n - 1) / 3;
}

/* Squares of what is between the counts and the line that fits best. */
static u64 load_misfit(const struct load_sums *sums)
{
	u64 fits, all = sums->square * PARTS;
	s64 moment = load_lean(sums);

	if (sums->n < 3)
		return 0;
	fits = div_u64(sums->count * sums->count * PARTS, sums->n) +
	       div_u64((u64)(moment * moment) * PARTS, load_spread(sums->n));
	return all - min(all, fits);
}

/*
 * How far chance goes: the mean square beside the line, and no less than that of
 * connections at random, which is their mean. Those that come evenly are known by
 * much less; of few seconds that may be chance again.
 */
static u64 load_limit(const struct load_sums *sums, u32 chance, u32 regular)
{
	u64 noise = max_t(u64, div_u64(load_misfit(sums), sums->n - 2), PARTS / 4);
	u64 mean = div_u64(sums->count * PARTS, sums->n);

	return min(max(noise, mean) * chance, noise * regular);
}

/* Changes that are looked for in a minute. Each takes thousands of instructions. */
#define CHANGES_MOST	8

/*
 * The seconds before the load has changed: two lines lie so much better than one.
 * Of all moments it is the one that chance would make least.
 * Return: how many these are; 0 if it has not.
 */
static u32 load_changed_after(const u32 *counts, u32 seconds)
{
	struct load_sums all = { 0 }, old = { 0 }, latest;
	u64 one, two, clear, most = PARTS;
	u32 i, best = 0;

	for (i = 0; i < seconds; i++)
		load_add_second(&all, counts[i]);
	one = load_misfit(&all);
	for (i = 0; i + TREND_MIN < seconds; i++) {
		load_add_second(&old, counts[i]);
		latest = load_without(&all, &old);
		two = load_misfit(&old) + load_misfit(&latest);
		clear = div64_u64((one - min(one, two)) * PARTS,
				  load_limit(&latest, CHANGE_CHANCE, CHANGE_REGULAR));
		if (clear <= most)
			continue;
		most = clear;
		best = old.n;
	}
	return best;
}

/* A slope that chance would make as well is none. */
static bool load_is_chance(const struct load_sums *sums)
{
	s64 moment = load_lean(sums);

	return sums->n < 3 ||
	       div_u64((u64)(moment * moment) * PARTS, load_spread(sums->n)) <
	       load_limit(sums, SLOPE_CHANCE, SLOPE_REGULAR + SLOPE_FEW / (sums->n - 2));
}

/**
 * tl_load_trend() - how many connections there are a second, and how many more
 * @counts: how many there were in each second, the latest last; 65535 at most
 * @seconds: how many seconds these are, 64 at most
 * @rate_milli: set to the connections per 1000 seconds at their end
 * @growth_milli: set to how much more they are each second, per 1000 seconds
 *
 * The straight line that fits best; level, unless it is clear that it is not. It
 * is that of the latest seconds where the load has changed before.
 */
void tl_load_trend(const u32 *counts, u32 seconds, u32 *rate_milli,
		   s32 *growth_milli)
{
	struct load_sums sums = { 0 };
	s64 rate, growth = 0;
	u32 old, i, changes;

	*rate_milli = 0;
	*growth_milli = 0;
	if (!seconds)
		return;
	for (changes = 0; changes < CHANGES_MOST; changes++) {
		old = load_changed_after(counts, seconds);
		if (!old)
			break;
		counts += old;
		seconds -= old;
	}
	for (i = 0; i < seconds; i++)
		load_add_second(&sums, counts[i]);
	if (!load_is_chance(&sums))
		growth = div64_s64(load_lean(&sums) * 2 * MILLI, load_spread(seconds));
	rate = (s64)div_u64(sums.count * MILLI, seconds) + growth * seconds / 2;
	*rate_milli = rate > 0 ? (u32)rate : 0;
	*growth_milli = (s32)growth;
}

static void load_trend(const struct tl_load *load, u32 ms, struct tl_forecast *forecast)
{
	u32 seconds = load_seconds_known(load), i;
	u32 counts[TL_LOAD_SECONDS];
	s64 rate;

	/* A load that has begun, or ended, a moment ago is no trend. */
	while (seconds && !load_opened_ago(load, seconds))
		seconds--;
	for (i = 0; i < seconds; i++)
		counts[i] = load_opened_ago(load, seconds - i);
	tl_load_trend(counts, seconds, &forecast->rate_milli, &forecast->growth_milli);
	/* That is the rate when the last whole second was over. */
	rate = forecast->rate_milli + div64_s64((s64)forecast->growth_milli * ms, MILLI);
	forecast->rate_milli = rate > 0 ? (u32)rate : 0;
}

/* ---- What the forecast wants to know ---- */

/* Of 65536. */
static u32 load_part_in(u32 some, u32 all)
{
	return all ? (u32)div_u64((u64)some * ONE, all) : 0;
}

/* Whether chance alone keeps two shares apart: within three standard errors. */
static bool load_is_same_share(u32 waits, u32 ends, u32 other_waits, u32 other_ends)
{
	s64 apart = (s64)load_part_in(waits, ends) - load_part_in(other_waits, other_ends);
	u64 share = load_part_in(waits + other_waits, ends + other_ends);
	u64 weight = div64_u64((u64)ends * other_ends, (u64)ends + other_ends);

	return (u64)(apart * apart) * weight <= 9 * share * (ONE - share);
}

/* Of the latest ends, and of those before as long as it was the same. */
static u32 load_learn_share(const struct tl_load *load)
{
	u32 now = load->second / TL_FORECAST_PART, ago, ends = 0, waits = 0;

	for (ago = 0; ago < TL_LOAD_PARTS; ago++) {
		u32 at = (now - ago) % TL_LOAD_PARTS;

		if (ago >= TL_FORECAST_PARTS && ends && load->ends[at] &&
		    !load_is_same_share(waits, ends, load->waits[at], load->ends[at]))
			break;
		ends += load->ends[at];
		waits += load->waits[at];
	}
	return load_part_in(waits, ends);
}

/*
 * Counts are known by the second in which it was, of which @ms are gone of the one
 * running. Those of a second lie a second or more apart from now by that part of
 * them; in thousandths then.
 */
static void load_by_age(u32 *counts, u32 size, u32 ms)
{
	u32 age;

	for (age = 0; age + 1 < size; age++)
		counts[age] = counts[age] * (age ? ms : MILLI) +
			      counts[age + 1] * (MILLI - ms);
	counts[age] *= ms;
}

static void load_describe_open(const struct tl_load *load, u64 now_ms,
			       struct tl_forecast *forecast)
{
	u32 older = load->open, brief = 0, brief_ms = 0, age, part, ring;

	for (age = 0; age < TL_FORECAST_AGES; age++) {
		forecast->open[age] = load->born[(load->second - age) % TL_FORECAST_AGES];
		older -= min(older, forecast->open[age]);
	}
	load_by_age(forecast->open, TL_FORECAST_AGES, load_ms_of(now_ms));
	forecast->open[TL_FORECAST_AGES - 1] += older * MILLI;
	for (part = 0; part < TL_FORECAST_PARTS; part++) {
		ring = (load->second / TL_FORECAST_PART - part) % TL_FORECAST_PARTS;
		for (age = 0; age < TL_FORECAST_AGES; age++)
			forecast->ended[part][age] = load->ended[ring][age];
		brief += load->ended[ring][0];
		brief_ms += load->brief_ms[ring];
	}
	forecast->part_ms = load->second % TL_FORECAST_PART * MILLI + load_ms_of(now_ms);
	forecast->brief_ms = brief ? brief_ms / brief : 0;
	forecast->share = load_learn_share(load);
}

/* Ten seconds of which some are known one by one: the others share the rest. */
static void load_describe_ten(const struct tl_load *load, u32 ten, struct tl_forecast *forecast)
{
	u32 rest = load->entered_long[ten % TL_LOAD_WAITS], others = 0, share, ago;
	u32 oldest = load->second - ten * TL_LOAD_COARSE;
	u32 youngest = oldest - min_t(u32, oldest, TL_LOAD_COARSE - 1);

	for (ago = youngest; ago <= oldest; ago++) {
		if (ago >= TL_LOAD_WAITS)
			others++;
		else
			rest -= min(rest, forecast->entered[ago]);
	}
	for (ago = max_t(u32, youngest, TL_LOAD_WAITS); ago <= oldest; ago++) {
		share = rest / others--;
		rest -= share;
		forecast->entered[min_t(u32, ago, TL_FORECAST_WAITS - 1)] += share;
	}
}

static void load_describe_waiting(const struct tl_load *load, u64 now_ms,
				  struct tl_forecast *forecast)
{
	u32 ten = load->second / TL_LOAD_COARSE, ago;

	for (ago = 0; ago < TL_LOAD_WAITS; ago++)
		forecast->entered[ago] = load->entered[(load->second - ago) % TL_LOAD_WAITS];
	for (ago = TL_LOAD_WAITS; ago < TL_FORECAST_WAITS; ago++)
		forecast->entered[ago] = 0;
	for (ago = 0; ago < TL_LOAD_WAITS && ago <= ten; ago++)
		load_describe_ten(load, ten - ago, forecast);
	load_by_age(forecast->entered, TL_FORECAST_WAITS, load_ms_of(now_ms));
}

/**
 * tl_load_forecast() - tell what is known for a forecast
 * @load: of connections to a destination
 * @now_ms: now
 * @forecast: filled, but for range, length and reuse
 */
void tl_load_forecast(struct tl_load *load, u64 now_ms, struct tl_forecast *forecast)
{
	load_advance(load, now_ms);
	load_trend(load, load_ms_of(now_ms), forecast);
	load_describe_open(load, now_ms, forecast);
	load_describe_waiting(load, now_ms, forecast);
}

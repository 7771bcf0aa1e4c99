// SPDX-License-Identifier: GPL-2.0
/*
 * Loads are played connection by connection, in steps of 10 ms, and what is
 * forecast each second is held against the moment at which connect() fails.
 */
#include <math.h>
#include <stdlib.h>

#include "loads.h"

/* A load that does not fail is played for so many seconds. */
#define LASTS		290

const struct load loads_usual[] = {
	{ "leaking, 20/s", { { 20, 0, 0, 0, NEVER, 0, 0 } }, 2000, 60000, .lasts = false },
	{ "leaking, rising", { { 80, 8, 0, 0, NEVER, 0, 0 } }, 28000, 60000, .lasts = false },
	{ "peer first, 98/s", { { 98, 0, 0, 0, FIXED, 50, 0 } }, 2000, 60000, .lasts = true },
	{ "peer first, 5 s each", { { 98, 0, 0, 0, RANDOM, 5000, 0 } },
		2000, 60000, .lasts = true },
	{ "client first, 100/s", { { 100, 0, 0, 0, FIXED, 50, 100 } },
		4000, 60000, .lasts = false },
	{ "client first, 480/s", { { 480, 0, 0, 0, RANDOM, 300, 100 } },
		22000, 60000, .lasts = false },
	{ "client first, 4 s each", { { 100, 0, 0, 0, FIXED, 4000, 100 } },
		5000, 60000, .lasts = false },
	{ "client first, enough", { { 100, 0, 0, 0, RANDOM, 400, 100 } },
		8000, 60000, .lasts = true },
	{ "mixed, both close first", { { 100, 0, 0, 0, RANDOM, 300, 40 } },
		2000, 60000, .lasts = false },
	{ "mixed, a part leaks", { { 100, 0, 0, 0, RANDOM, 300, 0 }, { 60, 0, 0, 0, NEVER, 0, 0 } },
		8000, 60000, .lasts = false },
	{ "mixed, all of it", { { 100, 0, 0, 0, RANDOM, 2000, 50 }, { 100, 0, 0, 0, NEVER, 0, 0 },
		{ 100, 0, 0, 0, FIXED, 100, 0 } }, 14000, 60000, .lasts = false },
	{ "mixed, enough", { { 60, 0, 0, 0, RANDOM, 2000, 50 }, { 60, 0, 0, 0, FIXED, 100, 0 } },
		3000, 60000, .lasts = true },
	{ "rising", { { 80, 12, 0, 0, FIXED, 50, 100 } }, 30000, 60000, .lasts = false },
	{ "rising, 3 s each", { { 200, 20, 0, 0, RANDOM, 3000, 100 } },
		28000, 60000, .lasts = false },
	{ "rising, peer first", { { 100, 30, 0, 0, RANDOM, 3000, 0 } },
		6000, 60000, .lasts = false },
	{ "a burst", { { 40, 0, 0, 0, FIXED, 50, 100 }, { 400, 0, 20, 22, FIXED, 50, 100 } },
		2800, 60000, .changes = 22, .lasts = false },
	{ "a burst, enough", { { 40, 0, 0, 0, FIXED, 50, 100 },
		{ 400, 0, 30, 32, FIXED, 50, 100 } },
		4000, 60000, .changes = 32, .lasts = true },
	{ "a step", { { 120, 0, 0, 0, RANDOM, 200, 100 }, { 240, 0, 70, 0, RANDOM, 200, 100 } },
		18000, 60000, .changes = 70, .lasts = false },
	{ "it begins to leak", { { 50, 0, 0, 50, FIXED, 80, 0 }, { 50, 0, 50, 0, NEVER, 0, 0 } },
		2000, 60000, .changes = 50, .lasts = false },
	{ "it stops to leak", { { 50, 0, 0, 20, NEVER, 0, 0 }, { 50, 0, 20, 0, FIXED, 80, 0 } },
		2000, 60000, .changes = 20, .lasts = true },
	{ "reuse, timestamps", { { 300, 0, 0, 0, FIXED, 50, 100 } },
		2000, 60000, true, .lasts = true },
	{ "reuse, rising", { { 200, 120, 0, 0, FIXED, 50, 100 } },
		10000, 60000, true, .lasts = false },
	{ "no timestamps", { { 30, 0, 0, 0, FIXED, 50, 100 } },
		1500, 60000, false, .lasts = false },
	{ "length 3.5 RTO", { { 900, 0, 0, 0, FIXED, 50, 100 } }, 1000, 714, .lasts = true },
	{ "length 5 s, rising", { { 400, 40, 0, 0, FIXED, 50, 100 } },
		10000, 5000, .lasts = false },
	{ "length 240 s", { { 80, 0, 0, 0, FIXED, 50, 100 } }, 16000, 240000, .lasts = false },
	{ "length 240 s, enough", { { 80, 0, 0, 0, FIXED, 50, 100 } },
		24000, 240000, .lasts = true },
	{ }
};

const struct load loads_others[] = {
	{ "leaking, 7/s", { { 7, 0, 0, 0, NEVER, 0, 0 } }, 1200, 60000, .lasts = false },
	{ "leaking, 45/s", { { 45, 0, 0, 0, NEVER, 0, 0 } }, 5000, 60000, .lasts = false },
	{ "leaking, rising by 3", { { 30, 3, 0, 0, NEVER, 0, 0 } }, 12000, 60000, .lasts = false },
	{ "client first, 33/s", { { 33, 0, 0, 0, FIXED, 120, 100 } },
		1500, 60000, .lasts = false },
	{ "client first, 150/s", { { 150, 0, 0, 0, RANDOM, 800, 100 } },
		6000, 60000, .lasts = false },
	{ "client first, 700/s", { { 700, 0, 0, 0, FIXED, 20, 100 } },
		28000, 60000, .lasts = false },
	{ "mixed, 55 of 100", { { 70, 0, 0, 0, RANDOM, 500, 55 } }, 2000, 60000, .lasts = false },
	{ "mixed, 25/s leak", { { 40, 0, 0, 0, RANDOM, 1000, 0 }, { 25, 0, 0, 0, NEVER, 0, 0 } },
		4000, 60000, .lasts = false },
	{ "rising by 6", { { 50, 6, 0, 0, FIXED, 100, 100 } }, 16000, 60000, .lasts = false },
	{ "rising, 2 s each", { { 120, 15, 0, 0, RANDOM, 2000, 100 } },
		15000, 60000, .lasts = false },
	{ "rising, half first", { { 60, 10, 0, 0, RANDOM, 1500, 50 } },
		9000, 60000, .lasts = false },
	{ "a burst of 1000", { { 60, 0, 0, 0, FIXED, 50, 100 },
		{ 500, 0, 25, 27, FIXED, 50, 100 } }, 4400, 60000, .changes = 27, .lasts = false },
	{ "a step, 80 to 140", { { 80, 0, 0, 0, RANDOM, 300, 100 },
		{ 60, 0, 45, 0, RANDOM, 300, 100 } }, 8000, 60000, .changes = 45, .lasts = false },
	{ "a step down", { { 60, 0, 0, 0, FIXED, 50, 100 }, { 90, 0, 0, 40, FIXED, 50, 100 } },
		9500, 60000, .changes = 40, .lasts = true },
	{ "length 120 s", { { 50, 0, 0, 0, FIXED, 50, 100 } }, 5000, 120000, .lasts = false },
	{ "enough, 75/s", { { 75, 0, 0, 0, RANDOM, 250, 100 } }, 6000, 60000, .lasts = true },
	{ "peer first, 8 s each", { { 40, 0, 0, 0, RANDOM, 8000, 0 } },
		1000, 60000, .lasts = true },
	{ "reuse, rising by 90", { { 150, 90, 0, 0, FIXED, 40, 100 } },
		7000, 60000, true, .lasts = false },
	{ "length 5 s, by 25", { { 250, 25, 0, 0, FIXED, 60, 100 } }, 6000, 5000, .lasts = false },
	{ }
};

struct world world;
static struct conn pool[MOST], *waits[MOST];
static struct tl_forecast forecast;
static struct tl_play play;

static double chance(void)
{
	return (random() + 1.0) / (RAND_MAX + 2.0);
}

static void later(struct conn *conn, u64 step)
{
	if (step > STEPS)
		step = STEPS;
	conn->next = world.due[step];
	world.due[step] = conn;
}

u64 loads_ms_of(u64 step)
{
	return EPOCH_MS + step * STEP_MS;
}

static void leave(struct conn *conn, u64 step)
{
	tl_load_left(&world.seen, loads_ms_of(step), conn->since_ms);
	world.waiting--;
	conn->gone = true;
}

/* The oldest in TIME_WAIT gives its port, if it may. */
static bool take_over(u64 step)
{
	while (world.first < world.last && world.waits[world.first]->gone)
		world.first++;
	if (!world.load->reuses || world.first == world.last ||
	    loads_ms_of(step) - world.waits[world.first]->since_ms <= 1000)
		return false;
	leave(world.waits[world.first++], step);
	return true;
}

/* Whether there is a port. */
static bool open_one(unsigned int i, u64 step)
{
	const struct kind *kind = &world.load->kind[i];
	struct conn *conn;
	double life = kind->life_ms;

	if (world.open + world.waiting >= world.load->range && !take_over(step))
		return false;
	if (world.conns == MOST)
		abort();
	conn = &world.conn[world.conns++];
	*conn = (struct conn) { };
	conn->kind = i;
	conn->born_ms = loads_ms_of(step);
	conn->first = 100 * chance() < kind->first;
	tl_load_opened(&world.seen, loads_ms_of(step), conn->born_ms, true);
	world.opened[i][step / STEPS_A_SECOND]++;
	world.open++;
	if (kind->life == RANDOM)
		life = -life * log(chance());
	later(conn, kind->life == NEVER ? STEPS : step + 1 + (u64)(life / STEP_MS));
	return true;
}

static void happen(struct conn *conn, u64 step)
{
	if (conn->waits) {
		if (!conn->gone)
			leave(conn, step);
		return;
	}
	tl_load_ended(&world.seen, loads_ms_of(step), conn->born_ms, conn->first);
	world.open--;
	conn->since_ms = loads_ms_of(step);
	if (!conn->first) {
		conn->gone = true;
		return;
	}
	conn->waits = true;
	tl_load_waits(&world.seen, loads_ms_of(step), conn->since_ms);
	world.waiting++;
	world.waits[world.last++] = conn;
	later(conn, step + world.load->length_ms / STEP_MS);
}

/* Connections that a kind opens in a step: by chance, or evenly. */
static int opens_in(unsigned int i, u64 step)
{
	const struct kind *kind = &world.load->kind[i];
	double second = (double)step / STEPS_A_SECOND - kind->from, mean, below;
	int count = 0;

	if (second < 0 || (kind->to && second >= kind->to - kind->from))
		return 0;
	mean = (kind->rate + kind->growth * second) / STEPS_A_SECOND;
	if (world.evenly) {
		world.credit[i] += mean;
		count = (int)world.credit[i];
		world.credit[i] -= count;
		return count;
	}
	for (below = exp(-mean), mean = chance(); mean > below; mean *= chance())
		count++;
	return count;
}

static u32 ask(u64 step)
{
	tl_load_forecast(&world.seen, loads_ms_of(step), &forecast);
	forecast.range = world.load->range;
	forecast.length_ms = world.load->length_ms;
	forecast.reused_after_ms = world.load->reuses ? 1000 : 0;
	return tl_forecast_ms(&forecast, &play);
}

static void happen_all(u64 step)
{
	while (world.due[step]) {
		struct conn *conn = world.due[step];

		world.due[step] = conn->next;
		happen(conn, step);
	}
}

static void ask_all(u64 step, u32 (*oracle)(u64 step))
{
	int second = step / STEPS_A_SECOND;

	world.said[second] = ask(step);
	if (oracle && second >= world.load->changes + SETTLES)
		world.best[second] = oracle(step);
}

/* All connections that begin in a step; false: there was no port for one. */
static bool open_all(u64 step)
{
	unsigned int i;
	int count;

	for (i = 0; i < KINDS; i++)
		for (count = opens_in(i, step); count > 0; count--)
			if (!open_one(i, step))
				return false;
	return true;
}

/**
 * loads_play() - play a load until connect() fails
 * @load: the load
 * @evenly: connections come evenly; otherwise by chance
 * @oracle: asked each second, too, or NULL
 *
 * Return: the step in which it fails; STEPS if it does not.
 */
u64 loads_play(const struct load *load, bool evenly, u32 (*oracle)(u64 step))
{
	u64 step, end = load->lasts ? (LASTS + 1) * STEPS_A_SECOND : STEPS;

	memset(&world, 0, sizeof(world));
	world.conn = pool;
	world.waits = waits;
	world.load = load;
	world.evenly = evenly;
	tl_load_init(&world.seen, EPOCH_MS);
	for (step = 0; step < end; step++) {
		happen_all(step);
		if (!(step % STEPS_A_SECOND))
			ask_all(step, oracle);
		if (!open_all(step))
			return step;
	}
	return STEPS;
}

static bool is_right(u32 said, u32 truth)
{
	u32 most = truth / 10 > 3000 ? truth / 10 : 3000;
	u32 off = said > truth ? said - truth : truth - said;

	if (said == TL_FORECAST_NEVER)
		return truth > TL_FORECAST_HORIZON * 900;
	return off <= most;
}

/**
 * loads_judge() - how good forecasts are
 * @load: the load
 * @failed: the step in which connect() failed
 * @said: what was forecast each second
 * @errors: set to the mean error in percent in each fifth of the time
 *
 * Return: the share of the forecasts that are right, in percent.
 */
double loads_judge(const struct load *load, u64 failed, const u32 *said, double *errors)
{
	int from = load->changes + SETTLES;
	int to = load->lasts ? LASTS : (int)(failed / STEPS_A_SECOND) - SETTLES;
	int second, right = 0, counts[FIFTHS] = { 0 }, fifth;

	for (fifth = 0; fifth < FIFTHS; fifth++)
		errors[fifth] = 0;
	for (second = from; second <= to; second++) {
		u32 truth = (u32)(failed * STEP_MS - second * 1000), at = said[second];

		fifth = (second - from) * FIFTHS / (to - from + 1);
		counts[fifth]++;
		if (load->lasts) {
			right += at == TL_FORECAST_NEVER;
			errors[fifth] += at != TL_FORECAST_NEVER;
			continue;
		}
		right += is_right(at, truth);
		errors[fifth] += at == TL_FORECAST_NEVER ? 1 :
				 fabs((double)at - truth) / truth;
	}
	for (fifth = 0; fifth < FIFTHS; fifth++)
		errors[fifth] *= counts[fifth] ? 100.0 / counts[fifth] : 0;
	return to > from ? 100.0 * right / (to - from + 1) : 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * When ports run out: loads are played connection by connection, in steps of 10 ms,
 * and what is forecast each second is held against the moment at which connect()
 * fails. "load_test table" prints the errors over time, for the documentation.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "load.h"

#define STEP_MS		10
#define STEPS_A_SECOND	(1000 / STEP_MS)
#define SECONDS		700
#define STEPS		(SECONDS * STEPS_A_SECOND)
/* The clock of a machine that has been up for a while. */
#define EPOCH_MS	123456700ULL
/* From so long after a change of the load until so long before the failure. */
#define SETTLES		10
#define FIFTHS		5
/* Connections of a load. */
#define MOST		1048576

/* How connections of a kind end. */
enum life { FIXED, RANDOM, NEVER };

/**
 * struct kind - connections of one kind
 * @rate: how many there are a second, to begin with
 * @growth: how many more each second
 * @from: second in which they begin
 * @to: second in which they are over; 0: never
 * @life: how long they live
 * @life_ms: that long, or so on average
 * @first: how many of a hundred close first
 */
struct kind {
	double rate, growth;
	int from, to;
	enum life life;
	int life_ms;
	int first;
};

/**
 * struct load - what a client does
 * @name: for the table
 * @kind: connections, of up to three kinds
 * @range: its ports
 * @length_ms: length of TIME_WAIT
 * @reuses: tcp_tw_reuse, and the peer's timestamps
 * @changes: second of the last change
 * @lasts: it never runs out of ports
 */
struct load {
	const char *name;
	struct kind kind[3];
	u32 range;
	int length_ms;
	bool reuses;
	int changes;
	bool lasts;
};

static const struct load loads[] = {
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
};

/* A connection: open, or in TIME_WAIT, or a free record. */
struct conn {
	struct conn *next;
	u64 born_ms, since_ms;
	bool first, waits, gone;
};

/**
 * struct world - what a load has come to
 * @load: the load
 * @evenly: connections are opened evenly; otherwise by chance
 * @due: those of which something happens in a step
 * @waits: those in TIME_WAIT, in the order in which they came there
 * @conns: how many connections there were
 * @first: the oldest of these that is there
 * @last: behind the youngest
 * @open: how many are open
 * @waiting: how many are in TIME_WAIT
 * @credit: connections that each kind is behind
 * @seen: what tcplab counts
 * @said: what it forecasts, each second
 */
struct world {
	const struct load *load;
	bool evenly;
	struct conn *due[STEPS + 1];
	struct conn *waits[MOST];
	u32 conns;
	u32 first, last;
	u32 open, waiting;
	double credit[3];
	struct tl_load seen;
	u32 said[SECONDS];
};

static struct conn pool[MOST];
static struct world world;
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

static u64 ms_of(u64 step)
{
	return EPOCH_MS + step * STEP_MS;
}

static void leave(struct conn *conn, u64 step)
{
	tl_load_left(&world.seen, ms_of(step), conn->since_ms);
	world.waiting--;
	conn->gone = true;
}

/* The oldest in TIME_WAIT gives its port, if it may. */
static bool take_over(u64 step)
{
	while (world.first < world.last && world.waits[world.first]->gone)
		world.first++;
	if (!world.load->reuses || world.first == world.last ||
	    ms_of(step) - world.waits[world.first]->since_ms <= 1000)
		return false;
	leave(world.waits[world.first++], step);
	return true;
}

/* Whether there is a port. */
static bool open_one(const struct kind *kind, u64 step)
{
	struct conn *conn;
	double life = kind->life_ms;

	if (world.open + world.waiting >= world.load->range && !take_over(step))
		return false;
	assert_true(world.conns < MOST);
	conn = &pool[world.conns++];
	memset(conn, 0, sizeof(*conn));
	conn->born_ms = ms_of(step);
	conn->first = 100 * chance() < kind->first;
	tl_load_opened(&world.seen, ms_of(step), conn->born_ms, true);
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
	tl_load_ended(&world.seen, ms_of(step), conn->born_ms, conn->first);
	world.open--;
	if (!conn->first) {
		conn->gone = true;
		return;
	}
	conn->waits = true;
	conn->since_ms = ms_of(step);
	tl_load_waits(&world.seen, ms_of(step), conn->since_ms);
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
	tl_load_forecast(&world.seen, ms_of(step), &forecast);
	forecast.range = world.load->range;
	forecast.length_ms = world.load->length_ms;
	forecast.reuses = world.load->reuses;
	return tl_forecast_ms(&forecast, &play);
}

/* Step in which connect() fails; STEPS: it does not. */
static u64 run(const struct load *load, bool evenly)
{
	unsigned int i;
	u64 step;
	int count;

	memset(&world, 0, sizeof(world));
	world.load = load;
	world.evenly = evenly;
	tl_load_init(&world.seen, EPOCH_MS);
	for (step = 0; step < STEPS; step++) {
		while (world.due[step]) {
			struct conn *conn = world.due[step];

			world.due[step] = conn->next;
			happen(conn, step);
		}
		if (!(step % STEPS_A_SECOND))
			world.said[step / STEPS_A_SECOND] = ask(step);
		for (i = 0; i < ARRAY_SIZE(load->kind); i++)
			for (count = opens_in(i, step); count > 0; count--)
				if (!open_one(&load->kind[i], step))
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

/* Share of the samples that are right, in percent; fills the mean errors by fifths. */
static double judge(const struct load *load, u64 failed, double *errors)
{
	int from = load->changes + SETTLES;
	int to = load->lasts ? 290 : (int)(failed / STEPS_A_SECOND) - SETTLES;
	int second, right = 0, counts[FIFTHS] = { 0 }, fifth;

	for (fifth = 0; fifth < FIFTHS; fifth++)
		errors[fifth] = 0;
	for (second = from; second <= to; second++) {
		u32 truth = (u32)(failed * STEP_MS - second * 1000), said = world.said[second];

		fifth = (second - from) * FIFTHS / (to - from + 1);
		counts[fifth]++;
		if (load->lasts) {
			right += said == TL_FORECAST_NEVER;
			errors[fifth] += said != TL_FORECAST_NEVER;
			continue;
		}
		right += is_right(said, truth);
		errors[fifth] += said == TL_FORECAST_NEVER ? 1 : fabs((double)said - truth) / truth;
	}
	for (fifth = 0; fifth < FIFTHS; fifth++)
		errors[fifth] *= counts[fifth] ? 100.0 / counts[fifth] : 0;
	return to > from ? 100.0 * right / (to - from + 1) : 0;
}

/*
 * How many a second connections at random are is known only to so much, and with
 * it when there will be no port left: there some more may be wrong.
 */
static void check(const struct load *load, bool evenly, bool table)
{
	double errors[FIFTHS], right;
	u64 failed = run(load, evenly);
	int i;

	right = judge(load, failed, errors);
	if (table) {
		printf("%-24s  %-9s  %7.1f", load->name, evenly ? "evenly" : "by chance",
		       failed < STEPS ? (double)failed / STEPS_A_SECOND : INFINITY);
		for (i = 0; i < FIFTHS; i++)
			printf("  %6.1f", errors[i]);
		printf("  %6.1f\n", right);
		return;
	}
	if (failed == STEPS ? !load->lasts : load->lasts)
		fail_msg("%s: fails after %g s", load->name, (double)failed / STEPS_A_SECOND);
	if (right < (evenly ? 95 : 75))
		fail_msg("%s, %s: %.1f percent of the forecasts are right", load->name,
			 evenly ? "evenly" : "by chance", right);
}

static void test_evenly(void **state)
{
	unsigned int i;

	(void)state;
	srandom(1);
	for (i = 0; i < ARRAY_SIZE(loads); i++)
		check(&loads[i], true, false);
}

static void test_by_chance(void **state)
{
	unsigned int i;

	(void)state;
	srandom(2);
	for (i = 0; i < ARRAY_SIZE(loads); i++)
		check(&loads[i], false, false);
}

static void test_trend(void **state)
{
	u32 counts[60] = { 0 }, rate, i;
	s32 growth;

	(void)state;
	tl_load_trend(counts, 0, &rate, &growth);
	assert_int_equal(rate, 0);
	for (i = 0; i < 60; i++)
		counts[i] = 100 + 5 * i;
	tl_load_trend(counts, 60, &rate, &growth);
	assert_in_range(growth, 4990, 5010);
	assert_in_range(rate, 396000, 399000);
	/* A load that ends. */
	for (i = 0; i < 30; i++)
		counts[i] = 300 - 10 * i;
	tl_load_trend(counts, 30, &rate, &growth);
	assert_in_range(growth + 20000, 9990, 10010);
	assert_in_range(rate, 4000, 6000);
	/* Chance: sixty, give or take eight. */
	for (i = 0; i < 31; i++)
		counts[i] = 60 + (i * 7919 % 17) - 8;
	tl_load_trend(counts, 31, &rate, &growth);
	assert_int_equal(growth, 0);
	assert_in_range(rate, 58000, 62000);
	/* What was before a change does not count. */
	for (i = 0; i < 40; i++)
		counts[i] = i < 30 ? 20 : 90;
	tl_load_trend(counts, 40, &rate, &growth);
	assert_int_equal(growth, 0);
	assert_int_equal(rate, 90000);
	counts[0] = 42;
	tl_load_trend(counts, 1, &rate, &growth);
	assert_int_equal(rate, 42000);
	assert_int_equal(growth, 0);
	tl_load_trend(counts, 2, &rate, &growth);
	assert_int_equal(growth, 0);
}

static u32 sum(const u32 *counts, u32 size)
{
	u32 all = 0;

	while (size--)
		all += counts[size];
	return all;
}

/* What comes goes, whenever it does, and its age is known meanwhile. */
static void test_rings(void **state)
{
	static const u32 waits[] = { 1, 59, 63, 64, 65, 100, 599, 639, 5000 };
	u64 born = EPOCH_MS + 777, since = born + 50000;
	struct tl_load load;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(waits); i++) {
		u64 later = since + waits[i] * 1000ULL;

		tl_load_init(&load, EPOCH_MS);
		tl_load_opened(&load, born, born, true);
		tl_load_forecast(&load, born + 5000, &forecast);
		assert_int_equal(sum(forecast.open, TL_FORECAST_AGES), 1000);
		assert_in_range(forecast.open[5] + forecast.open[4], 999, 1000);
		tl_load_ended(&load, since, born, true);
		tl_load_waits(&load, since, since);
		tl_load_forecast(&load, since, &forecast);
		assert_int_equal(sum(forecast.open, TL_FORECAST_AGES), 0);
		assert_int_equal(forecast.ended[0][TL_FORECAST_AGES - 1], 1);
		assert_int_equal(forecast.share, 65536);
		tl_load_forecast(&load, later, &forecast);
		if (waits[i] < TL_FORECAST_WAITS - 20) {
			u32 from = waits[i] < 64 ? waits[i] - 1 : waits[i] - 10;

			assert_int_equal(sum(forecast.entered, TL_FORECAST_WAITS), 1000);
			assert_int_equal(sum(forecast.entered + from, 21), 1000);
		}
		tl_load_left(&load, later, since);
		tl_load_forecast(&load, later, &forecast);
		assert_int_equal(sum(forecast.entered, TL_FORECAST_WAITS), 0);
		assert_int_equal(load.waiting + load.open, 0);
	}
}

static int print_table(void)
{
	unsigned int i;

	srandom(3);
	printf("%-24s  %-9s  %7s  %6s  %6s  %6s  %6s  %6s  %6s\n", "load", "arrivals",
	       "fails_s", "1/5", "2/5", "3/5", "4/5", "5/5", "right");
	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		check(&loads[i], true, true);
		check(&loads[i], false, true);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trend),
		cmocka_unit_test(test_rings),
		cmocka_unit_test(test_evenly),
		cmocka_unit_test(test_by_chance),
	};

	if (argc > 1 && !strcmp(argv[1], "table"))
		return print_table();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* When ports run out: against a play of single connections, in steps of 10 ms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "forecast.h"

#define STEP_MS		10
#define STEPS		70000

/**
 * struct load - connections of one kind
 * @rate: per second, in the beginning
 * @growth: how much more each second
 * @life_ms: how long each is open
 * @length_ms: length of TIME_WAIT
 * @since_ms: how long it has been so already
 */
struct load {
	double rate, growth;
	u32 life_ms, length_ms, since_ms;
};

static double opened_by(const struct load *load, double second)
{
	return load->rate * second + load->growth * second * second / 2;
}

/* Ports in use at a time, counted from when it began. */
static double in_use(const struct load *load, double second)
{
	double back = (load->life_ms + load->length_ms) / 1000.0;

	return opened_by(load, second) - (second > back ? opened_by(load, second - back) : 0);
}

/* When it is so far; in milliseconds from now. */
static u32 truth(const struct load *load, u32 range)
{
	u32 step;

	for (step = 0; step < STEPS; step++)
		if (in_use(load, (load->since_ms + step * STEP_MS) / 1000.0) >= range)
			return step * STEP_MS;
	return TL_FORECAST_NEVER;
}

/* What tcplab would know of it. */
static struct tl_forecast known(const struct load *load, u32 range)
{
	double now = load->since_ms / 1000.0, life = load->life_ms / 1000.0;
	struct tl_forecast forecast = {
		.range = range,
		.length_ms = load->length_ms,
		.rate_milli = (u32)(1000 * (load->rate + load->growth * now)),
		.growth_milli = (s32)(1000 * load->growth),
		.life_ms = load->life_ms,
	};
	u32 ago;

	forecast.open = (u32)(opened_by(load, now) -
			      (now > life ? opened_by(load, now - life) : 0));
	for (ago = 0; ago < TL_FORECAST_SECONDS && ago * 1000 < load->length_ms; ago++) {
		double to = now - ago - life, from = to - 1;

		if (to > 0)
			forecast.entered[ago] = (u32)(opened_by(load, to) -
						(from > 0 ? opened_by(load, from) : 0));
	}
	return forecast;
}

static void check(const struct load *load, u32 range)
{
	struct tl_forecast forecast = known(load, range);
	u32 wanted = truth(load, range), told;
	struct tl_play play;

	told = tl_forecast_ms(&forecast, &play);
	if (wanted == TL_FORECAST_NEVER) {
		assert_int_equal(told, TL_FORECAST_NEVER);
		return;
	}
	/* Within a tenth, or a second where that is more. */
	assert_in_range(told, wanted - wanted / 10 > 1000 ? wanted - wanted / 10 - 1000 : 0,
			wanted + wanted / 10 + 1000);
}

static void test_steady(void **state)
{
	static const struct load loads[] = {
		{ 1000, 0, 50, 60000, 5000 },
		{ 1000, 0, 50, 60000, 20000 },
		{ 480, 0, 50, 60000, 30000 },
		{ 480, 0, 5000, 60000, 30000 },
		{ 470, 0, 50, 60000, 1000 },	/* 28200 of 28232: it never comes */
		{ 400, 0, 5000, 60000, 30000 },
		{ 2000, 0, 50, 5000, 2000 },
		{ 8000, 0, 50, 5000, 1000 },
		{ 100, 0, 50, 60000, 200000 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(loads); i++)
		check(&loads[i], 28232);
}

static void test_rising(void **state)
{
	static const struct load loads[] = {
		{ 100, 10, 50, 60000, 10000 },
		{ 100, 10, 50, 60000, 30000 },
		{ 0, 20, 50, 60000, 10000 },
		{ 300, 3, 50, 60000, 20000 },
		{ 100, 5, 2000, 60000, 20000 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(loads); i++)
		check(&loads[i], 28232);
}

static void test_edges(void **state)
{
	struct tl_forecast forecast = { .range = 100, .open = 100, .length_ms = 60000 };
	struct tl_play play;

	(void)state;
	assert_int_equal(tl_forecast_ms(&forecast, &play), 0);
	forecast.open = 99;
	assert_int_equal(tl_forecast_ms(&forecast, &play), TL_FORECAST_NEVER);
	/* Nothing is left of a range that is all reserved. */
	forecast.range = 0;
	forecast.open = 0;
	assert_int_equal(tl_forecast_ms(&forecast, &play), 0);
	/* With tcp_tw_reuse only a second's connections and the open ones count. */
	forecast.range = 28232;
	forecast.rate_milli = 5000 * 1000;
	forecast.reuses = true;
	assert_int_equal(tl_forecast_ms(&forecast, &play), TL_FORECAST_NEVER);
	forecast.reuses = false;
	assert_in_range(tl_forecast_ms(&forecast, &play), 5000, 6500);
	/* A load that falls. */
	forecast.growth_milli = -1000 * 1000;
	assert_int_equal(tl_forecast_ms(&forecast, &play), TL_FORECAST_NEVER);
}

static void test_trend(void **state)
{
	u32 counts[31] = { 0 }, rate, i;
	s32 growth;

	(void)state;
	tl_forecast_trend(counts, 0, &rate, &growth);
	assert_int_equal(rate, 0);
	for (i = 0; i < 31; i++)
		counts[i] = 100 + 5 * i;
	tl_forecast_trend(counts, 31, &rate, &growth);
	assert_in_range(growth, 4990, 5010);
	assert_in_range(rate, 252000, 253000);
	/* A load that ends. */
	for (i = 0; i < 31; i++)
		counts[i] = 300 - 10 * i;
	tl_forecast_trend(counts, 31, &rate, &growth);
	assert_in_range(growth + 20000, 9990, 10010);
	assert_in_range(rate, 0, 1000);
	/* Chance: sixty, give or take eight. */
	for (i = 0; i < 31; i++)
		counts[i] = 60 + (i * 7919 % 17) - 8;
	tl_forecast_trend(counts, 31, &rate, &growth);
	assert_int_equal(growth, 0);
	assert_in_range(rate, 58000, 62000);
	counts[0] = 42;
	tl_forecast_trend(counts, 1, &rate, &growth);
	assert_int_equal(rate, 42000);
	assert_int_equal(growth, 0);
	tl_forecast_trend(counts, 2, &rate, &growth);
	assert_int_equal(growth, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steady),
		cmocka_unit_test(test_rising),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_trend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

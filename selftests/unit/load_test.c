// SPDX-License-Identifier: GPL-2.0
/* What is counted of connections, and when ports run out if they come evenly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "loads.h"

static struct tl_forecast forecast;

static void check(const struct load *load)
{
	u64 failed = loads_play(load, true, NULL);
	double errors[FIFTHS], right = loads_judge(load, failed, world.said, errors);

	if (failed == STEPS ? !load->lasts : load->lasts)
		fail_msg("%s: fails after %g s", load->name, (double)failed / STEPS_A_SECOND);
	if (right < 95)
		fail_msg("%s: %.1f percent of the forecasts are right", load->name, right);
}

static void test_evenly(void **state)
{
	const struct load *load;

	(void)state;
	srandom(1);
	for (load = loads_usual; load->name; load++)
		check(load);
	for (load = loads_others; load->name; load++)
		check(load);
}

/* Two in a second, for thirty seconds. */
static void test_young(void **state)
{
	struct tl_load load;
	u64 now = 1000000, since;

	(void)state;
	tl_load_init(&load, now);
	for (since = now; since < now + 30000; since += 500)
		tl_load_waits(&load, since, since);
	now += 29999;
	assert_int_equal(tl_load_young(&load, now, 0), 0);
	assert_int_equal(tl_load_young(&load, now, 500), 1);
	assert_int_equal(tl_load_young(&load, now, 1000), 2);
	assert_int_equal(tl_load_young(&load, now, 1500), 3);
	assert_int_equal(tl_load_young(&load, now, 2000), 4);
	assert_int_equal(tl_load_young(&load, now, 60000), 60);
	assert_int_equal(tl_load_young(&load, now, UINT32_MAX), 60);
	tl_load_left(&load, now, 1000000);
	assert_int_equal(tl_load_young(&load, now, 60000), 59);
	/* A second has just begun, and is half gone: what came in the last one is young. */
	assert_int_equal(tl_load_young(&load, now + 1, 1000), 2);
	assert_int_equal(tl_load_young(&load, now + 501, 1000), 1);
	assert_int_equal(tl_load_young(&load, now + 45000, 60000), 30);
	assert_int_equal(tl_load_young(&load, now + 90000, 60000), 0);
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
	for (i = 0; i < 60; i++)
		counts[i] = i == 50 || i == 51 ? 440 : 40;
	tl_load_trend(counts, 60, &rate, &growth);
	assert_int_equal(growth, 0);
	assert_int_equal(rate, 40000);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_young),
		cmocka_unit_test(test_trend),
		cmocka_unit_test(test_rings),
		cmocka_unit_test(test_evenly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

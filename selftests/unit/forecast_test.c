// SPDX-License-Identifier: GPL-2.0
/* When ports run out, if all is known. chance_test has what is not known so well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "forecast.h"

static struct tl_play play;

/* Nobody closes: what is open only grows. */
static void test_leak(void **state)
{
	struct tl_forecast forecast = {
		.range = 2000, .open = { [5] = 100 * 1000 }, .length_ms = 60000,
		.rate_milli = 20 * 1000,
	};

	(void)state;
	assert_in_range(tl_forecast_ms(&forecast, &play), 94900, 95100);
	/* Twice as many each second after 20 s. */
	forecast.growth_milli = 1000;
	assert_in_range(tl_forecast_ms(&forecast, &play), 44000, 46500);
}

/* Who closes first, or second, after a life of five seconds. */
static void test_lives(void **state)
{
	struct tl_forecast forecast = {
		.range = 4000, .open = { 100000, 100000, 100000, 100000, 100000 },
		.ended = { { [5] = 400 }, { [5] = 400 }, { [5] = 400 } },
		.part_ms = 4000, .length_ms = 60000, .rate_milli = 100 * 1000,
	};

	(void)state;
	assert_int_equal(tl_forecast_ms(&forecast, &play), TL_FORECAST_NEVER);
	forecast.share = 65536;
	assert_in_range(tl_forecast_ms(&forecast, &play), 34000, 36000);
	forecast.share = 65536 / 2;
	assert_int_equal(tl_forecast_ms(&forecast, &play), TL_FORECAST_NEVER);
	forecast.range = 3200;
	assert_in_range(tl_forecast_ms(&forecast, &play), 52000, 56000);
}

static void test_edges(void **state)
{
	struct tl_forecast forecast = { .range = 100, .open = { 100000 }, .length_ms = 60000 };

	(void)state;
	assert_int_equal(tl_forecast_ms(&forecast, &play), 0);
	forecast.open[0] = 99000;
	assert_int_equal(tl_forecast_ms(&forecast, &play), TL_FORECAST_NEVER);
	/* Nothing is left of a range that is all reserved. */
	forecast.range = 0;
	forecast.open[0] = 0;
	assert_int_equal(tl_forecast_ms(&forecast, &play), 0);
	/* With tcp_tw_reuse only a second's connections and the open ones count. */
	forecast.range = 28232;
	forecast.ended[0][0] = 5000;
	forecast.share = 65536;
	forecast.rate_milli = 5000 * 1000;
	forecast.reused_after_ms = 1000;
	assert_int_equal(tl_forecast_ms(&forecast, &play), TL_FORECAST_NEVER);
	/* Or those of longer, where it waits for longer. */
	forecast.reused_after_ms = 30000;
	assert_in_range(tl_forecast_ms(&forecast, &play), 5000, 6500);
	forecast.reused_after_ms = 0;
	assert_in_range(tl_forecast_ms(&forecast, &play), 5000, 6500);
	/* A length that is no whole second. */
	forecast.length_ms = 5500;
	assert_int_equal(tl_forecast_ms(&forecast, &play), TL_FORECAST_NEVER);
	forecast.length_ms = 5800;
	assert_in_range(tl_forecast_ms(&forecast, &play), 5000, 6500);
	/* A load that falls. */
	forecast.length_ms = 60000;
	forecast.growth_milli = -1000 * 1000;
	assert_int_equal(tl_forecast_ms(&forecast, &play), TL_FORECAST_NEVER);
}

/* All that wait leave when their time is over, however long that is. */
static void test_waiting(void **state)
{
	struct tl_forecast forecast = { .range = 1000, .length_ms = 600000, .rate_milli = 10000 };

	(void)state;
	forecast.entered[599] = 500 * 1000;
	forecast.entered[10] = 400 * 1000;
	/* 500 leave at once: 600 are free. */
	assert_in_range(tl_forecast_ms(&forecast, &play), 59000, 62000);
	forecast.entered[599] = 0;
	forecast.entered[560] = 500 * 1000;
	assert_in_range(tl_forecast_ms(&forecast, &play), 9000, 11000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leak),
		cmocka_unit_test(test_lives),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* Unit tests of what is sent again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "retries.h"

#define MOST_MS	120000

/* ip-sysctl.rst tells the times of tcp_retries2 = 15 and of tcp_syn_retries = 6. */
static void test_times(void **state)
{
	(void)state;
	assert_int_equal(tl_retries_ms(15, TL_RETRIES_DATA_MS, MOST_MS), 924600);
	assert_int_equal(tl_retries_ms(8, TL_RETRIES_DATA_MS, MOST_MS), 102200);
	assert_int_equal(tl_retries_ms(7, TL_RETRIES_DATA_MS, MOST_MS), 51000);
	assert_int_equal(tl_retries_ms(6, TL_RETRIES_SYN_MS, MOST_MS), 127000);
	assert_int_equal(tl_retries_ms(8, TL_RETRIES_SYN_MS, MOST_MS), 367000);
	assert_int_equal(tl_retries_ms(0, TL_RETRIES_SYN_MS, 1000), 1000);
	assert_int_equal(tl_retries_ms(8, TL_RETRIES_DATA_MS, 1000), 7400);
}

static void test_syns(void **state)
{
	u32 retries;

	(void)state;
	for (retries = 1; retries <= 127; retries++) {
		assert_int_equal(tl_retries_syns(retries, 0, MOST_MS), retries + 1);
		assert_int_equal(tl_retries_syns(retries, 0, 1000), retries + 1);
	}
	/* The time of one or two retries is over before all linear timeouts are. */
	assert_int_equal(tl_retries_syns(1, 4, MOST_MS), 3);
	assert_int_equal(tl_retries_syns(2, 4, MOST_MS), 6);
	for (retries = 3; retries <= 127; retries++)
		assert_int_equal(tl_retries_syns(retries, 4, MOST_MS), retries + 5);
	/* No timeout grows, so the time is that of the retries alone. */
	assert_int_equal(tl_retries_syns(3, 4, 1000), 4);
	assert_int_equal(tl_retries_syns(1, 127, MOST_MS), 3);
	assert_int_equal(tl_retries_syns(127, 127, MOST_MS), 254);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_syns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* Unit tests of the values of sysctls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fields.h"

static const struct tl_bounds byte = { TL_FORM_NUMBER, false, 0, 255 };
static const struct tl_bounds triple = { TL_FORM_TRIPLE, false, 1, 2147483647 };
static const struct tl_bounds range = { TL_FORM_PAIR, true, 1, 65535 };
static const struct tl_bounds ports = { TL_FORM_LIST, true, 0, 65535 };
static const struct tl_bounds word = { TL_FORM_WORD, false, 0, 0 };

static void assert_value(const char *text, const struct tl_bounds *bounds,
			 int err, const char *wanted)
{
	char out[64], shown[128];
	int got = tl_fields_check(text, strlen(text), bounds, out, sizeof(out));

	snprintf(shown, sizeof(shown), "'%.60s' is answered with %d", text, got);
	if (got != err)
		fail_msg("%s", shown);
	if (!err)
		assert_string_equal(out, wanted);
}

static void test_numbers(void **state)
{
	static const char * const bad[] = {
		"", " ", "-", "+1", "0x20", "010", "00", "-0", "1x", "1 2", "x",
		"1.0", "--1", "1-", "1,2", "41abc", "\xb2", "40 50",
	};
	size_t i;

	(void)state;
	assert_value("0", &byte, 0, "0");
	assert_value(" 255\n", &byte, 0, "255");
	assert_value("256", &byte, -ERANGE, NULL);
	assert_value("-5", &byte, -ERANGE, NULL);
	assert_value("9223372036854775808", &byte, -ERANGE, NULL);
	assert_value("18446744073709551616", &byte, -ERANGE, NULL);
	assert_value("99999999999999999999999999999", &byte, -ERANGE, NULL);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_value(bad[i], &byte, -EINVAL, NULL);
}

/* At the ends of what 64 bits hold, and below zero. */
static void test_bounds(void **state)
{
	static const struct tl_bounds wide = { TL_FORM_NUMBER, false, 1, INT64_MAX };
	static const struct tl_bounds low = { TL_FORM_NUMBER, false, -5, -2 };
	static const struct tl_bounds all = { TL_FORM_NUMBER, false, INT64_MIN, INT64_MAX };

	(void)state;
	assert_value("9223372036854775807", &wide, 0, "9223372036854775807");
	assert_value("9223372036854775808", &wide, -ERANGE, NULL);
	assert_value("0", &wide, -ERANGE, NULL);
	assert_value("-6", &low, -ERANGE, NULL);
	assert_value("-5", &low, 0, "-5");
	assert_value("-2", &low, 0, "-2");
	assert_value("-1", &low, -ERANGE, NULL);
	assert_value("3", &low, -ERANGE, NULL);
	assert_value("-9223372036854775808", &all, 0, "-9223372036854775808");
}

static void test_several(void **state)
{
	(void)state;
	assert_value("4096 16384\t 4194304\n", &triple, 0, "4096\t16384\t4194304");
	assert_value("5 4 3", &triple, 0, "5\t4\t3");
	/* As reports have them. */
	assert_value("4096,16384,4194304", &triple, 0, "4096\t16384\t4194304");
	assert_value("5 ,4, 3", &triple, 0, "5\t4\t3");
	assert_value("5,,4,3", &triple, -EINVAL, NULL);
	assert_value(",5,4,3", &triple, -EINVAL, NULL);
	assert_value("5,4,", &triple, -EINVAL, NULL);
	assert_value("5555 6666 0", &triple, -ERANGE, NULL);
	assert_value("0 6666 x", &triple, -EINVAL, NULL);
	assert_value("7777", &triple, -EINVAL, NULL);
	assert_value("1 2", &triple, -EINVAL, NULL);
	assert_value("1 2 3 4", &triple, -EINVAL, NULL);
	assert_value("1 2 3,", &triple, -EINVAL, NULL);
	assert_value("1024 65000", &range, 0, "1024\t65000");
	assert_value("5 5", &range, 0, "5\t5");
	assert_value("60000 1000", &range, -EINVAL, NULL);
	assert_value("60000 100000", &range, -ERANGE, NULL);
	assert_value("1024", &range, -EINVAL, NULL);
}

static void test_lists(void **state)
{
	static const char * const bad[] = {
		",", "1,", ",1", "1,,2", "1-", "-1", "2-1", "1-2-3", "1 2", "a",
		"1--2", "01",
	};
	size_t i;

	(void)state;
	assert_value("", &ports, 0, "");
	assert_value("\n ", &ports, 0, "");
	assert_value("8080,9000-9010\n", &ports, 0, "8080,9000-9010");
	assert_value("0-65535", &ports, 0, "0-65535");
	assert_value("65536", &ports, -ERANGE, NULL);
	assert_value("1,2-65536", &ports, -ERANGE, NULL);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_value(bad[i], &ports, -EINVAL, NULL);
}

static void assert_joined(const char *text, const char *wanted)
{
	u8 marks[TL_FIELDS_PORTS] = { 0 };
	char list[TL_FIELDS_SIZE];

	assert_int_equal(tl_fields_check(text, strlen(text), &ports, list,
					 sizeof(list)), 0);
	tl_fields_join(list, marks);
	assert_string_equal(list, wanted);
}

/* As the kernel shows them: in order, and neighbours as one range. */
static void test_joined(void **state)
{
	const u32 most = (TL_FIELDS_SIZE - 1) / 6;
	char down[TL_FIELDS_SIZE], up[TL_FIELDS_SIZE];
	u32 port;

	(void)state;
	assert_joined("", "");
	assert_joined("0", "0");
	assert_joined("8081,8080", "8080-8081");
	assert_joined("1,2,3,4,5,6,7,8,9,10", "1-10");
	assert_joined("7,9", "7,9");
	assert_joined("8,16,15", "8,15-16");
	assert_joined("30-40,10-20,15-35", "10-40");
	assert_joined("5-5,5,5", "5");
	assert_joined("8-15", "8-15");
	assert_joined("0-6,8,10-65535", "0-6,8,10-65535");
	assert_joined("65535,65534,0,1", "0-1,65534-65535");
	assert_joined("65535,60000-65534", "60000-65535");
	assert_joined("0-65535,7", "0-65535");
	/* As many as there is room for: every other one, from the last to the first. */
	for (port = 0; port < most; port++) {
		snprintf(down + port * 6, 7, "%u,", 20001 + 2 * (most - 1 - port));
		snprintf(up + port * 6, 7, "%u,", 20001 + 2 * port);
	}
	down[most * 6 - 1] = '\0';
	up[most * 6 - 1] = '\0';
	assert_joined(down, up);
}

static void test_words(void **state)
{
	(void)state;
	assert_value("cubic\n", &word, 0, "cubic");
	assert_value("fifteen_letters", &word, 0, "fifteen_letters");
	assert_value("sixteen__letters", &word, -EINVAL, NULL);
	assert_value("", &word, -EINVAL, NULL);
	assert_value("a b", &word, -EINVAL, NULL);
	assert_value("../../x", &word, -EINVAL, NULL);
}

/* Not a byte more than there is room for. */
static void test_room(void **state)
{
	char out[4] = "....";

	(void)state;
	assert_int_equal(tl_fields_check("123", 3, &byte, out, 4), 0);
	assert_string_equal(out, "123");
	assert_int_equal(tl_fields_check("123", 3, &byte, out, 3), -EINVAL);
	assert_int_equal(tl_fields_check("123999", 3, &byte, out, 4), 0);
	assert_string_equal(out, "123");
}

static void test_equal(void **state)
{
	(void)state;
	assert_true(tl_fields_equal("1\t2\t3\n", "1 2  3"));
	assert_true(tl_fields_equal("", "\n"));
	assert_true(tl_fields_equal(" a", "a "));
	assert_false(tl_fields_equal("1 2", "12"));
	assert_false(tl_fields_equal("12", "1 2"));
	assert_false(tl_fields_equal("1", "1 2"));
	assert_false(tl_fields_equal("1", ""));
	assert_false(tl_fields_equal("12", "13"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

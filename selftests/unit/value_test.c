// SPDX-License-Identifier: GPL-2.0
/* Unit tests of the values that users write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "value.h"

#define U32_MAX	((u32)~0U)

/* A refused value leaves what was there. */
static void assert_number(const char *text, u32 min, u32 max, int err, u32 wanted)
{
	u32 value = 77;

	if (tl_value_number(text, min, max, &value) != err)
		fail_msg("'%s' is not answered with %d", text, err);
	assert_int_equal(value, err ? 77 : wanted);
}

static void test_numbers(void **state)
{
	(void)state;
	assert_number("0", 0, 0, 0, 0);
	assert_number("1\n", 0, 1, 0, 1);
	assert_number("+1\n", 0, 1, 0, 1);
	assert_number("0000000000000000000000000000042", 0, 50, 0, 42);
	assert_number("86400000", 1, 86400000, 0, 86400000);
	assert_number("4294967295\n", 0, U32_MAX, 0, U32_MAX);
}

static void test_no_numbers(void **state)
{
	static const char * const texts[] = {
		"", " ", "\n", "+", "+\n", "-", "-1", "-0", "++1", " 1", "1 ",
		"1x", "0x1", "1.0", "1 1", "1\n\n", "1\n2", "1\r\n", "1e3",
		"99999999999999999999999x", "/", ":", "\xb2",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		assert_number(texts[i], 0, U32_MAX, -EINVAL, 0);
}

static void test_range(void **state)
{
	(void)state;
	assert_number("0", 1, 5, -ERANGE, 0);
	assert_number("1", 1, 5, 0, 1);
	assert_number("5", 1, 5, 0, 5);
	assert_number("6\n", 1, 5, -ERANGE, 0);
	assert_number("4294967296", 0, U32_MAX, -ERANGE, 0);
	assert_number("4294967297", 0, U32_MAX, -ERANGE, 0);
	assert_number("18446744073709551616", 0, U32_MAX, -ERANGE, 0);
	assert_number("18446744073709551617", 0, 5, -ERANGE, 0);
	assert_number("99999999999999999999999", 0, U32_MAX, -ERANGE, 0);
}

/* Every value of a few digits, as printf writes it. */
static void test_all(void **state)
{
	char text[16];
	u32 value;

	(void)state;
	for (value = 0; value < 20000; value++) {
		snprintf(text, sizeof(text), "%u\n", value);
		assert_number(text, 9, 11111,
			      value < 9 || value > 11111 ? -ERANGE : 0, value);
	}
}

static void assert_word(const char *text, const char *wanted)
{
	char word[6] = "as is";

	assert_int_equal(tl_value_word(text, word, sizeof(word)),
			 wanted ? 0 : -EINVAL);
	assert_string_equal(word, wanted ? wanted : "as is");
}

static void test_words(void **state)
{
	(void)state;
	assert_word("reno", "reno");
	assert_word("cubic\n", "cubic");
	assert_word(" \t\r\v\f\ncubic\n\n ", "cubic");
	assert_word("a b", "a b");
	assert_word("\xa0", "\xa0");
	assert_word("cubics", NULL);
	assert_word("", NULL);
	assert_word("\n ", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_no_numbers),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* Unit tests of the lines of a set of sysctls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "set_line.h"

static void assert_line(const char *text, const char *name, const char *value,
			bool may_fail)
{
	struct tl_set_line line;

	assert_int_equal(tl_set_line_parse(text, strlen(text), &line), 1);
	assert_int_equal(line.name_length, strlen(name));
	assert_memory_equal(line.name, name, strlen(name));
	assert_int_equal(line.value_length, strlen(value));
	assert_memory_equal(line.value, value, strlen(value));
	assert_int_equal(line.may_fail, may_fail);
}

static void test_lines(void **state)
{
	(void)state;
	assert_line("a.b = 1", "a.b", "1", false);
	assert_line("  a.b=1 2\t3 \r", "a.b", "1 2\t3", false);
	assert_line("-a.b = x=y", "a.b", "x=y", true);
	assert_line("- a.b =", "a.b", "", true);
}

static void test_others(void **state)
{
	static const char * const nothing[] = {
		"", "  \t", "# a = b", "  #", "#", ";", " ; a = b",
	};
	static const char * const bad[] = { "seed", "= 1", "-", "-=1", "a b" };
	struct tl_set_line line;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(nothing); i++)
		assert_int_equal(tl_set_line_parse(nothing[i], strlen(nothing[i]), &line), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(tl_set_line_parse(bad[i], strlen(bad[i]), &line), -EINVAL);
	/* Nothing behind the line is read. */
	assert_int_equal(tl_set_line_parse("a = 1", 2, &line), -EINVAL);
}

static void assert_conf(const char *name, const char *device, const char *leaf)
{
	struct tl_conf_name conf;

	assert_true(tl_set_line_conf(name, strlen(name), &conf));
	assert_string_equal(conf.device, device);
	assert_int_equal(conf.leaf_length, strlen(leaf));
	assert_memory_equal(conf.leaf, leaf, strlen(leaf));
}

static void test_devices(void **state)
{
	static const char * const bad[] = {
		"net.ipv4.conf.", "net.ipv4.conf.eth0", "net.ipv4.conf..x",
		"net.ipv4.conf.//.x", "net.ipv4.conf./.x", "net.ipv4.conf.a b.x",
		"net.ipv4.conf.a:1.x", "net.ipv4.conf.sixteen__letters.x",
		"net.ipv6.conf.eth0.x", "net.ipv4.confs.eth0.x",
	};
	struct tl_conf_name conf;
	size_t i;

	(void)state;
	assert_conf("net.ipv4.conf.eth0.rp_filter", "eth0", "rp_filter");
	assert_conf("net.ipv4.conf.eth0/100.rp_filter", "eth0.100", "rp_filter");
	assert_conf("net.ipv4.conf.///.x", "...", "x");
	assert_conf("net.ipv4.conf.fifteen_letters.x", "fifteen_letters", "x");
	assert_conf("net.ipv4.conf.eth0.100.rp_filter", "eth0", "100.rp_filter");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(tl_set_line_conf(bad[i], strlen(bad[i]), &conf));
	assert_false(tl_set_line_conf("net.ipv4.conf.a\0b.x", 19, &conf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

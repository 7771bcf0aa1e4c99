// SPDX-License-Identifier: GPL-2.0
/* Unit tests of the table of sysctls, and of their names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "name.h"

static void assert_name(const char *text, const char *wanted)
{
	char shown[TL_NAME_SIZE];
	struct tl_name name;

	assert_true(tl_name_find(text, strlen(text), &name));
	tl_name_text(&name, shown);
	assert_string_equal(shown, wanted);
}

static void assert_path(const char *text, const char *wanted)
{
	char path[TL_NAME_SIZE];
	struct tl_name name;

	assert_true(tl_name_find(text, strlen(text), &name));
	tl_name_path(&name, path);
	assert_string_equal(path, wanted);
}

static void test_names(void **state)
{
	static const char * const none[] = {
		"", "net", "net.ipv4.tcp_fin_timeou", "net.ipv4.tcp_fin_timeout.",
		"net/ipv4.tcp_fin_timeout", "net.ipv4/tcp_fin_timeout", "net.ipv4.conf.eth0.tag",
		"net/ipv4/conf/eth0/100/rp_filter", "/", "/net/ipv4/tcp_fin_timeout",
		"net.ipv4.conf.all.tag", "net.ipv4.conf.a.b.rp_filter",
	};
	struct tl_name name;
	size_t i;

	(void)state;
	assert_name("net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_fin_timeout");
	assert_name("net.ipv4.ip_conntrack_max", "net.netfilter.nf_conntrack_max");
	assert_name("net.ipv4.conf.eth0/1.rp_filter", "net.ipv4.conf.eth0/1.rp_filter");
	assert_name("net/ipv4/tcp_fin_timeout", "net.ipv4.tcp_fin_timeout");
	assert_name("net/ipv4/conf/eth0.1/rp_filter", "net.ipv4.conf.eth0/1.rp_filter");
	assert_path("net.ipv4.route.gc_timeout", "sys/net/ipv4/route/gc_timeout");
	assert_path("net.ipv4.conf.eth0/1.rp_filter", "sys/net/ipv4/conf/eth0.1/rp_filter");
	assert_path("net.ipv4.conf.all.rp_filter", "sys/net/ipv4/conf/all/rp_filter");
	assert_path("net.ipv4.conf.fifteen_letters.accept_source_route",
		    "sys/net/ipv4/conf/fifteen_letters/accept_source_route");
	for (i = 0; i < ARRAY_SIZE(none); i++)
		assert_false(tl_name_find(none[i], strlen(none[i]), &name));
}

static void test_equal(void **state)
{
	struct tl_name a, b;

	(void)state;
	assert_true(tl_name_find("net.ipv4.conf.eth0.rp_filter", 28, &a));
	assert_true(tl_name_find("net.ipv4.conf.eth1.rp_filter", 28, &b));
	assert_false(tl_name_equal(&a, &b));
	assert_true(tl_name_find("net.ipv4.conf.eth0.rp_filter", 28, &b));
	assert_true(tl_name_equal(&a, &b));
	assert_true(tl_name_find("net.ipv4.conf.eth0.forwarding", 29, &b));
	assert_false(tl_name_equal(&a, &b));
}

static bool reaches(const char *name, const char *other)
{
	struct tl_name a, b;

	assert_true(tl_name_find(name, strlen(name), &a));
	assert_true(tl_name_find(other, strlen(other), &b));
	return tl_name_reaches(&a, &b);
}

static void test_reach(void **state)
{
	(void)state;
	assert_true(reaches("net.ipv4.conf.all.forwarding", "net.ipv4.conf.default.forwarding"));
	assert_true(reaches("net.ipv4.conf.all.forwarding", "net.ipv4.conf.eth0.forwarding"));
	assert_true(reaches("net.ipv4.conf.default.rp_filter", "net.ipv4.conf.eth0.rp_filter"));
	assert_false(reaches("net.ipv4.conf.default.rp_filter", "net.ipv4.conf.all.rp_filter"));
	assert_false(reaches("net.ipv4.conf.default.rp_filter", "net.ipv4.conf.default.rp_filter"));
	assert_false(reaches("net.ipv4.conf.all.forwarding", "net.ipv4.conf.eth0.rp_filter"));
	assert_false(reaches("net.ipv4.conf.eth0.rp_filter", "net.ipv4.conf.eth1.rp_filter"));
	assert_false(reaches("net.ipv4.conf.all.forwarding", "net.ipv4.tcp_sack"));
	assert_false(reaches("net.ipv4.tcp_sack", "net.ipv4.conf.all.forwarding"));
}

static void assert_takes(const struct tl_sysctl *sysctl, const char *value)
{
	char out[TL_FIELDS_SIZE];

	if (tl_fields_check(value, strlen(value), &sysctl->bounds, out, sizeof(out)))
		fail_msg("%s does not take '%s'", sysctl->name, value);
}

/* Each name is found, and takes the values that the table has for it. */
static void test_table(void **state)
{
	unsigned int i, j;

	(void)state;
	for (i = 0; i < TL_SYSCTLS; i++) {
		const struct tl_sysctl *sysctl = &tl_sysctls[i];
		struct tl_name name;

		assert_non_null(sysctl->name);
		assert_non_null(sysctl->about);
		assert_non_null(sysctl->standard_text);
		assert_true(tl_name_find(sysctl->name, strlen(sysctl->name), &name));
		assert_ptr_equal(name.sysctl, sysctl);
		for (j = 0; j < TL_OLD_NAMES && sysctl->old[j]; j++) {
			assert_true(tl_name_find(sysctl->old[j], strlen(sysctl->old[j]), &name));
			assert_ptr_equal(name.sysctl, sysctl);
		}
		for (j = 0; j < TL_SEEDS; j++)
			if (sysctl->seed[j])
				assert_takes(sysctl, sysctl->seed[j]);
		if (sysctl->standard == TL_STANDARD_TEXT)
			assert_takes(sysctl, sysctl->standard_text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_reach),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

struct setting {
	const char *name;
	const char *value;
};

/* The article's templates, line by line; it gives tcp_mem and tcp_rmem no value in the second. */
static const struct setting first_template[] = {
	{ "net.ipv4.tcp_syn_retries", "1" },
	{ "net.ipv4.tcp_synack_retries", "1" },
	{ "net.ipv4.tcp_keepalive_time", "600" },
	{ "net.ipv4.tcp_keepalive_probes", "3" },
	{ "net.ipv4.tcp_keepalive_intvl", "15" },
	{ "net.ipv4.tcp_retries2", "5" },
	{ "net.ipv4.tcp_fin_timeout", "2" },
	{ "net.ipv4.tcp_max_tw_buckets", "36000" },
	{ "net.ipv4.tcp_tw_recycle", "1" },
	{ "net.ipv4.tcp_tw_reuse", "1" },
	{ "net.ipv4.tcp_max_orphans", "32768" },
	{ "net.ipv4.tcp_syncookies", "1" },
	{ "net.ipv4.tcp_max_syn_backlog", "16384" },
	{ "net.ipv4.tcp_wmem", "8192 131072 16777216" },
	{ "net.ipv4.tcp_rmem", "32768 131072 16777216" },
	{ "net.ipv4.tcp_mem", "786432 1048576 1572864" },
	{ "net.ipv4.ip_local_port_range", "1024 65000" },
	{ "net.ipv4.ip_conntrack_max", "65536" },
	{ "net.ipv4.netfilter.ip_conntrack_max", "65536" },
	{ "net.ipv4.netfilter.ip_conntrack_tcp_timeout_established", "180" },
	{ "net.core.somaxconn", "16384" },
	{ "net.core.netdev_max_backlog", "16384" },
};

static const struct setting second_template[] = {
	{ "net.core.netdev_max_backlog", "400000" },
	{ "net.core.optmem_max", "10000000" },
	{ "net.core.rmem_default", "10000000" },
	{ "net.core.rmem_max", "10000000" },
	{ "net.core.somaxconn", "100000" },
	{ "net.core.wmem_default", "11059200" },
	{ "net.core.wmem_max", "11059200" },
	{ "net.ipv4.conf.all.rp_filter", "1" },
	{ "net.ipv4.conf.default.rp_filter", "1" },
	{ "net.ipv4.tcp_congestion_control", "bic" },
	{ "net.ipv4.tcp_window_scaling", "0" },
	{ "net.ipv4.tcp_ecn", "0" },
	{ "net.ipv4.tcp_sack", "1" },
	{ "net.ipv4.tcp_max_tw_buckets", "10000" },
	{ "net.ipv4.tcp_max_syn_backlog", "8192" },
	{ "net.ipv4.tcp_syncookies", "1" },
	{ "net.ipv4.tcp_timestamps", "1" },
	{ "net.ipv4.tcp_tw_reuse", "1" },
	{ "net.ipv4.tcp_tw_recycle", "1" },
	{ "net.ipv4.tcp_fin_timeout", "10" },
	{ "net.ipv4.tcp_keepalive_time", "1800" },
	{ "net.ipv4.tcp_keepalive_probes", "3" },
	{ "net.ipv4.tcp_keepalive_intvl", "15" },
	{ "net.ipv4.tcp_wmem", "30000000 30000000 30000000" },
	{ "net.ipv4.ip_local_port_range", "1024 65000" },
	{ "net.ipv4.netfilter.ip_conntrack_max", "204800" },
	{ "net.ipv4.tcp_slow_start_after_idle", "0" },
	{ "net.ipv4.route.gc_timeout", "100" },
	{ "net.ipv4.tcp_syn_retries", "1" },
	{ "net.ipv4.icmp_echo_ignore_broadcasts", "1" },
	{ "net.ipv4.icmp_ignore_bogus_error_responses", "1" },
	{ "net.inet.udp.checksum", "1" },
	{ "net.ipv4.conf.default.accept_source_route", "0" },
};

static const struct tl_sysctl *sysctl_of(const char *text)
{
	struct tl_name name;

	if (!tl_name_find(text, strlen(text), &name))
		fail_msg("%s is not in the table", text);
	return name.sysctl;
}

/* The last one that sets it: several names may be of one sysctl. */
static const char *value_of(const struct setting *settings, size_t count,
			    const struct tl_sysctl *sysctl)
{
	const char *value = NULL;
	size_t i;

	for (i = 0; i < count; i++)
		if (sysctl_of(settings[i].name) == sysctl)
			value = settings[i].value;
	return value;
}

/* It sets what the table says, and nothing else. */
static void assert_template(unsigned int seed, const struct setting *settings,
			    size_t count)
{
	unsigned int i;

	for (i = 0; i < TL_SYSCTLS; i++) {
		const char *value = value_of(settings, count, &tl_sysctls[i]);
		const char *told = tl_sysctls[i].seed[seed];

		if (!value != !told || (told && strcmp(told, value)))
			fail_msg("%s is %s in seed-%u, should be %s", tl_sysctls[i].name,
				 told ? told : "not there", seed + 1, value ? value : "not there");
	}
}

static void test_templates(void **state)
{
	(void)state;
	assert_template(0, first_template, ARRAY_SIZE(first_template));
	assert_template(1, second_template, ARRAY_SIZE(second_template));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_reach),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

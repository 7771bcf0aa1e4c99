// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the window laws, against the formulae of RFC 5681 and RFC 9438
 * in double precision.
 */
#include "law_path.h"

#define BETA	0.7
#define C	0.4
#define ALPHA	(3 * (1 - BETA) / (1 + BETA))

/* by Newton's method, so that the test needs no libm */
static double cube_root(double a)
{
	double r = max(a, 1.0);
	int i;

	for (i = 0; i < 100; i++)
		r -= (r - a / (r * r)) / 3;
	return r;
}

static void test_table(void **state)
{
	(void)state;
	assert_ptr_equal(tl_law_default(), tl_law_find("cubic"));
	assert_string_equal(tl_law_find("reno")->law->name, "reno");
	assert_null(tl_law_find("cubi"));
	assert_null(tl_law_find("cubic\n"));
	assert_null(tl_law_find(""));
}

static void assert_cbrt(u64 a)
{
	unsigned __int128 r = tl_cbrt(a);

	if (r * r * r > a || (r + 1) * (r + 1) * (r + 1) <= a)
		fail_msg("tl_cbrt(%llu) = %u", a, (u32)r);
}

/* Around each cube there is, and at the ends of the range. */
static void test_cbrt(void **state)
{
	u64 r;

	(void)state;
	for (r = 1; r <= 2642245; r++) {
		assert_cbrt(r * r * r - 1);
		assert_cbrt(r * r * r);
	}
	assert_int_equal(tl_cbrt(0), 0);
	assert_int_equal(tl_cbrt(~0ULL), 2642245);
}

static void test_reno_slow_start(void **state)
{
	struct path path = path_new("reno", 10, 100, 10000);

	(void)state;
	path_round(&path);
	assert_int_equal(path.window.cwnd, 20);
	path_ack(&path, 30, false);
	assert_int_equal(path.window.cwnd, 20);

	/* 80 lead to ssthresh, a window of the rest adds one */
	path_ack(&path, 80 + 100, true);
	assert_int_equal(path.window.cwnd, 101);
}

static void test_reno_linear(void **state)
{
	struct path path = path_new("reno", 50, 50, 10000);
	u32 i;

	(void)state;
	for (i = 1; i <= 200; i++) {
		path_round(&path);
		assert_int_equal(path.window.cwnd, 50 + i);
	}

	/* what was counted under a large window adds one to a small one */
	path_ack(&path, 249, true);
	path.window.cwnd = 5;
	path.window.ssthresh = 5;
	path_ack(&path, 1, true);
	assert_int_equal(path.window.cwnd, 6);
}

static void test_reno_loss(void **state)
{
	struct path path = path_new("reno", 101, INF, 10000);

	(void)state;
	path_lose(&path);
	assert_int_equal(path.window.ssthresh, 50);
	assert_int_equal(law_of(&path)->undo(&path.flow, &path.window), 101);
	path.window.cwnd = 200;
	assert_int_equal(law_of(&path)->undo(&path.flow, &path.window), 200);

	path = path_new("reno", 3, INF, 10000);
	path_lose(&path);
	assert_int_equal(path.window.ssthresh, 2);
}

/* RFC 9438, sections 4.2 to 4.5, as they are written. */
struct model {
	double cwnd, w_max, w_est, k, t_epoch;
};

static double model_w(const struct model *m, double t)
{
	return C * (t - m->k) * (t - m->k) * (t - m->k) + m->w_max;
}

static void model_ack(struct model *m, double acked, double now, double rtt)
{
	double t = now - m->t_epoch;
	double alpha = m->w_est >= m->w_max ? 1 : ALPHA;
	double target;

	m->w_est += alpha * acked / m->cwnd;
	if (model_w(m, t) < m->w_est) {
		m->cwnd = max(m->cwnd, m->w_est);
		return;
	}
	target = min(max(model_w(m, t + rtt), m->cwnd), 1.5 * m->cwnd);
	m->cwnd += acked * (target - m->cwnd) / m->cwnd;
}

/* The window is within 1 segment + 0.1 % of the model, to 3 K or 2,000 RTT. */
static void check_cubic(u32 w_max, u32 rtt_us)
{
	struct path path = path_new("cubic", w_max, w_max, rtt_us);
	struct model m = { .w_max = w_max };
	u32 round, i;
	double now;

	path_lose(&path);
	m.cwnd = path.window.cwnd;
	m.w_est = m.cwnd;
	m.k = cube_root((m.w_max - m.cwnd) / C);
	m.t_epoch = path.now_us / 1e6;

	for (round = 0; round < 2000; round++) {
		/* 10 ACKs for a window */
		for (i = 0; i < 10; i++) {
			u32 acked = path.window.cwnd / 10 + 1;
			double before = exact_cwnd(&path);

			now = path.now_us / 1e6;
			path_ack(&path, acked, true);
			assert_true(exact_cwnd(&path) >= before);
			model_ack(&m, acked, now, rtt_us / 1e6);
			path.now_us += rtt_us / 10;
		}
		if (!near(exact_cwnd(&path), m.cwnd, 1 + m.cwnd / 1000))
			fail_msg("W_max %u, RTT %u us, round %u: %f, not %f",
				 w_max, rtt_us, round, exact_cwnd(&path),
				 m.cwnd);
		if (now - m.t_epoch > 3 * m.k || m.cwnd > 1e8)
			break;
	}
}

static void test_cubic_model(void **state)
{
	static const u32 w_max[] = {
		20, 50, 100, 300, 1000, 5000, 20000, 100000, 1000000,
	};
	static const u32 rtt_us[] = {
		100, 1000, 5000, 10000, 33000, 100000, 250000, 1000000,
		10000000,
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(w_max); i++)
		for (j = 0; j < ARRAY_SIZE(rtt_us); j++)
			check_cubic(w_max[i], rtt_us[j]);
}

/* K and the plateau: no more than 1 ms and 2^-10 segments away. */
static void test_cubic_k(void **state)
{
	struct path path = path_new("cubic", 1000, 1000, 100000);

	(void)state;
	path_lose(&path);
	path_ack(&path, 1, true);
	assert_near(path.flow.cubic.curve.k_ms, 1000 * cube_root(300 / C), 1);
	assert_near(segments(path.flow.cubic.curve.w_max), 1000, 0);
}

/* Section 4.2: the target is at most 1.5 cwnd, so a window adds half. */
static void test_cubic_target_bound(void **state)
{
	struct path path = path_new("cubic", 1000, 1000, 100000);

	(void)state;
	path_lose(&path);
	path_ack(&path, 1, true);
	path.now_us += 1000000000;
	path_ack(&path, 700, true);
	assert_near(exact_cwnd(&path), 1050, 1);
}

/* Section 4.3: alpha per round trip to cwnd_prior, then one. */
static void test_cubic_reno_friendly(void **state)
{
	struct path path = path_new("cubic", 100, 100, 1000);
	u32 regained = (u32)(30 / ALPHA) + 1;
	u32 i;

	(void)state;
	path_lose(&path);
	assert_int_equal(path.window.cwnd, 70);
	for (i = 1; i <= 150; i++) {
		double wanted = 70 + ALPHA * i;

		path_round(&path);
		if (i > regained)
			wanted = 100 + (i - regained);
		assert_near(exact_cwnd(&path), wanted, 0.6);
	}
}

/* Sections 4.6 and 4.7. */
static void test_cubic_fast_convergence(void **state)
{
	struct tl_law_setup plain = *tl_law_find("cubic");
	struct path path = path_new("cubic", 1000, 1000, 10000);

	(void)state;
	path_lose(&path);
	assert_near(segments(path.flow.cubic.curve.w_max), 1000, 0);
	assert_int_equal(path.window.ssthresh, 700);

	path.window.cwnd = 801;
	path_lose(&path);
	assert_near(segments(path.flow.cubic.curve.w_max), 801 * 0.85, 0.001);
	assert_int_equal(path.flow.cubic.curve.cwnd_prior, 801);
	assert_int_equal(path.window.ssthresh, 560);

	path.window.cwnd = 900;
	path_lose(&path);
	assert_near(segments(path.flow.cubic.curve.w_max), 900, 0);

	plain.params.fast_convergence = false;
	path.flow.setup = &plain;
	path.window.cwnd = 801;
	path_lose(&path);
	assert_near(segments(path.flow.cubic.curve.w_max), 801, 0);

	path.window.cwnd = 2;
	path_lose(&path);
	assert_int_equal(path.window.ssthresh, 2);
}

/* Sections 4.2 and 5.8: the curve stands still while the flow is limited. */
static void test_cubic_app_limited(void **state)
{
	struct path busy = path_new("cubic", 1000, 1000, 50000);
	struct path limited, idle;
	u32 i;

	(void)state;
	path_lose(&busy);
	for (i = 0; i < 40; i++)
		path_round(&busy);

	limited = busy;
	for (i = 0; i < 1000; i++) {
		limited.now_us += 10000;
		path_ack(&limited, 5, false);
	}
	assert_int_equal(limited.window.cwnd, busy.window.cwnd);

	idle = busy;
	idle.now_us += 3600000000ULL;
	law_of(&idle)->idle_end(&idle.flow, (u32)(idle.now_us / 1000));

	for (i = 0; i < 60; i++) {
		path_round(&busy);
		path_round(&limited);
		path_round(&idle);
		assert_near(exact_cwnd(&limited), exact_cwnd(&busy), 0);
		assert_near(exact_cwnd(&idle), exact_cwnd(&busy), 0);
	}
	assert_true(busy.window.cwnd > 950);
}

/* Section 4.8: after a timeout the curve begins at cwnd, without K. */
static void test_cubic_timeout(void **state)
{
	struct path path = path_new("cubic", 1000, 1000, 50000);

	(void)state;
	path_timeout(&path);
	assert_int_equal(path.window.ssthresh, 700);
	while (path.window.cwnd < 700)
		path_round(&path);
	path_ack(&path, 1, true);
	assert_int_equal(path.flow.cubic.curve.k_ms, 0);
	assert_near(segments(path.flow.cubic.curve.w_max), 700, 1);
	assert_near(segments(path.flow.cubic.curve.w_est), 700, 1);

	/* the next loss is an ordinary one */
	path.window.cwnd = 900;
	path_lose(&path);
	path_ack(&path, 1, true);
	assert_near(path.flow.cubic.curve.k_ms, 1000 * cube_root(270 / C), 1);
}

/* Slow start after an idle restart leads to a new stage at the same W_max. */
static void test_cubic_restart(void **state)
{
	struct path path = path_new("cubic", 1000, 1000, 50000);
	u32 i;

	(void)state;
	path_lose(&path);
	for (i = 0; i < 10; i++)
		path_round(&path);

	path.window.cwnd = 10;
	while (path.window.cwnd < path.window.ssthresh)
		path_round(&path);
	path.now_us += 50000;
	path_ack(&path, 1, true);
	assert_near(segments(path.flow.cubic.curve.w_max), 1000, 0);
	assert_near(segments(path.flow.cubic.curve.w_est), 700, 5);
	assert_near(path.flow.cubic.curve.k_ms, 1000 * cube_root(300 / C), 100);
	assert_near(path.now_us / 1000 - path.flow.cubic.curve.epoch_ms, 0, 110);
}

/* A window that something else has cut grows by what is acknowledged. */
static void test_cubic_cut(void **state)
{
	struct path path = path_new("cubic", 1000, 500, 1000);
	u32 i;

	(void)state;
	path_ack(&path, 1, true);
	path.window.cwnd = 600;
	for (i = 1; i <= 40; i++) {
		path_ack(&path, 10, true);
		assert_int_equal(path.window.cwnd, 600 + 10 * i);
	}
	path_ack(&path, 10, true);
	assert_int_equal(path.window.cwnd, 1000);
}

static void check_undo(void (*event)(struct path *path))
{
	struct path path = path_new("cubic", 1000, 1000, 50000);
	struct path before;
	u32 i;

	path_lose(&path);
	for (i = 0; i < 40; i++)
		path_round(&path);

	before = path;
	event(&path);
	path_ack(&path, 1, true);
	path.window.cwnd = law_of(&path)->undo(&path.flow, &path.window);
	path.window.ssthresh = before.window.ssthresh;
	assert_int_equal(path.window.cwnd, before.window.cwnd);
	assert_memory_equal(&path.flow.cubic.curve, &before.flow.cubic.curve,
			    sizeof(struct tl_cubic_curve));

	/* there is nothing to undo twice */
	path.window.cwnd = 10;
	assert_int_equal(law_of(&path)->undo(&path.flow, &path.window), 10);

	path.window.cwnd = before.window.cwnd;
	for (i = 0; i < 40; i++) {
		path_round(&path);
		path_round(&before);
	}
	assert_near(exact_cwnd(&path), exact_cwnd(&before), 1);
}

/* Section 4.9. */
static void test_cubic_undo(void **state)
{
	struct path path = path_new("cubic", 1000, 1000, 50000);

	(void)state;
	check_undo(path_lose);
	check_undo(path_timeout);

	/* a window that has outgrown the old one stays as it is */
	path_lose(&path);
	path.window.cwnd = 1200;
	path_ack(&path, 1, true);
	assert_int_equal(law_of(&path)->undo(&path.flow, &path.window), 1200);
	assert_near(segments(path.flow.cubic.curve.w_max), 1200, 0);
}

/* The curve does not see that the clock wraps. */
static void test_clock_wrap(void **state)
{
	struct path early = path_new("cubic", 1000, 1000, 50000);
	struct path late = early;
	u32 i;

	(void)state;
	late.now_us += (0xffffffffULL - 2000) * 1000;
	for (i = 0; i < 200; i++) {
		if (i % 90 == 0) {
			path_lose(&early);
			path_lose(&late);
		}
		path_round(&early);
		path_round(&late);
		assert_near(exact_cwnd(&late), exact_cwnd(&early), 0);
	}
	assert_true((u32)(late.now_us / 1000) < (u32)(early.now_us / 1000));
}

/*
 * Anything may come in any order: the window stays one, and grows at most by
 * what was acknowledged.
 */
static void check_extreme(struct path *path)
{
	struct tl_window before = path->window;
	struct tl_rtt_sample sample = { path->rtt_us, (u32)rand(), (u32)rand() };
	u32 acked = rand() % 3 ? 1 + (u32)rand() % 64 : before.cwnd;

	if (rand() % 16 == 0)
		acked = ~0U;
	switch (rand() % 16) {
	case 0:
		path_lose(path);
		break;
	case 1:
		path->window.cwnd = law_of(path)->undo(&path->flow, &before);
		break;
	case 2:
		path->now_us += (u64)rand() * 1000000;
		if (law_of(path)->idle_end)
			law_of(path)->idle_end(&path->flow,
					       (u32)(path->now_us / 1000));
		break;
	case 3:
		if (law_of(path)->timeout)
			path_timeout(path);
		break;
	case 4:
		if (law_of(path)->rtt_sample)
			law_of(path)->rtt_sample(&path->flow, &sample,
						 &path->window);
		break;
	default:
		path->now_us += path->rtt_us;
		path_ack(path, acked, rand() % 8);
		assert_true(path->window.cwnd >= before.cwnd);
		assert_true(path->window.cwnd <= (u64)before.cwnd + acked + 1 ||
			    path->window.cwnd <= before.cwnd * 1.5 + 1);
	}
	assert_in_range(path->window.cwnd, 1, TL_CWND_MAX);
	assert_in_range(path->window.ssthresh, 2, INF);
}

static void test_extremes(void **state)
{
	static const u16 betas[] = { 1, 500, 700, 999 };
	static const u16 cs[] = { 1, 400, 65535 };
	static const u32 rtts[] = { 1, 1000, 100000, 100000000, ~0U };
	static const char *const laws[] = { "cubic", "reno" };
	u32 i, n;

	(void)state;
	srand(1);
	for (i = 0; i < 20000; i++) {
		u32 cwnd = (1U << (i % 31)) + (u32)rand() % (1U << (i % 31));
		struct path path = path_new(laws[rand() % 2],
					    min(cwnd, TL_CWND_MAX),
					    rand() % 2 ? INF : 2,
					    rtts[rand() % ARRAY_SIZE(rtts)]);
		struct tl_law_setup setup = *path.flow.setup;

		setup.params.beta_permille = betas[rand() % ARRAY_SIZE(betas)];
		setup.params.c_permille = cs[rand() % ARRAY_SIZE(cs)];
		path.flow.setup = &setup;
		path.now_us = (u64)rand() << 20;
		for (n = 0; n < 50; n++)
			check_extreme(&path);
	}
}

static void test_clamp(void **state)
{
	static const char *const laws[] = { "cubic", "reno" };
	size_t i;
	u32 n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(laws); i++) {
		struct path path = path_new(laws[i], 10, INF, 10000);

		path.window.cwnd_clamp = 40;
		for (n = 0; n < 10; n++)
			path_round(&path);
		assert_int_equal(path.window.cwnd, 40);
		path_lose(&path);
		for (n = 0; n < 100; n++)
			path_round(&path);
		assert_int_equal(path.window.cwnd, 40);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_cbrt),
		cmocka_unit_test(test_reno_slow_start),
		cmocka_unit_test(test_reno_linear),
		cmocka_unit_test(test_reno_loss),
		cmocka_unit_test(test_cubic_model),
		cmocka_unit_test(test_cubic_k),
		cmocka_unit_test(test_cubic_target_bound),
		cmocka_unit_test(test_cubic_reno_friendly),
		cmocka_unit_test(test_cubic_fast_convergence),
		cmocka_unit_test(test_cubic_app_limited),
		cmocka_unit_test(test_cubic_timeout),
		cmocka_unit_test(test_cubic_restart),
		cmocka_unit_test(test_cubic_cut),
		cmocka_unit_test(test_cubic_undo),
		cmocka_unit_test(test_clock_wrap),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_clamp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

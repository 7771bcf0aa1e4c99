// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of HyStart++ (RFC 9406) as the first slow start of CUBIC.
 */
#include "law_path.h"

/*
 * A round of first slow start: @samples ACKs with an RTT sample each. The last
 * one is answered with the window of the next round.
 */
static void hystart_round(struct path *path, u32 rtt_us, u32 samples)
{
	u32 acked = path->window.cwnd / samples;
	u32 i;

	for (i = 0; i < samples; i++) {
		struct tl_rtt_sample sample = {
			.rtt_us = rtt_us + i,
			.snd_una = path->snd_una += acked,
		};

		path_ack(path, acked, true);
		sample.snd_nxt = sample.snd_una +
				 path->window.cwnd / samples * samples;
		if (path->flow.cubic.hystart.phase == TL_HYSTART_BEGIN)
			sample.snd_nxt = sample.snd_una + acked * (samples - 1);
		law_of(path)->rtt_sample(&path->flow, &sample, &path->window);
	}
	path->now_us += rtt_us;
}

/* At which rise of the RTT in us does CSS begin? */
static u32 hystart_threshold(u32 rtt_us)
{
	u32 rise;

	for (rise = 0; rise < 30000; rise += 100) {
		struct path path = path_new("cubic", 16, INF, rtt_us);
		u32 i;

		for (i = 0; i < 3; i++)
			hystart_round(&path, rtt_us, 16);
		for (i = 0; i < 2; i++)
			hystart_round(&path, rtt_us + rise, 16);
		if (path.flow.cubic.hystart.phase == TL_HYSTART_CSS)
			return rise;
	}
	return rise;
}

/* RFC 9406, section 4.2: RttThresh. */
static void test_hystart_threshold(void **state)
{
	(void)state;
	assert_int_equal(hystart_threshold(1000), 4000);
	assert_int_equal(hystart_threshold(20000), 4000);
	assert_int_equal(hystart_threshold(80000), 10000);
	assert_int_equal(hystart_threshold(400000), 16000);
}

/* Slow start doubles; CSS adds a quarter; five rounds of it end slow start. */
static void test_hystart_exit(void **state)
{
	struct path path = path_new("cubic", 16, INF, 50000);
	u32 i, before;

	(void)state;
	for (i = 1; i <= 4; i++) {
		hystart_round(&path, 50000, 16);
		assert_int_equal(path.window.cwnd, 16 << i);
	}

	/* the eighth sample enters CSS, and this round is its first */
	hystart_round(&path, 60000, 16);
	assert_int_equal(path.window.cwnd, 256 + 8 * 16 + 8 * 4);
	for (i = 0; i < 3; i++) {
		before = path.window.cwnd / 16 * 16;
		hystart_round(&path, 60000, 16);
		assert_near(path.window.cwnd, before * 1.25, 16);
		assert_int_equal(path.window.ssthresh, INF);
	}
	hystart_round(&path, 60000, 16);
	assert_in_range(path.window.ssthresh, 900, 1100);

	/* RFC 9438, section 4.10: the curve begins here, without K */
	path_ack(&path, 1, true);
	assert_int_equal(path.flow.cubic.curve.k_ms, 0);
	assert_near(path.flow.cubic.curve.cwnd_prior, path.window.cwnd, 16);
}

static void test_hystart_resume(void **state)
{
	struct path path = path_new("cubic", 16, INF, 50000);
	u32 i, before;

	(void)state;
	for (i = 0; i < 3; i++)
		hystart_round(&path, 50000, 16);
	hystart_round(&path, 60000, 16);
	hystart_round(&path, 60000, 16);
	assert_int_equal(path.flow.cubic.hystart.phase, TL_HYSTART_CSS);

	/* the RTT falls below the baseline: it was no queue */
	hystart_round(&path, 50000, 16);
	assert_int_equal(path.flow.cubic.hystart.phase, TL_HYSTART_SLOW_START);
	for (i = 0; i < 6; i++) {
		before = path.window.cwnd / 16 * 16;
		hystart_round(&path, 50000, 16);
		assert_near(path.window.cwnd, before * 2, 16);
	}

	/* the next CSS has its five rounds anew */
	for (i = 0; i < 4; i++)
		hystart_round(&path, 60000, 16);
	assert_int_equal(path.window.ssthresh, INF);
	hystart_round(&path, 60000, 16);
	assert_in_range(path.window.ssthresh, 1, INF - 1);
}

/* Too few samples in a round prove nothing; a loss ends HyStart++ for good. */
static void test_hystart_samples(void **state)
{
	struct path path = path_new("cubic", 70, INF, 50000);
	u32 i;

	(void)state;
	hystart_round(&path, 50000, 7);
	for (i = 1; i < 8; i++)
		hystart_round(&path, 50000 + 20000 * i, 7);
	assert_int_equal(path.flow.cubic.hystart.phase, TL_HYSTART_SLOW_START);
	assert_int_equal(path.window.cwnd, 70 << 8);

	path_lose(&path);
	for (i = 0; i < 20; i++)
		hystart_round(&path, 50000 + 20000 * i, 16);
	assert_int_equal(path.window.ssthresh, (70 << 8) * 7 / 10);
}

/* Whoever makes ssthresh infinite after a loss gets standard slow start. */
static void test_hystart_after_loss(void **state)
{
	struct path path = path_new("cubic", 1000, 1000, 50000);
	struct tl_cubic_curve before;
	u32 i;

	(void)state;
	path_lose(&path);
	path_ack(&path, 1, true);
	before = path.flow.cubic.curve;
	path_lose(&path);
	path.window.ssthresh = INF;
	path.window.cwnd = 16;
	for (i = 0; i < 4; i++)
		hystart_round(&path, 50000 + 20000 * i, 16);
	assert_int_equal(path.window.cwnd, 256);

	assert_int_equal(law_of(&path)->undo(&path.flow, &path.window), 700);
	assert_memory_equal(&path.flow.cubic.curve, &before, sizeof(before));
}

/* A window that cannot grow leaves slow start, but not for less than two. */
static void test_hystart_smallest(void **state)
{
	struct path path = path_new("cubic", 1, INF, 50000);
	struct tl_rtt_sample sample;
	u32 round, i;

	(void)state;
	path.window.cwnd_clamp = 1;
	for (round = 0; round < 10; round++) {
		sample.rtt_us = round < 2 ? 50000 : 90000;
		for (i = 0; i < 8; i++) {
			sample.snd_una = round + (i == 7);
			sample.snd_nxt = sample.snd_una + 1;
			law_of(&path)->rtt_sample(&path.flow, &sample,
						  &path.window);
		}
	}
	assert_int_equal(path.window.ssthresh, TL_SSTHRESH_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hystart_threshold),
		cmocka_unit_test(test_hystart_exit),
		cmocka_unit_test(test_hystart_resume),
		cmocka_unit_test(test_hystart_samples),
		cmocka_unit_test(test_hystart_after_loss),
		cmocka_unit_test(test_hystart_smallest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

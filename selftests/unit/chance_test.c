// SPDX-License-Identifier: GPL-2.0
/*
 * When ports run out if connections come by chance. How many a second they are is
 * known only to so much then: what is asked for is what an oracle could do.
 * "chance_test table" prints how good forecasts are, for the documentation.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "oracle.h"

#define RUNS		20
/*
 * So many percent more may be wrong than an oracle gets wrong, and where some kinds
 * end and others never do: which connections those are the oracle alone knows.
 */
#define LESS		6
#define LESS_MIXED	15

/**
 * struct score - how good forecasts are
 * @fails: when connect() fails, in seconds
 * @right: share of the forecasts that are right, in percent
 * @best: the same of an oracle, if connect() fails
 * @errors: the mean error, in percent, in each fifth of the time
 */
struct score {
	double fails, right, best;
	double errors[FIFTHS];
};

/* The mean of some runs, or one in which connections come evenly. */
static void score(const struct load *load, bool evenly, struct score *score)
{
	int runs = evenly ? 1 : RUNS, run, i;
	double errors[FIFTHS];

	*score = (struct score) { };
	for (run = 0; run < runs; run++) {
		u64 failed;

		srandom(run + 1);
		failed = loads_play(load, evenly, load->lasts || evenly ? NULL : oracle_ms);
		if (load->lasts ? failed < STEPS : failed == STEPS)
			fail_msg("%s: fails after %g s", load->name,
				 (double)failed / STEPS_A_SECOND);
		score->fails += (double)failed / STEPS_A_SECOND / runs;
		score->best += loads_judge(load, failed, world.best, errors) / runs;
		score->right += loads_judge(load, failed, world.said, errors) / runs;
		for (i = 0; i < FIFTHS; i++)
			score->errors[i] += errors[i] / runs;
	}
}

static int less_than_best(const struct load *load)
{
	int never = 0, others = 0, i;

	for (i = 0; i < KINDS; i++) {
		never += load->kind[i].rate && load->kind[i].life == NEVER;
		others += load->kind[i].rate && load->kind[i].life != NEVER;
	}
	return never && others ? LESS_MIXED : LESS;
}

static void check_all(const struct load *load)
{
	struct score all;

	for (; load->name; load++) {
		score(load, false, &all);
		if (all.right < 95 && (load->lasts || all.right < all.best - less_than_best(load)))
			fail_msg("%s: %.1f percent of the forecasts are right, of an oracle's %.1f",
				 load->name, all.right, all.best);
	}
}

static void test_usual(void **state)
{
	(void)state;
	check_all(loads_usual);
}

static void test_others(void **state)
{
	(void)state;
	check_all(loads_others);
}

static void print_line(const struct load *load, bool evenly)
{
	struct score all;
	int i;

	score(load, evenly, &all);
	printf("%-24s  %-9s  %7.1f", load->name, evenly ? "evenly" : "by chance",
	       load->lasts ? INFINITY : all.fails);
	for (i = 0; i < FIFTHS; i++)
		printf("  %5.1f", all.errors[i]);
	printf("  %5.1f", all.right);
	if (evenly || load->lasts)
		printf("  %6s\n", "-");
	else
		printf("  %6.1f\n", all.best);
}

static void print_table(const struct load *load)
{
	printf("%-24s  %-9s  %7s  %5s  %5s  %5s  %5s  %5s  %5s  %6s\n", "load", "arrivals",
	       "fails_s", "1/5", "2/5", "3/5", "4/5", "5/5", "right", "oracle");
	for (; load->name; load++) {
		print_line(load, true);
		print_line(load, false);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),
		cmocka_unit_test(test_others),
	};

	if (argc > 1 && !strcmp(argv[1], "table")) {
		print_table(loads_usual);
		print_table(loads_others);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* The reports and knobs of all namespaces, as a whole. */
#include "knobs.h"
#include "knobs_tuning.h"
#include "report.h"

/**
 * tl_report_load() - make the knobs
 *
 * Reports come and go with their namespaces, and are there already.
 * Context: process; sleeps.
 * Return: 0 or an error.
 */
int tl_report_load(void)
{
	int err = tl_knobs_init();

	if (err)
		return err;
	err = tl_knobs_tuning_init();
	if (err)
		tl_knobs_exit();
	return err;
}

/**
 * tl_report_open() - let sysctls be changed
 *
 * The last step of loading, after which nothing fails: a change that was made before
 * would have to be put back.
 */
void tl_report_open(void)
{
	tl_knobs_tuning_open();
}

/**
 * tl_report_unload() - remove all reports and knobs, waiting for their users
 *
 * Reports would go with their namespaces, but readers must have gone before any of those
 * is removed: see tl_report_exit().
 * Context: process; sleeps.
 */
void tl_report_unload(void)
{
	tl_report_exit();
	tl_knobs_tuning_exit();
	tl_knobs_exit();
}

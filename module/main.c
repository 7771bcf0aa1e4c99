// SPDX-License-Identifier: GPL-2.0
/*
 * tcplab: a laboratory for TCP on a test machine.
 *
 * Loading is a ladder with a rung for each room. Unloading goes down the same ladder,
 * but for one rung: see main_unload().
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "advice/counts.h"
#include "congestion/lab.h"
#include "report/report.h"
#include "rooms.h"
#include "track/start.h"
#include "tuning/tuning.h"
#include "wait/wait.h"

static int __init main_load(void)
{
	int err;

	/* Tracepoints and packets take locks that sleep there. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		pr_err("PREEMPT_RT kernels are not supported\n");
		return -EOPNOTSUPP;
	}
	err = tl_track_load();
	if (err)
		return err;
	err = tl_wait_load();
	if (err)
		goto err_wait;
	err = tl_tuning_load();
	if (err)
		goto err_tuning;
	err = tl_rooms_load();
	if (err)
		goto err_net;
	err = tl_track_start();
	if (err)
		goto err_start;
	tl_counts_load();
	err = tl_report_load();
	if (err)
		goto err_report;
	/* Any user's socket takes it at once, and keeps it: nothing fails after this. */
	err = tl_lab_register();
	if (err)
		goto err_lab;
	tl_report_open();
	pr_info("version %s: loaded\n", TCPLAB_VERSION);
	return 0;

err_lab:
	tl_report_unload();
err_report:
	tl_counts_unload();
	tl_track_stop();
err_start:
	tl_rooms_unload();
err_net:
	tl_tuning_unload();
err_tuning:
	tl_wait_unload();
err_wait:
	tl_track_unload();
	return err;
}

/*
 * The knobs go before the congestion control, though they came before it: for a writer
 * that names it when it is gone the kernel would ask for this module, and wait.
 */
static void __exit main_unload(void)
{
	tl_report_unload();
	tl_tuning_stop();
	tl_lab_unregister();
	tl_counts_unload();
	tl_track_stop();
	tl_rooms_unload();
	tl_tuning_unload();
	tl_wait_unload();
	tl_track_unload();
	pr_info("unloaded\n");
}

module_init(main_load);
module_exit(main_unload);

MODULE_AUTHOR("The tcplab developers");
MODULE_DESCRIPTION("TCP laboratory: connection tracker and congestion control");
MODULE_LICENSE("GPL");
MODULE_VERSION(TCPLAB_VERSION);

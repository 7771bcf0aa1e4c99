// SPDX-License-Identifier: GPL-2.0
/*
 * tcplab: a laboratory for TCP on a test machine.
 *
 * Loading is a ladder of sub-systems; unloading goes down the same ladder.
 */
#include <linux/module.h>

#include "advice/counts.h"
#include "congestion/lab.h"
#include "net.h"
#include "report/knobs.h"
#include "report/knobs_tuning.h"
#include "report/report.h"
#include "track/memory.h"
#include "track/mini.h"
#include "track/probe.h"
#include "track/scope.h"
#include "track/sweep.h"
#include "track/track.h"
#include "tuning/tuning.h"
#include "wait/close_wait/holders_shared.h"
#include "wait/close_wait/owners.h"
#include "wait/listeners.h"
#include "wait/policy/policy.h"
#include "wait/time_wait/remembered.h"

static int __init main_load(void)
{
	int err;

	/* Tracepoints and packets take locks that sleep there. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		pr_err("tcplab: PREEMPT_RT kernels are not supported\n");
		return -EOPNOTSUPP;
	}
	err = tl_policy_load();
	if (err)
		return err;
	tl_memory_init();
	err = tl_track_init();
	if (err)
		return err;
	err = tl_remembered_load();
	if (err)
		goto err_past;
	err = tl_tuning_load();
	if (err)
		goto err_tuning;
	err = tl_net_load();
	if (err)
		goto err_pernet;
	err = tl_scope_init();
	if (err)
		goto err_scope;
	tl_counts_load();
	err = tl_listeners_init();
	if (err)
		goto err_listeners;
	err = tl_probe_init();
	if (err)
		goto err_events;
	tl_mini_init();
	tl_listeners_adopt();
	tl_probe_adopt(NULL);
	tl_sweep_init();
	err = tl_knobs_init();
	if (err)
		goto err_knobs;
	err = tl_knobs_tuning_init();
	if (err)
		goto err_knobs_tuning;
	err = tl_lab_register();
	if (err)
		goto err_lab;
	pr_info("tcplab %s: loaded\n", TCPLAB_VERSION);
	return 0;

err_lab:
	tl_knobs_tuning_exit();
err_knobs_tuning:
	tl_tuning_stop();
	tl_knobs_exit();
err_knobs:
	tl_sweep_exit();
	tl_mini_exit();
	tl_probe_exit();
err_events:
	tl_listeners_exit();
err_listeners:
	tl_counts_unload();
	tl_scope_exit();
err_scope:
	tl_report_exit();
	tl_net_unload();
err_pernet:
	tl_owners_stop();
	tl_holders_shared_stop();
	tl_tuning_unload();
err_tuning:
	tl_remembered_unload();
err_past:
	tl_track_exit();
	return err;
}

static void __exit main_unload(void)
{
	tl_report_exit();
	tl_knobs_tuning_exit();
	tl_tuning_stop();
	tl_lab_unregister();
	tl_knobs_exit();
	tl_sweep_exit();
	tl_mini_exit();
	tl_probe_exit();
	tl_listeners_exit();
	tl_counts_unload();
	tl_scope_exit();
	tl_net_unload();
	tl_owners_stop();
	tl_holders_shared_stop();
	tl_tuning_unload();
	tl_remembered_unload();
	tl_track_exit();
	pr_info("tcplab: unloaded\n");
}

module_init(main_load);
module_exit(main_unload);

MODULE_AUTHOR("The tcplab developers");
MODULE_DESCRIPTION("TCP laboratory: connection tracker and congestion control");
MODULE_LICENSE("GPL");
MODULE_VERSION(TCPLAB_VERSION);

// SPDX-License-Identifier: GPL-2.0
/*
 * tcplab: a laboratory for TCP on a test machine.
 *
 * Loading is a ladder of sub-systems; unloading goes down the same ladder.
 */
#include <linux/module.h>

#include "congestion/lab.h"
#include "report/knobs.h"
#include "report/knobs_tuning.h"
#include "report/report.h"
#include "tcplab.h"
#include "track/budget.h"
#include "track/events.h"
#include "track/reconcile.h"
#include "track/scope.h"
#include "track/twsk.h"
#include "tuning/tuning.h"
#include "wait/listeners.h"
#include "wait/shared.h"

unsigned int tl_net_id __read_mostly;

static int __net_init net_init(struct net *net)
{
	struct tl_net *ns = tl_net(net);
	int err;

	ns->net = net;
	mutex_init(&ns->knobs);
	tl_arms_init(&ns->arms);
	tl_tuning_init(ns);
	tl_close_wait_init(&ns->close_wait);
	tl_owners_init(&ns->owners, ns);
	tl_recycle_init(&ns->recycle_peers);
	err = tl_policy_init(&ns->policy);
	if (err)
		return err;
	tl_first_closes_init(&ns->first_closes);
	tl_pasts_init(&ns->pasts);
	tl_stragglers_init(&ns->stragglers);
	tl_what_if_init(ns);
	tl_ports_init(&ns->ports);
	err = tl_time_wait_init(&ns->time_wait, net);
	if (err)
		goto err_time_wait;
	err = tl_track_net_init(ns);
	if (err)
		goto err_track;
	tl_owners_follow(&ns->owners);
	err = tl_counts_init(ns);
	if (err)
		goto err_counts;
	err = tl_report_net_init(ns);
	if (err)
		goto err_report;
	return 0;

err_report:
	tl_counts_exit(ns);
err_counts:
	tl_track_net_stop(ns);
	synchronize_rcu();
	tl_track_net_drop(ns);
	tl_owners_exit(&ns->owners);
	tl_track_net_exit(ns);
err_track:
	/* A census may have met rows that were there for a moment. */
	tl_owners_exit(&ns->owners);
	tl_pasts_stop(&ns->pasts);
	tl_time_wait_exit(&ns->time_wait);
err_time_wait:
	tl_ports_exit(&ns->ports);
	tl_what_if_exit(ns);
	tl_stragglers_exit(&ns->stragglers);
	tl_first_closes_exit(&ns->first_closes);
	tl_policy_exit(&ns->policy);
	return err;
}

/* An RCU grace period passes between this and net_exit(). */
static void __net_exit net_pre_exit(struct net *net)
{
	tl_track_net_stop(tl_net(net));
}

static void __net_exit net_exit(struct net *net)
{
	struct tl_net *ns = tl_net(net);

	tl_report_net_exit(ns);
	tl_counts_exit(ns);
	tl_tuning_exit(ns);
	tl_track_net_drop(ns);
	tl_pasts_stop(&ns->pasts);
	tl_owners_exit(&ns->owners);
	tl_track_net_exit(ns);
	tl_ports_exit(&ns->ports);
	tl_what_if_exit(ns);
	tl_stragglers_exit(&ns->stragglers);
	tl_time_wait_exit(&ns->time_wait);
	tl_first_closes_exit(&ns->first_closes);
	tl_recycle_exit(&ns->recycle_peers);
	tl_policy_exit(&ns->policy);
}

static struct pernet_operations net_ops = {
	.init		= net_init,
	.pre_exit	= net_pre_exit,
	.exit		= net_exit,
	.id		= &tl_net_id,
	.size		= sizeof(struct tl_net),
};

static int __init tcplab_init(void)
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
	tl_budget_init();
	err = tl_track_init();
	if (err)
		return err;
	err = tl_past_init();
	if (err)
		goto err_past;
	err = tl_tuning_load();
	if (err)
		goto err_tuning;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto err_pernet;
	err = tl_scope_init();
	if (err)
		goto err_scope;
	tl_counts_load();
	err = tl_listeners_init();
	if (err)
		goto err_listeners;
	err = tl_events_init();
	if (err)
		goto err_events;
	tl_twsk_init();
	tl_listeners_adopt();
	tl_events_adopt(NULL);
	tl_reconcile_init();
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
	tl_reconcile_exit();
	tl_twsk_exit();
	tl_events_exit();
err_events:
	tl_listeners_exit();
err_listeners:
	tl_counts_unload();
	tl_scope_exit();
err_scope:
	tl_report_exit();
	unregister_pernet_subsys(&net_ops);
err_pernet:
	tl_owners_stop();
	tl_shared_stop();
	tl_tuning_unload();
err_tuning:
	tl_past_exit();
err_past:
	tl_track_exit();
	return err;
}

static void __exit tcplab_exit(void)
{
	tl_report_exit();
	tl_knobs_tuning_exit();
	tl_tuning_stop();
	tl_lab_unregister();
	tl_knobs_exit();
	tl_reconcile_exit();
	tl_twsk_exit();
	tl_events_exit();
	tl_listeners_exit();
	tl_counts_unload();
	tl_scope_exit();
	unregister_pernet_subsys(&net_ops);
	tl_owners_stop();
	tl_shared_stop();
	tl_tuning_unload();
	tl_past_exit();
	tl_track_exit();
	pr_info("tcplab: unloaded\n");
}

module_init(tcplab_init);
module_exit(tcplab_exit);

MODULE_AUTHOR("The tcplab developers");
MODULE_DESCRIPTION("TCP laboratory: connection tracker and congestion control");
MODULE_LICENSE("GPL");
MODULE_VERSION(TCPLAB_VERSION);

// SPDX-License-Identifier: GPL-2.0
/*
 * The context of a network namespace: one piece of memory for all rooms, its set-up and
 * its removal, each room's part in order. No room knows this file.
 */
#include "advice/counts.h"
#include "compat.h"
#include "congestion/arms.h"
#include "net.h"
#include "report/report.h"
#include "rooms.h"
#include "track/track.h"
#include "tuning/tuning.h"
#include "wait/close_wait/close_wait.h"
#include "wait/close_wait/owners.h"
#include "wait/half_open.h"
#include "wait/policy/policy.h"
#include "wait/ports/ports.h"
#include "wait/time_wait/first_close.h"
#include "wait/time_wait/remembered.h"
#include "wait/time_wait/stragglers.h"
#include "wait/time_wait/time_wait.h"
#include "wait/time_wait/tw_recycle.h"
#include "wait/time_wait/what_if.h"

/* Largest context where locks are small, in bytes. */
#define ROOMS_MAX	2048

/* All of it is one piece of memory, zeroed, that comes and goes with the namespace. */
struct rooms {
	struct tl_net ns;
	struct tl_track track;
	struct tl_close_wait close_wait;
	struct tl_owners owners;
	struct tl_half_open half_open;
	struct tl_time_wait time_wait;
	struct tl_first_closes first_closes;
	struct tl_policy policy;
	struct tl_tw_recycle_peers tw_recycle_peers;
	struct tl_remembered remembered;
	struct tl_stragglers stragglers;
	struct tl_what_if what_if;
	struct tl_ports ports;
	struct tl_arms arms;
	struct tl_tuning tuning;
	struct tl_counts counts;
	struct tl_reports reports;
};

static void __net_init rooms_furnish(struct rooms *rooms)
{
	struct tl_net *ns = &rooms->ns;

	ns->track = &rooms->track;
	ns->close_wait = &rooms->close_wait;
	ns->owners = &rooms->owners;
	ns->half_open = &rooms->half_open;
	ns->time_wait = &rooms->time_wait;
	ns->first_closes = &rooms->first_closes;
	ns->policy = &rooms->policy;
	ns->tw_recycle_peers = &rooms->tw_recycle_peers;
	ns->remembered = &rooms->remembered;
	ns->stragglers = &rooms->stragglers;
	ns->what_if = &rooms->what_if;
	ns->ports = &rooms->ports;
	ns->arms = &rooms->arms;
	ns->tuning = &rooms->tuning;
	ns->counts = &rooms->counts;
	ns->reports = &rooms->reports;
}

static int __net_init rooms_init(struct net *net)
{
	struct tl_net *ns = tl_net(net);
	int err;

	BUILD_BUG_ON(offsetof(struct rooms, ns) != 0);
	/* The allocator would take twice as much for each namespace. */
	if (TL_COMPAT_SMALL_LOCKS)
		BUILD_BUG_ON(sizeof(struct rooms) > ROOMS_MAX);
	rooms_furnish(container_of(ns, struct rooms, ns));
	ns->net = net;
	mutex_init(&ns->knobs);
	tl_arms_init(ns->arms);
	tl_tuning_init(ns);
	tl_close_wait_init(ns->close_wait);
	tl_owners_init(ns->owners, ns);
	tl_tw_recycle_init(ns->tw_recycle_peers);
	err = tl_policy_init(ns->policy);
	if (err)
		return err;
	tl_first_closes_init(ns->first_closes);
	tl_remembered_init(ns->remembered);
	tl_stragglers_init(ns->stragglers);
	tl_what_if_init(ns);
	tl_ports_init(ns->ports, ns);
	err = tl_time_wait_init(ns->time_wait, net);
	if (err)
		goto err_time_wait;
	err = tl_track_net_init(ns);
	if (err)
		goto err_track;
	tl_owners_follow(ns->owners);
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
	tl_owners_exit(ns->owners);
	tl_track_net_exit(ns);
err_track:
	/* A census may have met rows that were there for a moment. */
	tl_owners_exit(ns->owners);
	tl_remembered_stop(ns->remembered);
	tl_time_wait_exit(ns->time_wait);
err_time_wait:
	tl_ports_exit(ns->ports);
	tl_what_if_exit(ns);
	tl_stragglers_exit(ns->stragglers);
	tl_first_closes_exit(ns->first_closes);
	tl_policy_exit(ns->policy);
	return err;
}

/* An RCU grace period passes between this and rooms_exit(). */
static void __net_exit rooms_pre_exit(struct net *net)
{
	tl_track_net_stop(tl_net(net));
}

static void __net_exit rooms_exit(struct net *net)
{
	struct tl_net *ns = tl_net(net);

	tl_report_net_exit(ns);
	tl_counts_exit(ns);
	tl_tuning_exit(ns);
	tl_track_net_drop(ns);
	tl_remembered_stop(ns->remembered);
	tl_owners_exit(ns->owners);
	tl_track_net_exit(ns);
	tl_ports_exit(ns->ports);
	tl_what_if_exit(ns);
	tl_stragglers_exit(ns->stragglers);
	tl_time_wait_exit(ns->time_wait);
	tl_first_closes_exit(ns->first_closes);
	tl_tw_recycle_exit(ns->tw_recycle_peers);
	tl_policy_exit(ns->policy);
}

static struct pernet_operations rooms_ops = {
	.init		= rooms_init,
	.pre_exit	= rooms_pre_exit,
	.exit		= rooms_exit,
	.id		= &tl_net_id,
	.size		= sizeof(struct rooms),
};

/**
 * tl_rooms_load() - set all network namespaces up, and each new one from now on
 *
 * Context: process; sleeps.
 * Return: 0 or an error of a namespace's set-up.
 */
int tl_rooms_load(void)
{
	tl_net_bytes = sizeof(struct rooms);
	return register_pernet_subsys(&rooms_ops);
}

/**
 * tl_rooms_unload() - remove all that is kept for network namespaces
 *
 * Context: process; sleeps.
 */
void tl_rooms_unload(void)
{
	/*
	 * Reports come and go with their namespaces, and readers must have gone before any
	 * namespace is removed. At unloading tl_report_unload() has seen to that: then this
	 * call does nothing.
	 */
	tl_report_exit();
	unregister_pernet_subsys(&rooms_ops);
}

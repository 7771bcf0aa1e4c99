/* SPDX-License-Identifier: GPL-2.0 */
/* What all rooms share: the context of a network namespace. */
#ifndef TCPLAB_H
#define TCPLAB_H

#include <linux/mutex.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "advice/counts.h"
#include "congestion/arms.h"
#include "report/report.h"
#include "track/track.h"
#include "tuning/tuning.h"
#include "wait/close_wait.h"
#include "wait/first_close.h"
#include "wait/half_open.h"
#include "wait/owners.h"
#include "wait/past.h"
#include "wait/policy.h"
#include "wait/ports.h"
#include "wait/recycle.h"
#include "wait/straggler.h"
#include "wait/time_wait.h"
#include "wait/what_if.h"

struct proc_dir_entry;

/**
 * struct tl_net - everything tcplab keeps for one network namespace
 * @net: the namespace
 * @track: counters, limits and switches of the tracker
 * @close_wait: the CLOSE_WAIT watch
 * @owners: who has sockets in CLOSE_WAIT
 * @half_open: connections of which one end is gone
 * @time_wait: the TIME_WAIT accounts
 * @first_closes: who closed what is in TIME_WAIT
 * @policy: what is to be done to traffic
 * @recycle_peers: hosts whose timestamps are remembered
 * @pasts: connections that were closed first here
 * @stragglers: what came for them
 * @what_if: what other lengths of TIME_WAIT would have done
 * @ports: ephemeral ports in use
 * @arms: configuration of the congestion control
 * @tuning: sysctls that were changed here
 * @counts: what its advice is taken from
 * @proc: /proc/net/tcplab
 * @shown: among the namespaces that have reports
 * @reports: what its files are about
 * @knobs: lets writers of its knobs take turns: switching takes several steps
 */
struct tl_net {
	struct net *net;
	struct tl_track track;
	struct tl_close_wait close_wait;
	struct tl_owners owners;
	struct tl_half_open half_open;
	struct tl_time_wait time_wait;
	struct tl_first_closes first_closes;
	struct tl_policy policy;
	struct tl_recycle_peers recycle_peers;
	struct tl_pasts pasts;
	struct tl_stragglers stragglers;
	struct tl_what_if what_if;
	struct tl_ports ports;
	struct tl_arms arms;
	struct tl_tuning tuning;
	struct tl_counts counts;
	struct proc_dir_entry *proc;
	struct list_head shown;
	struct tl_report_file reports[TL_REPORTS];
	struct mutex knobs;	/* held by a writer of a knob */
};

extern unsigned int tl_net_id;

/**
 * tl_net() - the context of a namespace
 * @net: the namespace
 *
 * Context: any, from the namespace's set-up until its hooks are gone.
 */
static inline struct tl_net *tl_net(const struct net *net)
{
	return net_generic(net, tl_net_id);
}

/**
 * tl_net_rcu() - the same, where RCU or disabled preemption protects already
 * @net: the namespace
 *
 * Saves the read side that net_generic() opens, for what runs for each packet.
 */
static inline struct tl_net *tl_net_rcu(const struct net *net)
{
	const struct net_generic *generic = rcu_dereference_raw(net->gen);

	return generic->ptr[tl_net_id];
}

#endif /* TCPLAB_H */

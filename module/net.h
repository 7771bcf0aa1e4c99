/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The context of a network namespace, which leads to the part of each room.
 *
 * Each room declares its own part. A file that needs a room's part includes that room's
 * header. This header includes none.
 */
#ifndef TCPLAB_NET_H
#define TCPLAB_NET_H

#include <linux/mutex.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

struct tl_arms;
struct tl_close_wait;
struct tl_counts;
struct tl_first_closes;
struct tl_half_open;
struct tl_owners;
struct tl_remembered;
struct tl_policy;
struct tl_ports;
struct tl_tw_recycle_peers;
struct tl_reports;
struct tl_stragglers;
struct tl_time_wait;
struct tl_track;
struct tl_tuning;
struct tl_what_if;

/**
 * struct tl_net - everything tcplab keeps for one network namespace
 * @net: the namespace
 * @track: counters, limits and switches of the tracker
 * @close_wait: the CLOSE_WAIT watch
 * @owners: programs that have sockets in CLOSE_WAIT
 * @half_open: connections of which one end is gone
 * @time_wait: the TIME_WAIT accounts
 * @first_closes: programs that closed what is in TIME_WAIT
 * @policy: what is to be done to traffic
 * @tw_recycle_peers: hosts whose timestamps are remembered
 * @remembered: connections that were closed first here
 * @stragglers: what came for them
 * @what_if: what other lengths of TIME_WAIT would have done
 * @ports: ephemeral ports in use
 * @arms: configuration of the congestion control
 * @tuning: sysctls that were changed here
 * @counts: what its advice is taken from
 * @reports: its files in /proc/net/tcplab
 * @knobs: lets writers of its knobs take turns: switching takes several steps
 *
 * The pointers are set before anything happens in the namespace, and stay.
 */
struct tl_net {
	struct net *net;
	struct tl_track *track;
	struct tl_close_wait *close_wait;
	struct tl_owners *owners;
	struct tl_half_open *half_open;
	struct tl_time_wait *time_wait;
	struct tl_first_closes *first_closes;
	struct tl_policy *policy;
	struct tl_tw_recycle_peers *tw_recycle_peers;
	struct tl_remembered *remembered;
	struct tl_stragglers *stragglers;
	struct tl_what_if *what_if;
	struct tl_ports *ports;
	struct tl_arms *arms;
	struct tl_tuning *tuning;
	struct tl_counts *counts;
	struct tl_reports *reports;
	struct mutex knobs;	/* held by a writer of a knob */
};

extern unsigned int tl_net_id;

/* Bytes that each namespace takes, even if nothing happens in it. */
extern unsigned int tl_net_bytes;

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

#endif /* TCPLAB_NET_H */

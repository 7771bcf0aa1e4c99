/* SPDX-License-Identifier: GPL-2.0 */
/* The tracker: follows the connections of a namespace at both ends. */
#ifndef TCPLAB_TRACK_TRACK_H
#define TCPLAB_TRACK_TRACK_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "evict.h"
#include "hook.h"
#include "search_pause.h"
#include "stats.h"

struct sock;
struct tl_conn;
struct tl_key;
struct tl_net;
struct tl_scopes;
struct tl_segment;

/**
 * struct tl_track - the tracker of a namespace
 * @stats: counters and gauges, per CPU
 * @hooks: where packets are seen
 * @rows: connections in the table
 * @born: since when counters run, in jiffies
 * @lost: sockets that found no row, or lost it, when the walk that runs began
 * @found: those of which the last whole walk has found all that are there still
 * @unfound: the walk has met one that it could give no row
 * @started: when connections began to be followed, low half of jiffies
 * @scopes: which VRFs links have left; NULL until one does
 * @evictions: searches for rows that a full table gives up
 * @pause: when there are none, after one that has found nothing
 * @enabled: connections are followed
 * @forward: forwarded connections too
 * @conntrack: packets on lo may be translated, so both hooks have to look
 * @transparent: there was a socket that stands for another host
 */
struct tl_track {
	struct tl_stats __percpu *stats;
	struct tl_hooks hooks;
	atomic_t rows;
	u64 born;
	u64 lost;
	u64 found;
	bool unfound;
	u32 started;
	struct tl_scopes __rcu *scopes;
	struct tl_evictions evictions;
	struct tl_search_pause pause;
	bool enabled;
	bool forward;
	bool conntrack;
	bool transparent;
};

/* namespace set-up and removal */
int tl_track_net_init(struct tl_net *ns);
void tl_track_net_stop(struct tl_net *ns);
void tl_track_net_drop(struct tl_net *ns);
void tl_track_net_exit(struct tl_net *ns);

/* switches; the caller serialises them */
int tl_track_enable(struct tl_net *ns, bool on);
int tl_track_forward(struct tl_net *ns, bool on);
bool tl_track_enabled(const struct tl_net *ns);
bool tl_track_forwards(const struct tl_net *ns);

/* what has been counted */
u64 tl_track_uptime_ms(const struct tl_net *ns);
unsigned int tl_track_rows(const struct tl_net *ns);
u64 tl_track_memory(const struct tl_net *ns);
u64 tl_track_count(const struct tl_net *ns, enum tl_counter counter);
u64 tl_track_lost(const struct tl_net *ns);
bool tl_track_knows_all(const struct tl_net *ns);
u64 tl_track_in_state(const struct tl_net *ns, enum tl_state state);

/**
 * tl_track_started() - when connections began to be followed
 * @track: the tracker of a namespace
 *
 * Return: low half of jiffies.
 */
static inline u32 tl_track_started(const struct tl_track *track)
{
	return READ_ONCE(track->started);
}

/**
 * tl_track_note() - count something
 * @track: the tracker of a namespace
 * @counter: what
 *
 * Context: any but hard interrupt.
 */
static inline void tl_track_note(struct tl_track *track,
				 enum tl_counter counter)
{
	this_cpu_inc(track->stats->counter[counter]);
}

#endif /* TCPLAB_TRACK_TRACK_H */

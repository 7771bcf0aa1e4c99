// SPDX-License-Identifier: GPL-2.0
/* The tracker as a whole: set-up, removal and switches, per namespace. */
#include <linux/jiffies.h>
#include <linux/rcupdate.h>

#include "../net.h"
#include "change.h"
#include "hook.h"
#include "life.h"
#include "probe.h"
#include "scope.h"
#include "table.h"
#include "track.h"

static bool track_drop(struct tl_conn *conn, void *unused)
{
	tl_life_drop(conn);
	return true;
}

/* A creation that was under way when the hooks went may still add a row. */
static void track_drop_rows(struct tl_net *ns)
{
	while (atomic_read_acquire(&ns->track->rows))
		tl_table_walk(ns, track_drop, NULL);
}

/* If not all hooks could be had, the first may have seen packets already. */
static int track_add_hooks(struct tl_net *ns)
{
	int err;

	WRITE_ONCE(ns->track->started, (u32)jiffies);
	tl_on_follow(ns);
	err = tl_hook_add(ns);
	if (!err) {
		WRITE_ONCE(ns->track->enabled, true);
		return 0;
	}
	synchronize_rcu();
	track_drop_rows(ns);
	return err;
}

/**
 * tl_track_net_init() - start the tracker of a namespace
 * @ns: the namespace
 *
 * Connections that exist already are not adopted by this.
 * Context: process.
 * Return: 0, -ENOMEM or an error of nf_register_net_hooks().
 */
int tl_track_net_init(struct tl_net *ns)
{
	int err;

	ns->track->born = get_jiffies_64();
	ns->track->stats = alloc_percpu_gfp(struct tl_stats, GFP_KERNEL_ACCOUNT);
	if (!ns->track->stats)
		return -ENOMEM;
	err = track_add_hooks(ns);
	if (err)
		free_percpu(ns->track->stats);
	return err;
}

static void track_unhook(struct tl_net *ns)
{
	WRITE_ONCE(ns->track->enabled, false);
	tl_hook_remove(ns);
	if (ns->track->forward)
		tl_hook_remove_forward(ns);
	WRITE_ONCE(ns->track->forward, false);
}

/**
 * tl_track_net_stop() - let nothing more be tracked in a namespace
 * @ns: the namespace
 *
 * Does not wait; an RCU grace period has to pass before tl_track_net_drop().
 */
void tl_track_net_stop(struct tl_net *ns)
{
	if (ns->track->enabled)
		track_unhook(ns);
}

/**
 * tl_track_net_drop() - forget the connections of a namespace
 * @ns: the namespace, stopped
 *
 * Afterwards nothing happens to a connection of it any more.
 * Context: process; sleeps.
 */
void tl_track_net_drop(struct tl_net *ns)
{
	track_drop_rows(ns);
}

/**
 * tl_track_net_exit() - forget what has been counted in a namespace
 * @ns: the namespace, without connections
 */
void tl_track_net_exit(struct tl_net *ns)
{
	tl_scope_net_exit(ns);
	free_percpu(ns->track->stats);
}

/**
 * tl_track_enable() - switch the tracker of a namespace on or off
 * @ns: the namespace
 * @on: off removes hooks and rows; on adopts the connections that exist
 *
 * Context: process, serialised by the caller; sleeps.
 * Return: 0 or an error of nf_register_net_hooks(), with nothing changed.
 */
int tl_track_enable(struct tl_net *ns, bool on)
{
	int err;

	if (ns->track->enabled == on)
		return 0;
	if (!on) {
		track_unhook(ns);
		synchronize_rcu();
		track_drop_rows(ns);
		return 0;
	}
	err = track_add_hooks(ns);
	if (err)
		return err;
	tl_probe_adopt(ns->net);
	return 0;
}

static bool track_drop_forwarded(struct tl_conn *conn, void *unused)
{
	if (conn->origin == TL_FORWARD)
		tl_life_drop(conn);
	else
		tl_conn_unlock(conn);
	return true;
}

/**
 * tl_track_forward() - switch the following of forwarded connections
 * @ns: the namespace
 * @on: off removes their hooks and rows
 *
 * Context: process, serialised by the caller; sleeps.
 * Return: 0, -EINVAL if the tracker is off, or an error of
 * nf_register_net_hooks(), with nothing changed.
 */
int tl_track_forward(struct tl_net *ns, bool on)
{
	int err;

	if (ns->track->forward == on)
		return 0;
	if (!ns->track->enabled)
		return -EINVAL;
	if (on) {
		err = tl_hook_add_forward(ns);
		if (!err)
			WRITE_ONCE(ns->track->forward, true);
		return err;
	}
	tl_hook_remove_forward(ns);
	WRITE_ONCE(ns->track->forward, false);
	synchronize_rcu();
	tl_table_walk(ns, track_drop_forwarded, NULL);
	return 0;
}

/**
 * tl_track_enabled() - whether connections are followed
 * @ns: the namespace
 */
bool tl_track_enabled(const struct tl_net *ns)
{
	return READ_ONCE(ns->track->enabled);
}

/**
 * tl_track_forwards() - whether forwarded connections are followed, too
 * @ns: the namespace
 */
bool tl_track_forwards(const struct tl_net *ns)
{
	return READ_ONCE(ns->track->forward);
}

/**
 * tl_track_uptime_ms() - since when the counters run
 * @ns: the namespace
 *
 * Return: milliseconds.
 */
u64 tl_track_uptime_ms(const struct tl_net *ns)
{
	return jiffies64_to_msecs(get_jiffies_64() - ns->track->born);
}

/**
 * tl_track_rows() - how many connections are in the table
 * @ns: the namespace
 */
unsigned int tl_track_rows(const struct tl_net *ns)
{
	return atomic_read(&ns->track->rows);
}

/**
 * tl_track_memory() - what rows and counters of a namespace take
 * @ns: the namespace
 *
 * Return: bytes; the hash table, which all namespaces share, is not in it.
 */
u64 tl_track_memory(const struct tl_net *ns)
{
	return tl_table_memory(tl_track_rows(ns)) +
	       (u64)num_possible_cpus() * sizeof(struct tl_stats) + tl_scope_memory(ns);
}

/**
 * tl_track_count() - what a counter stands at
 * @ns: the namespace
 * @counter: which
 */
u64 tl_track_count(const struct tl_net *ns, enum tl_counter counter)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(ns->track->stats, cpu)->counter[counter]);
	return sum;
}

/**
 * tl_track_lost() - sockets that found no row, or lost it to another
 * @ns: the namespace
 */
u64 tl_track_lost(const struct tl_net *ns)
{
	return tl_track_count(ns, TL_COUNT_REFUSED_FULL) +
	       tl_track_count(ns, TL_COUNT_EVICTED);
}

/**
 * tl_track_knows_all() - whether all sockets of a namespace have rows
 * @ns: the namespace
 *
 * Not from the moment at which one is refused until tl_sweep_init()'s walk has
 * been all around since.
 */
bool tl_track_knows_all(const struct tl_net *ns)
{
	return tl_track_enabled(ns) && tl_track_lost(ns) == READ_ONCE(ns->track->found);
}

/**
 * tl_track_in_state() - how many ends that are here are in a state
 * @ns: the namespace
 * @state: which
 */
u64 tl_track_in_state(const struct tl_net *ns, enum tl_state state)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(ns->track->stats, cpu)->state[state]);
	return max(sum, 0L);
}

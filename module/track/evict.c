// SPDX-License-Identifier: GPL-2.0
/*
 * Which row a full table gives up for a new one.
 *
 * A packet waits for a search, so a search sees a small part of the table. What it
 * does not find is left to a walk through all of it.
 */
#include <linux/minmax.h>
#include <linux/workqueue.h>

#include "../net.h"
#include "evict.h"
#include "life.h"
#include "limits.h"
#include "schedule.h"
#include "search_pause.h"
#include "table.h"
#include "track.h"
#include "wheel.h"

/*
 * How far a full table looks for history: rows, and buckets, most of which are
 * empty where few rows are allowed. The next search goes on behind the last.
 */
#define HISTORY_LOOKS		16
#define HISTORY_BUCKETS		64U
/* Rows of others that a search passes over: they hide none of ours. */
#define HISTORY_PASSES		256
/* After a walk none begins for so many times as long as it took. */
#define WALK_PAUSE		10
/* An embryonic row that is found may be gone before it is locked. */
#define EMBRYO_TRIES		3

/**
 * struct evict_search - the search for a row to be given up
 * @ns: whose rows may go; NULL: anybody's
 * @looks: rows that may still be looked at
 * @passes: rows of others that may still be passed over
 * @done: a row was given up
 */
struct evict_search {
	const struct tl_net *ns;
	unsigned int looks;
	unsigned int passes;
	bool done;
};

/* Searches among the rows of all namespaces. */
static struct tl_evictions evict_everybody;

static void evict_walk(struct work_struct *unused);
static DECLARE_DELAYED_WORK(evict_work, evict_walk);
static unsigned int evict_next_walk = 1;
static unsigned long evict_walk_pause;

static struct tl_evictions *evict_searches_of(struct tl_net *ns)
{
	return ns ? &ns->track->evictions : &evict_everybody;
}

/* Anybody who may make namespaces can ask: many rows must not keep a processor busy. */
static void evict_ask_for_walk(struct tl_evictions *of)
{
	unsigned long pause = READ_ONCE(evict_walk_pause);

	WRITE_ONCE(of->asked, READ_ONCE(evict_next_walk));
	queue_delayed_work(system_unbound_wq, &evict_work,
			   max_t(unsigned long, pause, TL_SEARCH_PAUSE_MAX));
}

static bool evict_may_go(const struct tl_conn *conn, const struct tl_net *ns,
			 enum tl_worth worth)
{
	return (!ns || conn->ns == ns) && tl_schedule_worth(conn) == worth;
}

static void evict_give_up(struct tl_conn *conn)
{
	tl_track_note(conn->ns->track, TL_COUNT_EVICTED);
	tl_life_drop(conn);
}

static bool evict_is_wanted(const struct tl_evictions *of, const struct tl_net *ns)
{
	return READ_ONCE(of->asked) + 1 == evict_next_walk && tl_limits_are_near(ns);
}

static bool evict_wanted(struct tl_conn *conn, void *unused)
{
	bool wanted = evict_is_wanted(&conn->ns->track->evictions, conn->ns) ||
		      evict_is_wanted(&evict_everybody, NULL);

	if (wanted && tl_schedule_worth(conn) == TL_WORTH_NOTHING)
		evict_give_up(conn);
	else
		tl_conn_unlock(conn);
	return true;
}

static void evict_walk(struct work_struct *unused)
{
	unsigned long begun = jiffies;

	WRITE_ONCE(evict_next_walk, evict_next_walk + 1);
	tl_table_walk(NULL, evict_wanted, NULL);
	WRITE_ONCE(evict_walk_pause, WALK_PAUSE * (jiffies - begun));
}

/**
 * tl_evict_exit() - walk no more
 *
 * No row is made any more.
 * Context: process; sleeps.
 */
void tl_evict_exit(void)
{
	cancel_delayed_work_sync(&evict_work);
}

static bool evict_give_up_history(struct tl_conn *conn, void *data)
{
	struct evict_search *search = data;
	bool others = search->ns && conn->ns != search->ns;

	if (!evict_may_go(conn, search->ns, TL_WORTH_NOTHING)) {
		tl_conn_unlock(conn);
		return others ? --search->passes : --search->looks;
	}
	evict_give_up(conn);
	search->done = true;
	return false;
}

static bool evict_history(struct tl_net *ns)
{
	struct evict_search search = {
		.ns = ns,
		.looks = HISTORY_LOOKS,
		.passes = HISTORY_PASSES,
	};
	struct tl_evictions *of = evict_searches_of(ns);
	unsigned int all = tl_table_buckets(), bucket = READ_ONCE(of->bucket);
	unsigned int i, buckets = min(all, HISTORY_BUCKETS);

	for (i = 0; i < buckets && search.looks && search.passes &&
	     !search.done; i++)
		tl_table_walk_bucket((bucket + i) % all, NULL, evict_give_up_history,
				     &search);
	WRITE_ONCE(of->bucket, (bucket + i) % all);
	return search.done;
}

/*
 * Embryonic rows are looked at each second: they are among what is due soon.
 * There the connection is not locked, and what is seen has to be seen again.
 */
static bool evict_is_embryo(const struct tl_conn *conn, const void *ns)
{
	return evict_may_go(conn, ns, TL_WORTH_LITTLE);
}

static bool evict_embryo(const struct tl_net *ns)
{
	unsigned int tries;

	for (tries = 0; tries < EMBRYO_TRIES; tries++) {
		struct tl_conn *conn = tl_wheel_soon(evict_is_embryo, ns);

		if (!conn)
			return false;
		tl_conn_lock(conn);
		if (tl_conn_hashed(conn) && evict_is_embryo(conn, ns)) {
			evict_give_up(conn);
			return true;
		}
		tl_conn_unlock(conn);
	}
	return false;
}

/**
 * tl_evict() - give up the row that is worth least
 * @ns: whose rows may go; NULL: anybody's
 *
 * History goes first, then embryonic rows; no others. The work is bounded, and
 * is not done again before there is something new to find, or a time is over that
 * grows with each search in vain, to a second. Then a walk through the whole table
 * gives history up, until a sixteenth of the bound is free.
 * Context: RCU or preemption disabled; any but hard interrupt; no connection
 * locked.
 *
 * Return: true if a row has gone.
 */
bool tl_evict(struct tl_net *ns)
{
	struct tl_search_pause *pause = tl_search_pause_of(ns);
	struct tl_evictions *of = evict_searches_of(ns);

	if (tl_search_pause_lasts(pause))
		return false;
	if (evict_history(ns) || evict_embryo(ns)) {
		tl_search_pause_reset(pause);
		return true;
	}
	tl_search_pause_begin(pause);
	evict_ask_for_walk(of);
	return false;
}

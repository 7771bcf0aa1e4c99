// SPDX-License-Identifier: GPL-2.0
/*
 * Which row a full table gives up for a new one.
 */
#include <linux/minmax.h>

#include "../tcplab.h"
#include "evict.h"
#include "keep.h"
#include "life.h"
#include "table.h"
#include "wheel.h"

/*
 * How far a full table looks for history: rows, and buckets, most of which are
 * empty where few rows are allowed.
 */
#define HISTORY_LOOKS		16
#define HISTORY_BUCKETS		64U
/* An embryonic row that is found may be gone before it is locked. */
#define EMBRYO_TRIES		3

/**
 * struct eviction - the search for a row to be given up
 * @ns: whose rows may go; NULL: anybody's
 * @looks: rows that may still be looked at
 * @done: a row was given up
 */
struct eviction {
	const struct tl_net *ns;
	unsigned int looks;
	bool done;
};

static bool may_go(const struct tl_conn *conn, const struct tl_net *ns,
		   enum tl_worth worth)
{
	return (!ns || conn->ns == ns) && tl_keep_worth(conn) == worth;
}

static void give_up(struct tl_conn *conn)
{
	tl_track_note(&conn->ns->track, TL_COUNT_EVICTED);
	tl_life_drop(conn);
}

static bool give_up_history(struct tl_conn *conn, void *data)
{
	struct eviction *eviction = data;

	if (!may_go(conn, eviction->ns, TL_WORTH_NOTHING)) {
		tl_conn_unlock(conn);
		return --eviction->looks;
	}
	give_up(conn);
	eviction->done = true;
	return false;
}

static bool evict_history(const struct tl_net *ns, unsigned int bucket)
{
	struct eviction eviction = { .ns = ns, .looks = HISTORY_LOOKS };
	unsigned int i, all = tl_table_buckets(),
		     buckets = min(all, HISTORY_BUCKETS);

	for (i = 0; i < buckets && eviction.looks && !eviction.done; i++)
		tl_table_walk_bucket((bucket + i) % all, NULL,
				     give_up_history, &eviction);
	return eviction.done;
}

/*
 * Embryonic rows are looked at each second: they are among what is due soon.
 * There the connection is not locked, and what is seen has to be seen again.
 */
static bool is_embryo(const struct tl_conn *conn, const void *ns)
{
	return may_go(conn, ns, TL_WORTH_LITTLE);
}

static bool evict_embryo(const struct tl_net *ns)
{
	unsigned int tries;

	for (tries = 0; tries < EMBRYO_TRIES; tries++) {
		struct tl_conn *conn = tl_wheel_soon(is_embryo, ns);

		if (!conn)
			return false;
		tl_conn_lock(conn);
		if (tl_conn_hashed(conn) && is_embryo(conn, ns)) {
			give_up(conn);
			return true;
		}
		tl_conn_unlock(conn);
	}
	return false;
}

/**
 * tl_evict() - give up the row that is worth least
 * @ns: whose rows may go; NULL: anybody's
 * @bucket: where the search for history begins
 *
 * History goes first, then embryonic rows; no others. The work is bounded.
 * Context: RCU or preemption disabled; any but hard interrupt; no connection
 * locked.
 *
 * Return: true if a row has gone.
 */
bool tl_evict(const struct tl_net *ns, unsigned int bucket)
{
	return evict_history(ns, bucket) || evict_embryo(ns);
}

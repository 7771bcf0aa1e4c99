// SPDX-License-Identifier: GPL-2.0
/*
 * Searches of a full table that rest after they have found nothing.
 *
 * Each packet that wants a row would make another one. A search that rests is woken
 * by a row that may have become worth less.
 */
#include <linux/bits.h>
#include <linux/minmax.h>

#include "../net.h"
#include "conn.h"
#include "rest.h"
#include "schedule.h"
#include "track.h"

#define REST_MISSES_MAX	10U

/* Of searches among the rows of all namespaces. */
static struct tl_rest rest_everybody;

/**
 * tl_rest_of() - the rest of a namespace's searches
 * @ns: the namespace; NULL: of searches among the rows of all
 */
struct tl_rest *tl_rest_of(const struct tl_net *ns)
{
	return ns ? &ns->track->rest : &rest_everybody;
}

/* A search sees a small part of the table: several in vain tell more than one. */
static u32 rest_length(const struct tl_rest *rest)
{
	return min_t(u32, BIT(READ_ONCE(rest->misses)), TL_REST_MAX);
}

/**
 * tl_rest_lasts() - whether none is to be made yet
 * @rest: of such searches
 */
bool tl_rest_lasts(const struct tl_rest *rest)
{
	return READ_ONCE(rest->resting) &&
	       (u32)jiffies - READ_ONCE(rest->failed) < rest_length(rest);
}

/**
 * tl_rest_begin() - one has found nothing
 * @rest: of such searches
 */
void tl_rest_begin(struct tl_rest *rest)
{
	WRITE_ONCE(rest->misses, min(READ_ONCE(rest->misses) + 1, REST_MISSES_MAX));
	WRITE_ONCE(rest->failed, (u32)jiffies);
	WRITE_ONCE(rest->resting, true);
}

/**
 * tl_rest_end() - one has found something
 * @rest: of such searches
 */
void tl_rest_end(struct tl_rest *rest)
{
	WRITE_ONCE(rest->misses, 0);
}

/**
 * tl_rest_wake() - a row may have become worth less to a full table
 * @conn: the connection, locked
 *
 * A search that rests would find it.
 */
void tl_rest_wake(const struct tl_conn *conn)
{
	struct tl_rest *own = &conn->ns->track->rest;

	if (likely(!READ_ONCE(own->resting) && !READ_ONCE(rest_everybody.resting)))
		return;
	if (tl_schedule_worth(conn) == TL_WORTH_KEEPING)
		return;
	WRITE_ONCE(own->resting, false);
	WRITE_ONCE(rest_everybody.resting, false);
}

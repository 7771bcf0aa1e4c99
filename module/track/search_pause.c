// SPDX-License-Identifier: GPL-2.0
/*
 * Searches of a full table pause after one that has found nothing.
 *
 * Each packet that wants a row would make another one. A row that may have become worth
 * less ends the pause.
 */
#include <linux/bits.h>
#include <linux/minmax.h>

#include "../net.h"
#include "conn.h"
#include "schedule.h"
#include "search_pause.h"
#include "track.h"

#define MISSES_MAX	10U

/* That of searches among the rows of all namespaces. */
static struct tl_search_pause search_pause_everybody;

/**
 * tl_search_pause_of() - the pause of searches
 * @ns: among the rows of this namespace; NULL: among those of all
 */
struct tl_search_pause *tl_search_pause_of(const struct tl_net *ns)
{
	return ns ? &ns->track->pause : &search_pause_everybody;
}

/* A search sees a small part of the table: several in vain tell more than one. */
static u32 search_pause_length(const struct tl_search_pause *pause)
{
	return min_t(u32, BIT(READ_ONCE(pause->misses)), TL_SEARCH_PAUSE_MAX);
}

/**
 * tl_search_pause_lasts() - whether no search is to be made yet
 * @pause: of these searches
 */
bool tl_search_pause_lasts(const struct tl_search_pause *pause)
{
	return READ_ONCE(pause->pausing) &&
	       (u32)jiffies - READ_ONCE(pause->failed) < search_pause_length(pause);
}

/**
 * tl_search_pause_begin() - a search has found nothing
 * @pause: of these searches
 */
void tl_search_pause_begin(struct tl_search_pause *pause)
{
	WRITE_ONCE(pause->misses, min(READ_ONCE(pause->misses) + 1, MISSES_MAX));
	WRITE_ONCE(pause->failed, (u32)jiffies);
	WRITE_ONCE(pause->pausing, true);
}

/**
 * tl_search_pause_reset() - a search has found something: the next pause is short
 * @pause: of these searches
 */
void tl_search_pause_reset(struct tl_search_pause *pause)
{
	WRITE_ONCE(pause->misses, 0);
}

/**
 * tl_search_pause_wake() - end the pauses of searches that would find a row
 * @conn: the connection, locked, which may have become worth less to a full table
 */
void tl_search_pause_wake(const struct tl_conn *conn)
{
	struct tl_search_pause *own = &conn->ns->track->pause;

	if (likely(!READ_ONCE(own->pausing) && !READ_ONCE(search_pause_everybody.pausing)))
		return;
	if (tl_schedule_worth(conn) == TL_WORTH_KEEPING)
		return;
	WRITE_ONCE(own->pausing, false);
	WRITE_ONCE(search_pause_everybody.pausing, false);
}

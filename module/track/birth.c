// SPDX-License-Identifier: GPL-2.0
/* Rows for connections that have none, where there is room, or room can be made. */
#include "birth.h"
#include "evict.h"
#include "limits.h"
#include "table.h"

static bool birth_make_room(struct tl_net *ns)
{
	return tl_evict(tl_limits_own_only(ns) ? ns : NULL);
}

/**
 * tl_birth() - find the row of a connection, or make one
 * @ns: its namespace
 * @key: its key
 * @fresh: set to whether the row was made; false where there was one already
 *
 * A new row has both ends in %TL_UNKNOWN and no origin.
 * Context: RCU or preemption disabled; any but hard interrupt.
 *
 * Return: the connection, locked; NULL if the table is full or memory is
 * short, which the caller counts.
 */
struct tl_conn *tl_birth(struct tl_net *ns, const struct tl_key *key, bool *fresh)
{
	struct tl_conn *conn = tl_table_find(ns, key);

	*fresh = false;
	if (conn)
		return conn;
	if (!tl_limits_take(ns) && !(birth_make_room(ns) && tl_limits_take(ns)))
		return NULL;
	return tl_table_add(ns, key, fresh);
}

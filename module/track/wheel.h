/* SPDX-License-Identifier: GPL-2.0 */
/* One timer for all connections: two wheels of slots, each turned by a worker. */
#ifndef TCPLAB_TRACK_WHEEL_H
#define TCPLAB_TRACK_WHEEL_H

#include "conn.h"

/**
 * typedef tl_wheel_due - what happens to a connection whose time has come
 * @conn: the connection, locked, and mostly off the wheel; unlocked or removed
 *	by it
 */
typedef void tl_wheel_due(struct tl_conn *conn);

/**
 * typedef tl_wheel_wanted - whether a connection is what is looked for
 * @conn: the connection, on the wheel but not locked
 * @data: as given to the search
 */
typedef bool tl_wheel_wanted(const struct tl_conn *conn, const void *data);

int tl_wheel_init(tl_wheel_due *on_due);
void tl_wheel_exit(void);
bool tl_wheel_within(const struct tl_conn *conn, unsigned int delay);
void tl_wheel_add(struct tl_conn *conn, unsigned int delay);
void tl_wheel_move(struct tl_conn *conn, unsigned int delay);
void tl_wheel_del(struct tl_conn *conn);
struct tl_conn *tl_wheel_soon(tl_wheel_wanted *wanted, const void *data);

/**
 * tl_wheel_has() - whether a connection hangs on the wheel
 * @conn: the connection, locked
 *
 * The worker takes it off without that lock: half done, it still hangs.
 */
static inline bool tl_wheel_has(const struct tl_conn *conn)
{
	return !list_empty_careful(&conn->timer);
}

#endif /* TCPLAB_TRACK_WHEEL_H */

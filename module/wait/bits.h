/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What those who listen to the tracker keep of a connection in its row: 21 bits,
 * which mean nothing to the tracker. All of them are protected by the row's lock.
 */
#ifndef TCPLAB_WAIT_BITS_H
#define TCPLAB_WAIT_BITS_H

#include <linux/build_bug.h>
#include <linux/types.h>

#include "../track/conn.h"

/* Numbers of the programs that close first, in a namespace. */
#define TL_CLOSER_BITS	12

/**
 * struct tl_bits - those that lie together
 * @closer: number of the row of the program that closed first, see first_close.c; 0
 *	is none
 * @port: bit mask of the end whose ephemeral port is counted
 * @own: bind() has chosen the port of the socket that opened it
 * @reset_tells: the RST that came last is evidence if it is taken
 */
struct tl_bits {
	u16 closer:TL_CLOSER_BITS, port:2, own:1, reset_tells:1;
};

static_assert(sizeof(struct tl_bits) == sizeof_field(struct tl_conn, waits));

/**
 * tl_bits() - those of a connection
 * @conn: the connection, locked
 */
static inline struct tl_bits *tl_bits(const struct tl_conn *conn)
{
	return (struct tl_bits *)&conn->waits;
}

/* Where the others lie. */
enum tl_bits_more {
	TL_BITS_EVIDENCE	= 0x07,	/* an &enum tl_evidence that one end is gone */
	TL_BITS_LEAK		= 0x08,	/* the CLOSE_WAIT end is older than the threshold */
	TL_BITS_LEAK_TOLD	= 0x10,	/* and that has been told */
};

/**
 * tl_bits_more() - one of the others
 * @conn: the connection, locked
 * @which: which
 */
static inline u8 tl_bits_more(const struct tl_conn *conn, enum tl_bits_more which)
{
	return conn->waits_more & which;
}

/**
 * tl_bits_set_more() - set one of the others
 * @conn: the connection, locked
 * @which: which
 * @value: what tl_bits_more() is to return
 */
static inline void tl_bits_set_more(struct tl_conn *conn, enum tl_bits_more which,
				    u8 value)
{
	conn->waits_more = (conn->waits_more & ~which) | value;
}

#endif /* TCPLAB_WAIT_BITS_H */

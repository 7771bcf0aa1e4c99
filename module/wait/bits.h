/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bits that consumers keep of a connection in its row: 21, which mean nothing to the
 * tracker. All of them are protected by the row's lock.
 *
 * A consumer is given a row that is const, and writes nothing into it but these bits.
 * Each of them has a function below that sets it, and one file that calls that.
 */
#ifndef TCPLAB_WAIT_BITS_H
#define TCPLAB_WAIT_BITS_H

#include <linux/bits.h>
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
 * @reset_is_evidence: the RST that came last is evidence if it is taken
 */
struct tl_bits {
	u16 closer:TL_CLOSER_BITS, port:2, own:1, reset_is_evidence:1;
};

static_assert(sizeof(struct tl_bits) == sizeof_field(struct tl_conn, consumer_bits));

/* Where the others lie. */
enum tl_flags {
	TL_FLAGS_EVIDENCE	= 0x07,	/* an &enum tl_evidence that one end is gone */
	TL_FLAGS_LEAK		= 0x08,	/* the CLOSE_WAIT end is older than the threshold */
	TL_FLAGS_LEAK_TRACED	= 0x10,	/* and a trace event has said so */
};

static_assert((TL_FLAGS_EVIDENCE | TL_FLAGS_LEAK | TL_FLAGS_LEAK_TRACED) <
	      BIT(TL_CONSUMER_FLAGS));

/**
 * tl_bits() - those that lie together, to read
 * @conn: the connection, locked
 */
static inline const struct tl_bits *tl_bits(const struct tl_conn *conn)
{
	return (const struct tl_bits *)&conn->consumer_bits;
}

/**
 * tl_flags() - one of the others
 * @conn: the connection, locked
 * @which: which
 */
static inline u8 tl_flags(const struct tl_conn *conn, enum tl_flags which)
{
	return conn->consumer_flags & which;
}

/* Only to set a bit: to a consumer the row is const. */
static inline struct tl_bits *tl_bits_to_set(const struct tl_conn *conn)
{
	return (struct tl_bits *)tl_bits(conn);
}

static inline void tl_flags_set(const struct tl_conn *conn, enum tl_flags which, u8 value)
{
	struct tl_conn *row = (struct tl_conn *)conn;

	row->consumer_flags = (conn->consumer_flags & ~which) | value;
}

/**
 * tl_bits_set_closer() - see @closer
 * @conn: the connection, locked
 * @number: below BIT(%TL_CLOSER_BITS)
 */
static inline void tl_bits_set_closer(const struct tl_conn *conn, u16 number)
{
	tl_bits_to_set(conn)->closer = number;
}

/**
 * tl_bits_set_port() - see @port
 * @conn: the connection, locked
 * @ends: the mask
 */
static inline void tl_bits_set_port(const struct tl_conn *conn, u8 ends)
{
	tl_bits_to_set(conn)->port = ends;
}

/**
 * tl_bits_set_own() - see @own
 * @conn: the connection, locked
 * @own: whether it has
 */
static inline void tl_bits_set_own(const struct tl_conn *conn, bool own)
{
	tl_bits_to_set(conn)->own = own;
}

/**
 * tl_bits_set_reset_is_evidence() - see @reset_is_evidence
 * @conn: the connection, locked
 * @is: whether it is
 */
static inline void tl_bits_set_reset_is_evidence(const struct tl_conn *conn, bool is)
{
	tl_bits_to_set(conn)->reset_is_evidence = is;
}

/**
 * tl_flags_set_evidence() - see %TL_FLAGS_EVIDENCE
 * @conn: the connection, locked
 * @evidence: an &enum tl_evidence
 */
static inline void tl_flags_set_evidence(const struct tl_conn *conn, u8 evidence)
{
	tl_flags_set(conn, TL_FLAGS_EVIDENCE, evidence);
}

/**
 * tl_flags_set_leak() - see %TL_FLAGS_LEAK
 * @conn: the connection, locked
 * @is: whether it is
 */
static inline void tl_flags_set_leak(const struct tl_conn *conn, bool is)
{
	tl_flags_set(conn, TL_FLAGS_LEAK, is ? TL_FLAGS_LEAK : 0);
}

/**
 * tl_flags_set_leak_traced() - see %TL_FLAGS_LEAK_TRACED
 * @conn: the connection, locked
 * @traced: whether it has
 */
static inline void tl_flags_set_leak_traced(const struct tl_conn *conn, bool traced)
{
	tl_flags_set(conn, TL_FLAGS_LEAK_TRACED, traced ? TL_FLAGS_LEAK_TRACED : 0);
}

#endif /* TCPLAB_WAIT_BITS_H */

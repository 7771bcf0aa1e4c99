/* SPDX-License-Identifier: GPL-2.0 */
/* A tracked connection. */
#ifndef TCPLAB_TRACK_CONN_H
#define TCPLAB_TRACK_CONN_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "../core/state.h"
#include "../key.h"

struct tl_net;

/* How tcplab met the connection. */
enum tl_origin {
	TL_ACTIVE,	/* opened by a socket here */
	TL_PASSIVE,	/* accepted by a socket here */
	TL_LOOPBACK,	/* both ends have sockets in this namespace */
	TL_FORWARD,	/* neither end has a socket here */
	TL_ADOPTED,	/* it was open before it was seen */
	TL_ADOPTED_ACTIVE,	/* the same, opened by the end shown as local */
	TL_ADOPTED_PASSIVE,	/* the same, opened by the other */
};

#define TL_CONSUMER_FLAGS	5	/* bits that fit there */

/**
 * struct tl_conn - a tracked connection
 * @next: the one behind it in its bucket of the table
 * @timer: in a slot of the wheel, or empty
 * @ns: its namespace
 * @lock: protects all below; taken before the locks of table and wheel
 * @key: constant while hashed
 * @restart: when the last TIME_WAIT began, or began anew for a late segment
 * @link: before that, of the one end that is here: the interface that its socket
 *	was bound to when it told its state last, or 0
 * @peers: what segments alone say
 * @born: when it was created or adopted, low half of jiffies
 * @since: when each end took its state, low half of jiffies; of a forwarded
 *	connection, the responder's is when the last segment passed
 * @rto: retransmission timeout of the last socket that closed, in units of
 *	%TL_RTO_UNIT_MS; 0 is unknown
 * @consumer_bits: what others keep of the connection; the tracker sets it to 0 in a
 *	new row, and that is all that it knows of it
 * @consumer_flags: %TL_CONSUMER_FLAGS more bits of the same
 * @state: state of each end: its socket's where it has one here
 * @slot: where @timer hangs
 * @origin: an &enum tl_origin
 * @here: bit mask of the ends with a socket in this namespace
 * @first: the end shown as local: the initiator, where both are or none is
 * @bound: the socket was bound to an interface
 * @suspect: bit mask of the ends whose socket was not as the row says, and of a
 *	remote one whose RST was not taken: look once more
 * @hashed: it is a row of the table
 * @ended: bit mask of the ends whose mini-socket was ended before its time
 * @fine: @timer hangs on the fine wheel
 * @exact: it wants to be looked at to a few milliseconds
 * @stamps: the last socket that closed used timestamps (RFC 7323)
 * @reset: a RST came for the socket here: whether TCP takes it is not known yet
 * @mini: bit mask of the ends whose socket is a request or a mini-socket: that
 *	nobody can bind any more
 * @full: a full socket is in FIN_WAIT_2, and tells when it leaves it
 *
 * Allocated with SLAB_TYPESAFE_BY_RCU: a reader under RCU may find itself on
 * an object that became another connection, and has to compare @ns and @key
 * again under @lock.
 */
struct tl_conn {
	struct tl_conn __rcu *next;
	struct list_head timer;
	struct tl_net *ns;
	spinlock_t lock;	/* see @lock */
	struct tl_key key;
	u32 born;
	u32 since[2];
	union {
		u32 restart;
		int link;
	};
	struct tl_peers peers;
	u16 rto;
	u16 consumer_bits;
	u8 state[2];
	u8 slot;
	u8 origin:3, here:2, first:1, bound:1, hashed:1;
	u8 suspect:2, ended:2, mini:2, full:1, fine:1;
	u8 consumer_flags:TL_CONSUMER_FLAGS, exact:1, stamps:1, reset:1;
};

#define TL_RTO_UNIT_MS	2

/*
 * Largest row where locks are small: the allocator keeps its own pointer behind
 * objects of this kind, and the two must fit in 128 bytes.
 */
#define TL_CONN_MAX	120
#define TL_CONN_SHARE	(sizeof(struct tl_conn) + sizeof(void *))

/*
 * A row is often locked by one function and let go by another, or locked only
 * if it is found. Sparse cannot follow that, and is told that nothing is held.
 */
static inline void tl_conn_lock(struct tl_conn *conn)
{
	spin_lock_bh(&conn->lock);
	__release(&conn->lock);
}

static inline void tl_conn_unlock(struct tl_conn *conn)
{
	__acquire(&conn->lock);
	spin_unlock_bh(&conn->lock);
}

/* Whether it still is a row: one that was found without a lock may not be. */
static inline bool tl_conn_hashed(const struct tl_conn *conn)
{
	return conn->hashed;
}

/**
 * tl_conn_here() - whether an end has its socket in this namespace
 * @conn: the connection, locked
 * @end: index of the end
 */
static inline bool tl_conn_here(const struct tl_conn *conn, unsigned int end)
{
	return conn->here & (1 << end);
}

/* Whether that socket still holds something of the connection. */
static inline bool tl_conn_lives_here(const struct tl_conn *conn,
				      unsigned int end)
{
	return tl_conn_here(conn, end) && !tl_state_over(conn->state[end]);
}

/* Whether no end holds anything of the connection. */
static inline bool tl_conn_is_over(const struct tl_conn *conn)
{
	return tl_state_over(conn->state[0]) && tl_state_over(conn->state[1]);
}

/* Whether the row says of any end, here or not, that it is in TIME_WAIT. */
static inline bool tl_conn_in_time_wait(const struct tl_conn *conn)
{
	return conn->state[0] == TL_TIME_WAIT || conn->state[1] == TL_TIME_WAIT;
}

/* Whether sockets tell both states: nothing is left for segments to say. */
static inline bool tl_conn_both_here(const struct tl_conn *conn)
{
	return conn->here == 3;
}

#endif /* TCPLAB_TRACK_CONN_H */

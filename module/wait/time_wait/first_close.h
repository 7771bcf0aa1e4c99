/* SPDX-License-Identifier: GPL-2.0 */
/* Who closes first, and so has the TIME_WAIT: port, network and program. */
#ifndef TCPLAB_WAIT_TIME_WAIT_FIRST_CLOSE_H
#define TCPLAB_WAIT_TIME_WAIT_FIRST_CLOSE_H

#include <linux/idr.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/spinlock.h>

#include "../../track/change.h"
#include "../lines.h"
#include "closers.h"

/* Rows of programs, and as many of users. */
#define TL_FIRST_CLOSE_ROWS	1024
#define TL_FIRST_CLOSE_BUCKETS	256

/**
 * struct tl_first_closer - what a row is found by: words, without padding
 * @who: the program; of a user's own row no more than its uid
 * @net: network of the remote ends, IPv4 mapped
 * @net_bits: length of its prefix, of IPv4 without the 96 of the mapping; 0: any
 * @local_port: local port, 0 for any ephemeral one
 */
struct tl_first_closer {
	struct tl_closer who;
	struct in6_addr net;
	u16 net_bits;
	u16 local_port;
};

/**
 * struct tl_first_close - connections that the same program closed first
 * @node: in its bucket
 * @list: among those that may go, the one that became idle last behind all others
 * @key: what it is found by
 * @user: the row of the user that it belongs to; NULL: it is a user's own
 * @rows: of a user's own row: how many belong to it
 * @held: how many of those are in use
 * @users: connections that have its number
 * @number: that number
 * @now: sockets in TIME_WAIT
 * @entered: sockets that came to it
 */
struct tl_first_close {
	struct hlist_node node;
	struct list_head list;
	struct tl_first_closer key;
	struct tl_first_close *user;
	u32 rows;
	u32 held;
	u32 users;
	u16 number;
	u32 now;
	u64 entered;
};

/**
 * struct tl_first_closes - those of a namespace
 * @lock: protects all
 * @bucket: hash table; NULL before the first row
 * @numbers: all rows by their number
 * @idle: rows of programs that no connection has the number of
 * @idle_users: rows of users that neither a connection nor another row has
 * @count: rows of programs
 * @count_users: rows of users
 * @others: the row of those that there was no room for, and of no user
 */
struct tl_first_closes {
	spinlock_t lock;	/* see @lock */
	struct hlist_head *bucket;
	struct idr numbers;
	struct list_head idle;
	struct list_head idle_users;
	u32 count;
	u32 count_users;
	struct tl_first_close others;
};

/**
 * struct tl_first_close_line - a copy of a row
 * @head: not looked for
 * @key: what it is found by
 * @now: sockets in TIME_WAIT
 * @entered: sockets that came to it
 */
struct tl_first_close_line {
	struct tl_line_head head;
	struct tl_first_closer key;
	u32 now;
	u64 entered;
};

void tl_first_closes_init(struct tl_first_closes *closes);
void tl_first_closes_exit(struct tl_first_closes *closes);
u64 tl_first_closes_memory(const struct tl_first_closes *closes);
int tl_first_closes_copy(struct tl_first_closes *closes, struct tl_lines *lines);
void tl_first_close_changed(const struct tl_conn *conn, const struct tl_change *change);
void tl_first_close_who(const struct tl_conn *conn, struct tl_closer *who);
void tl_first_close_enter(const struct tl_conn *conn, unsigned int end);
void tl_first_close_leave(const struct tl_conn *conn);
void tl_first_close_forget(const struct tl_conn *conn);

#endif /* TCPLAB_WAIT_TIME_WAIT_FIRST_CLOSE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Who closes first, and so has the TIME_WAIT: port, network and program. */
#ifndef TCPLAB_WAIT_FIRST_CLOSE_H
#define TCPLAB_WAIT_FIRST_CLOSE_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/spinlock.h>

#include "closers.h"

struct tl_conn;

#define TL_FIRST_CLOSE_ROWS	1024
#define TL_FIRST_CLOSE_BUCKETS	256

/**
 * struct tl_first_close - connections that the same program closed first
 * @node: in its bucket
 * @list: in the order of the last entry, latest first
 * @net: network of the remote ends, IPv4 mapped
 * @net_bits: length of its prefix, of IPv4 without the 96 of the mapping; 0: any
 * @local_port: local port, 0 for any ephemeral one
 * @closer: who closed, see tl_closer_get()
 * @now: sockets in TIME_WAIT
 * @entered: sockets that came to it
 */
struct tl_first_close {
	struct hlist_node node;
	struct list_head list;
	struct in6_addr net;
	u8 net_bits;
	u8 closer;
	u16 local_port;
	u32 now;
	u64 entered;
};

/**
 * struct tl_first_closes - those of a namespace
 * @lock: protects all
 * @bucket: hash table
 * @list: all of them
 * @count: how many there are, without @others
 * @others: sum of those that there was no room for
 */
struct tl_first_closes {
	spinlock_t lock;	/* see @lock */
	struct hlist_head *bucket;
	struct list_head list;
	u32 count;
	struct tl_first_close others;
};

int tl_first_closes_init(struct tl_first_closes *closes);
void tl_first_closes_exit(struct tl_first_closes *closes);
u64 tl_first_closes_memory(const struct tl_first_closes *closes);
void tl_first_close_enter(struct tl_conn *conn, unsigned int end);
void tl_first_close_leave(struct tl_conn *conn, unsigned int end);

#endif /* TCPLAB_WAIT_FIRST_CLOSE_H */

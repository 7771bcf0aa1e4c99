/* SPDX-License-Identifier: GPL-2.0 */
/* tcp_tw_recycle, which Linux had up to 4.11: what it would do. */
#ifndef TCPLAB_WAIT_TIME_WAIT_TW_RECYCLE_H
#define TCPLAB_WAIT_TIME_WAIT_TW_RECYCLE_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/spinlock.h>

#include "../lines.h"

struct tl_conn;

#define TL_TW_RECYCLE_PEERS	16384
#define TL_TW_RECYCLE_BUCKETS	4096

/**
 * struct tl_tw_recycle_peer - what is remembered of a host
 * @node: in its bucket
 * @list: in the order of the last close, latest first
 * @address: its address, IPv4 mapped
 * @stamp: last timestamp of a connection with it that was closed here
 * @second: when that was
 * @would_drop: SYNs that would have been dropped
 * @dropped: those that were
 * @behind: how much their timestamps were behind, at most, in its own ticks
 */
struct tl_tw_recycle_peer {
	struct hlist_node node;
	struct list_head list;
	struct in6_addr address;
	u32 stamp;
	u32 second;
	u32 would_drop;
	u32 dropped;
	u32 behind;
};

/**
 * struct tl_tw_recycle_peers - the hosts that a namespace has talked to
 * @lock: protects all
 * @bucket: hash table; NULL until it is wanted
 * @list: all of them
 * @count: how many there are
 */
struct tl_tw_recycle_peers {
	spinlock_t lock;	/* see @lock */
	struct hlist_head *bucket;
	struct list_head list;
	u32 count;
};

/**
 * struct tl_tw_recycle_line - a copy of what is remembered of a host
 * @head: not looked for
 * @peer: the copy; what links it means nothing
 */
struct tl_tw_recycle_line {
	struct tl_line_head head;
	struct tl_tw_recycle_peer peer;
};

void tl_tw_recycle_init(struct tl_tw_recycle_peers *peers);
int tl_tw_recycle_prepare(struct tl_net *ns);
void tl_tw_recycle_forget(struct tl_tw_recycle_peers *peers);
void tl_tw_recycle_exit(struct tl_tw_recycle_peers *peers);
u64 tl_tw_recycle_memory(const struct tl_tw_recycle_peers *peers);
int tl_tw_recycle_copy(struct tl_tw_recycle_peers *peers, struct tl_lines *lines);

void tl_tw_recycle_closed(const struct tl_conn *conn, unsigned int end, u32 stamp);
bool tl_tw_recycle_refuses(struct tl_tw_recycle_peers *peers,
			   const struct in6_addr *from, u32 stamp, bool drops);

#endif /* TCPLAB_WAIT_TIME_WAIT_TW_RECYCLE_H */

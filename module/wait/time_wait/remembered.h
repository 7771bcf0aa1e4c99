/* SPDX-License-Identifier: GPL-2.0 */
/* Closed connections that are remembered, for what may still come for them. */
#ifndef TCPLAB_WAIT_TIME_WAIT_REMEMBERED_H
#define TCPLAB_WAIT_TIME_WAIT_REMEMBERED_H

#include <linux/list.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "../../track/conn.h"

struct sock;

#define TL_HORIZON_MS_MAX	600000
#define TL_HORIZON_MS_DEFAULT	120000
#define TL_REMEMBER_DEFAULT	262144
#define TL_REMEMBER_MAX		16777216

/**
 * struct tl_closed - a connection that was closed first here
 * @node: in the table of all
 * @list: among those of its namespace, oldest first
 * @rcu: for freeing, when it is in no list any more
 * @ns: the namespace
 * @key: its key
 * @start: when TIME_WAIT began, low half of jiffies
 * @restart: when it began anew for a late segment
 * @rcv_nxt: what was expected last
 * @ts_recent: last timestamp of the peer
 * @isn: of the peer's next connection with this key
 * @end: number of the end that is here
 * @stamped: there were timestamps
 * @reused: @isn is known
 * @forgotten: it is in no list; a reader that has found it still may read it
 * @gap: range (of tl_late_edges) of the longest time without such a segment
 * @late: TIME_WAIT of the length in force would have ended in one
 */
struct tl_closed {
	struct rhash_head node;
	union {
		struct list_head list;
		struct rcu_head rcu;
	};
	struct tl_net *ns;
	struct tl_key key;
	u32 start;
	u32 restart;
	u32 rcv_nxt;
	u32 ts_recent;
	u32 isn;
	u8 end:1, stamped:1;
	u8 reused;
	u8 forgotten;
	u8 gap:7, late:1;
};

/**
 * struct tl_remembered - those of a namespace
 * @lock: protects the list and what follows
 * @list: all of them, oldest first
 * @count: how many there are
 * @most: how many there may be
 * @horizon_ms: how long they are remembered
 * @reused: those whose 4-tuple is in use again
 * @forgotten: those that had to go before
 * @closes: how many were remembered since the last reset
 * @expiry: forgets what is older
 */
struct tl_remembered {
	spinlock_t lock;	/* see @lock */
	struct list_head list;
	u32 count;
	u32 most;
	u32 horizon_ms;
	u32 reused;
	u64 forgotten;
	u64 closes;
	struct delayed_work expiry;
};

int tl_remembered_load(void);
void tl_remembered_unload(void);
void tl_remembered_init(struct tl_remembered *remembered);
void tl_remembered_stop(struct tl_remembered *remembered);
u64 tl_remembered_memory(const struct tl_remembered *remembered);
u32 tl_remembered_count(const struct tl_remembered *remembered);
u64 tl_remembered_forgotten(const struct tl_remembered *remembered);
u32 tl_remembered_most(const struct tl_remembered *remembered);
u32 tl_remembered_horizon_ms(const struct tl_remembered *remembered);
void tl_remembered_set_most(struct tl_remembered *remembered, u32 most);
void tl_remembered_set_horizon_ms(struct tl_remembered *remembered, u32 horizon_ms);

u64 tl_remembered_closes(struct tl_remembered *remembered);
void tl_remembered_reset(struct tl_remembered *remembered);

void tl_remembered_add(const struct tl_conn *conn, unsigned int end, const struct sock *sk);
struct tl_closed *tl_remembered_find(struct tl_net *ns, const struct tl_key *key);
void tl_remembered_reused(struct tl_closed *closed, u32 isn);
bool tl_remembered_suspects(const struct tl_net *ns, __be16 sport, __be16 dport);

#endif /* TCPLAB_WAIT_TIME_WAIT_REMEMBERED_H */

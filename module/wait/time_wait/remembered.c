// SPDX-License-Identifier: GPL-2.0
/*
 * Closed connections that are remembered, whatever their TIME_WAIT was.
 *
 * They lie in one table for all namespaces, and in a list for each, in the order
 * in which they were closed: the oldest are forgotten first.
 */
#include <linux/jhash.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "../../net.h"
#include "../../track/memory.h"
#include "../../track/socket.h"
#include "remembered.h"

#define EXPIRY_BATCH	256	/* forgotten between two chances to reschedule */
#define EXPIRY_PERIOD	HZ

/* Pairs of ports of which a 4-tuple is in use again, counted by hash. */
#define SUSPECTS	4096

struct remembered_name {
	const struct tl_net *ns;
	const struct tl_key *key;
};

static struct rhashtable remembered_table;
static struct kmem_cache *remembered_cache;
static atomic_t remembered_suspects[SUSPECTS];

static u32 remembered_hash(const struct tl_net *ns, const struct tl_key *key, u32 seed)
{
	u32 ports = (__force u32)key->port[0] << 16 | (__force u32)key->port[1];

	seed ^= (u32)((unsigned long)ns >> 6);
	if (tl_key_is_v6(key))
		return jhash(&key->addr, sizeof(key->addr), ports ^ key->scope ^ seed);
	return jhash_3words((__force u32)key->addr.v4[0],
			    (__force u32)key->addr.v4[1], ports,
			    key->scope ^ seed);
}

static u32 remembered_hash_name(const void *data, u32 length, u32 seed)
{
	const struct remembered_name *name = data;

	return remembered_hash(name->ns, name->key, seed);
}

static u32 remembered_hash_closed(const void *data, u32 length, u32 seed)
{
	const struct tl_closed *closed = data;

	return remembered_hash(closed->ns, &closed->key, seed);
}

static int remembered_differ(struct rhashtable_compare_arg *arg, const void *data)
{
	const struct remembered_name *name = arg->key;
	const struct tl_closed *closed = data;

	return closed->ns != name->ns || !tl_key_equal(&closed->key, name->key);
}

static const struct rhashtable_params remembered_params = {
	.head_offset = offsetof(struct tl_closed, node),
	.key_len = sizeof(struct remembered_name),
	.hashfn = remembered_hash_name,
	.obj_hashfn = remembered_hash_closed,
	.obj_cmpfn = remembered_differ,
	.automatic_shrinking = true,
};

static atomic_t *remembered_suspect(const struct tl_net *ns, __be16 a, __be16 b)
{
	u32 ports = ((__force u32)a ^ (__force u32)b) + ((__force u32)a + (__force u32)b) * 31;

	/* Either way round, and as cheap as can be: for each packet. */
	return &remembered_suspects[(ports ^ (u32)((unsigned long)ns >> 8)) % SUSPECTS];
}

static atomic_t *remembered_suspect_of(const struct tl_closed *closed)
{
	return remembered_suspect(closed->ns, closed->key.port[0], closed->key.port[1]);
}

/**
 * tl_remembered_suspects() - whether a 4-tuple that is in use again may have these ports
 * @ns: the namespace
 * @sport: one port
 * @dport: the other
 *
 * Asked for each segment of what is established: mostly none is in use again.
 * Context: any.
 */
bool tl_remembered_suspects(const struct tl_net *ns, __be16 sport, __be16 dport)
{
	return unlikely(READ_ONCE(ns->remembered->reused)) &&
	       atomic_read(remembered_suspect(ns, sport, dport));
}

/**
 * tl_remembered_load() - set up what all namespaces share
 *
 * Return: 0 or -ENOMEM.
 */
int tl_remembered_load(void)
{
	int err;

	/* With its share of the table and of a slab no more than 128 bytes. */
	BUILD_BUG_ON(sizeof(struct tl_closed) > 96);
	remembered_cache = kmem_cache_create("tcplab_closed", sizeof(struct tl_closed), 0, 0, NULL);
	if (!remembered_cache)
		return -ENOMEM;
	err = rhashtable_init(&remembered_table, &remembered_params);
	if (err)
		kmem_cache_destroy(remembered_cache);
	return err;
}

/**
 * tl_remembered_unload() - free it; no namespace remembers anything any more
 */
void tl_remembered_unload(void)
{
	rcu_barrier();
	rhashtable_destroy(&remembered_table);
	kmem_cache_destroy(remembered_cache);
}

static void remembered_free(struct rcu_head *rcu)
{
	kmem_cache_free(remembered_cache, container_of(rcu, struct tl_closed, rcu));
}

static void remembered_forget(struct tl_remembered *of, struct tl_closed *closed)
{
	list_del(&closed->list);
	closed->forgotten = 1;
	WRITE_ONCE(of->count, of->count - 1);
	rhashtable_remove_fast(&remembered_table, &closed->node, remembered_params);
	if (closed->reused) {
		atomic_dec(remembered_suspect_of(closed));
		WRITE_ONCE(of->reused, of->reused - 1);
	}
	tl_memory_give(sizeof(*closed));
	call_rcu(&closed->rcu, remembered_free);
}

static bool remembered_is_over(const struct tl_remembered *of, const struct tl_closed *closed)
{
	return (u32)jiffies - closed->start >= msecs_to_jiffies(READ_ONCE(of->horizon_ms));
}

/* Whether there may be more of it. */
static bool remembered_forget_some(struct tl_remembered *of)
{
	unsigned int i;
	bool more = true;

	spin_lock_bh(&of->lock);
	for (i = 0; more && i < EXPIRY_BATCH; i++) {
		struct tl_closed *closed = list_first_entry_or_null(&of->list,
								    struct tl_closed, list);

		more = closed && (of->count > READ_ONCE(of->most) ||
				  remembered_is_over(of, closed));
		if (!more)
			break;
		if (!remembered_is_over(of, closed))
			WRITE_ONCE(of->forgotten, of->forgotten + 1);
		remembered_forget(of, closed);
	}
	spin_unlock_bh(&of->lock);
	return more;
}

static void remembered_expire(struct work_struct *work)
{
	struct tl_remembered *of = container_of(to_delayed_work(work),
						struct tl_remembered, expiry);

	while (remembered_forget_some(of))
		cond_resched();
	if (READ_ONCE(of->count))
		schedule_delayed_work(&of->expiry, EXPIRY_PERIOD);
}

/**
 * tl_remembered_init() - begin without any
 * @of: of a namespace
 */
void tl_remembered_init(struct tl_remembered *of)
{
	spin_lock_init(&of->lock);
	INIT_LIST_HEAD(&of->list);
	of->most = TL_REMEMBER_DEFAULT;
	of->horizon_ms = TL_HORIZON_MS_DEFAULT;
	INIT_DELAYED_WORK(&of->expiry, remembered_expire);
}

static void remembered_forget_all(struct tl_remembered *of)
{
	u32 horizon_ms = READ_ONCE(of->horizon_ms);

	WRITE_ONCE(of->horizon_ms, 0);
	while (remembered_forget_some(of))
		cond_resched();
	WRITE_ONCE(of->horizon_ms, horizon_ms);
}

/**
 * tl_remembered_stop() - forget all, for good
 * @of: of a namespace in which nothing happens any more
 *
 * Context: process; sleeps.
 */
void tl_remembered_stop(struct tl_remembered *of)
{
	cancel_delayed_work_sync(&of->expiry);
	remembered_forget_all(of);
}

/**
 * tl_remembered_memory() - what they take
 * @of: of a namespace
 *
 * Return: bytes.
 */
u64 tl_remembered_memory(const struct tl_remembered *of)
{
	return (u64)READ_ONCE(of->count) * kmem_cache_size(remembered_cache);
}

/**
 * tl_remembered_count() - how many there are
 * @of: of a namespace
 */
u32 tl_remembered_count(const struct tl_remembered *of)
{
	return READ_ONCE(of->count);
}

/**
 * tl_remembered_forgotten() - how many had to go before their time
 * @of: of a namespace
 */
u64 tl_remembered_forgotten(const struct tl_remembered *of)
{
	return READ_ONCE(of->forgotten);
}

/**
 * tl_remembered_most() - how many are remembered at most
 * @of: of a namespace
 */
u32 tl_remembered_most(const struct tl_remembered *of)
{
	return READ_ONCE(of->most);
}

/**
 * tl_remembered_horizon_ms() - how long they are remembered
 * @of: of a namespace
 */
u32 tl_remembered_horizon_ms(const struct tl_remembered *of)
{
	return READ_ONCE(of->horizon_ms);
}

/**
 * tl_remembered_set_most() - how many are remembered
 * @of: of a namespace
 * @most: that many; the oldest go at once
 *
 * Context: process; sleeps.
 */
void tl_remembered_set_most(struct tl_remembered *of, u32 most)
{
	WRITE_ONCE(of->most, most);
	while (remembered_forget_some(of))
		cond_resched();
}

/**
 * tl_remembered_set_horizon_ms() - how long they are remembered
 * @of: of a namespace
 * @horizon_ms: that long; 0: not at all
 *
 * Context: process; sleeps.
 */
void tl_remembered_set_horizon_ms(struct tl_remembered *of, u32 horizon_ms)
{
	WRITE_ONCE(of->horizon_ms, horizon_ms);
	while (remembered_forget_some(of))
		cond_resched();
}

/**
 * tl_remembered_closes() - closes of which something was remembered
 * @of: of a namespace
 *
 * Context: process.
 * Return: how many there were since the last reset.
 */
u64 tl_remembered_closes(struct tl_remembered *of)
{
	u64 closes;

	spin_lock_bh(&of->lock);
	closes = of->closes;
	spin_unlock_bh(&of->lock);
	return closes;
}

/**
 * tl_remembered_reset() - count closes anew
 * @of: of a namespace
 *
 * Context: process.
 */
void tl_remembered_reset(struct tl_remembered *of)
{
	spin_lock_bh(&of->lock);
	of->closes = 0;
	spin_unlock_bh(&of->lock);
}

/* What is known of it: by its mini-socket, or the full one that left none. */
static void remembered_learn(struct tl_closed *closed, const struct sock *sk)
{
	if (tl_socket_is_full(sk)) {
		closed->rcv_nxt = READ_ONCE(tcp_sk(sk)->rcv_nxt);
		closed->ts_recent = tcp_sk(sk)->rx_opt.ts_recent;
		closed->stamped = tcp_sk(sk)->rx_opt.ts_recent_stamp != 0;
	} else {
		closed->rcv_nxt = READ_ONCE(tcp_twsk(sk)->tw_rcv_nxt);
		closed->ts_recent = READ_ONCE(tcp_twsk(sk)->tw_ts_recent);
		closed->stamped = READ_ONCE(tcp_twsk(sk)->tw_ts_recent_stamp) != 0;
	}
}

static struct tl_closed *remembered_find(const struct tl_net *ns, const struct tl_key *key)
{
	const struct remembered_name name = { ns, key };

	return rhashtable_lookup(&remembered_table, &name, remembered_params);
}

static void remembered_add(struct tl_remembered *of, struct tl_closed *closed)
{
	struct tl_closed *before;
	bool first;

	spin_lock(&of->lock);
	/* The 4-tuple was used and closed again: the later one counts. */
	before = remembered_find(closed->ns, &closed->key);
	if (before)
		remembered_forget(of, before);
	if (rhashtable_insert_fast(&remembered_table, &closed->node, remembered_params)) {
		spin_unlock(&of->lock);
		tl_memory_give(sizeof(*closed));
		kmem_cache_free(remembered_cache, closed);
		return;
	}
	first = list_empty(&of->list);
	list_add_tail(&closed->list, &of->list);
	WRITE_ONCE(of->count, of->count + 1);
	of->closes++;
	if (of->count > READ_ONCE(of->most)) {
		WRITE_ONCE(of->forgotten, of->forgotten + 1);
		remembered_forget(of, list_first_entry(&of->list, struct tl_closed, list));
	}
	spin_unlock(&of->lock);
	if (first)
		schedule_delayed_work(&of->expiry, EXPIRY_PERIOD);
}

/**
 * tl_remembered_add() - a connection was closed first here
 * @conn: the connection, locked
 * @end: index of the end
 * @sk: its mini-socket in TIME_WAIT; or the full socket, if there was no room
 *	for one
 *
 * Context: RCU.
 */
void tl_remembered_add(const struct tl_conn *conn, unsigned int end, const struct sock *sk)
{
	struct tl_remembered *of = conn->ns->remembered;
	struct tl_closed *closed;

	/* Nothing is late on lo, or between two addresses of a machine. */
	if (tl_conn_both_here(conn) || !READ_ONCE(of->horizon_ms) ||
	    !READ_ONCE(of->most) || !tl_memory_take(conn->ns, sizeof(*closed)))
		return;
	closed = kmem_cache_alloc(remembered_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!closed) {
		tl_memory_give(sizeof(*closed));
		return;
	}
	closed->ns = conn->ns;
	closed->key = conn->key;
	closed->start = conn->since[end];
	closed->restart = closed->start;
	closed->end = end;
	closed->reused = 0;
	closed->forgotten = 0;
	closed->gap = 0;
	closed->late = 0;
	remembered_learn(closed, sk);
	remembered_add(of, closed);
}

/**
 * tl_remembered_find() - find a connection that was closed
 * @ns: the namespace
 * @key: its key
 *
 * Context: RCU, any but hard interrupt.
 * Return: it, or NULL.
 */
struct tl_closed *tl_remembered_find(struct tl_net *ns, const struct tl_key *key)
{
	struct tl_closed *closed;

	if (!READ_ONCE(ns->remembered->count))
		return NULL;
	closed = remembered_find(ns, key);
	return closed && !remembered_is_over(ns->remembered, closed) ? closed : NULL;
}

/**
 * tl_remembered_reused() - the peer opens another connection with the same key
 * @closed: the one that was closed
 * @isn: initial sequence number of the new one
 *
 * From now on its segments are looked at, too.
 * Context: RCU, any but hard interrupt.
 */
void tl_remembered_reused(struct tl_closed *closed, u32 isn)
{
	struct tl_remembered *of = closed->ns->remembered;

	spin_lock_bh(&of->lock);
	WRITE_ONCE(closed->isn, isn);
	if (!closed->reused && !closed->forgotten) {
		WRITE_ONCE(closed->reused, 1);
		atomic_inc(remembered_suspect_of(closed));
		WRITE_ONCE(of->reused, of->reused + 1);
	}
	spin_unlock_bh(&of->lock);
}

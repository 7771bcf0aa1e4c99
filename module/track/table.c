// SPDX-License-Identifier: GPL-2.0
/*
 * The table of connections.
 *
 * Lookups walk a bucket under RCU without a lock and take only the lock of the
 * connection they find. Objects are SLAB_TYPESAFE_BY_RCU: one that was freed
 * may at once be another connection, in another bucket. Hence the nulls at the
 * end of each chain, which tell a walk that it strayed, and the second look at
 * the key once the lock is held. Chains are linked one way: the eight bytes
 * that a way back would take are better used.
 *
 * Locks: connection, then bucket. A bucket's lock guards its chain only.
 */
#include <linux/jhash.h>
#include <linux/list_nulls.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <net/netns/hash.h>

#include "../compat.h"
#include "../net.h"
#include "limits.h"
#include "table.h"
#include "wheel.h"

/* Chains share locks: more would only matter with more CPUs than this. */
#define BUCKET_LOCKS		256
static struct {
	struct tl_conn __rcu **bucket;
	unsigned int mask;
	hsiphash_key_t secret;
	struct kmem_cache *cache;
} table __read_mostly;

static spinlock_t table_chain_lock[BUCKET_LOCKS];	/* see table_lock_of() */

/* Namespaces whose keys are the same are spread, too. */
static u32 table_mix_of(const struct tl_net *ns)
{
	return net_hash_mix(ns->net);
}

static unsigned int table_hash(const struct tl_key *key, u32 mix)
{
	u32 scope = key->scope ^ mix;
	u32 ports = *(const u32 *)key->port;

	if (tl_key_is_v6(key))
		return hsiphash_3u32(hsiphash(&key->addr, sizeof(key->addr),
					      &table.secret),
				     ports, scope, &table.secret);
	return hsiphash_4u32((__force u32)key->addr.v4[0],
			     (__force u32)key->addr.v4[1], ports, scope,
			     &table.secret);
}

static unsigned int table_bucket_of(const struct tl_net *ns, const struct tl_key *key)
{
	return table_hash(key, table_mix_of(ns)) & table.mask;
}

/*
 * A connection's events come in bursts: a handshake over lo, a close and the
 * answer to it. So each CPU remembers the last key it hashed, and its bucket.
 */
struct table_memo {
	struct tl_key key;
	u32 mix;
	unsigned int bucket;
};

static DEFINE_PER_CPU(struct table_memo, table_memos);

/* Bottom halves are off. */
static unsigned int table_bucket_again(const struct tl_net *ns,
				       const struct tl_key *key)
{
	struct table_memo *memo = this_cpu_ptr(&table_memos);
	u32 mix = table_mix_of(ns);

	if (memo->mix == mix && tl_key_equal(&memo->key, key))
		return memo->bucket;
	memo->key = *key;
	memo->mix = mix;
	memo->bucket = table_hash(key, mix) & table.mask;
	return memo->bucket;
}

static spinlock_t *table_lock_of(unsigned int bucket)
{
	return &table_chain_lock[bucket % BUCKET_LOCKS];
}

static bool table_is(const struct tl_conn *conn, const struct tl_net *ns,
		     const struct tl_key *key)
{
	return conn->ns == ns && tl_key_equal(&conn->key, key);
}

static struct tl_conn *table_end_of(unsigned int bucket)
{
	return (struct tl_conn *)NULLS_MARKER(bucket);
}

static bool table_is_end(const struct tl_conn *conn)
{
	return (unsigned long)conn & 1;
}

/* Under RCU, or with the bucket locked. */
static struct tl_conn *table_first_in(unsigned int bucket)
{
	return rcu_dereference_raw(table.bucket[bucket]);
}

static struct tl_conn *table_next_of(const struct tl_conn *conn)
{
	return rcu_dereference_raw(conn->next);
}

/* Bottom halves are off, and a connection that is found is as if locked so. */
static struct tl_conn *table_find_in(unsigned int bucket, const struct tl_net *ns,
				     const struct tl_key *key)
{
	struct tl_conn *conn;

again:
	for (conn = table_first_in(bucket); !table_is_end(conn); conn = table_next_of(conn)) {
		/* It may be about to become another: hence the second look. */
		if (!data_race(table_is(conn, ns, key)))
			continue;
		spin_lock(&conn->lock);
		if (likely(tl_conn_hashed(conn) && table_is(conn, ns, key))) {
			__release(&conn->lock);
			return conn;
		}
		spin_unlock(&conn->lock);
		goto again;
	}
	if (conn != table_end_of(bucket))
		goto again;
	return NULL;
}

/**
 * tl_table_find() - find a connection
 * @ns: its namespace
 * @key: its key
 *
 * Context: RCU or preemption disabled; any but hard interrupt.
 *
 * Return: the connection, locked (let go of it by tl_conn_unlock() or
 * tl_table_remove()), or NULL.
 */
struct tl_conn *tl_table_find(struct tl_net *ns, const struct tl_key *key)
{
	struct tl_conn *conn;

	local_bh_disable();
	conn = table_find_in(table_bucket_again(ns, key), ns, key);
	if (!conn)
		local_bh_enable();
	return conn;
}

static void table_unhash(struct tl_conn *conn, unsigned int bucket)
{
	struct tl_conn __rcu **link = &table.bucket[bucket];
	spinlock_t *lock = table_lock_of(bucket);
	struct tl_conn *other;

	spin_lock(lock);
	while ((other = rcu_dereference_raw(*link)) != conn)
		link = &other->next;
	/* A reader that stands on it goes on from there. */
	rcu_assign_pointer(*link, table_next_of(conn));
	spin_unlock(lock);
	conn->hashed = 0;
}

static void table_discard(struct tl_conn *conn)
{
	struct tl_net *ns = conn->ns;

	tl_conn_unlock(conn);
	kmem_cache_free(table.cache, conn);
	tl_limits_give(ns);
}

/**
 * tl_table_remove() - forget a connection
 * @conn: the connection, locked; gone afterwards
 */
void tl_table_remove(struct tl_conn *conn)
{
	struct tl_net *ns = conn->ns;

	lockdep_assert_held(&conn->lock);
	table_unhash(conn, table_bucket_again(ns, &conn->key));
	tl_wheel_del(conn);
	table_discard(conn);
}

static struct tl_conn *table_allocate(struct tl_net *ns, const struct tl_key *key)
{
	struct tl_conn *conn = kmem_cache_alloc(table.cache,
						GFP_ATOMIC | __GFP_NOWARN);

	if (!conn)
		return NULL;
	/* A reader that strayed here may hold the lock and compare the key. */
	tl_conn_lock(conn);
	conn->ns = ns;
	conn->key = *key;
	memset(&conn->peers, 0, sizeof(conn->peers));
	conn->state[0] = TL_UNKNOWN;
	conn->state[1] = TL_UNKNOWN;
	conn->here = 0;
	conn->bound = 0;
	conn->link = 0;
	conn->suspect = 0;
	conn->slot = 0;
	conn->fine = 0;
	conn->rto = 0;
	conn->consumer_bits = 0;
	conn->consumer_flags = 0;
	conn->ended = 0;
	conn->exact = 0;
	conn->stamps = 0;
	conn->reset = 0;
	conn->mini = 0;
	conn->full = 0;
	return conn;
}

/* Under the bucket's lock nothing leaves the chain and no key changes. */
static bool table_hashed_in(unsigned int bucket, const struct tl_net *ns,
			    const struct tl_key *key)
{
	struct tl_conn *conn;

	for (conn = table_first_in(bucket); !table_is_end(conn); conn = table_next_of(conn))
		if (table_is(conn, ns, key))
			return true;
	return false;
}

/* Another CPU may have been faster. */
static bool table_insert(struct tl_conn *conn, unsigned int bucket)
{
	spinlock_t *lock = table_lock_of(bucket);
	bool twin;

	spin_lock(lock);
	twin = table_hashed_in(bucket, conn->ns, &conn->key);
	if (likely(!twin)) {
		RCU_INIT_POINTER(conn->next, table_first_in(bucket));
		rcu_assign_pointer(table.bucket[bucket], conn);
		conn->hashed = 1;
	}
	spin_unlock(lock);
	return !twin;
}

/**
 * tl_table_add() - add a row for a connection that has none
 * @ns: its namespace
 * @key: its key
 * @fresh: set to whether the row was made; false where another CPU was faster
 *
 * A new row has both ends in %TL_UNKNOWN and no origin. It takes the place that the
 * caller has taken by tl_limits_take(); without a new row that is given back.
 * Context: RCU or preemption disabled; any but hard interrupt.
 *
 * Return: the connection, locked; NULL if memory is short, or the other row has gone
 * already.
 */
struct tl_conn *tl_table_add(struct tl_net *ns, const struct tl_key *key, bool *fresh)
{
	struct tl_conn *conn = table_allocate(ns, key);

	*fresh = false;
	if (!conn) {
		tl_limits_give(ns);
		return NULL;
	}
	*fresh = table_insert(conn, table_bucket_again(ns, key));
	if (*fresh)
		return conn;
	table_discard(conn);
	return tl_table_find(ns, key);
}

struct table_glance {
	struct tl_conn *conn[64];
	unsigned int count;
	unsigned int skip;
};

/* Note which rows hang in a bucket; they may be gone when they are visited. */
static void table_glance(struct table_glance *glance, unsigned int bucket,
			 const struct tl_net *ns)
{
	spinlock_t *lock = table_lock_of(bucket);
	struct tl_conn *conn;
	unsigned int seen = 0;

	glance->count = 0;
	spin_lock_bh(lock);
	for (conn = table_first_in(bucket); !table_is_end(conn); conn = table_next_of(conn)) {
		if (ns && conn->ns != ns)
			continue;
		if (seen++ < glance->skip)
			continue;
		glance->conn[glance->count++] = conn;
		if (glance->count == ARRAY_SIZE(glance->conn))
			break;
	}
	spin_unlock_bh(lock);
	glance->skip = seen;
}

/**
 * tl_table_walk_bucket() - visit the connections of a bucket
 * @bucket: index of the bucket, below tl_table_buckets()
 * @ns: visit only this namespace's; NULL: all
 * @visit: called for each, with the connection locked
 * @data: for @visit
 *
 * The visitor is called under RCU and must not sleep. Of a chain of more than
 * 64 some may be missed if rows go meanwhile.
 * Context: any but hard interrupt.
 */
void tl_table_walk_bucket(unsigned int bucket, const struct tl_net *ns,
			  tl_table_visit *visit, void *data)
{
	struct table_glance seen = { .skip = 0 };
	bool more = true;
	unsigned int i;

	if (tl_table_bucket_empty(bucket))
		return;
	rcu_read_lock();
	do {
		table_glance(&seen, bucket, ns);
		for (i = 0; more && i < seen.count; i++) {
			struct tl_conn *conn = seen.conn[i];

			tl_conn_lock(conn);
			if (!tl_conn_hashed(conn) || (ns && conn->ns != ns) ||
			    table_bucket_of(conn->ns, &conn->key) != bucket) {
				tl_conn_unlock(conn);
				continue;
			}
			more = visit(conn, data);
		}
	} while (more && seen.count == ARRAY_SIZE(seen.conn));
	rcu_read_unlock();
}

/**
 * tl_table_walk() - visit all connections
 * @ns: visit only this namespace's; NULL: all
 * @visit: called for each, with the connection locked
 * @data: for @visit
 *
 * Context: process; sleeps between buckets.
 */
void tl_table_walk(const struct tl_net *ns, tl_table_visit *visit, void *data)
{
	unsigned int bucket;

	for (bucket = 0; bucket <= table.mask; bucket++) {
		tl_table_walk_bucket(bucket, ns, visit, data);
		cond_resched();
	}
}

/**
 * tl_table_buckets() - number of buckets
 */
unsigned int tl_table_buckets(void)
{
	return table.mask + 1;
}

/**
 * tl_table_bucket_empty() - whether a bucket has nothing to visit
 * @bucket: index of the bucket, below tl_table_buckets()
 */
bool tl_table_bucket_empty(unsigned int bucket)
{
	return table_is_end(rcu_access_pointer(table.bucket[bucket]));
}

/**
 * tl_table_memory() - memory that rows take
 * @rows: how many
 *
 * Return: bytes, with the allocator's share.
 */
u64 tl_table_memory(unsigned int rows)
{
	return (u64)rows * TL_CONN_SHARE;
}

static void table_construct(void *object)
{
	struct tl_conn *conn = object;

	spin_lock_init(&conn->lock);
	INIT_LIST_HEAD(&conn->timer);
	conn->hashed = 0;
}

/**
 * tl_table_init() - allocate the table
 *
 * Return: 0, -ENOMEM, or -EINVAL if a module parameter is out of range, which
 * the log tells.
 */
int tl_table_init(void)
{
	unsigned int i, buckets;
	int err;

	if (TL_COMPAT_SMALL_LOCKS)
		BUILD_BUG_ON(sizeof(struct tl_conn) > TL_CONN_MAX);

	err = tl_limits_init();
	if (err)
		return err;
	buckets = tl_limits_buckets();
	get_random_bytes(&table.secret, sizeof(table.secret));
	for (i = 0; i < BUCKET_LOCKS; i++)
		spin_lock_init(&table_chain_lock[i]);
	table.mask = buckets - 1;
	table.bucket = kvmalloc_array(buckets, sizeof(*table.bucket),
				      GFP_KERNEL);
	if (!table.bucket)
		return -ENOMEM;
	for (i = 0; i < buckets; i++)
		RCU_INIT_POINTER(table.bucket[i], table_end_of(i));

	table.cache = kmem_cache_create("tcplab_conn", sizeof(struct tl_conn),
					0, SLAB_TYPESAFE_BY_RCU, table_construct);
	if (!table.cache) {
		kvfree(table.bucket);
		return -ENOMEM;
	}
	return 0;
}

/**
 * tl_table_exit() - free the table
 *
 * All rows are gone and nothing looks for one any more.
 */
void tl_table_exit(void)
{
	kmem_cache_destroy(table.cache);
	kvfree(table.bucket);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that connect() may choose from.
 *
 * Those in the range, but for the reserved, and those that bind() holds for
 * itself: these connect() shares with nobody. A connection that was bound to its
 * port before has it in use all the same, so that for its destination the port
 * is one of the range. A VRF has its ports for itself.
 */
#include <linux/jiffies.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>

#include "../compat.h"
#include "../tcplab.h"
#include "../track/socket.h"
#include "ports.h"

/* What is reserved and bound changes seldom, and counting it takes a while. */
#define COUNT_EVERY	(10 * HZ)
/* VRFs with ports that bind() holds; of more than these nothing is known to be bound. */
#define BOUNDS		32

/**
 * struct port_bounds - ports of the range that bind() holds
 * @low: first port of the range
 * @high: its last port
 * @used: places that are used
 * @vrf: interface of the VRF in each place, or 0
 * @count: how many ports that is
 */
struct port_bounds {
	int low;
	int high;
	unsigned int used;
	int vrf[BOUNDS];
	u32 count[BOUNDS];
};

/* Of a bucket that some connect() has chosen both are negative. */
static bool is_bound(const struct inet_bind_bucket *bucket)
{
	return READ_ONCE(bucket->fastreuse) >= 0 || READ_ONCE(bucket->fastreuseport) >= 0;
}

static bool is_own_locked(const struct sock *sk)
{
	const struct inet_bind_bucket *bucket = inet_csk(sk)->icsk_bind_hash;

	return bucket && is_bound(bucket);
}

/**
 * tl_port_is_own() - whether bind() has chosen the port of a socket
 * @sk: the full socket, of which somebody holds a reference
 * @locked: its owner, or this CPU, has it locked; otherwise that is tried, and a
 *	socket that another has locked is said to have a port that connect() chose
 *
 * Context: bottom halves are off.
 */
bool tl_port_is_own(struct sock *sk, bool locked)
{
	bool own = false;

	if (locked)
		return is_own_locked(sk);
	/* The owner of its lock may wait for what the caller holds. */
	if (!spin_trylock(&sk->sk_lock.slock))
		return false;
	if (!sock_owned_by_user(sk))
		own = is_own_locked(sk);
	spin_unlock(&sk->sk_lock.slock);
	return own;
}

static u32 *bound_of(struct port_bounds *bounds, int vrf)
{
	unsigned int i;

	for (i = 0; i < bounds->used; i++)
		if (bounds->vrf[i] == vrf)
			return &bounds->count[i];
	return NULL;
}

static void add_bound(struct port_bounds *bounds, int vrf)
{
	u32 *count = bound_of(bounds, vrf);

	if (!count && bounds->used < BOUNDS) {
		bounds->vrf[bounds->used] = vrf;
		count = &bounds->count[bounds->used++];
	}
	if (count)
		++*count;
}

static void count_bound(struct port_bounds *bounds, struct net *net,
			struct inet_bind_hashbucket *head)
{
	struct inet_bind_bucket *tb;

	spin_lock_bh(&head->lock);
	inet_bind_bucket_for_each(tb, &head->chain)
		if (net_eq(ib_net(tb), net) && tb->port >= bounds->low &&
		    tb->port <= bounds->high && is_bound(tb) &&
		    !inet_is_local_reserved_port(net, tb->port))
			add_bound(bounds, tb->l3mdev);
	spin_unlock_bh(&head->lock);
}

static void count_all_bound(struct port_bounds *bounds, struct net *net)
{
	struct inet_hashinfo *table = tl_compat_hashinfo(net);
	unsigned int i;

	for (i = 0; i < table->bhash_size; i++) {
		if (!hlist_empty(&table->bhash[i].chain))
			count_bound(bounds, net, &table->bhash[i]);
		cond_resched();
	}
}

/* A link that belongs to no VRF shares the ports of all others that do not. */
static int vrf_of(struct net *net, u32 scope)
{
	return scope ? tl_scope_of_device(dev_get_by_index_rcu(net, scope)) : 0;
}

/* Bucket by bucket: who connects waits for the lock. */
static void tell_rows(struct tl_net *ns, struct port_bounds *bounds)
{
	struct tl_ports *ports = &ns->ports;
	struct tl_port_use *use;
	unsigned int i;

	for (i = 0; i < TL_PORTS_BUCKETS; i++) {
		rcu_read_lock();
		spin_lock_bh(&ports->lock);
		hlist_for_each_entry(use, &ports->bucket[i], node) {
			u32 *count = bound_of(bounds, vrf_of(ns->net, use->to.scope));

			use->bound = count ? *count : 0;
		}
		spin_unlock_bh(&ports->lock);
		rcu_read_unlock();
		cond_resched();
	}
}

/**
 * tl_port_range_count() - count the ports that connect() may choose from
 * @ns: the namespace
 *
 * From now on reports and events count with that.
 * Context: process; sleeps.
 */
void tl_port_range_count(struct tl_net *ns)
{
	struct tl_ports *ports = &ns->ports;
	struct port_bounds bounds = { .used = 1 };
	u32 count = 0;
	int port;

	inet_get_local_port_range(ns->net, &bounds.low, &bounds.high);
	for (port = bounds.low; port <= bounds.high; port++)
		count += !inet_is_local_reserved_port(ns->net, port);
	count_all_bound(&bounds, ns->net);
	spin_lock_bh(&ports->lock);
	ports->range = count;
	/* The first place is that of no VRF. */
	ports->bound = bounds.count[0];
	ports->low = bounds.low;
	ports->high = bounds.high;
	ports->counted = jiffies;
	spin_unlock_bh(&ports->lock);
	tell_rows(ns, &bounds);
	WRITE_ONCE(ports->told, true);
}

/**
 * tl_port_range_of() - ports that connect() to a destination may choose from
 * @ports: of a namespace
 * @use: what is known of the destination, or a copy
 *
 * As they were counted last, with those that are in use.
 */
u32 tl_port_range_of(const struct tl_ports *ports, const struct tl_port_use *use)
{
	u32 range = READ_ONCE(ports->range), bound = READ_ONCE(ports->told) ? use->bound : 0;

	/* What was bound since is not counted yet. */
	return range - min(range, bound - min(bound, use->own));
}

/**
 * tl_port_range_now() - the same, in a packet's time
 * @ns: the namespace, whose ports are locked
 * @use: what is known of the destination
 *
 * Counting takes its time, and is left to a worker: until it is done what it has
 * counted last holds, or nothing is known to be reserved or bound.
 * Context: any but hard interrupt.
 */
u32 tl_port_range_now(struct tl_net *ns, const struct tl_port_use *use)
{
	struct tl_ports *ports = &ns->ports;
	u32 now = jiffies;
	int low, high;

	inet_get_local_port_range(ns->net, &low, &high);
	if (low != ports->low || high != ports->high) {
		ports->range = high - low + 1;
		ports->bound = 0;
		WRITE_ONCE(ports->told, false);
		ports->low = low;
		ports->high = high;
		ports->counted = now - COUNT_EVERY;
	}
	if (now - ports->counted >= COUNT_EVERY) {
		ports->counted = now;
		schedule_work(&ports->count_range);
	}
	return tl_port_range_of(ports, use);
}

static void count_range(struct work_struct *work)
{
	struct tl_ports *ports = container_of(work, struct tl_ports, count_range);

	tl_port_range_count(container_of(ports, struct tl_net, ports));
}

/**
 * tl_port_range_init() - begin without knowing any
 * @ports: of a namespace
 */
void tl_port_range_init(struct tl_ports *ports)
{
	INIT_WORK(&ports->count_range, count_range);
}

/**
 * tl_port_range_exit() - wait for what is being counted
 * @ports: of a namespace in which nothing happens any more
 *
 * Context: process; sleeps.
 */
void tl_port_range_exit(struct tl_ports *ports)
{
	cancel_work_sync(&ports->count_range);
}

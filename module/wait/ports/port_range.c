// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that connect() may choose from.
 *
 * Those in the range, but for the reserved, and those that bind() holds for
 * itself: these connect() shares with nobody. A connection that was bound to its
 * port before has it in use all the same, so that for its destination the port
 * is one of the range. A VRF has its ports for itself, unless tcp_l3mdev_accept
 * lets sockets of none answer in all of them.
 */
#include <linux/jiffies.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>

#include "../../compat.h"
#include "../../net.h"
#include "../../track/socket.h"
#include "ports.h"

/* What is reserved and bound changes seldom, and counting it takes a while. */
#define COUNT_EVERY	(10 * HZ)
/* Of a bucket that some connect() has chosen both are negative. */
static bool port_range_is_bound(const struct inet_bind_bucket *bucket)
{
	return READ_ONCE(bucket->fastreuse) >= 0 || READ_ONCE(bucket->fastreuseport) >= 0;
}

static bool port_range_is_own_locked(const struct sock *sk)
{
	const struct inet_bind_bucket *bucket = inet_csk(sk)->icsk_bind_hash;

	return bucket && port_range_is_bound(bucket);
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
		return port_range_is_own_locked(sk);
	/* The owner of its lock may wait for what the caller holds. */
	if (!spin_trylock(&sk->sk_lock.slock))
		return false;
	if (!sock_owned_by_user(sk))
		own = port_range_is_own_locked(sk);
	spin_unlock(&sk->sk_lock.slock);
	return own;
}

static unsigned int port_range_place_of(const struct tl_port_bounds *bounds, int vrf)
{
	unsigned int i;

	for (i = 0; i < bounds->used; i++)
		if (bounds->vrf[i] == vrf)
			break;
	return i;
}

static void port_range_add_bound(struct tl_port_bounds *bounds, int vrf)
{
	unsigned int place = port_range_place_of(bounds, vrf);

	if (place == TL_PORT_BOUNDS)
		return;
	if (place == bounds->used) {
		bounds->vrf[place] = vrf;
		bounds->used++;
	}
	bounds->count[place]++;
}

/**
 * struct port_range_counts - a count that is under way
 * @low: first port of the range
 * @high: its last port
 * @bounds: what is bound of it
 */
struct port_range_counts {
	int low;
	int high;
	struct tl_port_bounds bounds;
};

static void port_range_count_bound(struct port_range_counts *count, struct net *net,
				   struct inet_bind_hashbucket *head)
{
	struct inet_bind_bucket *tb;

	spin_lock_bh(&head->lock);
	inet_bind_bucket_for_each(tb, &head->chain)
		if (net_eq(ib_net(tb), net) && tb->port >= count->low &&
		    tb->port <= count->high && port_range_is_bound(tb) &&
		    !inet_is_local_reserved_port(net, tb->port))
			port_range_add_bound(&count->bounds, tb->l3mdev);
	spin_unlock_bh(&head->lock);
}

static void port_range_count_all_bound(struct port_range_counts *count, struct net *net)
{
	struct inet_hashinfo *table = tl_compat_hashinfo(net);
	unsigned int i;

	for (i = 0; i < table->bhash_size; i++) {
		if (!hlist_empty(&table->bhash[i].chain))
			port_range_count_bound(count, net, &table->bhash[i]);
		cond_resched();
	}
}

/*
 * The VRF whose ports a destination takes. A link that belongs to no VRF shares
 * the ports of all others that do not. See inet_sk_bound_l3mdev().
 */
static int port_range_vrf_of(struct net *net, u32 scope)
{
#ifdef CONFIG_NET_L3_MASTER_DEV
	int vrf;

	if (!scope || READ_ONCE(net->ipv4.sysctl_tcp_l3mdev_accept))
		return 0;
	rcu_read_lock();
	vrf = tl_scope_of_device(dev_get_by_index_rcu(net, scope));
	rcu_read_unlock();
	return vrf;
#else
	return 0;
#endif
}

/* With the lock held. What was bound since the last count is not known yet. */
static u32 port_range_for(const struct tl_net *ns, const struct tl_port_use *use)
{
	const struct tl_port_bounds *bounds = &ns->ports->bounds;
	unsigned int place = port_range_place_of(bounds, port_range_vrf_of(ns->net, use->to.scope));
	u32 bound = place < bounds->used ? bounds->count[place] : 0;
	u32 range = ns->ports->range;

	return range - min(range, bound - min(bound, use->own));
}

static void port_range_count_all(struct tl_net *ns, struct port_range_counts *count)
{
	struct tl_ports *ports = ns->ports;
	u32 range = 0;
	int port;

	inet_get_local_port_range(ns->net, &count->low, &count->high);
	for (port = count->low; port <= count->high; port++)
		range += !inet_is_local_reserved_port(ns->net, port);
	port_range_count_all_bound(count, ns->net);
	spin_lock_bh(&ports->lock);
	ports->range = range;
	ports->bounds = count->bounds;
	ports->low = count->low;
	ports->high = count->high;
	ports->counted = jiffies;
	spin_unlock_bh(&ports->lock);
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
	struct port_range_counts count = { .low = 0 };

	/* The count that began first must not be the last to be told. */
	mutex_lock(&ns->ports->counting);
	port_range_count_all(ns, &count);
	mutex_unlock(&ns->ports->counting);
}

/**
 * tl_port_range_of() - ports that connect() to a destination may choose from
 * @ns: the namespace
 * @use: what is known of the destination, or a copy
 *
 * As they were counted last, with those that are in use.
 * Context: any but hard interrupt; the ports of the namespace are not locked.
 */
u32 tl_port_range_of(struct tl_net *ns, const struct tl_port_use *use)
{
	u32 range;

	spin_lock_bh(&ns->ports->lock);
	range = port_range_for(ns, use);
	spin_unlock_bh(&ns->ports->lock);
	return range;
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
	struct tl_ports *ports = ns->ports;
	u32 now = jiffies;
	int low, high;

	inet_get_local_port_range(ns->net, &low, &high);
	if (low != ports->low || high != ports->high) {
		ports->range = high - low + 1;
		ports->bounds.used = 0;
		ports->low = low;
		ports->high = high;
		ports->counted = now - COUNT_EVERY;
	}
	if (now - ports->counted >= COUNT_EVERY) {
		ports->counted = now;
		schedule_work(&ports->count_range);
	}
	return port_range_for(ns, use);
}

static void port_range_count_range(struct work_struct *work)
{
	struct tl_ports *ports = container_of(work, struct tl_ports, count_range);

	tl_port_range_count(ports->ns);
}

/**
 * tl_port_range_init() - begin without knowing any
 * @ports: of a namespace
 */
void tl_port_range_init(struct tl_ports *ports)
{
	mutex_init(&ports->counting);
	INIT_WORK(&ports->count_range, port_range_count_range);
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

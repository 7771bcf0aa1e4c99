// SPDX-License-Identifier: GPL-2.0
/*
 * Walks through the kernel's tables of sockets: of those that have a 4-tuple, and of
 * those that listen.
 */
#include <linux/rtnetlink.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>

#include "../compat.h"
#include "socket.h"

/* False if the walk strayed into another chain and has to start again. */
static bool socket_walk_chain(struct inet_hashinfo *table, unsigned int slot,
			      const struct net *net, tl_socket_visit *visit)
{
	struct hlist_nulls_node *node;
	struct sock *sk;

	sk_nulls_for_each_rcu(sk, node, &table->ehash[slot].chain) {
		if (net && !net_eq(sock_net(sk), net))
			continue;
		if (!refcount_inc_not_zero(&sk->sk_refcnt))
			continue;
		if (!net || net_eq(sock_net(sk), net))
			visit(sk);
		sock_gen_put(sk);
	}
	return get_nulls_value(node) == slot;
}

static void socket_walk_slots(struct inet_hashinfo *table, unsigned int slot,
			      unsigned int end, const struct net *net,
			      tl_socket_visit *visit)
{
	for (; slot < end; slot++) {
		bool done = hlist_nulls_empty(&table->ehash[slot].chain);

		while (!done) {
			rcu_read_lock();
			done = socket_walk_chain(table, slot, net, visit);
			rcu_read_unlock();
		}
		cond_resched();
	}
}

static void socket_walk_table(struct inet_hashinfo *table, const struct net *net,
			      tl_socket_visit *visit)
{
	socket_walk_slots(table, 0, table->ehash_mask + 1, net, visit);
}

/**
 * tl_socket_walk_part() - visit the sockets in a part of a table
 * @net: a namespace that has or shares the table; others' are visited, too
 * @begin: first slot
 * @end: the slot behind the last
 * @visit: called for each under RCU; some may be visited twice
 *
 * Context: process; sleeps between buckets.
 */
void tl_socket_walk_part(struct net *net, unsigned int begin, unsigned int end,
			 tl_socket_visit *visit)
{
	socket_walk_slots(tl_compat_hashinfo(net), begin, end, NULL, visit);
}

/**
 * tl_socket_walk() - visit all sockets with a 4-tuple in a namespace
 * @net: the namespace
 * @visit: called for each under RCU; some may be visited twice
 *
 * Context: process; sleeps between buckets.
 */
void tl_socket_walk(struct net *net, tl_socket_visit *visit)
{
	socket_walk_table(tl_compat_hashinfo(net), net, visit);
}

/**
 * tl_socket_walk_all() - visit all sockets with a 4-tuple, everywhere
 * @visit: called for each under RCU; some may be visited twice
 *
 * Namespaces share one table, unless they were given their own
 * (tcp_child_ehash_entries).
 * Context: process; sleeps between buckets.
 */
void tl_socket_walk_all(tl_socket_visit *visit)
{
	struct inet_hashinfo *shared = tl_compat_hashinfo(&init_net);
	struct net *net;

	socket_walk_table(shared, NULL, visit);
	down_read(&net_rwsem);
	for_each_net(net)
		if (tl_compat_hashinfo(net) != shared)
			socket_walk_table(tl_compat_hashinfo(net), NULL, visit);
	up_read(&net_rwsem);
}

/**
 * tl_socket_walk_listeners() - visit listening sockets
 * @net: the namespace; NULL: all
 * @visit: called for each under RCU
 * @data: for @visit
 *
 * Context: process; sleeps between buckets.
 */
void tl_socket_walk_listeners(struct net *net, tl_listener_visit *visit,
			      void *data)
{
	/* Namespaces share the table of listeners, also those with a table else. */
	struct inet_hashinfo *table = tl_compat_hashinfo(&init_net);
	unsigned int slot;

	for (slot = 0; slot < tl_compat_listen_buckets(table); slot++) {
		struct hlist_nulls_head *head =
			tl_compat_listen_bucket(table, slot);
		struct hlist_nulls_node *node;
		struct sock *sk;

		rcu_read_lock();
		sk_nulls_for_each_rcu(sk, node, head)
			if ((!net || net_eq(sock_net(sk), net)) &&
			    sk->sk_protocol == IPPROTO_TCP)
				visit(sk, data);
		rcu_read_unlock();
		cond_resched();
	}
}

static void socket_walk_count_one(struct sock *unused, void *count)
{
	++*(unsigned int *)count;
}

/**
 * tl_socket_listeners() - count the listening sockets of a namespace
 * @net: the namespace
 *
 * Context: process; sleeps.
 */
unsigned int tl_socket_listeners(struct net *net)
{
	unsigned int count = 0;

	tl_socket_walk_listeners(net, socket_walk_count_one, &count);
	return count;
}

// SPDX-License-Identifier: GPL-2.0
/* Who closes first, and so has the TIME_WAIT. */
#include <linux/inetdevice.h>
#include <linux/jhash.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "../tcplab.h"
#include "../track/conn.h"
#include "budget.h"
#include "first_close.h"

/* Hosts of one network are counted together. */
#define NET_BITS4	24
#define NET_BITS6	64
/* How many rows are looked at for one that may go. */
#define LOOKS		8

/**
 * tl_first_closes_init() - begin with none
 * @closes: of a namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tl_first_closes_init(struct tl_first_closes *closes)
{
	spin_lock_init(&closes->lock);
	INIT_LIST_HEAD(&closes->list);
	closes->bucket = kcalloc(TL_FIRST_CLOSE_BUCKETS, sizeof(*closes->bucket),
				 GFP_KERNEL);
	return closes->bucket ? 0 : -ENOMEM;
}

static void forget(struct tl_first_closes *closes, struct tl_first_close *row)
{
	tl_closer_put(row->closer);
	hlist_del(&row->node);
	list_del(&row->list);
	kfree(row);
	tl_budget_give(sizeof(*row));
	closes->count--;
}

/**
 * tl_first_closes_exit() - forget all
 * @closes: of a namespace in which nothing happens any more
 */
void tl_first_closes_exit(struct tl_first_closes *closes)
{
	struct tl_first_close *row, *next;

	list_for_each_entry_safe(row, next, &closes->list, list)
		forget(closes, row);
	kfree(closes->bucket);
}

/**
 * tl_first_closes_memory() - what they take
 * @closes: of a namespace
 *
 * Return: bytes.
 */
u64 tl_first_closes_memory(const struct tl_first_closes *closes)
{
	return TL_FIRST_CLOSE_BUCKETS * sizeof(*closes->bucket) +
	       (u64)READ_ONCE(closes->count) * sizeof(struct tl_first_close);
}

/*
 * The port of whom a connection was opened from here is a chance number; of one
 * that was open before, that is thought to be the greater.
 */
static u16 port_of(const struct tl_conn *conn, unsigned int end)
{
	u16 port = ntohs(conn->key.port[end]);

	if (conn->origin == TL_ADOPTED)
		return port < ntohs(conn->key.port[!end]) ? port : 0;
	return conn->origin == TL_PASSIVE || end != conn->first ? port : 0;
}

static void describe(const struct tl_conn *conn, unsigned int end,
		     struct tl_first_close *row)
{
	const struct tl_key *key = &conn->key;

	row->local_port = port_of(conn, end);
	row->closer = conn->closer;
	if (tl_key_is_v6(key)) {
		row->net_bits = NET_BITS6;
		ipv6_addr_prefix(&row->net, &key->addr.v6[!end], NET_BITS6);
	} else {
		row->net_bits = NET_BITS4;
		ipv6_addr_set_v4mapped(key->addr.v4[!end] & inet_make_mask(NET_BITS4),
				       &row->net);
	}
}

static struct hlist_head *bucket_of(const struct tl_first_closes *closes,
				    const struct tl_first_close *like)
{
	u32 hash = jhash_3words(tl_key_hash_part(&like->net, sizeof(like->net)),
				like->local_port, like->closer, 0);

	return &closes->bucket[hash % TL_FIRST_CLOSE_BUCKETS];
}

static struct tl_first_close *find(struct tl_first_closes *closes,
				   const struct tl_first_close *like)
{
	struct tl_first_close *row;

	hlist_for_each_entry(row, bucket_of(closes, like), node)
		if (row->local_port == like->local_port &&
		    row->closer == like->closer &&
		    row->net_bits == like->net_bits &&
		    ipv6_addr_equal(&row->net, &like->net))
			return row;
	return NULL;
}

/* Of those which came first, one without a socket makes room. */
static bool make_room(struct tl_first_closes *closes)
{
	struct tl_first_close *row, *next;
	unsigned int looks = 0;

	if (closes->count < TL_FIRST_CLOSE_ROWS)
		return true;
	list_for_each_entry_safe_reverse(row, next, &closes->list, list) {
		if (!row->now) {
			closes->others.entered += row->entered;
			forget(closes, row);
			return true;
		}
		if (++looks == LOOKS)
			break;
	}
	return false;
}

static struct tl_first_close *make(struct tl_net *ns,
				   struct tl_first_closes *closes,
				   const struct tl_first_close *like)
{
	struct tl_first_close *row;

	if (!make_room(closes))
		return NULL;
	if (!tl_budget_take(ns, sizeof(*row)))
		return NULL;
	row = kzalloc(sizeof(*row), GFP_ATOMIC | __GFP_NOWARN);
	if (!row) {
		tl_budget_give(sizeof(*row));
		return NULL;
	}
	row->net = like->net;
	row->net_bits = like->net_bits;
	row->local_port = like->local_port;
	row->closer = like->closer;
	tl_closer_hold(row->closer);
	hlist_add_head(&row->node, bucket_of(closes, row));
	list_add(&row->list, &closes->list);
	closes->count++;
	return row;
}

/**
 * tl_first_close_enter() - a socket that closed first became TIME_WAIT
 * @conn: the connection, locked
 * @end: index of its end
 */
void tl_first_close_enter(struct tl_conn *conn, unsigned int end)
{
	struct tl_first_closes *closes = &conn->ns->first_closes;
	struct tl_first_close like, *row;

	describe(conn, end, &like);
	spin_lock(&closes->lock);
	row = find(closes, &like) ?: make(conn->ns, closes, &like);
	if (!row)
		row = &closes->others;
	else
		list_move(&row->list, &closes->list);
	row->entered++;
	row->now++;
	spin_unlock(&closes->lock);
}

/**
 * tl_first_close_leave() - it is TIME_WAIT no more
 * @conn: the connection, locked, described as when it entered
 * @end: index of its end
 */
void tl_first_close_leave(struct tl_conn *conn, unsigned int end)
{
	struct tl_first_closes *closes = &conn->ns->first_closes;
	struct tl_first_close like, *row;

	describe(conn, end, &like);
	spin_lock(&closes->lock);
	row = find(closes, &like);
	if (!row || !row->now)
		row = &closes->others;
	if (row->now)
		row->now--;
	spin_unlock(&closes->lock);
}

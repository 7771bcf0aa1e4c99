// SPDX-License-Identifier: GPL-2.0
/*
 * tcp_tw_recycle, which Linux had up to 4.11.
 *
 * It remembered for each host the last timestamp (RFC 7323) of a connection that
 * was closed, and for a minute dropped each SYN of that host with an older one:
 * TIME_WAIT could be short then, since no old segment would be taken. Clients
 * behind one address (NAT) have clocks of their own, and so have connections
 * since their timestamps begin at random: most of their SYNs were dropped.
 */
#include <linux/ktime.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "../../net.h"
#include "../../track/conn.h"
#include "../../track/memory.h"
#include "../policy/policy.h"
#include "tw_recycle.h"

/* A stamp is believed this long, in seconds; TCP_PAWS_MSL then. */
#define BELIEVED	60
/* And may be so much behind; TCP_PAWS_WINDOW. */
#define TOLERATED	1
/* So many are forgotten at once: SYNs wait for the lock. */
#define FORGET_BATCH	256

#define BUCKETS_SIZE	(TL_TW_RECYCLE_BUCKETS * sizeof(struct hlist_head))

/**
 * tl_tw_recycle_init() - begin without any host
 * @peers: of a namespace
 */
void tl_tw_recycle_init(struct tl_tw_recycle_peers *peers)
{
	spin_lock_init(&peers->lock);
	INIT_LIST_HEAD(&peers->list);
}

/**
 * tl_tw_recycle_prepare() - make room for hosts, which few namespaces want
 * @ns: the namespace
 *
 * Context: process, serialised by the caller.
 * Return: 0 or -ENOMEM.
 */
int tl_tw_recycle_prepare(struct tl_net *ns)
{
	struct tl_tw_recycle_peers *peers = ns->tw_recycle_peers;
	struct hlist_head *bucket;

	if (peers->bucket)
		return 0;
	if (!tl_memory_take(ns, BUCKETS_SIZE))
		return -ENOMEM;
	bucket = kvzalloc(BUCKETS_SIZE, GFP_KERNEL_ACCOUNT);
	if (!bucket) {
		tl_memory_give(BUCKETS_SIZE);
		return -ENOMEM;
	}
	spin_lock_bh(&peers->lock);
	peers->bucket = bucket;
	spin_unlock_bh(&peers->lock);
	return 0;
}

static void tw_recycle_forget(struct tl_tw_recycle_peers *peers, struct tl_tw_recycle_peer *peer)
{
	hlist_del(&peer->node);
	list_del(&peer->list);
	tl_memory_free(peer, sizeof(*peer));
	peers->count--;
}

/* Whether there may be more. */
static bool tw_recycle_forget_some(struct tl_tw_recycle_peers *peers)
{
	struct tl_tw_recycle_peer *peer, *next;
	unsigned int count = 0;

	spin_lock_bh(&peers->lock);
	list_for_each_entry_safe(peer, next, &peers->list, list) {
		if (count++ == FORGET_BATCH)
			break;
		tw_recycle_forget(peers, peer);
	}
	spin_unlock_bh(&peers->lock);
	return count > FORGET_BATCH;
}

/**
 * tl_tw_recycle_forget() - forget all hosts
 * @peers: of a namespace whose policy is off by now
 *
 * Context: process; sleeps.
 */
void tl_tw_recycle_forget(struct tl_tw_recycle_peers *peers)
{
	while (tw_recycle_forget_some(peers))
		cond_resched();
}

/**
 * tl_tw_recycle_exit() - forget all
 * @peers: of a namespace in which nothing happens any more
 *
 * Context: process; sleeps.
 */
void tl_tw_recycle_exit(struct tl_tw_recycle_peers *peers)
{
	tl_tw_recycle_forget(peers);
	if (!peers->bucket)
		return;
	kvfree(peers->bucket);
	tl_memory_give(BUCKETS_SIZE);
}

/**
 * tl_tw_recycle_memory() - what the hosts take
 * @peers: of a namespace
 *
 * Return: bytes.
 */
u64 tl_tw_recycle_memory(const struct tl_tw_recycle_peers *peers)
{
	u64 buckets = peers->bucket ? BUCKETS_SIZE : 0;

	return buckets + (u64)READ_ONCE(peers->count) * sizeof(struct tl_tw_recycle_peer);
}

static struct tl_tw_recycle_peer *tw_recycle_find(struct tl_tw_recycle_peers *peers,
						  const struct in6_addr *address)
{
	u32 hash = tl_key_hash_part(address, sizeof(*address)) % TL_TW_RECYCLE_BUCKETS;
	struct tl_tw_recycle_peer *peer;

	if (!peers->bucket)
		return NULL;
	hlist_for_each_entry(peer, &peers->bucket[hash], node)
		if (ipv6_addr_equal(&peer->address, address))
			return peer;
	return NULL;
}

/* The host that was closed to the longest ago makes room. */
static struct tl_tw_recycle_peer *tw_recycle_make(struct tl_net *ns,
						  struct tl_tw_recycle_peers *peers,
						  const struct in6_addr *address)
{
	u32 hash = tl_key_hash_part(address, sizeof(*address)) % TL_TW_RECYCLE_BUCKETS;
	struct tl_tw_recycle_peer *peer;

	if (peers->count >= TL_TW_RECYCLE_PEERS)
		tw_recycle_forget(peers, list_last_entry(&peers->list,
							 struct tl_tw_recycle_peer, list));
	if (!peers->bucket)
		return NULL;
	peer = tl_memory_zalloc(ns, sizeof(*peer));
	if (!peer)
		return NULL;
	peer->address = *address;
	hlist_add_head(&peer->node, &peers->bucket[hash]);
	list_add(&peer->list, &peers->list);
	peers->count++;
	return peer;
}

static bool tw_recycle_is_fresh(const struct tl_tw_recycle_peer *peer, u32 second)
{
	return second - peer->second < BELIEVED;
}

static void tw_recycle_remember(struct tl_net *ns, const struct in6_addr *address, u32 stamp)
{
	struct tl_tw_recycle_peers *peers = ns->tw_recycle_peers;
	u32 second = ktime_get_seconds();
	struct tl_tw_recycle_peer *peer = tw_recycle_find(peers, address);

	if (!peer) {
		peer = tw_recycle_make(ns, peers, address);
		if (!peer)
			return;
	} else if ((s32)(peer->stamp - stamp) > 0 && tw_recycle_is_fresh(peer, second)) {
		return;
	}
	peer->stamp = stamp;
	peer->second = second;
	list_move(&peer->list, &peers->list);
}

/**
 * tl_tw_recycle_closed() - a socket closed first: remember its peer's timestamp
 * @conn: the connection, locked
 * @end: index of the socket's end
 * @stamp: the last of the peer, as its mini-socket has it
 */
void tl_tw_recycle_closed(const struct tl_conn *conn, unsigned int end, u32 stamp)
{
	struct tl_tw_recycle_peers *peers = conn->ns->tw_recycle_peers;
	struct in6_addr address;

	if (!conn->stamps || tl_policy_recycle(conn->ns->policy) == TL_TW_RECYCLE_OFF)
		return;
	tl_key_address(&conn->key, !end, &address);
	spin_lock(&peers->lock);
	/* Not once more, where all have just been forgotten. */
	if (tl_policy_recycle(conn->ns->policy) != TL_TW_RECYCLE_OFF)
		tw_recycle_remember(conn->ns, &address, stamp);
	spin_unlock(&peers->lock);
}

/**
 * tl_tw_recycle_refuses() - whether a SYN would have been dropped
 * @peers: of its namespace, prepared
 * @from: its source, IPv4 mapped
 * @stamp: its timestamp
 * @drops: that it is dropped is counted; otherwise that it would have been
 *
 * Context: any but hard interrupt.
 */
bool tl_tw_recycle_refuses(struct tl_tw_recycle_peers *peers,
			   const struct in6_addr *from, u32 stamp, bool drops)
{
	struct tl_tw_recycle_peer *peer;
	bool refuses = false;
	s32 behind;

	spin_lock_bh(&peers->lock);
	peer = tw_recycle_find(peers, from);
	if (peer && tw_recycle_is_fresh(peer, ktime_get_seconds())) {
		behind = peer->stamp - stamp;
		refuses = behind > TOLERATED;
		if (refuses) {
			peer->behind = max_t(u32, peer->behind, behind);
			peer->would_drop += !drops;
			peer->dropped += drops;
		}
	}
	spin_unlock_bh(&peers->lock);
	return refuses;
}

/* Bucket by bucket: SYNs wait for the lock. */
static void tw_recycle_copy(struct tl_tw_recycle_peers *peers, unsigned int bucket,
			    struct tl_lines *lines, u32 room)
{
	struct tl_tw_recycle_peer *peer;

	spin_lock_bh(&peers->lock);
	hlist_for_each_entry(peer, &peers->bucket[bucket], node) {
		struct tl_tw_recycle_line *line;

		if (lines->count >= room)
			break;
		line = tl_lines_add(lines, lines->count, 1);
		line->peer = *peer;
	}
	spin_unlock_bh(&peers->lock);
}

/**
 * tl_tw_recycle_copy() - learn of all hosts
 * @peers: of a namespace
 * @lines: an empty list of &struct tl_tw_recycle_line, to be filled
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tl_tw_recycle_copy(struct tl_tw_recycle_peers *peers, struct tl_lines *lines)
{
	u32 room = READ_ONCE(peers->count) + 64, bucket;
	int err = tl_lines_reserve(lines, room);

	if (err || !READ_ONCE(peers->bucket))
		return err;
	for (bucket = 0; bucket < TL_TW_RECYCLE_BUCKETS; bucket++) {
		tw_recycle_copy(peers, bucket, lines, room);
		cond_resched();
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The key of a connection, by which all rooms name it.
 *
 * The two ends are numbered by the order of their ports (addresses, where the
 * ports are equal), so that a connection whose ends are both on this machine
 * has one key, whichever end asks. tl_key_turn() tells the exception.
 */
#ifndef TCPLAB_KEY_H
#define TCPLAB_KEY_H

#include <linux/in6.h>
#include <linux/minmax.h>
#include <linux/types.h>
#include <net/ipv6.h>

/**
 * struct tl_key - what identifies a connection within its namespace
 * @port: ports of end 0 and end 1
 * @scope: interface (VRF master, or the link of a link-local address) times
 *	two, plus one for IPv6
 * @addr: addresses of end 0 and end 1
 */
struct tl_key {
	__be16 port[2];
	u32 scope;
	union {
		__be32 v4[2];
		struct in6_addr v6[2];
	} addr;
};

static inline bool tl_key_is_v6(const struct tl_key *key)
{
	return key->scope & 1;
}

static inline int tl_key_ifindex(const struct tl_key *key)
{
	return key->scope >> 1;
}

/* Any order will do, as long as both ends agree on it. */
static inline unsigned int tl_key_order(struct tl_key *key, bool after,
					__be16 sport, __be16 dport)
{
	unsigned int source = after;

	if (likely(sport != dport))
		source = (__force u16)sport > (__force u16)dport;
	key->port[source] = sport;
	key->port[!source] = dport;
	return source;
}

/**
 * struct tl_pair4 - the two ends of an IPv4 connection, as one of them sees them
 * @saddr: source address
 * @daddr: destination address
 * @sport: source port
 * @dport: destination port
 * @ifindex: interface that is part of the key, or 0
 */
struct tl_pair4 {
	__be32 saddr;
	__be32 daddr;
	__be16 sport;
	__be16 dport;
	int ifindex;
};

/**
 * struct tl_pair6 - the same of an IPv6 connection
 * @saddr: source address
 * @daddr: destination address
 * @sport: source port
 * @dport: destination port
 * @ifindex: interface that is part of the key, or 0
 */
struct tl_pair6 {
	const struct in6_addr *saddr;
	const struct in6_addr *daddr;
	__be16 sport;
	__be16 dport;
	int ifindex;
};

/**
 * tl_key_set4() - make the key of an IPv4 connection
 * @key: filled
 * @pair: its ends
 *
 * Return: number of the source's end.
 */
static inline unsigned int tl_key_set4(struct tl_key *key, const struct tl_pair4 *pair)
{
	bool after = (__force u32)pair->saddr > (__force u32)pair->daddr;
	unsigned int end = tl_key_order(key, after, pair->sport, pair->dport);

	key->scope = (u32)pair->ifindex << 1;
	key->addr.v4[end] = pair->saddr;
	key->addr.v4[!end] = pair->daddr;
	return end;
}

unsigned int tl_key_set6(struct tl_key *key, const struct tl_pair6 *pair);

/**
 * tl_key_equal() - whether two keys name the same connection
 * @a: a key
 * @b: another
 */
static inline bool tl_key_equal(const struct tl_key *a, const struct tl_key *b)
{
	if (*(const u32 *)a->port != *(const u32 *)b->port ||
	    a->scope != b->scope)
		return false;
	if (!tl_key_is_v6(a))
		return a->addr.v4[0] == b->addr.v4[0] &&
		       a->addr.v4[1] == b->addr.v4[1];
	return ipv6_addr_equal(&a->addr.v6[0], &b->addr.v6[0]) &&
	       ipv6_addr_equal(&a->addr.v6[1], &b->addr.v6[1]);
}

/**
 * tl_key_turn() - number the ends of a key by what is here
 * @key: the key of a connection whose one end is here, between hosts elsewhere
 * @here: index of that end
 *
 * A proxy that stands for both hosts has two sockets with the same addresses
 * and ports, of two connections.
 * Return: index of that end from now on.
 */
static inline unsigned int tl_key_turn(struct tl_key *key, unsigned int here)
{
	if (!here)
		return 0;
	swap(key->port[0], key->port[1]);
	if (tl_key_is_v6(key))
		swap(key->addr.v6[0], key->addr.v6[1]);
	else
		swap(key->addr.v4[0], key->addr.v4[1]);
	return 0;
}

bool tl_key_is_self(const struct tl_key *key);
u32 tl_key_hash_part(const void *data, unsigned int bytes);
void tl_key_address(const struct tl_key *key, unsigned int end,
		    struct in6_addr *address);

#endif /* TCPLAB_KEY_H */

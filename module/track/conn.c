// SPDX-License-Identifier: GPL-2.0
/* Keys of connections: which end is end 0. */
#include <net/ipv6.h>

#include "conn.h"

static unsigned int ordered(struct tl_key *key, int order, __be16 sport,
			    __be16 dport)
{
	unsigned int source;

	if (sport != dport)
		order = ntohs(sport) < ntohs(dport) ? -1 : 1;
	source = order > 0;
	key->port[source] = sport;
	key->port[!source] = dport;
	return source;
}

/**
 * tl_key_set4() - make the key of an IPv4 connection
 * @key: filled
 * @source: set to the number of the source's end
 * @saddr: source address
 * @sport: source port
 * @daddr: destination address
 * @dport: destination port
 * @ifindex: interface that is part of the key, or 0
 */
void tl_key_set4(struct tl_key *key, unsigned int *source, __be32 saddr,
		 __be16 sport, __be32 daddr, __be16 dport, int ifindex)
{
	int order = memcmp(&saddr, &daddr, sizeof(saddr));
	unsigned int end = ordered(key, order, sport, dport);

	key->scope = (u32)ifindex << 1;
	key->addr.v4[end] = saddr;
	key->addr.v4[!end] = daddr;
	*source = end;
}

/**
 * tl_key_set6() - make the key of an IPv6 connection
 * @key: filled
 * @source: set to the number of the source's end
 * @saddr: source address
 * @sport: source port
 * @daddr: destination address
 * @dport: destination port
 * @ifindex: interface that is part of the key, or 0
 */
void tl_key_set6(struct tl_key *key, unsigned int *source,
		 const struct in6_addr *saddr, __be16 sport,
		 const struct in6_addr *daddr, __be16 dport, int ifindex)
{
	int order = memcmp(saddr, daddr, sizeof(*saddr));
	unsigned int end = ordered(key, order, sport, dport);

	key->scope = (u32)ifindex << 1 | 1;
	key->addr.v6[end] = *saddr;
	key->addr.v6[!end] = *daddr;
	*source = end;
}

/**
 * tl_key_is_self() - whether a socket is connected to itself
 * @key: the connection's key
 *
 * A simultaneous open of a port with itself: both ends are one socket.
 */
bool tl_key_is_self(const struct tl_key *key)
{
	if (key->port[0] != key->port[1])
		return false;
	if (!tl_key_is_v6(key))
		return key->addr.v4[0] == key->addr.v4[1];
	return ipv6_addr_equal(&key->addr.v6[0], &key->addr.v6[1]);
}

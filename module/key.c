// SPDX-License-Identifier: GPL-2.0
/* Keys of connections. */
#include <linux/jhash.h>
#include <linux/net.h>
#include <net/ipv6.h>

#include "key.h"

/**
 * tl_key_set6() - make the key of an IPv6 connection
 * @key: filled
 * @pair: its ends
 *
 * Return: number of the source's end.
 */
unsigned int tl_key_set6(struct tl_key *key, const struct tl_pair6 *pair)
{
	bool after = ipv6_addr_cmp(pair->saddr, pair->daddr) > 0;
	unsigned int end = tl_key_order(key, after, pair->sport, pair->dport);

	key->scope = (u32)pair->ifindex << 1 | 1;
	key->addr.v6[end] = *pair->saddr;
	key->addr.v6[!end] = *pair->daddr;
	return end;
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

/**
 * tl_key_address() - one end's address, whatever the family
 * @key: a key
 * @end: index of the end
 * @address: filled; IPv4 is mapped
 */
void tl_key_address(const struct tl_key *key, unsigned int end,
		    struct in6_addr *address)
{
	if (tl_key_is_v6(key))
		*address = key->addr.v6[end];
	else
		ipv6_addr_set_v4mapped(key->addr.v4[end], address);
}

/**
 * tl_key_hash_part() - a hash that nobody outside can foretell
 * @data: what is looked for by it: words of 32 bits, without padding
 * @bytes: its size
 */
u32 tl_key_hash_part(const void *data, unsigned int bytes)
{
	static u32 secret __read_mostly;

	net_get_random_once(&secret, sizeof(secret));
	return jhash2(data, bytes / sizeof(u32), secret);
}

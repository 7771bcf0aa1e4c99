// SPDX-License-Identifier: GPL-2.0
/* The trace events, and what they have in common. */
#include <net/ipv6.h>

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * tl_trace_address() - one end of a connection in the fields of an event
 * @key: the connection's key
 * @end: index of the end
 * @v4: 4 bytes, which are 0 for IPv6
 * @v6: 16 bytes
 */
void tl_trace_address(const struct tl_key *key, unsigned int end, u8 *v4,
		      u8 *v6)
{
	struct in6_addr address;

	if (tl_key_is_v6(key))
		memset(v4, 0, 4);
	else
		memcpy(v4, &key->addr.v4[end], 4);
	tl_key_address(key, end, &address);
	memcpy(v6, &address, sizeof(address));
}

// SPDX-License-Identifier: GPL-2.0
/* TCP options of a packet. */
#include <linux/skbuff.h>

#include "../core/segment.h"
#include "options.h"

/**
 * tl_options_timestamp() - find the timestamp of a segment
 * @skb: the packet
 * @offset: of its TCP header, which has been parsed
 * @value: set to the timestamp, if there is one
 *
 * Context: any.
 * Return: whether there is one.
 */
bool tl_options_timestamp(const struct sk_buff *skb, unsigned int offset,
			  u32 *value)
{
	u8 buffer[TL_HEADER_MAX];
	const u8 *header = skb_header_pointer(skb, offset, TL_HEADER_MIN, buffer);
	unsigned int bytes;

	if (!header)
		return false;
	bytes = (header[12] >> 4) * 4;
	header = skb_header_pointer(skb, offset, bytes, buffer);
	return header && tl_segment_timestamp(header, bytes, value);
}

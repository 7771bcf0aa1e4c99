/* SPDX-License-Identifier: GPL-2.0 */
/* TCP options of a packet. */
#ifndef TCPLAB_TRACK_OPTIONS_H
#define TCPLAB_TRACK_OPTIONS_H

#include <linux/types.h>

struct sk_buff;

bool tl_options_timestamp(const struct sk_buff *skb, unsigned int offset,
			  u32 *value);

#endif /* TCPLAB_TRACK_OPTIONS_H */

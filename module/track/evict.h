/* SPDX-License-Identifier: GPL-2.0 */
/* Which row a full table gives up for a new one. */
#ifndef TCPLAB_TRACK_EVICT_H
#define TCPLAB_TRACK_EVICT_H

#include <linux/types.h>

struct tl_net;

bool tl_evict(const struct tl_net *ns, unsigned int bucket);

#endif /* TCPLAB_TRACK_EVICT_H */

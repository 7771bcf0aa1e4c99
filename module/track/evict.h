/* SPDX-License-Identifier: GPL-2.0 */
/* Which row a full table gives up for a new one. */
#ifndef TCPLAB_TRACK_EVICT_H
#define TCPLAB_TRACK_EVICT_H

#include <linux/types.h>

struct tl_net;

/**
 * struct tl_evictions - searches of a full table for a row to be given up
 * @bucket: where the next one begins
 * @asked: number of the walk that is to make room; 0: none yet
 */
struct tl_evictions {
	u32 bucket;
	unsigned int asked;
};

bool tl_evict(struct tl_net *ns);
void tl_evict_exit(void);

#endif /* TCPLAB_TRACK_EVICT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Which row a full table gives up for a new one. */
#ifndef TCPLAB_TRACK_EVICT_H
#define TCPLAB_TRACK_EVICT_H

#include <linux/types.h>

struct tl_conn;
struct tl_net;

/**
 * struct tl_evictions - searches of a full table for a row to be given up
 * @bucket: where the next one begins
 * @failed: when the last one found nothing, low half of jiffies
 * @misses: how many in a row have found nothing, up to a bound
 * @resting: and since then nothing has come that it would find
 * @asked: number of the walk that is to make room; 0: none yet
 */
struct tl_evictions {
	u32 bucket;
	u32 failed;
	unsigned int misses;
	bool resting;
	unsigned int asked;
};

bool tl_evict(struct tl_net *ns);
void tl_evict_wake(const struct tl_conn *conn);
void tl_evict_exit(void);

#endif /* TCPLAB_TRACK_EVICT_H */

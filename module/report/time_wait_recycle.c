// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/time_wait_recycle: whom tcp_tw_recycle would have cut off. */
#include <linux/sort.h>

#include "../net.h"
#include "../wait/recycle.h"
#include "report.h"
#include "view.h"

/**
 * struct line - a host
 * @entry: not looked for
 * @peer: a copy
 */
struct line {
	struct tl_entry entry;
	struct tl_recycle_peer peer;
};

static u64 harm(const struct line *line)
{
	return (u64)line->peer.would_drop + line->peer.dropped;
}

static int compare(const void *a, const void *b)
{
	if (harm(a) == harm(b))
		return 0;
	return harm(a) < harm(b) ? 1 : -1;
}

/* Bucket by bucket: SYNs wait for the lock. */
static void copy(struct tl_recycle_peers *peers, unsigned int bucket,
		 struct tl_index *lines, u32 room)
{
	struct tl_recycle_peer *peer;

	spin_lock_bh(&peers->lock);
	hlist_for_each_entry(peer, &peers->bucket[bucket], node) {
		struct line *line;

		if (lines->count >= room)
			break;
		line = tl_index_add(lines, lines->count, 1);
		line->peer = *peer;
	}
	spin_unlock_bh(&peers->lock);
}

static int gather(struct tl_reading *reading)
{
	struct tl_recycle_peers *peers = reading->ns->recycle_peers;
	u32 room = READ_ONCE(peers->count) + 64, bucket;
	int err = tl_index_reserve(&reading->lines, room);

	if (err || !READ_ONCE(peers->bucket))
		return err;
	for (bucket = 0; bucket < TL_RECYCLE_BUCKETS; bucket++) {
		copy(peers, bucket, &reading->lines, room);
		cond_resched();
	}
	sort(reading->lines.element, reading->lines.count, sizeof(struct line),
	     compare, NULL);
	return 0;
}

static void write(struct seq_file *seq, const void *data)
{
	const struct tl_recycle_peer *peer = &((const struct line *)data)->peer;

	tl_view_host(seq, &peer->address);
	tl_view_number(seq, peer->would_drop);
	tl_view_number(seq, peer->dropped);
	tl_view_number(seq, peer->behind);
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_time_wait_recycle = {
	.name = "time_wait_recycle",
	.columns = "remote_addr would_drop dropped behind_ms",
	.line_size = sizeof(struct line),
	.gather = gather,
	.line = write,
};

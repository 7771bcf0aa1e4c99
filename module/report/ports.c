// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/ports: ephemeral ports, and when there will be none left. */
#include <linux/slab.h>
#include <linux/sort.h>

#include "../net.h"
#include "../wait/ports.h"
#include "report.h"
#include "view.h"

/**
 * struct line - the ports towards a destination
 * @entry: not looked for
 * @use: a copy
 * @range: ports that connect() may choose from
 * @rate: connections per second
 * @exhausted_in_ms: when there will be none left, or TL_FORECAST_NEVER
 */
struct line {
	struct tl_entry entry;
	struct tl_port_use use;
	u32 range;
	u32 rate;
	u32 exhausted_in_ms;
};

/* What uses most comes first. */
static int compare(const void *a, const void *b)
{
	const struct tl_port_use *x = &((const struct line *)a)->use;
	const struct tl_port_use *y = &((const struct line *)b)->use;

	if (x->in_use != y->in_use)
		return x->in_use < y->in_use ? 1 : -1;
	if (x->failures != y->failures)
		return x->failures < y->failures ? 1 : -1;
	return 0;
}

/* Bucket by bucket: who connects waits for the lock. */
static void copy(struct tl_ports *ports, unsigned int bucket,
		 struct tl_index *lines, u32 room)
{
	struct tl_port_use *use;

	spin_lock_bh(&ports->lock);
	hlist_for_each_entry(use, &ports->table->bucket[bucket], node) {
		struct line *line;

		if (lines->count >= room)
			break;
		line = tl_index_add(lines, lines->count, 1);
		line->use = *use;
	}
	spin_unlock_bh(&ports->lock);
}

static int gather(struct tl_reading *reading)
{
	struct tl_net *ns = reading->ns;
	u32 room = READ_ONCE(ns->ports->count) + 16, i;
	int err = tl_index_reserve(&reading->lines, room);
	struct tl_ports_room *play;

	if (err)
		return err;
	play = kvmalloc(sizeof(*play), GFP_KERNEL_ACCOUNT);
	if (!play)
		return -ENOMEM;
	tl_port_range_count(ns);
	for (i = 0; i < TL_PORTS_BUCKETS; i++) {
		copy(ns->ports, i, &reading->lines, room);
		cond_resched();
	}
	for (i = 0; i < reading->lines.count; i++) {
		struct line *line = tl_index_at(&reading->lines, i);

		line->range = tl_port_range_of(ns, &line->use);
		line->rate = tl_ports_rate(&line->use);
		line->exhausted_in_ms = tl_ports_exhausted_in_ms(ns, line->range,
								 &line->use, play);
		cond_resched();
	}
	kvfree(play);
	sort(reading->lines.element, reading->lines.count, sizeof(struct line),
	     compare, NULL);
	return 0;
}

static void write_ends(struct seq_file *seq, const struct tl_destination *to)
{
	tl_view_host(seq, &to->local);
	tl_view_interface(seq, to->scope);
	if (ipv6_addr_v4mapped(&to->remote))
		seq_printf(seq, " %pI4:%u", &to->remote.s6_addr32[3], to->port);
	else
		seq_printf(seq, " [%pI6c]:%u", &to->remote, to->port);
	tl_view_interface(seq, to->scope);
}

static void write(struct seq_file *seq, const void *data)
{
	const struct line *line = data;
	const struct tl_port_use *use = &line->use;

	write_ends(seq, &use->to);
	tl_view_number(seq, use->in_use);
	tl_view_number(seq, use->load.waiting);
	tl_view_number(seq, line->range);
	tl_view_number(seq, line->range ? use->in_use * 100 / line->range : 100);
	tl_view_number(seq, line->rate);
	tl_view_number(seq, line->exhausted_in_ms);
	seq_put_decimal_ull(seq, " ", use->failures);
	seq_putc(seq, '\n');
}

const struct tl_report tl_report_ports = {
	.name = "ports",
	.columns =
	"local_addr remote in_use time_wait range used_percent connect_rate exhausted_in_ms failures",
	.line_size = sizeof(struct line),
	.gather = gather,
	.line = write,
};

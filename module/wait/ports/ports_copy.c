// SPDX-License-Identifier: GPL-2.0
/* Copies of the destinations for readers, and when their ports will be used up. */
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "../../compat.h"
#include "../../net.h"
#include "../time_wait/tw_length.h"
#include "ports.h"

/**
 * tl_ports_rate() - connections per second
 * @use: a copy of the ports of a destination
 */
u32 tl_ports_rate(struct tl_port_use *use)
{
	return tl_load_rate(&use->load, tl_ports_now_ms());
}

/**
 * tl_ports_young() - connections that came to TIME_WAIT not long ago, and are in it
 * @use: a copy of the ports of a destination
 * @age_ms: so long ago at most; up to a minute
 */
u32 tl_ports_young(struct tl_port_use *use, u32 age_ms)
{
	return tl_load_young(&use->load, tl_ports_now_ms(), age_ms);
}

/**
 * tl_ports_failed_ago_ms() - when connect() found no port last
 * @use: a copy of the ports of a destination
 *
 * Return: so many milliseconds ago; without meaning where none has failed.
 */
u64 tl_ports_failed_ago_ms(const struct tl_port_use *use)
{
	return tl_ports_now_ms() - use->failed_ms;
}

static bool ports_copy_is_loopback(const struct in6_addr *address)
{
	return ipv6_addr_loopback(address) ||
	       (ipv6_addr_v4mapped(address) &&
		ipv4_is_loopback(address->s6_addr32[3]));
}

/* The kernel wants timestamps, which both ends must use. */
static bool ports_copy_may_reuse(const struct tl_net *ns, const struct tl_port_use *use)
{
	int reuse = READ_ONCE(ns->net->ipv4.sysctl_tcp_tw_reuse);

	if (!use->stamped)
		return false;
	if (reuse == 2)
		return ports_copy_is_loopback(&use->to.local) ||
		       ports_copy_is_loopback(&use->to.remote);
	return reuse;
}

/**
 * tl_ports_exhausted_in_ms() - when connect() to a destination will find no port
 * @ns: the namespace
 * @range: as tl_port_range_of() tells
 * @use: a copy of the ports of the destination
 * @room: room to play it through
 *
 * Context: process.
 * Return: milliseconds; TL_FORECAST_NEVER if it does not come.
 */
u32 tl_ports_exhausted_in_ms(const struct tl_net *ns, u32 range,
			     struct tl_port_use *use, struct tl_ports_room *room)
{
	struct tl_forecast *forecast = &room->forecast;

	tl_load_forecast(&use->load, tl_ports_now_ms(), forecast);
	forecast->range = range;
	forecast->length_ms = tl_tw_length_expected_ms(ns, use->rto_ms, use->stamped);
	forecast->reused_after_ms = ports_copy_may_reuse(ns, use) ?
				    tl_compat_tw_reuse_delay(ns->net) : 0;
	return tl_forecast_ms(forecast, &room->play);
}

/**
 * tl_ports_walk() - visit the destinations of a namespace
 * @ports: of the namespace
 * @visit: called for each; connect() waits meanwhile, and it must not sleep
 * @data: for @visit
 *
 * Bucket by bucket: connect() waits for the lock.
 * Context: process; sleeps.
 */
void tl_ports_walk(struct tl_ports *ports, tl_ports_visit *visit, void *data)
{
	struct tl_port_use *use;
	unsigned int i;

	for (i = 0; i < TL_PORTS_BUCKETS; i++) {
		spin_lock_bh(&ports->lock);
		hlist_for_each_entry(use, &ports->table->bucket[i], node)
			visit(use, data);
		spin_unlock_bh(&ports->lock);
		cond_resched();
	}
}

struct ports_copy_state {
	struct tl_lines *lines;
	u32 room;
};

static void ports_copy_one(struct tl_port_use *use, void *data)
{
	struct ports_copy_state *state = data;
	struct tl_port_line *line;

	if (state->lines->count >= state->room)
		return;
	line = tl_lines_add(state->lines, state->lines->count, 1);
	line->use = *use;
}

/**
 * tl_ports_copy() - learn of all destinations, and what is to come
 * @ns: the namespace
 * @lines: an empty list of &struct tl_port_line, to be filled
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tl_ports_copy(struct tl_net *ns, struct tl_lines *lines)
{
	struct ports_copy_state state = {
		.lines = lines,
		.room = READ_ONCE(ns->ports->count) + 16,
	};
	int err = tl_lines_reserve(lines, state.room);
	struct tl_ports_room *play;
	u32 i;

	if (err)
		return err;
	play = kvmalloc(sizeof(*play), GFP_KERNEL_ACCOUNT);
	if (!play)
		return -ENOMEM;
	tl_port_range_count(ns);
	tl_ports_walk(ns->ports, ports_copy_one, &state);
	for (i = 0; i < lines->count; i++) {
		struct tl_port_line *line = tl_lines_at(lines, i);

		line->range = tl_port_range_of(ns, &line->use);
		line->rate = tl_ports_rate(&line->use);
		line->exhausted_in_ms = tl_ports_exhausted_in_ms(ns, line->range,
								 &line->use, play);
		cond_resched();
	}
	kvfree(play);
	return 0;
}

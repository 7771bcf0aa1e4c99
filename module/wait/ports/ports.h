/* SPDX-License-Identifier: GPL-2.0 */
/* Ephemeral ports: how many are in use, and when there will be none left. */
#ifndef TCPLAB_WAIT_PORTS_PORTS_H
#define TCPLAB_WAIT_PORTS_PORTS_H

#include <linux/in6.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "../../core/load.h"
#include "../../core/state.h"
#include "../../track/change.h"
#include "../lines.h"

struct sock;
struct tl_conn;
struct tl_net;

#define TL_PORTS_ROWS		4096
#define TL_PORTS_BUCKETS	1024

/**
 * struct tl_destination - what a port is used for, without padding
 * @local: local address, IPv4 mapped
 * @remote: remote address, IPv4 mapped
 * @port: remote port
 * @scope: interface that is part of the key, or 0
 */
struct tl_destination {
	struct in6_addr local;
	struct in6_addr remote;
	u32 port;
	u32 scope;
};

static_assert(sizeof(struct tl_destination) == 10 * sizeof(u32));

/**
 * struct tl_port_use - the ports that connections to a destination use
 * @node: in its bucket
 * @list: in the order of the last connection, latest first, among those with
 *	ports in use or among the others
 * @to: the destination
 * @level: what was told last, in percent; 0: nothing
 * @failed_at: ports in use when a failure was told; %TL_PORTS_NOT_TRACED: none
 * @stamped: the last connection that ended used timestamps (RFC 7323)
 * @rto_ms: retransmission timeout of those that ended, on average; 0 is unknown
 * @in_use: ports, with those in TIME_WAIT
 * @own: how many of these bind() has chosen, which connect() shares with nobody
 * @failures: connect() that found no port
 * @failed_ms: when the last of them was
 * @failed_in_use: ports in use then
 * @failed_waiting: how many of these were in TIME_WAIT
 * @since_ms: when the oldest connection was born that is counted
 * @load: what the connections do
 */
struct tl_port_use {
	struct hlist_node node;
	struct list_head list;
	struct tl_destination to;
	u8 level;
	u32 failed_at;
	bool stamped;
	u32 rto_ms;
	u32 in_use;
	u32 own;
	u64 failures;
	u64 failed_ms;
	u32 failed_in_use;
	u32 failed_waiting;
	u64 since_ms;
	struct tl_load load;
};

#define TL_PORTS_NOT_TRACED	U32_MAX

/* VRFs with ports that bind() holds, and none; of more VRFs nothing is known. */
#define TL_PORT_BOUNDS	16

/**
 * struct tl_port_bounds - ports of the range that bind() holds
 * @used: places that are used
 * @vrf: interface of the VRF in each place; 0: of no VRF
 * @count: how many ports that is
 */
struct tl_port_bounds {
	u32 used;
	int vrf[TL_PORT_BOUNDS];
	u32 count[TL_PORT_BOUNDS];
};

/**
 * struct tl_ports_table - where destinations are looked up
 * @bucket: hash table
 */
struct tl_ports_table {
	struct hlist_head bucket[TL_PORTS_BUCKETS];
};

/**
 * struct tl_ports - those of a namespace
 * @ns: the namespace
 * @lock: protects all below
 * @table: of its own, or before the first what all share that have none
 * @list: destinations to which ports are in use
 * @idle: all others
 * @count: how many there are of both
 * @failures: connect() that found no port, with those of destinations forgotten
 * @low: first port of the range that @range was counted for
 * @high: its last port
 * @range: ports of the range that are not reserved
 * @bounds: ports of the range that bind() holds
 * @counted: when they were counted, low half of jiffies
 * @count_range: counts them
 * @counting: one count at a time
 */
struct tl_ports {
	struct tl_net *ns;
	spinlock_t lock;	/* see @lock */
	struct tl_ports_table *table;
	struct list_head list;
	struct list_head idle;
	u32 count;
	u64 failures;
	int low;
	int high;
	u32 range;
	struct tl_port_bounds bounds;
	u32 counted;
	struct work_struct count_range;
	struct mutex counting;	/* see @counting */
};

/**
 * struct tl_ports_room - room for a forecast
 * @forecast: what is known
 * @play: where it is played through
 */
struct tl_ports_room {
	struct tl_forecast forecast;
	struct tl_play play;
};

/**
 * struct tl_port_line - a copy of the ports towards a destination
 * @head: not looked for
 * @use: the copy; what links it means nothing
 * @range: ports that connect() may choose from
 * @rate: connections per second
 * @exhausted_in_ms: when there will be none left, or TL_FORECAST_NEVER
 */
struct tl_port_line {
	struct tl_line_head head;
	struct tl_port_use use;
	u32 range;
	u32 rate;
	u32 exhausted_in_ms;
};

/**
 * typedef tl_ports_visit - what a walk does with a destination
 * @use: its ports, locked
 * @data: as given to the walk
 */
typedef void tl_ports_visit(struct tl_port_use *use, void *data);

/* The time as these accounts have it, in milliseconds that do not wrap. */
static inline u64 tl_ports_now_ms(void)
{
	return jiffies64_to_msecs(get_jiffies_64());
}

void tl_ports_init(struct tl_ports *ports, struct tl_net *ns);
void tl_ports_exit(struct tl_ports *ports);
bool tl_ports_has_table(const struct tl_ports *ports);
u64 tl_ports_memory(const struct tl_ports *ports);
void tl_ports_met(const struct tl_conn *conn, struct sock *sk, bool locked);
void tl_ports_changed(const struct tl_conn *conn, const struct tl_change *change);
void tl_ports_failed(struct tl_net *ns, const struct sock *sk);
u64 tl_ports_failures(struct tl_ports *ports);

u32 tl_ports_rate(struct tl_port_use *use);
u32 tl_ports_young(struct tl_port_use *use, u32 age_ms);
u64 tl_ports_failed_ago_ms(const struct tl_port_use *use);
void tl_ports_walk(struct tl_ports *ports, tl_ports_visit *visit, void *data);
int tl_ports_copy(struct tl_net *ns, struct tl_lines *lines);
u32 tl_ports_exhausted_in_ms(const struct tl_net *ns, u32 range,
			     struct tl_port_use *use, struct tl_ports_room *room);

void tl_port_range_init(struct tl_ports *ports);
void tl_port_range_exit(struct tl_ports *ports);
void tl_port_range_count(struct tl_net *ns);
u32 tl_port_range_now(struct tl_net *ns, const struct tl_port_use *use);
u32 tl_port_range_of(struct tl_net *ns, const struct tl_port_use *use);
bool tl_port_is_own(struct sock *sk, bool locked);

#endif /* TCPLAB_WAIT_PORTS_PORTS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Ephemeral ports: how many are in use, and when there will be none left. */
#ifndef TCPLAB_WAIT_PORTS_H
#define TCPLAB_WAIT_PORTS_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "../core/forecast.h"
#include "../core/state.h"

struct sock;
struct tl_conn;
struct tl_net;

#define TL_PORTS_ROWS		4096
#define TL_PORTS_BUCKETS	1024
#define TL_PORTS_RATE_SECONDS	32

/**
 * struct tl_destination - what a port is used for, without padding
 * @local: local address, IPv4 mapped
 * @remote: remote address, IPv4 mapped
 * @port: remote port
 */
struct tl_destination {
	struct in6_addr local;
	struct in6_addr remote;
	u32 port;
};

static_assert(sizeof(struct tl_destination) == 9 * sizeof(u32));

/**
 * struct tl_port_use - the ports that connections to a destination use
 * @node: in its bucket
 * @list: in the order of the last connection, latest first
 * @to: the destination
 * @level: what was told last, in percent; 0: nothing
 * @in_use: ports, with those in TIME_WAIT
 * @time_wait: ports in TIME_WAIT
 * @life_ms: how long connections are open, on average
 * @failures: connect() that found no port
 * @first: second in which the row was made
 * @recent: connections of the last seconds
 * @entered: sockets in TIME_WAIT, by the second in which they entered
 */
struct tl_port_use {
	struct hlist_node node;
	struct list_head list;
	struct tl_destination to;
	u8 level;
	u32 in_use;
	u32 time_wait;
	u32 life_ms;
	u64 failures;
	u32 first;
	struct {
		u32 second;
		u32 count;
	} recent[TL_PORTS_RATE_SECONDS];
	u16 entered[TL_FORECAST_SECONDS];
};

/**
 * struct tl_ports - those of a namespace
 * @lock: protects all
 * @bucket: hash table; what all that have none share, before the first
 * @list: all of them
 * @count: how many there are
 * @low: first port of the range that @range was counted for
 * @high: its last port
 * @range: ports that connect() may choose from
 * @counted: when they were, low half of jiffies
 * @count_range: counts them
 */
struct tl_ports {
	spinlock_t lock;	/* see @lock */
	struct hlist_head *bucket;
	struct list_head list;
	u32 count;
	int low;
	int high;
	u32 range;
	u32 counted;
	struct work_struct count_range;
};

void tl_ports_init(struct tl_ports *ports);
void tl_ports_exit(struct tl_ports *ports);
u64 tl_ports_memory(const struct tl_ports *ports);
void tl_ports_changed(struct tl_conn *conn, unsigned int end,
		      enum tl_state from, enum tl_state to);
void tl_ports_failed(struct tl_net *ns, const struct sock *sk);
u32 tl_ports_range(struct tl_net *ns);
u32 tl_ports_rate(const struct tl_port_use *use);
u32 tl_ports_exhausted_in_ms(const struct tl_net *ns, u32 range,
			     const struct tl_port_use *use, struct tl_play *play);

#endif /* TCPLAB_WAIT_PORTS_H */

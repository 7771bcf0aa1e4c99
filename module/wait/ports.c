// SPDX-License-Identifier: GPL-2.0
/*
 * Ephemeral ports: how many are in use, and when there will be none left.
 *
 * connect() needs a local port that no connection to the same destination has,
 * not even one in TIME_WAIT. Connections are counted by local address, remote
 * address and remote port; of the many destinations that there may be, those
 * that were connected to last are kept.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/tcp.h>

#include "../compat.h"
#include "../report/trace.h"
#include "../tcplab.h"
#include "../track/conn.h"
#include "../track/life.h"
#include "../track/opener.h"
#include "../track/socket.h"
#include "budget.h"
#include "ports.h"

/* How many rows are looked at for one that may go. */
#define LOOKS		8
/* What is reserved and bound changes seldom, and counting it takes a while. */
#define COUNT_EVERY	(10 * HZ)
/* A slot of tl_port_use.entered is a second and a little. */
#define SLOT_SHIFT	(TL_AGE_SHIFT + 1)
/* Shares of the ports that are told, in percent. */
static const u8 levels[] = { 80, 95, 100 };

/* What is searched where there is no destination. Nothing is ever added to it. */
static struct hlist_head none[TL_PORTS_BUCKETS];

static void forget(struct tl_ports *ports, struct tl_port_use *use)
{
	hlist_del(&use->node);
	list_del(&use->list);
	tl_budget_free(use, sizeof(*use));
	ports->count--;
}

/**
 * tl_ports_exit() - forget all
 * @ports: of a namespace in which nothing happens any more
 *
 * Context: process; sleeps.
 */
void tl_ports_exit(struct tl_ports *ports)
{
	struct tl_port_use *use, *next;

	cancel_work_sync(&ports->count_range);
	list_for_each_entry_safe(use, next, &ports->list, list)
		forget(ports, use);
	if (ports->bucket != none)
		tl_budget_free(ports->bucket, sizeof(none));
}

/**
 * tl_ports_memory() - what the destinations take
 * @ports: of a namespace
 *
 * Return: bytes.
 */
u64 tl_ports_memory(const struct tl_ports *ports)
{
	return (READ_ONCE(ports->bucket) == none ? 0 : sizeof(none)) +
	       (u64)READ_ONCE(ports->count) * sizeof(struct tl_port_use);
}

static struct hlist_head *bucket_of(const struct tl_ports *ports,
				    const struct tl_destination *to)
{
	u32 hash = tl_key_hash_part(to, sizeof(*to));

	return &ports->bucket[hash % TL_PORTS_BUCKETS];
}

static struct tl_port_use *find(const struct tl_ports *ports,
				const struct tl_destination *to)
{
	struct tl_port_use *use;

	hlist_for_each_entry(use, bucket_of(ports, to), node)
		if (use->to.port == to->port &&
		    ipv6_addr_equal(&use->to.remote, &to->remote) &&
		    ipv6_addr_equal(&use->to.local, &to->local))
			return use;
	return NULL;
}

/* Of those which were used first, one of which nothing is open makes room. */
static bool make_room(struct tl_ports *ports)
{
	struct tl_port_use *use, *next;
	unsigned int looks = 0;

	if (ports->count < TL_PORTS_ROWS)
		return true;
	list_for_each_entry_safe_reverse(use, next, &ports->list, list) {
		if (!use->in_use) {
			forget(ports, use);
			return true;
		}
		if (++looks == LOOKS)
			break;
	}
	return false;
}

/* With the lock held. Most namespaces never connect to anything. */
static bool has_buckets(struct tl_net *ns)
{
	struct hlist_head *bucket;

	if (ns->ports.bucket != none)
		return true;
	bucket = tl_budget_zalloc(ns, sizeof(none));
	if (bucket)
		WRITE_ONCE(ns->ports.bucket, bucket);
	return bucket;
}

static struct tl_port_use *find_or_make(struct tl_net *ns,
					const struct tl_destination *to)
{
	struct tl_ports *ports = &ns->ports;
	struct tl_port_use *use = find(ports, to);

	if (use) {
		list_move(&use->list, &ports->list);
		return use;
	}
	if (!has_buckets(ns) || !make_room(ports))
		return NULL;
	use = tl_budget_zalloc(ns, sizeof(*use));
	if (!use)
		return NULL;
	use->to = *to;
	use->first = ktime_get_seconds();
	hlist_add_head(&use->node, bucket_of(ports, to));
	list_add(&use->list, &ports->list);
	ports->count++;
	return use;
}

/*
 * With the lock held. Counting ports takes its time, and is left to a worker: until
 * it is done what it has counted last holds, or nothing is known to be reserved.
 */
static u32 current_range(struct tl_net *ns)
{
	struct tl_ports *ports = &ns->ports;
	u32 now = jiffies;
	int low, high;

	inet_get_local_port_range(ns->net, &low, &high);
	if (low != ports->low || high != ports->high) {
		ports->range = high - low + 1;
		ports->low = low;
		ports->high = high;
		ports->counted = now - COUNT_EVERY;
	}
	if (now - ports->counted >= COUNT_EVERY) {
		ports->counted = now;
		schedule_work(&ports->count_range);
	}
	return ports->range;
}

static u16 *slot_of(struct tl_port_use *use, u32 since)
{
	return &use->entered[(since >> SLOT_SHIFT) % TL_FORECAST_SECONDS];
}

static void count_connect(struct tl_port_use *use)
{
	u32 second = ktime_get_seconds();
	unsigned int i = second % TL_PORTS_RATE_SECONDS;

	if (use->recent[i].second != second) {
		use->recent[i].second = second;
		use->recent[i].count = 0;
	}
	use->recent[i].count++;
}

/* Each level is told once, and again only after it was well below. */
static void tell(struct tl_net *ns, struct tl_port_use *use)
{
	u32 range = current_range(ns);
	unsigned int percent, i;
	u8 level = 0;

	if (!range)
		return;
	percent = use->in_use * 100 / range;
	for (i = 0; i < ARRAY_SIZE(levels); i++)
		if (percent >= levels[i])
			level = levels[i];
	if (level > use->level) {
		use->level = level;
		trace_port_pressure(ns, use, level, range);
	} else if (percent + 5 < use->level) {
		use->level = level;
	}
}

static void took_port(struct tl_conn *conn, unsigned int end, bool connects,
		      struct tl_port_use *use)
{
	conn->port = BIT(end);
	use->in_use++;
	if (connects)
		count_connect(use);
	tell(conn->ns, use);
}

static void gave_port(struct tl_conn *conn, struct tl_port_use *use)
{
	conn->port = 0;
	use->in_use -= !!use->in_use;
	tell(conn->ns, use);
}

static void entered_time_wait(const struct tl_conn *conn, unsigned int end,
			      struct tl_port_use *use)
{
	u32 life_ms = tl_life_age_ms(conn->born);
	u16 *slot = slot_of(use, conn->since[end]);

	use->time_wait++;
	*slot += *slot < U16_MAX;
	use->life_ms = use->life_ms ? (7 * (u64)use->life_ms + life_ms) / 8 : life_ms;
}

static void left_time_wait(const struct tl_conn *conn, unsigned int end,
			   struct tl_port_use *use)
{
	u16 *slot = slot_of(use, conn->since[end]);

	use->time_wait -= !!use->time_wait;
	*slot -= !!*slot;
}

static void account(struct tl_conn *conn, unsigned int end, enum tl_state from,
		    enum tl_state to, struct tl_port_use *use)
{
	bool counted = conn->port & BIT(end);

	if (from == TL_TIME_WAIT && counted)
		left_time_wait(conn, end, use);
	if (tl_state_over(to) && counted)
		gave_port(conn, use);
	else if (!tl_state_over(to) && !counted)
		took_port(conn, end, to == TL_SYN_SENT, use);
	if (to == TL_TIME_WAIT)
		entered_time_wait(conn, end, use);
}

static bool is_ephemeral(const struct tl_conn *conn, unsigned int end)
{
	u16 port = ntohs(conn->key.port[end]);
	int low, high;

	inet_get_local_port_range(conn->ns->net, &low, &high);
	return port >= low && port <= high;
}

/* Whether a change of state takes a port, gives it back, or tells its TIME_WAIT. */
static bool matters(const struct tl_conn *conn, unsigned int end,
		    enum tl_state from, enum tl_state to)
{
	if (conn->port & BIT(end))
		return tl_state_over(to) || from == TL_TIME_WAIT || to == TL_TIME_WAIT;
	return !conn->port && !tl_state_over(to) && is_ephemeral(conn, end) &&
	       tl_opener_is(conn, end);
}

/* Not inlined: the many changes that do not matter need no room for a destination. */
static noinline void account_to_destination(struct tl_conn *conn, unsigned int end,
					    enum tl_state from, enum tl_state to)
{
	struct tl_ports *ports = &conn->ns->ports;
	struct tl_destination destination;
	struct tl_port_use *use;

	tl_key_address(&conn->key, end, &destination.local);
	tl_key_address(&conn->key, !end, &destination.remote);
	destination.port = ntohs(conn->key.port[!end]);
	spin_lock(&ports->lock);
	use = find_or_make(conn->ns, &destination);
	if (use)
		account(conn, end, from, to, use);
	spin_unlock(&ports->lock);
}

/**
 * tl_ports_changed() - a local end takes another state
 * @conn: its connection, locked, whose stamps are those of @from unless @to is
 *	TIME_WAIT
 * @end: index of the end
 * @from: its state until now
 * @to: its state from now on
 */
void tl_ports_changed(struct tl_conn *conn, unsigned int end,
		      enum tl_state from, enum tl_state to)
{
	if (matters(conn, end, from, to))
		account_to_destination(conn, end, from, to);
}

static void address_of(const struct sock *sk, struct tl_destination *to)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 && !ipv6_addr_v4mapped(&sk->sk_v6_daddr)) {
		to->local = sk->sk_v6_rcv_saddr;
		to->remote = sk->sk_v6_daddr;
		return;
	}
#endif
	ipv6_addr_set_v4mapped(inet_sk(sk)->inet_saddr, &to->local);
	ipv6_addr_set_v4mapped(sk->sk_daddr, &to->remote);
}

/**
 * tl_ports_failed() - connect() found no port
 * @ns: the namespace
 * @sk: the socket, which knows its destination but has no port
 *
 * Context: any but hard interrupt.
 */
void tl_ports_failed(struct tl_net *ns, const struct sock *sk)
{
	struct tl_ports *ports = &ns->ports;
	struct tl_destination to;
	struct tl_port_use *use;

	address_of(sk, &to);
	to.port = ntohs(sk->sk_dport);
	spin_lock_bh(&ports->lock);
	use = find_or_make(ns, &to);
	if (use) {
		use->failures++;
		if (use->level < 100) {
			use->level = 100;
			trace_port_pressure(ns, use, 100, current_range(ns));
		}
	}
	spin_unlock_bh(&ports->lock);
}

/* connect() shares a port with none that bind() has chosen. */
static u32 bound_in(struct inet_bind_hashbucket *head, struct net *net,
		    int low, int high)
{
	struct inet_bind_bucket *tb;
	u32 count = 0;

	spin_lock_bh(&head->lock);
	inet_bind_bucket_for_each(tb, &head->chain)
		count += net_eq(ib_net(tb), net) && tb->port >= low &&
			 tb->port <= high &&
			 !inet_is_local_reserved_port(net, tb->port) &&
			 (tb->fastreuse >= 0 || tb->fastreuseport >= 0);
	spin_unlock_bh(&head->lock);
	return count;
}

static u32 bound_ports(struct net *net, int low, int high)
{
	struct inet_hashinfo *table = tl_compat_hashinfo(net);
	u32 count = 0;
	unsigned int i;

	for (i = 0; i < table->bhash_size; i++) {
		if (!hlist_empty(&table->bhash[i].chain))
			count += bound_in(&table->bhash[i], net, low, high);
		cond_resched();
	}
	return count;
}

/**
 * tl_ports_range() - ports that connect() may choose from
 * @ns: the namespace
 *
 * Those in the range, but for the reserved, and those that bind() holds for
 * itself, which connect() does not share. From now on events count with that.
 * Context: process; sleeps.
 */
u32 tl_ports_range(struct tl_net *ns)
{
	struct tl_ports *ports = &ns->ports;
	u32 count = 0, bound;
	int low, high, port;

	inet_get_local_port_range(ns->net, &low, &high);
	for (port = low; port <= high; port++)
		count += !inet_is_local_reserved_port(ns->net, port);
	bound = bound_ports(ns->net, low, high);
	count -= min(bound, count);
	spin_lock_bh(&ports->lock);
	ports->range = count;
	ports->low = low;
	ports->high = high;
	spin_unlock_bh(&ports->lock);
	return count;
}

static void count_range(struct work_struct *work)
{
	struct tl_ports *ports = container_of(work, struct tl_ports, count_range);

	tl_ports_range(container_of(ports, struct tl_net, ports));
}

/**
 * tl_ports_init() - begin without any destination
 * @ports: of a namespace
 */
void tl_ports_init(struct tl_ports *ports)
{
	spin_lock_init(&ports->lock);
	INIT_LIST_HEAD(&ports->list);
	INIT_WORK(&ports->count_range, count_range);
	ports->bucket = none;
}

/* Connections of a second so many ago. */
static u32 recent(const struct tl_port_use *use, u32 second)
{
	unsigned int i = second % TL_PORTS_RATE_SECONDS;

	return use->recent[i].second == second ? use->recent[i].count : 0;
}

/* Whole seconds that are known of it. */
static u32 seconds_known(const struct tl_port_use *use, u32 now)
{
	u32 age = now - use->first;

	return age ? min(age - 1, TL_PORTS_RATE_SECONDS - 1U) : 0;
}

/**
 * tl_ports_rate() - connections per second
 * @use: a copy of the ports of a destination
 *
 * Of the last six whole seconds.
 */
u32 tl_ports_rate(const struct tl_port_use *use)
{
	u32 now = ktime_get_seconds(), seconds = min(seconds_known(use, now), 6U);
	u32 sum = 0, ago;

	for (ago = 1; ago <= seconds; ago++)
		sum += recent(use, now - ago);
	return seconds ? DIV_ROUND_CLOSEST(sum, seconds) : 0;
}

static void trend(const struct tl_port_use *use, struct tl_forecast *forecast)
{
	u32 now = ktime_get_seconds(), seconds = seconds_known(use, now), i;
	u32 counts[TL_PORTS_RATE_SECONDS];

	/* A load that has begun, or ended, a moment ago is no trend. */
	while (seconds && !recent(use, now - seconds))
		seconds--;
	for (i = 0; i < seconds; i++)
		counts[i] = recent(use, now - seconds + i);
	tl_forecast_trend(counts, seconds, &forecast->rate_milli,
			  &forecast->growth_milli);
}

static bool is_loopback(const struct in6_addr *address)
{
	return ipv6_addr_loopback(address) ||
	       (ipv6_addr_v4mapped(address) &&
		ipv4_is_loopback(address->s6_addr32[3]));
}

static bool reuses(const struct tl_net *ns, const struct tl_port_use *use)
{
	int reuse = READ_ONCE(ns->net->ipv4.sysctl_tcp_tw_reuse);

	if (!READ_ONCE(ns->net->ipv4.sysctl_tcp_timestamps))
		return false;
	if (reuse == 2)
		return is_loopback(&use->to.local) || is_loopback(&use->to.remote);
	return reuse;
}

/* When they entered; of a TIME_WAIT longer than what the slots span it is not known. */
static void waiting(const struct tl_port_use *use, struct tl_forecast *forecast)
{
	u32 now = tl_ages_slot_now() >> 1, ago;

	if (forecast->length_ms > MSEC_PER_SEC * TL_FORECAST_SECONDS) {
		forecast->entered[0] = use->time_wait;
		return;
	}
	for (ago = 0; ago < TL_FORECAST_SECONDS; ago++) {
		u32 second = jiffies_to_msecs(ago << SLOT_SHIFT) / MSEC_PER_SEC;

		second = min(second, TL_FORECAST_SECONDS - 1U);
		forecast->entered[second] +=
			use->entered[(now - ago) % TL_FORECAST_SECONDS];
	}
}

/**
 * tl_ports_exhausted_in_ms() - when connect() to a destination will find no port
 * @ns: the namespace
 * @range: as tl_ports_range() tells
 * @use: a copy of the ports of the destination
 * @play: room to play it through
 *
 * Context: process.
 * Return: milliseconds; TL_FORECAST_NEVER if it does not come.
 */
u32 tl_ports_exhausted_in_ms(const struct tl_net *ns, u32 range,
			     const struct tl_port_use *use, struct tl_play *play)
{
	struct tl_forecast forecast = {
		.range = range,
		.open = use->in_use - min(use->in_use, use->time_wait),
		.length_ms = READ_ONCE(ns->policy.length_ms) ?: TL_TIME_WAIT_MS,
		.life_ms = use->life_ms,
		.reuses = reuses(ns, use),
	};

	trend(use, &forecast);
	waiting(use, &forecast);
	return tl_forecast_ms(&forecast, play);
}

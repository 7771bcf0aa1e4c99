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
#include <linux/slab.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/tcp.h>

#include "../../net.h"
#include "../../trace/trace.h"
#include "../../track/conn.h"
#include "../../track/memory.h"
#include "../../track/opener.h"
#include "../../track/socket.h"
#include "../bits.h"
#include "ports.h"

/* How many rows are looked at for one that may go. */
#define LOOKS		8
/* A failure is told again when so many percent of the range more are in use, or fewer. */
#define TRACED_WITHIN	5
/* Shares of the ports that are told, in percent. */
static const u8 ports_levels[] = { 80, 95, 100 };

/* What is searched where there is no destination. Nothing is ever added to it. */
static struct tl_ports_table ports_none;

/* Stamps are the low half of jiffies; these are times that do not wrap. */
static u64 ports_ms_of(u32 since)
{
	u64 now = get_jiffies_64();

	return jiffies64_to_msecs(now - (u32)((u32)now - since));
}

static void ports_forget(struct tl_ports *ports, struct tl_port_use *use)
{
	hlist_del(&use->node);
	list_del(&use->list);
	tl_memory_free(use, sizeof(*use));
	ports->count--;
}

/**
 * tl_ports_has_table() - whether there was a destination ever
 * @ports: of a namespace
 *
 * Until then its table is shared, and must not be written.
 */
bool tl_ports_has_table(const struct tl_ports *ports)
{
	return READ_ONCE(ports->table) != &ports_none;
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

	tl_port_range_exit(ports);
	list_splice(&ports->idle, &ports->list);
	list_for_each_entry_safe(use, next, &ports->list, list)
		ports_forget(ports, use);
	if (tl_ports_has_table(ports))
		tl_memory_free(ports->table, sizeof(ports_none));
}

/**
 * tl_ports_memory() - what the destinations take
 * @ports: of a namespace
 *
 * Return: bytes.
 */
u64 tl_ports_memory(const struct tl_ports *ports)
{
	return (tl_ports_has_table(ports) ? sizeof(ports_none) : 0) +
	       (u64)READ_ONCE(ports->count) * sizeof(struct tl_port_use);
}

static struct hlist_head *ports_bucket_of(const struct tl_ports *ports,
					  const struct tl_destination *to)
{
	u32 hash = tl_key_hash_part(to, sizeof(*to));

	return &ports->table->bucket[hash % TL_PORTS_BUCKETS];
}

static struct tl_port_use *ports_find(const struct tl_ports *ports,
				      const struct tl_destination *to)
{
	struct tl_port_use *use;

	hlist_for_each_entry(use, ports_bucket_of(ports, to), node)
		if (use->to.port == to->port && use->to.scope == to->scope &&
		    ipv6_addr_equal(&use->to.remote, &to->remote) &&
		    ipv6_addr_equal(&use->to.local, &to->local))
			return use;
	return NULL;
}

/*
 * All have ports in use: of those that were connected to the longest ago the one
 * with fewest goes, and its connections are counted no more. The others have
 * been looked at, and are not soon again.
 */
static struct tl_port_use *ports_least_of_oldest(struct tl_ports *ports)
{
	struct tl_port_use *use, *least = NULL;
	unsigned int looks;

	for (looks = 0; looks < LOOKS; looks++) {
		use = list_last_entry(&ports->list, struct tl_port_use, list);
		list_move(&use->list, &ports->list);
		if (!least || use->in_use < least->in_use)
			least = use;
	}
	return least;
}

static void ports_make_room(struct tl_ports *ports)
{
	if (ports->count < TL_PORTS_ROWS)
		return;
	if (list_empty(&ports->idle))
		ports_forget(ports, ports_least_of_oldest(ports));
	else
		ports_forget(ports, list_last_entry(&ports->idle, struct tl_port_use, list));
}

/* With the lock held. Most namespaces never connect to anything. */
static bool ports_make_table(struct tl_net *ns)
{
	struct tl_ports *ports = ns->ports;
	struct tl_ports_table *table;

	if (tl_ports_has_table(ports))
		return true;
	table = tl_memory_zalloc(ns, sizeof(ports_none));
	if (!table)
		return false;
	WRITE_ONCE(ports->table, table);
	return true;
}

static struct tl_port_use *ports_find_or_make(struct tl_net *ns,
					      const struct tl_destination *to)
{
	struct tl_ports *ports = ns->ports;
	struct tl_port_use *use = ports_find(ports, to);

	if (use)
		return use;
	if (!ports_make_table(ns))
		return NULL;
	ports_make_room(ports);
	use = tl_memory_zalloc(ns, sizeof(*use));
	if (!use)
		return NULL;
	use->to = *to;
	use->failed_at = TL_PORTS_NOT_TRACED;
	use->since_ms = tl_ports_now_ms();
	tl_load_init(&use->load, use->since_ms);
	hlist_add_head(&use->node, ports_bucket_of(ports, to));
	list_add(&use->list, &ports->idle);
	ports->count++;
	return use;
}

static unsigned int ports_percent_of(const struct tl_port_use *use, u32 range)
{
	return range ? min(use->in_use * 100 / range, 100U) : 100;
}

static u8 ports_level_at(unsigned int percent)
{
	unsigned int i;
	u8 level = 0;

	for (i = 0; i < ARRAY_SIZE(ports_levels); i++)
		if (percent >= ports_levels[i])
			level = ports_levels[i];
	return level;
}

/*
 * Whether other ports are in use than when a failure was told. How many connect()
 * may choose from is counted now and then, and is no news.
 */
static bool ports_has_changed_since(const struct tl_port_use *use, u32 all)
{
	return use->failed_at != TL_PORTS_NOT_TRACED &&
	       100ULL * abs((int)(use->in_use - use->failed_at)) > (u64)TRACED_WITHIN * all;
}

static void ports_trace_pressure(struct tl_net *ns, const struct tl_port_use *use,
				 u8 percent, u32 range)
{
	const struct tl_trace_ports ports = {
		.local = &use->to.local,
		.remote = &use->to.remote,
		.port = use->to.port,
		.ifindex = use->to.scope,
		.percent = percent,
		.in_use = use->in_use,
		.time_wait = use->load.waiting,
		.range = range,
	};

	trace_port_pressure(ns, &ports);
}

/* Each level is told once, and again only after it was well below. */
static void ports_compare_level(struct tl_net *ns, struct tl_port_use *use)
{
	u32 range = tl_port_range_now(ns, use);
	unsigned int percent = ports_percent_of(use, range);
	u8 level = ports_level_at(percent);

	if (!range)
		return;
	if (ports_has_changed_since(use, ns->ports->range))
		use->failed_at = TL_PORTS_NOT_TRACED;
	if (level > use->level) {
		use->level = level;
		/* That there is none left a failure has told before. */
		if (level < 100 || use->failed_at == TL_PORTS_NOT_TRACED)
			ports_trace_pressure(ns, use, level, range);
	} else if (percent + TRACED_WITHIN < use->level) {
		use->level = level;
	}
}

static void ports_took_port(const struct tl_conn *conn, const struct tl_change *change,
			    struct tl_port_use *use)
{
	enum tl_state to = change->to;
	u64 born_ms = ports_ms_of(conn->born);

	tl_bits_set_port(conn, BIT(change->end));
	use->in_use++;
	use->own += tl_bits(conn)->own;
	use->since_ms = min(use->since_ms, born_ms);
	if (to != TL_TIME_WAIT)
		tl_load_opened(&use->load, tl_ports_now_ms(), born_ms, to == TL_SYN_SENT);
	list_move(&use->list, &conn->ns->ports->list);
	ports_compare_level(conn->ns, use);
}

static void ports_gave_port(const struct tl_conn *conn, struct tl_port_use *use)
{
	use->in_use -= !!use->in_use;
	if (tl_bits(conn)->own)
		use->own -= !!use->own;
	if (!use->in_use)
		list_move(&use->list, &conn->ns->ports->idle);
	ports_compare_level(conn->ns, use);
}

static void ports_note_end(const struct tl_conn *conn, bool waits, struct tl_port_use *use)
{
	u32 rto_ms = conn->rto * TL_RTO_UNIT_MS;

	tl_load_ended(&use->load, tl_ports_now_ms(), ports_ms_of(conn->born), waits);
	if (!waits)
		return;
	use->stamped = conn->stamps;
	use->rto_ms = use->rto_ms ? (7 * use->rto_ms + rto_ms) / 8 : rto_ms;
}

static void ports_account(const struct tl_conn *conn, const struct tl_change *change,
			  struct tl_port_use *use)
{
	bool counted = tl_bits(conn)->port & BIT(change->end);
	enum tl_state to = change->to;

	if (!counted) {
		ports_took_port(conn, change, use);
	} else if (change->from == TL_TIME_WAIT) {
		tl_load_left(&use->load, tl_ports_now_ms(), ports_ms_of(change->from_since));
		if (!tl_state_over(to))
			tl_load_opened(&use->load, tl_ports_now_ms(),
				       ports_ms_of(conn->born), false);
	} else {
		ports_note_end(conn, to == TL_TIME_WAIT, use);
	}
	if (to == TL_TIME_WAIT)
		tl_load_waits(&use->load, tl_ports_now_ms(), ports_ms_of(change->since));
	if (tl_state_over(to))
		ports_gave_port(conn, use);
}

static bool ports_is_ephemeral(const struct tl_conn *conn, unsigned int end)
{
	u16 port = ntohs(conn->key.port[end]);
	int low, high;

	inet_get_local_port_range(conn->ns->net, &low, &high);
	return port >= low && port <= high;
}

/* Whether a change of state takes a port, gives it back, or tells its TIME_WAIT. */
static bool ports_matters(const struct tl_conn *conn, const struct tl_change *change)
{
	unsigned int end = change->end, port = tl_bits(conn)->port;

	if (port & BIT(end))
		return tl_state_over(change->to) || change->from == TL_TIME_WAIT ||
		       change->to == TL_TIME_WAIT;
	return !port && !tl_state_over(change->to) && ports_is_ephemeral(conn, end) &&
	       tl_opener_is(conn, end);
}

/*
 * The row of a destination. A connection that has a port is counted in the row that
 * there was then, or nowhere if that had to go.
 */
static struct tl_port_use *ports_row_of(const struct tl_conn *conn, const struct tl_destination *to)
{
	struct tl_port_use *use;

	if (!tl_bits(conn)->port)
		return ports_find_or_make(conn->ns, to);
	use = ports_find(conn->ns->ports, to);
	return use && ports_ms_of(conn->born) >= use->since_ms ? use : NULL;
}

/* Not inlined: the many changes that do not matter need no room for a destination. */
static noinline void ports_account_to_destination(const struct tl_conn *conn,
						  const struct tl_change *change)
{
	struct tl_ports *ports = conn->ns->ports;
	unsigned int end = change->end;
	struct tl_destination destination;
	struct tl_port_use *use;

	tl_key_address(&conn->key, end, &destination.local);
	tl_key_address(&conn->key, !end, &destination.remote);
	destination.port = ntohs(conn->key.port[!end]);
	destination.scope = tl_key_ifindex(&conn->key);
	spin_lock(&ports->lock);
	use = ports_row_of(conn, &destination);
	if (use)
		ports_account(conn, change, use);
	spin_unlock(&ports->lock);
	if (tl_state_over(change->to))
		tl_bits_set_port(conn, 0);
}

/**
 * tl_ports_met() - a socket is met that may take a port
 * @conn: its connection, locked
 * @sk: the full socket
 * @locked: its owner, or this CPU, has it locked
 */
void tl_ports_met(const struct tl_conn *conn, struct sock *sk, bool locked)
{
	if (!tl_bits(conn)->port)
		tl_bits_set_own(conn, tl_port_is_own(sk, locked));
}

/**
 * tl_ports_changed() - an end that is here takes another state
 * @conn: its connection, locked
 * @change: what has changed
 */
void tl_ports_changed(const struct tl_conn *conn, const struct tl_change *change)
{
	if (ports_matters(conn, change))
		ports_account_to_destination(conn, change);
}

static void ports_address_of(const struct sock *sk, struct tl_destination *to)
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

/* It is told once, however many are in use, and again when that has changed. */
static void ports_note_failure(struct tl_net *ns, struct tl_port_use *use)
{
	u32 range = tl_port_range_now(ns, use);

	use->failures++;
	use->failed_ms = tl_ports_now_ms();
	use->failed_in_use = use->in_use;
	use->failed_waiting = use->load.waiting;
	if (use->level == 100 || use->failed_at != TL_PORTS_NOT_TRACED)
		return;
	use->failed_at = use->in_use;
	ports_trace_pressure(ns, use, 100, range);
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
	struct tl_ports *ports = ns->ports;
	struct tl_destination to;
	struct tl_port_use *use;

	ports_address_of(sk, &to);
	to.port = ntohs(sk->sk_dport);
	to.scope = tl_socket_scope(sk);
	spin_lock_bh(&ports->lock);
	ports->failures++;
	use = ports_find_or_make(ns, &to);
	if (use)
		ports_note_failure(ns, use);
	spin_unlock_bh(&ports->lock);
}

/**
 * tl_ports_failures() - connect() that found no port
 * @ports: of a namespace
 *
 * Context: process.
 * Return: how many there were, of all destinations.
 */
u64 tl_ports_failures(struct tl_ports *ports)
{
	u64 failures;

	spin_lock_bh(&ports->lock);
	failures = ports->failures;
	spin_unlock_bh(&ports->lock);
	return failures;
}

/**
 * tl_ports_init() - begin without any destination
 * @ports: of a namespace
 * @ns: the namespace
 */
void tl_ports_init(struct tl_ports *ports, struct tl_net *ns)
{
	ports->ns = ns;
	spin_lock_init(&ports->lock);
	INIT_LIST_HEAD(&ports->list);
	INIT_LIST_HEAD(&ports->idle);
	tl_port_range_init(ports);
	ports->table = &ports_none;
}

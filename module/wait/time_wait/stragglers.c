// SPDX-License-Identifier: GPL-2.0
/* Segments that come for closed connections: how many, of which kind, how late. */
#include <linux/netdevice.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "../../net.h"
#include "../../trace/trace.h"
#include "../../track/clock.h"
#include "../../track/memory.h"
#include "../../track/options.h"
#include "../../track/socket.h"
#include "remembered.h"
#include "stragglers.h"
#include "tw_length.h"

const u32 tl_late_edges[TL_LATE_RANGES] = {
	0, 100, 250, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000,
	240000, 480000
};

/* Read where nothing was ever counted. These stay zero. */
static atomic_t stragglers_none[TL_KINDS][TL_VERDICTS][TL_LATE_RANGES];

/**
 * tl_stragglers_init() - begin without any
 * @stragglers: of a namespace
 */
void tl_stragglers_init(struct tl_stragglers *stragglers)
{
	stragglers->count = stragglers_none;
}

/**
 * tl_stragglers_exit() - forget them
 * @stragglers: of a namespace in which nothing happens any more
 */
void tl_stragglers_exit(struct tl_stragglers *stragglers)
{
	if (stragglers->count != stragglers_none)
		tl_memory_free(stragglers->count, sizeof(stragglers_none));
}

/* Most namespaces never see any: there is something to count in from the first. */
static bool stragglers_is_ready(struct tl_net *ns)
{
	struct tl_stragglers *stragglers = ns->stragglers;
	void *count;

	if (likely(READ_ONCE(stragglers->count) != stragglers_none))
		return true;
	count = tl_memory_zalloc(ns, sizeof(stragglers_none));
	if (!count)
		return false;
	/* Another CPU may have been faster. */
	if (cmpxchg(&stragglers->count, stragglers_none, count) != stragglers_none)
		tl_memory_free(count, sizeof(stragglers_none));
	return true;
}

/**
 * tl_stragglers_memory() - what those of a namespace take
 * @stragglers: of the namespace
 *
 * Return: bytes.
 */
u64 tl_stragglers_memory(const struct tl_stragglers *stragglers)
{
	return READ_ONCE(stragglers->count) == stragglers_none ? 0 : sizeof(stragglers_none);
}

/**
 * tl_stragglers_length() - TIME_WAIT has another length from now on
 * @stragglers: of a namespace
 */
void tl_stragglers_length(struct tl_stragglers *stragglers)
{
	atomic_set(&stragglers->fins_late, 0);
	atomic_set(&stragglers->old_late, 0);
}

/**
 * tl_stragglers_reset() - count anew
 * @stragglers: of a namespace
 */
void tl_stragglers_reset(struct tl_stragglers *stragglers)
{
	unsigned int kind, verdict, range;

	for (kind = 0; kind < TL_KINDS; kind++)
		for (verdict = 0; verdict < TL_VERDICTS; verdict++)
			for (range = 0; range < TL_LATE_RANGES; range++)
				atomic_set(&stragglers->count[kind][verdict][range], 0);
	for (kind = 0; kind < TL_PURPOSES; kind++)
		for (range = 0; range < TL_LATE_RANGES; range++)
			atomic_set(&stragglers->exposed[kind][range], 0);
	atomic_set(&stragglers->latest_ms, 0);
	tl_stragglers_length(stragglers);
}

static unsigned int stragglers_range_of(u32 ms)
{
	unsigned int i = TL_LATE_RANGES - 1;

	while (ms < tl_late_edges[i])
		i--;
	return i;
}

/**
 * tl_stragglers_count() - how many segments have come
 * @stragglers: of a namespace
 * @kind: of this kind
 * @verdict: of which this became
 * @range: so late, an index of tl_late_edges
 */
u32 tl_stragglers_count(const struct tl_stragglers *stragglers, enum tl_kind kind,
			enum tl_verdict verdict, unsigned int range)
{
	return atomic_read(&stragglers->count[kind][verdict][range]);
}

/**
 * tl_stragglers_late() - how many have come later than the length of now
 * @stragglers: of a namespace
 * @purpose: of this kind
 */
u32 tl_stragglers_late(const struct tl_stragglers *stragglers, enum tl_purpose purpose)
{
	return atomic_read(purpose == TL_PURPOSE_FIN ? &stragglers->fins_late :
						       &stragglers->old_late);
}

/**
 * tl_stragglers_safe_ms() - the shortest TIME_WAIT that would have met all
 * @stragglers: of a namespace
 *
 * Return: milliseconds; 0 if nothing has come that TIME_WAIT is for.
 */
u32 tl_stragglers_safe_ms(const struct tl_stragglers *stragglers)
{
	u32 latest = atomic_read(&stragglers->latest_ms);

	return latest ? latest + 1 : 0;
}

/**
 * tl_stragglers_is_edge() - whether tl_stragglers_beyond() can tell
 * @length_ms: a length
 */
bool tl_stragglers_is_edge(u32 length_ms)
{
	return tl_late_edges[stragglers_range_of(length_ms)] == length_ms;
}

/**
 * tl_stragglers_beyond() - how many would not have met a TIME_WAIT
 * @stragglers: of a namespace
 * @purpose: of this kind
 * @length_ms: its length, one of tl_late_edges
 */
u32 tl_stragglers_beyond(const struct tl_stragglers *stragglers,
			 enum tl_purpose purpose, u32 length_ms)
{
	unsigned int range;
	u32 sum = 0;

	for (range = stragglers_range_of(length_ms); range < TL_LATE_RANGES; range++)
		sum += atomic_read(&stragglers->exposed[purpose][range]);
	return sum;
}

static void stragglers_ask_mini(struct tl_late *late, const struct tcp_timewait_sock *tw)
{
	late->stands = TL_STANDS_TIME_WAIT;
	late->rcv_nxt = READ_ONCE(tw->tw_rcv_nxt);
	late->rcv_wnd = READ_ONCE(tw->tw_rcv_wnd);
	late->ts_recent = READ_ONCE(tw->tw_ts_recent);
	late->ts_known = late->ts_recent && READ_ONCE(tw->tw_ts_recent_stamp);
	late->ts_fresh = time_before32(ktime_get_seconds(),
				       READ_ONCE(tw->tw_ts_recent_stamp) + TCP_PAWS_MSL);
}

/* Nobody holds the socket: it is what stood there at one moment. */
static void stragglers_ask_full(struct tl_late *late, const struct tcp_sock *tp)
{
	late->stands = TL_STANDS_OPEN;
	late->rcv_nxt = READ_ONCE(tp->rcv_nxt);
	late->rcv_wnd = data_race(tcp_receive_window(tp)); /* nobody holds it */
	late->snd_una = READ_ONCE(tp->snd_una);
	late->snd_nxt = READ_ONCE(tp->snd_nxt);
	late->ts_recent = data_race(tp->rx_opt.ts_recent); /* so it is here */
	late->ts_known = tp->rx_opt.tstamp_ok;	/* for as long as it is open */
	late->ts_fresh = true;
}

/* What stands there; requests, and orphans in FIN_WAIT_2, count as nothing. */
static void stragglers_ask(struct tl_late *late, const struct tl_closed *closed, struct tl_way way)
{
	struct net *net = closed->ns->net;
	struct sock *sk = tl_socket_by(net, &closed->key, closed->end, way);

	late->stands = TL_STANDS_NOTHING;
	late->rfc1337 = READ_ONCE(net->ipv4.sysctl_tcp_rfc1337);
	late->listens = late->segment->flags & TL_SYN &&
			tl_socket_listener(net, &closed->key, closed->end, way);
	if (!sk)
		return;
	late->opens = READ_ONCE(sk->sk_state) == TCP_SYN_SENT;
	/* Who is opening answers by a RST, as if there was nothing. */
	if (tl_socket_is_full(sk) && !late->opens)
		stragglers_ask_full(late, tcp_sk(sk));
	else if (tl_socket_state(sk) == TL_TIME_WAIT)
		stragglers_ask_mini(late, tcp_twsk(sk));
	sock_gen_put(sk);
}

/*
 * Of the connection that was closed, or of the next one between the same ports,
 * which began with @isn? That is mostly far ahead. Where it is not, timestamps
 * tell; without any, a segment that was sent before by number, and now leaves a
 * hole, is thought to be old.
 */
static bool stragglers_is_of_closed(const struct tl_closed *closed, const struct tl_late *late)
{
	const struct tl_segment *segment = late->segment;
	bool reused = READ_ONCE(closed->reused);

	if (segment->flags & TL_SYN)
		return !reused;
	if (!tl_straggler_is_old(segment, closed->rcv_nxt))
		return false;
	if (!reused || (s32)(segment->seq - READ_ONCE(closed->isn)) < 0)
		return true;
	if (late->stamped && late->ts_known)
		return closed->stamped && (s32)(late->stamp - closed->ts_recent) <= 0 &&
		       (s32)(late->stamp - late->ts_recent) < 0;
	return late->stands == TL_STANDS_OPEN &&
	       (s32)(segment->seq - late->rcv_nxt) > 0;
}

static void stragglers_raise(atomic_t *highest, int value)
{
	int old = atomic_read(highest);

	while (old < value && !atomic_try_cmpxchg(highest, &old, value))
		;
}

/*
 * A FIN that comes again, old data and old ACKs are what TIME_WAIT is for. It begins
 * anew for each, so that one is met if it lasts longer than what has passed since
 * the one before; and none is met once it has ended.
 */
static void stragglers_note_purpose(struct tl_net *ns, struct tl_closed *closed, enum tl_kind kind)
{
	enum tl_purpose purpose = kind == TL_KIND_FIN ? TL_PURPOSE_FIN : TL_PURPOSE_OLD;
	struct tl_stragglers *stragglers = ns->stragglers;
	u32 gap_ms = tl_clock_age_ms(closed->restart);

	closed->gap = max_t(u8, closed->gap, stragglers_range_of(gap_ms));
	closed->late |= gap_ms >= tl_tw_length_ms(ns);
	stragglers_raise(&stragglers->latest_ms, gap_ms);
	atomic_inc(&stragglers->exposed[purpose][closed->gap]);
	if (closed->late)
		atomic_inc(purpose == TL_PURPOSE_FIN ? &stragglers->fins_late :
						       &stragglers->old_late);
}

static void stragglers_note(struct tl_net *ns, struct tl_closed *closed, const struct tl_late *late)
{
	enum tl_kind kind = tl_straggler_kind(late->segment);
	enum tl_verdict verdict = tl_straggler_verdict(late);
	u32 late_ms = tl_clock_age_ms(closed->start);
	const struct tl_trace_straggler event = {
		.end = closed->end,
		.kind = kind,
		.verdict = verdict,
		.late_ms = late_ms,
	};

	if (stragglers_is_ready(ns))
		atomic_inc(&ns->stragglers->count[kind][verdict][stragglers_range_of(late_ms)]);
	spin_lock_bh(&ns->remembered->lock);
	if (kind <= TL_KIND_ACK)
		stragglers_note_purpose(ns, closed, kind);
	if (tl_straggler_restarts(kind, verdict))
		closed->restart = jiffies;
	spin_unlock_bh(&ns->remembered->lock);
	trace_straggler(ns, &closed->key, &event);
	if (kind == TL_KIND_SYN && verdict == TL_VERDICT_ACCEPTED)
		tl_remembered_reused(closed, late->segment->seq);
}

/**
 * tl_stragglers_seen() - a segment arrives: perhaps for a closed connection
 * @ns: the namespace
 * @packet: the packet
 *
 * TCP has not judged it yet.
 * Context: RCU, any but hard interrupt.
 */
void tl_stragglers_seen(struct tl_net *ns, const struct tl_packet *packet)
{
	struct tl_closed *closed = tl_remembered_find(ns, packet->key);
	const struct tl_segment *segment = packet->segment;
	struct tl_late late = { .segment = segment };

	if (!closed || closed->end == packet->from)
		return;
	late.stamped = tl_options_timestamp(packet->skb, packet->offset, &late.stamp);
	stragglers_ask(&late, closed, tl_way_in(packet->skb, tl_key_is_v6(packet->key)));
	/* Our own SYN took the 4-tuple again, and this is the answer. */
	if (late.opens && (segment->flags & TL_SYN))
		tl_remembered_reused(closed, segment->seq);
	else if (stragglers_is_of_closed(closed, &late))
		stragglers_note(ns, closed, &late);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What other lengths of TIME_WAIT would have done to the same traffic.
 *
 * Who closed first within the last L would be in TIME_WAIT now if it lasted L,
 * whatever it lasted, but for those that were reused or reset. So a count of
 * closes for each half second answers for all lengths.
 */
#include <linux/sort.h>
#include <net/tcp.h>

#include "../../net.h"
#include "../../track/socket.h"
#include "time_wait.h"
#include "tw_length.h"
#include "what_if.h"

#define SLOT		((u32)BIT(TL_ENTRY_SHIFT))
#define OTHERS		(TL_WHAT_IF_LENGTHS - 1)
/* From so many slots on they are not gone through one by one. */
#define STEPS_MAX	8

static const u32 what_if_lengths_ms[OTHERS] = {
	0, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 240000
};

/* The last length is that of now; @length_ms is %TL_LENGTH_VARIES where it has none. */
static u32 what_if_length_of(const struct tl_what_if *what_if, unsigned int i)
{
	return i < OTHERS ? what_if_lengths_ms[i] : what_if->length_ms;
}

static u32 what_if_jiffies_of(const struct tl_what_if *what_if, unsigned int i)
{
	u32 length_ms = what_if_length_of(what_if, i);

	return length_ms == TL_LENGTH_VARIES ? 0 : msecs_to_jiffies(length_ms);
}

/* Whole slots that a length spans. */
static u32 what_if_whole_of(const struct tl_what_if *what_if, unsigned int i)
{
	return what_if_jiffies_of(what_if, i) >> TL_ENTRY_SHIFT;
}

static atomic_t *what_if_slot_at(const struct tl_what_if *what_if, u32 slot)
{
	return &what_if->would.slots[tl_slot_place(slot)];
}

static u32 what_if_count_in(const struct tl_what_if *what_if, u32 slot)
{
	return atomic_read(what_if_slot_at(what_if, slot));
}

/* Counts what is behind anew: the slots before this one that a length spans whole. */
static void what_if_count_behind(struct tl_what_if *what_if, unsigned int i)
{
	u32 whole = what_if_whole_of(what_if, i), ago;

	what_if->behind[i] = 0;
	for (ago = 1; ago < whole; ago++)
		what_if->behind[i] += what_if_count_in(what_if, what_if->slot - ago);
}

/* The policy may end by itself, so that its length is asked for again and again. */
static void what_if_follow_length(struct tl_net *ns)
{
	struct tl_what_if *what_if = ns->what_if;
	u32 length_ms = tl_tw_length_ms(ns);

	if (what_if->length_ms == length_ms)
		return;
	what_if->length_ms = length_ms;
	what_if->peak[OTHERS] = 0;
	what_if->overflow[OTHERS] = 0;
	what_if_count_behind(what_if, OTHERS);
}

/**
 * tl_what_if_init() - begin to ask
 * @ns: the namespace
 *
 * Context: process.
 */
void tl_what_if_init(struct tl_net *ns)
{
	struct tl_what_if *what_if = ns->what_if;

	spin_lock_init(&what_if->lock);
	what_if->slot = tl_entry_slots_now();
	what_if->length_ms = TL_TIME_WAIT_MS;
	tl_entry_slots_init(&what_if->would);
}

/**
 * tl_what_if_exit() - end it
 * @ns: the namespace, in which nothing happens any more
 */
void tl_what_if_exit(struct tl_net *ns)
{
	tl_entry_slots_exit(&ns->what_if->would);
}

/*
 * Closes of the last so many jiffies. Within a slot they are thought even. The
 * slots that the length spans whole are those behind, less one where more of
 * the running slot is gone than the length has beyond whole slots.
 */
static u32 what_if_population(const struct tl_what_if *what_if, unsigned int i, u32 gone)
{
	u32 length = what_if_jiffies_of(what_if, i), whole = length >> TL_ENTRY_SHIFT;
	u32 slot = what_if->slot, sum = what_if_count_in(what_if, slot);

	if (length < gone)
		return div_u64((u64)sum * length, gone);
	length -= gone;
	sum += what_if->behind[i];
	if (whole && length >> TL_ENTRY_SHIFT == whole)
		sum += what_if_count_in(what_if, slot - whole);
	slot -= (length >> TL_ENTRY_SHIFT) + 1;
	return sum + (((u64)what_if_count_in(what_if, slot) *
		       (length & (SLOT - 1))) >> TL_ENTRY_SHIFT);
}

static u32 what_if_room(const struct tl_net *ns)
{
	return READ_ONCE(ns->what_if->buckets) ?:
	       READ_ONCE(ns->net->ipv4.tcp_death_row.sysctl_max_tw_buckets);
}

/*
 * A half second is over. Where more would be in TIME_WAIT than there is room for,
 * only a part of those who close finds any: as many as leave, which is the part
 * that the room is of the population.
 */
static void what_if_account(struct tl_net *ns, unsigned int i)
{
	struct tl_what_if *what_if = ns->what_if;
	u32 many = what_if_population(what_if, i, SLOT), most = what_if_room(ns);

	if (many > most) {
		what_if->overflow[i] += what_if->closes -
			div_u64((u64)what_if->closes * most, many);
		many = most;
	}
	what_if->peak[i] = max(what_if->peak[i], many);
}

/* What is behind each length moves with the slot: no walk, this is a packet's time. */
static void what_if_next_slot(struct tl_what_if *what_if)
{
	u32 ended = what_if_count_in(what_if, what_if->slot), whole;
	unsigned int i;

	for (i = 0; i < TL_WHAT_IF_LENGTHS; i++) {
		whole = what_if_whole_of(what_if, i);
		if (whole)
			what_if->behind[i] += ended -
				what_if_count_in(what_if, what_if->slot - whole + 1);
	}
	what_if->slot++;
	atomic_set(what_if_slot_at(what_if, what_if->slot), 0);
}

/* Nothing was closed for a while: one walk costs less than that many steps. */
static void what_if_leap(struct tl_what_if *what_if, u32 slot)
{
	u32 ahead = min(slot - what_if->slot, TL_SLOTS);
	unsigned int i;

	what_if->slot = slot;
	while (ahead--)
		atomic_set(what_if_slot_at(what_if, slot - ahead), 0);
	for (i = 0; i < TL_WHAT_IF_LENGTHS; i++)
		what_if_count_behind(what_if, i);
}

static void what_if_advance(struct tl_net *ns, u32 slot)
{
	struct tl_what_if *what_if = ns->what_if;
	unsigned int i;

	for (i = 0; i < TL_WHAT_IF_LENGTHS; i++)
		what_if_account(ns, i);
	what_if->closes = 0;
	if (slot - what_if->slot > STEPS_MAX)
		what_if_leap(what_if, slot);
	while (what_if->slot != slot)
		what_if_next_slot(what_if);
}

/* Brings it to now, with the lock held. */
static void what_if_catch_up(struct tl_net *ns)
{
	u32 slot = tl_entry_slots_now();

	if (slot == ns->what_if->slot)
		return;
	what_if_advance(ns, slot);
	what_if_follow_length(ns);
}

/* With the lock held; @more is 1 or -1. Nothing is there of what found no memory. */
static void what_if_count_one(struct tl_net *ns, u32 since, int more)
{
	struct tl_what_if *what_if = ns->what_if;
	u32 ago = tl_slot_ago(what_if->slot, since, TL_ENTRY_SHIFT);
	unsigned int i;

	if (ago >= TL_SLOTS || !tl_entry_slots_ready(ns, &what_if->would) ||
	    atomic_read(tl_entry_slots_at(&what_if->would, since)) + more < 0)
		return;
	atomic_add(more, tl_entry_slots_at(&what_if->would, since));
	for (i = 0; ago && i < TL_WHAT_IF_LENGTHS; i++)
		if (ago < what_if_whole_of(what_if, i))
			what_if->behind[i] += more;
}

/**
 * tl_what_if_enter() - a connection was closed first here
 * @ns: the namespace
 * @since: when, low half of jiffies
 * @before: that was before it was met
 *
 * Context: bottom halves are off.
 */
void tl_what_if_enter(struct tl_net *ns, u32 since, bool before)
{
	struct tl_what_if *what_if = ns->what_if;

	spin_lock(&what_if->lock);
	what_if_catch_up(ns);
	what_if->closes += !before;
	what_if_count_one(ns, since, 1);
	spin_unlock(&what_if->lock);
}

/**
 * tl_what_if_leave() - something ended its TIME_WAIT, and would have in any case
 * @ns: the namespace
 * @since: when it was closed, low half of jiffies
 *
 * Context: bottom halves are off.
 */
void tl_what_if_leave(struct tl_net *ns, u32 since)
{
	spin_lock(&ns->what_if->lock);
	what_if_count_one(ns, since, -1);
	spin_unlock(&ns->what_if->lock);
}

/**
 * tl_what_if_reset() - ask anew
 * @ns: the namespace
 *
 * Those that were closed before still count as population.
 * Context: process.
 */
void tl_what_if_reset(struct tl_net *ns)
{
	struct tl_what_if *what_if = ns->what_if;

	spin_lock_bh(&what_if->lock);
	what_if_catch_up(ns);
	memset(what_if->peak, 0, sizeof(what_if->peak));
	memset(what_if->overflow, 0, sizeof(what_if->overflow));
	what_if->closes = 0;
	spin_unlock_bh(&what_if->lock);
}

/**
 * tl_what_if_length() - the length of now is another
 * @ns: the namespace
 *
 * Context: process.
 */
void tl_what_if_length(struct tl_net *ns)
{
	struct tl_what_if *what_if = ns->what_if;

	spin_lock_bh(&what_if->lock);
	what_if_catch_up(ns);
	what_if_follow_length(ns);
	spin_unlock_bh(&what_if->lock);
}

static int what_if_compare(const void *a, const void *b)
{
	const struct tl_what_if_row *x = a, *y = b;

	return x->length_ms < y->length_ms ? -1 : x->length_ms > y->length_ms;
}

static void what_if_fill(const struct tl_net *ns, unsigned int i, u32 gone,
			 struct tl_what_if_row *row)
{
	const struct tl_what_if *what_if = ns->what_if;

	row->length_ms = what_if_length_of(what_if, i);
	row->now = min(what_if_population(what_if, i, gone), what_if_room(ns));
	row->peak = max(what_if->peak[i], row->now);
	row->overflow = what_if->overflow[i];
}

/* Whether there is one length of now, and no row for it already. */
static bool what_if_is_another(u32 length_ms)
{
	unsigned int i;

	for (i = 0; i < OTHERS; i++)
		if (what_if_lengths_ms[i] == length_ms)
			return false;
	return length_ms != TL_LENGTH_VARIES;
}

/**
 * tl_what_if_rows() - the answers
 * @ns: the namespace
 * @rows: TL_WHAT_IF_LENGTHS of them
 *
 * Context: process.
 * Return: how many there are, the shortest length first.
 */
unsigned int tl_what_if_rows(struct tl_net *ns, struct tl_what_if_row *rows)
{
	unsigned int i, count = 0;
	u32 gone;

	spin_lock_bh(&ns->what_if->lock);
	what_if_catch_up(ns);
	what_if_follow_length(ns);
	gone = ((u32)jiffies & (SLOT - 1)) + 1;
	for (i = 0; i < TL_WHAT_IF_LENGTHS; i++)
		if (i < OTHERS || what_if_is_another(ns->what_if->length_ms))
			what_if_fill(ns, i, gone, &rows[count++]);
	spin_unlock_bh(&ns->what_if->lock);
	sort(rows, count, sizeof(*rows), what_if_compare, NULL);
	return count;
}

/**
 * tl_what_if_socket_size() - memory that a TIME_WAIT socket takes
 *
 * Return: bytes.
 */
unsigned int tl_what_if_socket_size(void)
{
	return kmem_cache_size(tcp_prot.twsk_prot->twsk_slab);
}

/**
 * tl_what_if_memory() - what the answers of a namespace take
 * @ns: the namespace
 *
 * Return: bytes.
 */
u64 tl_what_if_memory(const struct tl_net *ns)
{
	return tl_entry_slots_memory(&ns->what_if->would);
}

/**
 * tl_what_if_buckets() - how many TIME_WAIT sockets there is said to be room for
 * @ns: the namespace
 *
 * Return: how many; 0: as many as tcp_max_tw_buckets says.
 */
u32 tl_what_if_buckets(const struct tl_net *ns)
{
	return READ_ONCE(ns->what_if->buckets);
}

/**
 * tl_what_if_set_buckets() - say how many there is room for
 * @ns: the namespace
 * @buckets: as tl_what_if_buckets() tells
 */
void tl_what_if_set_buckets(struct tl_net *ns, u32 buckets)
{
	WRITE_ONCE(ns->what_if->buckets, buckets);
}

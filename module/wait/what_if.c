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

#include "../tcplab.h"
#include "what_if.h"

#define SLOT		((u32)BIT(TL_AGE_SHIFT))
#define OTHERS		(TL_WHAT_IF_LENGTHS - 1)

static const u32 lengths_ms[OTHERS] = {
	0, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 240000
};

/**
 * tl_what_if_init() - begin to ask
 * @ns: the namespace
 *
 * Context: process.
 */
void tl_what_if_init(struct tl_net *ns)
{
	struct tl_what_if *what_if = &ns->what_if;

	spin_lock_init(&what_if->lock);
	what_if->slot = tl_ages_slot_now();
	tl_ages_init(&what_if->would);
}

/**
 * tl_what_if_exit() - end it
 * @ns: the namespace, in which nothing happens any more
 */
void tl_what_if_exit(struct tl_net *ns)
{
	tl_ages_exit(&ns->what_if.would);
}

static u32 length_of(const struct tl_net *ns, unsigned int i)
{
	if (i < OTHERS)
		return lengths_ms[i];
	return READ_ONCE(ns->policy.length_ms) ?: TL_TIME_WAIT_MS;
}

static u32 count_in(const struct tl_what_if *what_if, u32 slot)
{
	int count = atomic_read(&what_if->would.slots[slot % TL_AGE_SLOTS]);

	return max(count, 0);
}

/* Closes of the last so many jiffies; within a slot they are thought even. */
static u32 population(const struct tl_what_if *what_if, u32 now, u32 length)
{
	u32 slot = now >> TL_AGE_SHIFT, gone = (now & (SLOT - 1)) + 1;
	u32 sum = count_in(what_if, slot);

	if (length < gone)
		return div_u64((u64)sum * length, gone);
	length -= gone;
	for (; length >= SLOT; length -= SLOT)
		sum += count_in(what_if, --slot);
	return sum + (((u64)count_in(what_if, --slot) * length) >> TL_AGE_SHIFT);
}

static u32 room(const struct tl_net *ns)
{
	return READ_ONCE(ns->what_if.buckets) ?:
	       READ_ONCE(ns->net->ipv4.tcp_death_row.sysctl_max_tw_buckets);
}

/*
 * A half second is over. Where more would be in TIME_WAIT than there is room for,
 * only a part of those who close finds any: as many as leave, which is the part
 * that the room is of the population.
 */
static void account(struct tl_net *ns, unsigned int i, u32 end)
{
	struct tl_what_if *what_if = &ns->what_if;
	u32 many = population(what_if, end, msecs_to_jiffies(length_of(ns, i)));
	u32 most = room(ns);

	if (many > most) {
		what_if->overflow[i] += what_if->closes -
			div_u64((u64)what_if->closes * most, many);
		many = most;
	}
	what_if->peak[i] = max(what_if->peak[i], many);
}

static void advance(struct tl_net *ns, u32 slot)
{
	struct tl_what_if *what_if = &ns->what_if;
	u32 end = ((what_if->slot + 1) << TL_AGE_SHIFT) - 1, ahead = slot - what_if->slot;
	unsigned int i;

	for (i = 0; i < TL_WHAT_IF_LENGTHS; i++)
		account(ns, i, end);
	what_if->closes = 0;
	ahead = min_t(u32, ahead, TL_AGE_SLOTS);
	for (i = 0; i < ahead; i++)
		atomic_set(&what_if->would.slots[(slot - i) % TL_AGE_SLOTS], 0);
	WRITE_ONCE(what_if->slot, slot);
}

/* Brings it to now, with the lock held. */
static void catch_up(struct tl_net *ns)
{
	u32 slot = tl_ages_slot_now();

	if (slot != ns->what_if.slot)
		advance(ns, slot);
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
	struct tl_what_if *what_if = &ns->what_if;

	spin_lock(&what_if->lock);
	catch_up(ns);
	what_if->closes += !before;
	what_if->closes_all += !before;
	tl_ages_add(ns, &what_if->would, since);
	spin_unlock(&what_if->lock);
}

/**
 * tl_what_if_leave() - something ended its TIME_WAIT, and would have in any case
 * @ns: the namespace
 * @since: when it was closed, low half of jiffies
 *
 * Context: any but hard interrupt.
 */
void tl_what_if_leave(struct tl_net *ns, u32 since)
{
	tl_ages_remove(&ns->what_if.would, since);
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
	struct tl_what_if *what_if = &ns->what_if;

	spin_lock_bh(&what_if->lock);
	catch_up(ns);
	memset(what_if->peak, 0, sizeof(what_if->peak));
	memset(what_if->overflow, 0, sizeof(what_if->overflow));
	what_if->closes = 0;
	what_if->closes_all = 0;
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
	struct tl_what_if *what_if = &ns->what_if;

	spin_lock_bh(&what_if->lock);
	what_if->peak[OTHERS] = 0;
	what_if->overflow[OTHERS] = 0;
	spin_unlock_bh(&what_if->lock);
}

/**
 * tl_what_if_closes() - closes that the answers rest on
 * @ns: the namespace
 */
u64 tl_what_if_closes(struct tl_net *ns)
{
	u64 closes;

	spin_lock_bh(&ns->what_if.lock);
	closes = ns->what_if.closes_all;
	spin_unlock_bh(&ns->what_if.lock);
	return closes;
}

static int compare(const void *a, const void *b)
{
	const struct tl_what_if_row *x = a, *y = b;

	return x->length_ms < y->length_ms ? -1 : x->length_ms > y->length_ms;
}

static void fill(const struct tl_net *ns, unsigned int i, struct tl_what_if_row *row)
{
	const struct tl_what_if *what_if = &ns->what_if;

	row->length_ms = length_of(ns, i);
	row->now = population(what_if, jiffies, msecs_to_jiffies(row->length_ms));
	row->now = min(row->now, room(ns));
	row->peak = max(what_if->peak[i], row->now);
	row->overflow = what_if->overflow[i];
}

static bool is_another(u32 length_ms)
{
	unsigned int i;

	for (i = 0; i < OTHERS; i++)
		if (lengths_ms[i] == length_ms)
			return false;
	return true;
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

	spin_lock_bh(&ns->what_if.lock);
	catch_up(ns);
	for (i = 0; i < TL_WHAT_IF_LENGTHS; i++)
		if (i < OTHERS || is_another(length_of(ns, i)))
			fill(ns, i, &rows[count++]);
	spin_unlock_bh(&ns->what_if.lock);
	sort(rows, count, sizeof(*rows), compare, NULL);
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

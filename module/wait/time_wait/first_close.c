// SPDX-License-Identifier: GPL-2.0
/*
 * Who closes first, and so has the TIME_WAIT.
 *
 * A connection has a few bits for that: the number of the row in which it will
 * be counted, which is found when it is closed. A row keeps the name of its
 * program. Where there are too many programs, the one whose last connection was
 * forgotten longest ago goes, and what it counted is added to the row of its
 * user: names are lost before uids are.
 */
#include <linux/inetdevice.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "../../net.h"
#include "../../track/memory.h"
#include "../../track/opener.h"
#include "../bits.h"
#include "first_close.h"

/* Hosts of one network are counted together. */
#define NET_BITS4	24
#define NET_BITS6	64
/* The number of the row of all others; 0 is none yet. */
#define OTHERS		(BIT(TL_CLOSER_BITS) - 1)
/* Names are cheap to make: a user keeps no more rows in use than this. */
#define HELD_MAX	(TL_FIRST_CLOSE_ROWS / 2)
/* Rows copied under the lock at a time. */
#define ROWS_AT_ONCE	128
/* A row's share of the nodes that numbers are found by. */
#define NUMBER_SIZE	16
#define ROW_SIZE	(sizeof(struct tl_first_close) + NUMBER_SIZE)
#define BUCKETS_SIZE	(TL_FIRST_CLOSE_BUCKETS * sizeof(struct hlist_head))

/**
 * tl_first_closes_init() - begin with none
 * @closes: of a namespace
 */
void tl_first_closes_init(struct tl_first_closes *closes)
{
	spin_lock_init(&closes->lock);
	idr_init(&closes->numbers);
	INIT_LIST_HEAD(&closes->idle);
	INIT_LIST_HEAD(&closes->idle_users);
	closes->others.key.who.uid = INVALID_UID;
	closes->others.number = OTHERS;
	INIT_LIST_HEAD(&closes->others.list);
}

static void first_close_drop(struct tl_first_closes *closes, struct tl_first_close *row)
{
	idr_remove(&closes->numbers, row->number);
	hlist_del(&row->node);
	list_del(&row->list);
	tl_memory_free(row, sizeof(*row));
	tl_memory_give(NUMBER_SIZE);
}

/**
 * tl_first_closes_exit() - forget all
 * @closes: of a namespace in which nothing happens any more
 */
void tl_first_closes_exit(struct tl_first_closes *closes)
{
	struct tl_first_close *row;
	int number;

	idr_for_each_entry(&closes->numbers, row, number)
		first_close_drop(closes, row);
	idr_destroy(&closes->numbers);
	if (closes->bucket)
		tl_memory_free(closes->bucket, BUCKETS_SIZE);
}

/**
 * tl_first_closes_memory() - what they take
 * @closes: of a namespace
 *
 * Return: bytes.
 */
u64 tl_first_closes_memory(const struct tl_first_closes *closes)
{
	u64 rows = READ_ONCE(closes->count) + READ_ONCE(closes->count_users);

	return rows * ROW_SIZE + (READ_ONCE(closes->bucket) ? BUCKETS_SIZE : 0);
}

static void first_close_describe(const struct tl_conn *conn, unsigned int end,
				 struct tl_first_closer *like)
{
	const struct tl_key *key = &conn->key;

	like->local_port = tl_opener_service_port(conn, end);
	if (tl_key_is_v6(key)) {
		like->net_bits = NET_BITS6;
		ipv6_addr_prefix(&like->net, &key->addr.v6[!end], NET_BITS6);
	} else {
		like->net_bits = NET_BITS4;
		ipv6_addr_set_v4mapped(key->addr.v4[!end] & inet_make_mask(NET_BITS4),
				       &like->net);
	}
}

static struct hlist_head *first_close_bucket_of(const struct tl_first_closes *closes,
						const struct tl_first_closer *like)
{
	u32 hash = tl_key_hash_part(like, sizeof(*like));

	return &closes->bucket[hash % TL_FIRST_CLOSE_BUCKETS];
}

static struct tl_first_close *first_close_find(struct tl_first_closes *closes,
					       const struct tl_first_closer *like)
{
	struct tl_first_close *row;

	BUILD_BUG_ON(sizeof(*like) != 24 + 16 + 4);
	if (!closes->bucket)
		return NULL;
	hlist_for_each_entry(row, first_close_bucket_of(closes, like), node)
		if (!memcmp(&row->key, like, sizeof(*like)))
			return row;
	return NULL;
}

static bool first_close_make_buckets(struct tl_net *ns, struct tl_first_closes *closes)
{
	if (!closes->bucket)
		WRITE_ONCE(closes->bucket, tl_memory_zalloc(ns, BUCKETS_SIZE));
	return closes->bucket;
}

static bool first_close_give_number(struct tl_net *ns, struct tl_first_closes *closes,
				    struct tl_first_close *row)
{
	int number;

	if (!tl_memory_take(ns, NUMBER_SIZE))
		return false;
	number = idr_alloc(&closes->numbers, row, 1, OTHERS,
			   GFP_ATOMIC | __GFP_NOWARN);
	if (number < 0) {
		tl_memory_give(NUMBER_SIZE);
		return false;
	}
	row->number = number;
	return true;
}

static struct tl_first_close *first_close_make(struct tl_net *ns,
					       struct tl_first_closes *closes,
					       const struct tl_first_closer *like)
{
	struct tl_first_close *row;

	if (!first_close_make_buckets(ns, closes))
		return NULL;
	row = tl_memory_zalloc(ns, sizeof(*row));
	if (!row)
		return NULL;
	if (!first_close_give_number(ns, closes, row)) {
		tl_memory_free(row, sizeof(*row));
		return NULL;
	}
	row->key = *like;
	INIT_LIST_HEAD(&row->list);
	hlist_add_head(&row->node, first_close_bucket_of(closes, like));
	return row;
}

static void first_close_drop_user(struct tl_first_closes *closes, struct tl_first_close *user)
{
	closes->others.entered += user->entered;
	WRITE_ONCE(closes->count_users, closes->count_users - 1);
	first_close_drop(closes, user);
}

/* A user's row goes only when others want its place: its past is the user's. */
static void first_close_user_changed(struct tl_first_closes *closes, struct tl_first_close *user)
{
	if (user == &closes->others)
		return;
	if (user->rows || user->users) {
		list_del_init(&user->list);
		return;
	}
	list_move_tail(&user->list, &closes->idle_users);
	if (!user->entered)
		first_close_drop_user(closes, user);
}

static void first_close_drop_row(struct tl_first_closes *closes, struct tl_first_close *row)
{
	struct tl_first_close *user = row->user;

	user->entered += row->entered;
	user->rows--;
	WRITE_ONCE(closes->count, closes->count - 1);
	first_close_drop(closes, row);
	first_close_user_changed(closes, user);
}

static bool first_close_has_room_for_user(struct tl_first_closes *closes)
{
	if (closes->count_users < TL_FIRST_CLOSE_ROWS)
		return true;
	if (list_empty(&closes->idle_users))
		return false;
	first_close_drop_user(closes, list_first_entry(&closes->idle_users,
						       struct tl_first_close, list));
	return true;
}

static bool first_close_has_room(struct tl_first_closes *closes)
{
	if (closes->count < TL_FIRST_CLOSE_ROWS)
		return true;
	if (list_empty(&closes->idle))
		return false;
	first_close_drop_row(closes, list_first_entry(&closes->idle, struct tl_first_close, list));
	return true;
}

static struct tl_first_close *first_close_user_of(struct tl_net *ns,
						  struct tl_first_closes *closes, kuid_t uid)
{
	struct tl_first_closer like = { .who.uid = uid };
	struct tl_first_close *user;

	if (!uid_valid(uid))
		return &closes->others;
	user = first_close_find(closes, &like);
	if (user)
		return user;
	if (!first_close_has_room_for_user(closes))
		return NULL;
	user = first_close_make(ns, closes, &like);
	if (user)
		WRITE_ONCE(closes->count_users, closes->count_users + 1);
	return user;
}

/* The row of a program, or else of its user, or of nobody. */
static struct tl_first_close *first_close_row_of(struct tl_net *ns,
						 struct tl_first_closes *closes,
						 const struct tl_first_closer *like)
{
	struct tl_first_close *row = first_close_find(closes, like), *user;

	if (row)
		return row->users || row->user->held < HELD_MAX ? row : row->user;
	/* It may be idle: it must not go for its own row. */
	user = first_close_user_of(ns, closes, like->who.uid);
	if (!user)
		return &closes->others;
	if (user->held >= HELD_MAX)
		return user;
	user->rows++;
	first_close_user_changed(closes, user);
	row = first_close_has_room(closes) ? first_close_make(ns, closes, like) : NULL;
	if (!row) {
		user->rows--;
		return user;
	}
	row->user = user;
	WRITE_ONCE(closes->count, closes->count + 1);
	return row;
}

static void first_close_hold(struct tl_first_closes *closes, struct tl_first_close *row)
{
	if (row->users++)
		return;
	list_del_init(&row->list);
	if (row->user)
		row->user->held++;
}

static void first_close_put(struct tl_first_closes *closes, struct tl_first_close *row)
{
	if (--row->users)
		return;
	if (!row->user) {
		first_close_user_changed(closes, row);
		return;
	}
	row->user->held--;
	list_add_tail(&row->list, &closes->idle);
	/* None of those that were closed has come to TIME_WAIT. */
	if (!row->entered)
		first_close_drop_row(closes, row);
}

static struct tl_first_close *first_close_row_at(struct tl_first_closes *closes, u16 number)
{
	if (!number || number == OTHERS)
		return &closes->others;
	return idr_find(&closes->numbers, number);
}

static void first_close_note(const struct tl_conn *conn, unsigned int end,
			     const struct tl_closer *who)
{
	struct tl_first_closes *closes = conn->ns->first_closes;
	struct tl_first_closer like = { .who = *who };
	struct tl_first_close *row;

	first_close_describe(conn, end, &like);
	row = first_close_row_of(conn->ns, closes, &like);
	first_close_hold(closes, row);
	tl_bits_set_closer(conn, row->number);
}

/**
 * tl_first_close_changed() - an end comes to FIN_WAIT_1
 * @conn: the connection, locked; if it has been closed already that counts
 * @change: what has changed: close() or shutdown() has led there if a process has,
 *	and its caller is running
 */
void tl_first_close_changed(const struct tl_conn *conn, const struct tl_change *change)
{
	struct tl_first_closes *closes = conn->ns->first_closes;
	struct tl_closer who;

	if (!change->by_process || tl_bits(conn)->closer)
		return;
	tl_closer_set(&who, READ_ONCE(change->sk->sk_uid));
	spin_lock(&closes->lock);
	first_close_note(conn, change->end, &who);
	spin_unlock(&closes->lock);
}

/**
 * tl_first_close_who() - who has closed a connection
 * @conn: the connection, locked
 * @who: filled
 */
void tl_first_close_who(const struct tl_conn *conn, struct tl_closer *who)
{
	struct tl_first_closes *closes = conn->ns->first_closes;

	spin_lock(&closes->lock);
	*who = first_close_row_at(closes, tl_bits(conn)->closer)->key.who;
	spin_unlock(&closes->lock);
}

/**
 * tl_first_close_enter() - a socket that closed first became TIME_WAIT
 * @conn: the connection, locked
 * @end: index of its end
 *
 * Where both ends are here and close at once, the one that was first counts.
 */
void tl_first_close_enter(const struct tl_conn *conn, unsigned int end)
{
	static const struct tl_closer unknown = { .uid = INVALID_UID };
	struct tl_first_closes *closes = conn->ns->first_closes;
	struct tl_first_close *row;

	spin_lock(&closes->lock);
	if (!tl_bits(conn)->closer)
		first_close_note(conn, end, &unknown);
	row = first_close_row_at(closes, tl_bits(conn)->closer);
	row->entered++;
	row->now++;
	spin_unlock(&closes->lock);
}

/**
 * tl_first_close_leave() - it is TIME_WAIT no more
 * @conn: the connection, locked
 */
void tl_first_close_leave(const struct tl_conn *conn)
{
	struct tl_first_closes *closes = conn->ns->first_closes;

	spin_lock(&closes->lock);
	first_close_row_at(closes, tl_bits(conn)->closer)->now--;
	spin_unlock(&closes->lock);
}

/**
 * tl_first_close_forget() - forget who closed a connection
 * @conn: the connection, locked, of which no end is TIME_WAIT
 */
void tl_first_close_forget(const struct tl_conn *conn)
{
	struct tl_first_closes *closes = conn->ns->first_closes;

	if (!tl_bits(conn)->closer)
		return;
	spin_lock(&closes->lock);
	first_close_put(closes, first_close_row_at(closes, tl_bits(conn)->closer));
	spin_unlock(&closes->lock);
	tl_bits_set_closer(conn, 0);
}

static void first_close_copy(struct tl_lines *lines, const struct tl_first_close *row)
{
	struct tl_first_close_line *line;

	/* It may be there for its sockets that are being closed, or its rows. */
	if (!row->entered || tl_lines_is_full(lines))
		return;
	line = tl_lines_add(lines, lines->count, 1);
	line->key = row->key;
	line->now = row->now;
	line->entered = row->entered;
}

/* Each close waits for the lock: a few rows at a time, then all others together. */
static bool first_close_copy_some(struct tl_first_closes *closes, struct tl_lines *lines,
				  int *number)
{
	struct tl_first_close *row;
	unsigned int left;

	for (left = ROWS_AT_ONCE; left; left--, ++*number) {
		row = idr_get_next(&closes->numbers, number);
		if (!row) {
			first_close_copy(lines, &closes->others);
			return false;
		}
		first_close_copy(lines, row);
	}
	return true;
}

/**
 * tl_first_closes_copy() - learn of all programs that closed first
 * @closes: of a namespace
 * @lines: an empty list of &struct tl_first_close_line, to be filled
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tl_first_closes_copy(struct tl_first_closes *closes, struct tl_lines *lines)
{
	int err = tl_lines_reserve(lines, 2 * TL_FIRST_CLOSE_ROWS + 1);
	int number = 0;
	bool more;

	if (err)
		return err;
	do {
		spin_lock_bh(&closes->lock);
		more = first_close_copy_some(closes, lines, &number);
		spin_unlock_bh(&closes->lock);
		cond_resched();
	} while (more);
	return 0;
}

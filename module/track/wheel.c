// SPDX-License-Identifier: GPL-2.0
/*
 * One timer for all connections.
 *
 * A slot holds what is due in the same quarter of a second. What is due later
 * than a turn of the wheel waits in the last slot and is asked again then, so a
 * connection needs no due time of its own: its state says when it wants to be
 * looked at. The wheel stands still while nothing hangs on it.
 *
 * Locks: connection, then slot.
 */
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "wheel.h"

#define SLOT_MS		256
#define SLOTS		256	/* as many as tl_conn.slot can number */
#define BATCH		64	/* connections between two chances to reschedule */

static struct {
	struct {
		spinlock_t lock;	/* protects the list and its timers */
		struct list_head list;
	} slot[SLOTS];
	atomic_t hanging;
	u32 turned;		/* ticks that the worker has done with */
	tl_wheel_due *due;
	struct delayed_work work;
} wheel;

static u32 tick_now(void)
{
	return div_u64(get_jiffies_64(), msecs_to_jiffies(SLOT_MS));
}

static void unhook(struct tl_conn *conn)
{
	spin_lock(&wheel.slot[conn->slot].lock);
	if (!list_empty(&conn->timer)) {
		list_del_init(&conn->timer);
		atomic_dec(&wheel.hanging);
	}
	spin_unlock(&wheel.slot[conn->slot].lock);
}

/**
 * tl_wheel_add() - have a connection looked at later
 * @conn: the connection, locked
 * @ms: when at the latest, in milliseconds from now, give or take 256; what is
 *	more than a turn of the wheel (65 s) away comes earlier
 *
 * A connection that is due earlier already stays where it is.
 */
void tl_wheel_add(struct tl_conn *conn, unsigned int ms)
{
	u32 now = tick_now();
	u32 ticks = clamp(DIV_ROUND_UP(ms, SLOT_MS), 1U, SLOTS - 2U);

	lockdep_assert_held(&conn->lock);
	if (!list_empty(&conn->timer)) {
		if ((u8)(conn->slot - now) <= ticks)
			return;
		unhook(conn);
	}
	conn->slot = now + ticks;
	spin_lock(&wheel.slot[conn->slot].lock);
	list_add_tail(&conn->timer, &wheel.slot[conn->slot].list);
	spin_unlock(&wheel.slot[conn->slot].lock);
	if (atomic_inc_return(&wheel.hanging) == 1)
		schedule_delayed_work(&wheel.work, 1);
}

/**
 * tl_wheel_del() - take a connection off the wheel
 * @conn: the connection, locked
 */
void tl_wheel_del(struct tl_conn *conn)
{
	lockdep_assert_held(&conn->lock);
	if (!list_empty(&conn->timer))
		unhook(conn);
}

/* Off the wheel under the slot's lock; it may be freed until it is locked. */
static struct tl_conn *take(unsigned int slot, struct list_head *list)
{
	struct tl_conn *conn;

	spin_lock_bh(&wheel.slot[slot].lock);
	conn = list_first_entry_or_null(list, struct tl_conn, timer);
	if (conn) {
		list_del_init(&conn->timer);
		atomic_dec(&wheel.hanging);
	}
	spin_unlock_bh(&wheel.slot[slot].lock);
	return conn;
}

/*
 * Between take() and the lock the object may have become another connection:
 * looking at that one early does no harm.
 */
static bool serve(unsigned int slot, struct list_head *list)
{
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		struct tl_conn *conn;

		rcu_read_lock();
		conn = take(slot, list);
		if (!conn) {
			rcu_read_unlock();
			return false;
		}
		spin_lock_bh(&conn->lock);
		if (hlist_nulls_unhashed(&conn->node))
			spin_unlock_bh(&conn->lock);
		else
			wheel.due(conn);
		rcu_read_unlock();
	}
	return true;
}

/* What is put into the slot while it is served waits for the next turn. */
static void turn(unsigned int slot)
{
	LIST_HEAD(list);

	spin_lock_bh(&wheel.slot[slot].lock);
	list_splice_init(&wheel.slot[slot].list, &list);
	spin_unlock_bh(&wheel.slot[slot].lock);
	while (serve(slot, &list))
		cond_resched();
}

static void work(struct work_struct *unused)
{
	u32 now = tick_now();

	/* After standing still for a turn or more every slot is due once. */
	if (now - wheel.turned > SLOTS)
		wheel.turned = now - SLOTS;
	while (wheel.turned != now)
		turn(++wheel.turned % SLOTS);
	if (atomic_read(&wheel.hanging))
		schedule_delayed_work(&wheel.work, msecs_to_jiffies(SLOT_MS));
}

/**
 * tl_wheel_init() - set the wheel up
 * @due: called for each connection when it is due
 */
void tl_wheel_init(tl_wheel_due *due)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		spin_lock_init(&wheel.slot[i].lock);
		INIT_LIST_HEAD(&wheel.slot[i].list);
	}
	wheel.due = due;
	wheel.turned = tick_now();
	INIT_DELAYED_WORK(&wheel.work, work);
}

/**
 * tl_wheel_exit() - stop the wheel
 *
 * Nothing hangs on it any more and nothing is added.
 */
void tl_wheel_exit(void)
{
	cancel_delayed_work_sync(&wheel.work);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * One timer for all connections: two wheels.
 *
 * A slot of the coarse wheel holds what is due in the same quarter of a second.
 * What is due later than a turn of the wheel waits in the last slot and is asked
 * again then, so a connection needs no due time of its own: its state says when
 * it wants to be looked at. One that wants it exactly is looked at early, and
 * spends the last second on the fine wheel. A wheel stands still while nothing
 * hangs on it.
 *
 * Locks: connection, then slot.
 */
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "wheel.h"

#define COARSE_MS	256
#define FINE_MS		4
#define SLOTS		256	/* as many as tl_conn.slot can number */
#define SOON_SLOTS	6	/* a little more than a second */
#define SOON_LOOKS	16	/* in one slot */
#define BATCH		64	/* connections between two chances to reschedule */
/* What wants to be exact leaves the coarse wheel this early: it may be late. */
#define LEAD		msecs_to_jiffies(3 * COARSE_MS)
#define FINE_MOST	msecs_to_jiffies(1000)

struct wheel {
	struct {
		spinlock_t lock;	/* protects the list and its timers */
		struct list_head list;
	} slot[SLOTS];
	unsigned int tick;	/* jiffies of a slot */
	atomic_t hanging;
	u32 turned;		/* ticks that the worker has done with */
	struct delayed_work work;
};

static struct wheel wheel_coarse, wheel_fine;
static struct workqueue_struct *wheel_queue;
static tl_wheel_due *wheel_due;

static u32 wheel_tick_now(const struct wheel *wheel)
{
	return div_u64(get_jiffies_64(), wheel->tick);
}

static struct wheel *wheel_of(const struct tl_conn *conn)
{
	return conn->fine ? &wheel_fine : &wheel_coarse;
}

static void wheel_unhang(struct tl_conn *conn)
{
	struct wheel *wheel = wheel_of(conn);

	spin_lock(&wheel->slot[conn->slot].lock);
	if (!list_empty(&conn->timer)) {
		list_del_init_careful(&conn->timer);
		atomic_dec(&wheel->hanging);
	}
	spin_unlock(&wheel->slot[conn->slot].lock);
}

static void wheel_hang(struct tl_conn *conn, struct wheel *wheel, u8 slot)
{
	conn->slot = slot;
	conn->fine = wheel == &wheel_fine;
	spin_lock(&wheel->slot[slot].lock);
	list_add_tail(&conn->timer, &wheel->slot[slot].list);
	spin_unlock(&wheel->slot[slot].lock);
	if (atomic_inc_return(&wheel->hanging) == 1)
		queue_delayed_work(wheel_queue, &wheel->work, 1);
}

static unsigned int wheel_ticks_of(const struct wheel *wheel, unsigned int delay)
{
	return min(delay / wheel->tick + 1, SLOTS - 2U);
}

/**
 * tl_wheel_within() - whether a connection is looked at within some time
 * @conn: the connection, locked
 * @delay: the time in jiffies
 *
 * What the worker is late for counts, too: it comes next.
 */
bool tl_wheel_within(const struct tl_conn *conn, unsigned int delay)
{
	const struct wheel *wheel = wheel_of(conn);
	u32 turned = READ_ONCE(wheel->turned), late = wheel_tick_now(wheel) - turned;

	return tl_wheel_has(conn) &&
	       (u8)(conn->slot - turned - 1) < late + wheel_ticks_of(wheel, delay);
}

/**
 * tl_wheel_add() - have a connection looked at later
 * @conn: the connection, locked
 * @delay: when at the latest, in jiffies from now, give or take a slot; what
 *	is more than a turn of the wheel (65 s) away comes earlier, and so does
 *	what wants to be looked at exactly and is more than a second away
 *
 * A connection that is due earlier already stays where it is.
 */
void tl_wheel_add(struct tl_conn *conn, unsigned int delay)
{
	if (!tl_wheel_within(conn, delay))
		tl_wheel_move(conn, delay);
}

/**
 * tl_wheel_move() - have a connection looked at later, but not earlier
 * @conn: the connection, locked
 * @delay: when, in jiffies from now, as for tl_wheel_add()
 */
void tl_wheel_move(struct tl_conn *conn, unsigned int delay)
{
	struct wheel *wheel = &wheel_coarse;

	tl_wheel_del(conn);
	if (conn->exact && delay < FINE_MOST)
		wheel = &wheel_fine;
	else if (conn->exact)
		delay -= LEAD;
	wheel_hang(conn, wheel, wheel_tick_now(wheel) + wheel_ticks_of(wheel, delay));
}

/**
 * tl_wheel_del() - take a connection off the wheel
 * @conn: the connection, locked
 */
void tl_wheel_del(struct tl_conn *conn)
{
	lockdep_assert_held(&conn->lock);
	if (tl_wheel_has(conn))
		wheel_unhang(conn);
}

/*
 * What was hung last comes first: it is what had the shortest time to wait. If
 * nothing of it will do, it goes to the other end, and the next search looks at
 * others.
 */
static struct tl_conn *wheel_find(unsigned int slot, tl_wheel_wanted *wanted,
				  const void *data)
{
	struct list_head *list = &wheel_coarse.slot[slot].list;
	struct tl_conn *conn, *found = NULL;
	unsigned int looks = 0;
	LIST_HEAD(others);

	spin_lock_bh(&wheel_coarse.slot[slot].lock);
	list_for_each_entry_reverse(conn, list, timer) {
		/* It is not locked: the caller that locks it asks once more. */
		if (data_race(wanted(conn, data))) {
			found = conn;
			break;
		}
		if (++looks == SOON_LOOKS) {
			list_cut_before(&others, list, &conn->timer);
			list_splice_tail(&others, list);
			break;
		}
	}
	spin_unlock_bh(&wheel_coarse.slot[slot].lock);
	return found;
}

/**
 * tl_wheel_soon() - find a connection that is to be looked at soon
 * @wanted: whether one will do
 * @data: for @wanted
 *
 * Looks at a few of what is overdue or due within %SOON_SLOTS; at others the next
 * time, so that of many that will not do none hides one that will for long.
 * Context: RCU; any but hard interrupt; no connection locked.
 *
 * Return: a connection, not locked, that may be another by the time it is; or
 * NULL.
 */
struct tl_conn *tl_wheel_soon(tl_wheel_wanted *wanted, const void *data)
{
	u32 tick = READ_ONCE(wheel_coarse.turned);
	u32 last = wheel_tick_now(&wheel_coarse) + SOON_SLOTS;
	struct tl_conn *conn = NULL;

	if (last - tick > 2 * SOON_SLOTS)
		tick = last - 2 * SOON_SLOTS;
	while (!conn && tick != last)
		conn = wheel_find(++tick % SLOTS, wanted, data);
	return conn;
}

/* Off the wheel under the slot's lock; it may be freed until it is locked. */
static struct tl_conn *wheel_take(struct wheel *wheel, unsigned int slot,
				  struct list_head *list)
{
	struct tl_conn *conn;

	spin_lock_bh(&wheel->slot[slot].lock);
	conn = list_first_entry_or_null(list, struct tl_conn, timer);
	if (conn) {
		list_del_init_careful(&conn->timer);
		atomic_dec(&wheel->hanging);
	}
	spin_unlock_bh(&wheel->slot[slot].lock);
	return conn;
}

/*
 * Between wheel_take() and the lock the object may have become another connection:
 * looking at that one early does no harm.
 */
static bool wheel_serve_next(struct wheel *wheel, unsigned int slot,
			     struct list_head *list)
{
	struct tl_conn *conn = wheel_take(wheel, slot, list);

	if (!conn)
		return false;
	tl_conn_lock(conn);
	/* Its neighbours in the chain come and go without this lock. */
	if (tl_conn_hashed(conn))
		wheel_due(conn);
	else
		tl_conn_unlock(conn);
	return true;
}

static bool wheel_serve(struct wheel *wheel, unsigned int slot,
			struct list_head *list)
{
	bool more = true;
	unsigned int i;

	rcu_read_lock();
	for (i = 0; more && i < BATCH; i++)
		more = wheel_serve_next(wheel, slot, list);
	rcu_read_unlock();
	return more;
}

/* What is put into the slot while it is served waits for the next turn. */
static void wheel_turn(struct wheel *wheel, unsigned int slot)
{
	LIST_HEAD(list);

	spin_lock_bh(&wheel->slot[slot].lock);
	list_splice_init(&wheel->slot[slot].list, &list);
	spin_unlock_bh(&wheel->slot[slot].lock);
	while (wheel_serve(wheel, slot, &list))
		cond_resched();
}

static void wheel_work(struct work_struct *work)
{
	struct wheel *wheel = container_of(to_delayed_work(work), struct wheel, work);
	u32 now = wheel_tick_now(wheel);

	/* After standing still for a turn or more every slot is due once. */
	if (now - wheel->turned > SLOTS)
		WRITE_ONCE(wheel->turned, now - SLOTS);
	while (wheel->turned != now) {
		WRITE_ONCE(wheel->turned, wheel->turned + 1);
		wheel_turn(wheel, wheel->turned % SLOTS);
	}
	if (atomic_read(&wheel->hanging))
		queue_delayed_work(wheel_queue, &wheel->work, wheel->tick);
}

static void wheel_init(struct wheel *wheel, unsigned int ms)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		spin_lock_init(&wheel->slot[i].lock);
		INIT_LIST_HEAD(&wheel->slot[i].list);
	}
	wheel->tick = msecs_to_jiffies(ms);
	wheel->turned = wheel_tick_now(wheel);
	INIT_DELAYED_WORK(&wheel->work, wheel_work);
}

/**
 * tl_wheel_init() - set the wheels up
 * @on_due: called for each connection when it is due
 *
 * Return: 0 or -ENOMEM.
 */
int tl_wheel_init(tl_wheel_due *on_due)
{
	/* A turn may have many rows to serve, on whatever CPU is free. */
	wheel_queue = alloc_workqueue("tcplab", WQ_UNBOUND, 0);
	if (!wheel_queue)
		return -ENOMEM;
	wheel_init(&wheel_coarse, COARSE_MS);
	wheel_init(&wheel_fine, FINE_MS);
	wheel_due = on_due;
	return 0;
}

/**
 * tl_wheel_exit() - stop the wheels
 *
 * Nothing hangs on them any more and nothing is added.
 */
void tl_wheel_exit(void)
{
	cancel_delayed_work_sync(&wheel_coarse.work);
	cancel_delayed_work_sync(&wheel_fine.work);
	destroy_workqueue(wheel_queue);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The slow walk that looks for sockets without a row.
 *
 * Each row is compared with its socket when its time comes, at least once in a
 * minute. This is the other direction: part of the socket table is walked each
 * second, all of it once in a minute. A socket that has no row at two looks, a
 * grace period apart, was missed; it gets one and is counted, unless rows of its
 * namespace were refused or given up for want of room.
 */
#include <linux/workqueue.h>
#include <net/inet_hashtables.h>
#include <net/tcp.h>

#include "../compat.h"
#include "../net.h"
#include "identity.h"
#include "limits.h"
#include "probe.h"
#include "socket.h"
#include "sweep.h"
#include "table.h"
#include "track.h"

#define STEP_MS		1000
#define STEPS		60	/* of which a walk consists */
#define SUSPECTS	64	/* in a step; others have their turn in a minute */

static struct {
	struct delayed_work work;
	unsigned int step;
	struct sock *suspect[SUSPECTS];
	unsigned int suspects;
	bool skipped;	/* more were suspects in a step */
} walk;

/*
 * What is being opened is in the socket table before its SYN or its new state is
 * seen; so is what a process is at work with. Requests may have lost their row to
 * others, and what cannot send its SYN has none.
 */
static bool may_lack_row(const struct sock *sk)
{
	int state = READ_ONCE(sk->sk_state);

	if (state == TCP_NEW_SYN_RECV || state == TCP_SYN_SENT ||
	    state == TCP_SYN_RECV)
		return true;
	if (!tl_socket_is_full(sk))
		return false;
	/* Who owns it now may not do so a moment later: it is looked at twice. */
	return !tl_socket_is_tcp(sk) || data_race(sock_owned_by_user_nocheck(sk));
}

static bool has_row(const struct sock *sk)
{
	struct tl_net *ns = tl_net(sock_net(sk));
	struct tl_conn *conn;
	unsigned int end;
	struct tl_key key;
	bool here;

	if (!READ_ONCE(ns->track->enabled) || may_lack_row(sk) ||
	    !tl_identity_of_socket(sk, &key, &end))
		return true;
	conn = tl_table_find(ns, &key);
	if (!conn)
		return false;
	here = tl_conn_here(conn, end);
	tl_conn_unlock(conn);
	return here;
}

/* What belongs to a namespace that is going may not be held: see work(). */
static void look(struct sock *sk)
{
	if (!check_net(sock_net(sk)) || has_row(sk))
		return;
	if (walk.suspects == SUSPECTS) {
		walk.skipped = true;
		return;
	}
	/* Others may hold it longer than we do. */
	sock_hold(sk);
	walk.suspect[walk.suspects++] = sk;
}

static void look_again(struct sock *sk)
{
	struct tl_net *ns = tl_net(sock_net(sk));
	bool full;

	rcu_read_lock();
	/* Its closing may have taken the row with it. No other gives way. */
	if (!has_row(sk) && READ_ONCE(sk->sk_state) != TCP_CLOSE &&
	    !sk_unhashed(sk)) {
		full = tl_track_lost(ns);
		if (!tl_limits_has_room(ns) || !tl_probe_adopt_one(sk))
			ns->track->unfound = true;
		else if (!full)
			tl_track_note(ns->track, TL_COUNT_DISAGREE_UNTRACKED);
	}
	rcu_read_unlock();
}

/* A walk begins: what is lost from now on it may have passed already. */
static void begin_walk(void)
{
	struct net *net;

	walk.skipped = false;
	for_each_net(net) {
		tl_net(net)->track->lost = tl_track_lost(tl_net(net));
		tl_net(net)->track->unfound = false;
	}
}

static void end_walk(void)
{
	struct net *net;

	for_each_net(net)
		if (!walk.skipped && !tl_net(net)->track->unfound)
			WRITE_ONCE(tl_net(net)->track->found, tl_net(net)->track->lost);
}

static void walk_part(struct net *net)
{
	u64 slots = tl_compat_hashinfo(net)->ehash_mask + 1;

	tl_socket_walk_part(net, div_u64(slots * walk.step, STEPS),
			    div_u64(slots * (walk.step + 1), STEPS), look);
}

static void settle(void)
{
	unsigned int i;

	if (!walk.suspects)
		return;
	synchronize_rcu();
	for (i = 0; i < walk.suspects; i++) {
		look_again(walk.suspect[i]);
		sock_gen_put(walk.suspect[i]);
	}
	walk.suspects = 0;
}

/*
 * No namespace that is alive goes while its suspects are held: cleanup_net()
 * takes the lock that is held here after the last reference is gone.
 */
static void work(struct work_struct *unused)
{
	struct net *net;

	down_read(&net_rwsem);
	if (!walk.step)
		begin_walk();
	walk_part(&init_net);
	for_each_net(net)
		if (tl_compat_hashinfo(net) != tl_compat_hashinfo(&init_net))
			walk_part(net);
	settle();
	walk.step = (walk.step + 1) % STEPS;
	if (!walk.step)
		end_walk();
	up_read(&net_rwsem);
	queue_delayed_work(system_unbound_wq, &walk.work,
			   msecs_to_jiffies(STEP_MS));
}

/**
 * tl_sweep_init() - begin to walk
 */
void tl_sweep_init(void)
{
	INIT_DEFERRABLE_WORK(&walk.work, work);
	queue_delayed_work(system_unbound_wq, &walk.work,
			   msecs_to_jiffies(STEP_MS));
}

/**
 * tl_sweep_exit() - stop
 *
 * Context: process; sleeps.
 */
void tl_sweep_exit(void)
{
	cancel_delayed_work_sync(&walk.work);
}

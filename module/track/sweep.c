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
} sweep_walk;

/*
 * What is being opened is in the socket table before its SYN or its new state is
 * seen; so is what a process is at work with. Requests may have lost their row to
 * others, and what cannot send its SYN has none.
 */
static bool sweep_may_lack_row(const struct sock *sk)
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

static bool sweep_has_row(const struct sock *sk)
{
	struct tl_net *ns = tl_net(sock_net(sk));
	struct tl_conn *conn;
	unsigned int end;
	struct tl_key key;
	bool here;

	if (!READ_ONCE(ns->track->enabled) || sweep_may_lack_row(sk) ||
	    !tl_identity_of_socket(sk, &key, &end))
		return true;
	conn = tl_table_find(ns, &key);
	if (!conn)
		return false;
	here = tl_conn_here(conn, end);
	tl_conn_unlock(conn);
	return here;
}

/* Nothing of a namespace that is going may be held: see sweep_step(). */
static void sweep_look(struct sock *sk)
{
	if (!check_net(sock_net(sk)) || sweep_has_row(sk))
		return;
	if (sweep_walk.suspects == SUSPECTS) {
		sweep_walk.skipped = true;
		return;
	}
	/* Others may hold it longer than we do. */
	sock_hold(sk);
	sweep_walk.suspect[sweep_walk.suspects++] = sk;
}

static void sweep_look_again(struct sock *sk)
{
	struct tl_net *ns = tl_net(sock_net(sk));
	bool full;

	rcu_read_lock();
	/* Its closing may have taken the row with it. No other gives way. */
	if (!sweep_has_row(sk) && READ_ONCE(sk->sk_state) != TCP_CLOSE &&
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
static void sweep_begin_walk(void)
{
	struct net *net;

	sweep_walk.skipped = false;
	for_each_net(net) {
		tl_net(net)->track->lost = tl_track_lost(tl_net(net));
		tl_net(net)->track->unfound = false;
	}
}

static void sweep_end_walk(void)
{
	struct net *net;

	for_each_net(net)
		if (!sweep_walk.skipped && !tl_net(net)->track->unfound)
			WRITE_ONCE(tl_net(net)->track->found, tl_net(net)->track->lost);
}

static void sweep_walk_part(struct net *net)
{
	u64 slots = tl_compat_hashinfo(net)->ehash_mask + 1;

	tl_socket_walk_part(net, div_u64(slots * sweep_walk.step, STEPS),
			    div_u64(slots * (sweep_walk.step + 1), STEPS), sweep_look);
}

static void sweep_look_at_suspects(void)
{
	unsigned int i;

	if (!sweep_walk.suspects)
		return;
	synchronize_rcu();
	for (i = 0; i < sweep_walk.suspects; i++) {
		sweep_look_again(sweep_walk.suspect[i]);
		sock_gen_put(sweep_walk.suspect[i]);
	}
	sweep_walk.suspects = 0;
}

/*
 * No namespace that is alive goes while its suspects are held: cleanup_net()
 * takes the lock that is held here after the last reference is gone.
 */
static void sweep_step(struct work_struct *unused)
{
	struct net *net;

	down_read(&net_rwsem);
	if (!sweep_walk.step)
		sweep_begin_walk();
	sweep_walk_part(&init_net);
	for_each_net(net)
		if (tl_compat_hashinfo(net) != tl_compat_hashinfo(&init_net))
			sweep_walk_part(net);
	sweep_look_at_suspects();
	sweep_walk.step = (sweep_walk.step + 1) % STEPS;
	if (!sweep_walk.step)
		sweep_end_walk();
	up_read(&net_rwsem);
	queue_delayed_work(system_unbound_wq, &sweep_walk.work,
			   msecs_to_jiffies(STEP_MS));
}

/**
 * tl_sweep_init() - begin to walk
 */
void tl_sweep_init(void)
{
	INIT_DEFERRABLE_WORK(&sweep_walk.work, sweep_step);
	queue_delayed_work(system_unbound_wq, &sweep_walk.work,
			   msecs_to_jiffies(STEP_MS));
}

/**
 * tl_sweep_exit() - stop
 *
 * Context: process; sleeps.
 */
void tl_sweep_exit(void)
{
	cancel_delayed_work_sync(&sweep_walk.work);
}

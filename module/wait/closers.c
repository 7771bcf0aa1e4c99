// SPDX-License-Identifier: GPL-2.0
/*
 * Who closed connections first.
 *
 * A TIME_WAIT socket has no owner; whoever closed is noted when he does it. A
 * connection has one octet for that: the number of a user and a command in a
 * table for the whole machine. Who finds no place there is unknown.
 */
#include <linux/cred.h>
#include <linux/jhash.h>
#include <linux/pid_namespace.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "../tcplab.h"
#include "closers.h"

#define CLOSERS	256	/* number 0 is nobody */
#define PROBES	8
/* Namespaces of other users have the upper half: names are cheap to make. */
#define HALF	((CLOSERS - 1) / 2)

static struct {
	struct tl_closer who;
	u32 users;	/* connections that have its number */
} closers[CLOSERS];

static DEFINE_SPINLOCK(lock);

static bool is(u8 closer, const struct tl_closer *who)
{
	return uid_eq(closers[closer].who.uid, who->uid) &&
	       closers[closer].who.pid_ns == who->pid_ns &&
	       !strncmp(closers[closer].who.comm, who->comm, TASK_COMM_LEN);
}

/* One that is not in use any more keeps its name until the place is needed. */
static u8 find(const struct tl_closer *who, u8 first)
{
	u32 hash = jhash(who->comm, strlen(who->comm), __kuid_val(who->uid));
	unsigned int i;
	u8 free = 0;

	for (i = 0; i < PROBES; i++) {
		u8 closer = first + (hash + i) % HALF;

		if (is(closer, who))
			return closer;
		if (!free && !closers[closer].users)
			free = closer;
	}
	if (free)
		closers[free].who = *who;
	return free;
}

/**
 * tl_closer_get() - note that the current process closes a connection
 * @ns: the namespace of the connection
 * @uid: owner of the socket
 *
 * Context: process, or bottom halves disabled in one.
 * Return: a number to be given back by tl_closer_put(); 0 if there is none.
 */
u8 tl_closer_get(const struct tl_net *ns, kuid_t uid)
{
	struct tl_closer who = { .uid = uid };
	u8 closer;

	/* Threads may have names of their own. */
	rcu_read_lock();
	strscpy(who.comm, READ_ONCE(current->group_leader)->comm, sizeof(who.comm));
	rcu_read_unlock();
	/* A process that exits may have none any more. */
	if (task_active_pid_ns(current))
		who.pid_ns = task_active_pid_ns(current)->ns.inum;
	spin_lock_bh(&lock);
	closer = find(&who, ns->net->user_ns == &init_user_ns ? 1 : 1 + HALF);
	if (closer)
		closers[closer].users++;
	spin_unlock_bh(&lock);
	return closer;
}

/**
 * tl_closer_may_know() - whether the current process may know who closed
 * @who: who it was
 *
 * A command is told to those in the PID namespace of its process, or the first.
 */
bool tl_closer_may_know(const struct tl_closer *who)
{
	const struct pid_namespace *pids = task_active_pid_ns(current);

	return pids == &init_pid_ns || pids->ns.inum == who->pid_ns;
}

/**
 * tl_closer_hold() - keep a number that is in use
 * @closer: the number, or 0
 *
 * Context: any but hard interrupt.
 */
void tl_closer_hold(u8 closer)
{
	if (!closer)
		return;
	spin_lock_bh(&lock);
	closers[closer].users++;
	spin_unlock_bh(&lock);
}

/**
 * tl_closer_put() - forget who closed a connection
 * @closer: the number, or 0
 *
 * Context: any but hard interrupt.
 */
void tl_closer_put(u8 closer)
{
	if (!closer)
		return;
	spin_lock_bh(&lock);
	closers[closer].users--;
	spin_unlock_bh(&lock);
}

/**
 * tl_closer_who() - who a number stands for
 * @closer: the number, in use, or 0
 * @who: filled
 *
 * Context: any but hard interrupt.
 */
void tl_closer_who(u8 closer, struct tl_closer *who)
{
	if (!closer) {
		*who = (struct tl_closer) { .uid = INVALID_UID };
		return;
	}
	spin_lock_bh(&lock);
	*who = closers[closer].who;
	spin_unlock_bh(&lock);
}

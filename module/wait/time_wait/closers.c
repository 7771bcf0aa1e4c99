// SPDX-License-Identifier: GPL-2.0
/*
 * Who closes a connection.
 *
 * A TIME_WAIT socket has no owner; the process that closes is noted when it does
 * so.
 */
#include <linux/cred.h>
#include <linux/pid_namespace.h>
#include <linux/string.h>

#include "closers.h"

/**
 * tl_closer_set() - the current process closes a connection
 * @who: filled; nothing in it is left unset, so that it can be hashed
 * @uid: owner of the socket
 *
 * A kernel thread that closes for a program has a name that tells nothing.
 * Context: process, or bottom halves disabled in one.
 */
void tl_closer_set(struct tl_closer *who, kuid_t uid)
{
	memset(who, 0, sizeof(*who));
	who->uid = uid;
	if (current->flags & PF_KTHREAD)
		return;
	/* Threads may have names of their own. */
	rcu_read_lock();
	strscpy_pad(who->comm, READ_ONCE(current->group_leader)->comm,
		    sizeof(who->comm));
	rcu_read_unlock();
	/* A process that exits may have none any more. */
	if (task_active_pid_ns(current))
		who->pid_ns = task_active_pid_ns(current)->ns.inum;
}

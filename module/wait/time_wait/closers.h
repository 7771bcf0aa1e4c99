/* SPDX-License-Identifier: GPL-2.0 */
/* Who closes a connection: a user, and the command of a process. */
#ifndef TCPLAB_WAIT_TIME_WAIT_CLOSERS_H
#define TCPLAB_WAIT_TIME_WAIT_CLOSERS_H

#include <linux/sched.h>
#include <linux/types.h>
#include <linux/uidgid.h>

/**
 * struct tl_closer - who closed
 * @uid: owner of the socket
 * @pid_ns: inode number of the PID namespace of the process
 * @comm: the command of the process, padded with NULs; empty if that is unknown
 */
struct tl_closer {
	kuid_t uid;
	u32 pid_ns;
	char comm[TASK_COMM_LEN];
};

void tl_closer_set(struct tl_closer *who, kuid_t uid);

#endif /* TCPLAB_WAIT_TIME_WAIT_CLOSERS_H */

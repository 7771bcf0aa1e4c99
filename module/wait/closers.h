/* SPDX-License-Identifier: GPL-2.0 */
/* Who closed connections first: few users and commands, for many connections. */
#ifndef TCPLAB_WAIT_CLOSERS_H
#define TCPLAB_WAIT_CLOSERS_H

#include <linux/sched.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct tl_net;

/**
 * struct tl_closer - who closed
 * @uid: owner of the socket
 * @pid_ns: inode number of the PID namespace of the process
 * @comm: the command of the process; empty if that is unknown
 */
struct tl_closer {
	kuid_t uid;
	u32 pid_ns;
	char comm[TASK_COMM_LEN];
};

u8 tl_closer_get(const struct tl_net *ns, kuid_t uid);
bool tl_closer_may_know(const struct tl_closer *who);
void tl_closer_hold(u8 closer);
void tl_closer_put(u8 closer);
void tl_closer_who(u8 closer, struct tl_closer *who);

#endif /* TCPLAB_WAIT_CLOSERS_H */

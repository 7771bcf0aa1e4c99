/* SPDX-License-Identifier: GPL-2.0 */
/* Which processes hold a socket, and by which file descriptors. */
#ifndef TCPLAB_WAIT_HOLDERS_H
#define TCPLAB_WAIT_HOLDERS_H

#include <linux/sched.h>

#include "index.h"

struct net;
struct sock;

/**
 * struct tl_holder - a file descriptor that refers to a socket
 * @entry: found by the socket's inode
 * @pid: the process, in the PID namespace that was searched
 * @pid_ns: number of the process's own PID namespace
 * @fd: the file descriptor
 * @comm: command of the process
 */
struct tl_holder {
	struct tl_entry entry;
	pid_t pid;
	unsigned int pid_ns;
	unsigned int fd;
	char comm[TASK_COMM_LEN];
};

/**
 * struct tl_holders - who held which sockets at one moment
 * @index: holders, in ascending order of their PIDs
 * @queued: connections that wait in accept queues, with their listeners
 */
struct tl_holders {
	struct tl_index index;
	struct tl_index queued;
};

void tl_holders_init(struct tl_holders *holders);
int tl_holders_gather(struct tl_holders *holders, struct net *net,
		      struct pid_namespace *pids, u32 states);
void tl_holders_free(struct tl_holders *holders);
const struct tl_holder *tl_holders_of(const struct tl_holders *holders,
				      struct sock *sk);
const struct tl_holder *tl_holders_find(const struct tl_holders *holders,
					unsigned long inode);
const struct tl_holder *tl_holders_next(const struct tl_holders *holders,
					const struct tl_holder *holder);

#endif /* TCPLAB_WAIT_HOLDERS_H */

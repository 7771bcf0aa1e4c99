/* SPDX-License-Identifier: GPL-2.0 */
/* Which processes hold a socket, and by which file descriptors. */
#ifndef TCPLAB_WAIT_CLOSE_WAIT_HOLDERS_H
#define TCPLAB_WAIT_CLOSE_WAIT_HOLDERS_H

#include <linux/pid.h>
#include <linux/sched.h>

#include "../lines.h"

struct net;
struct sock;

/* States of the sockets that any report wants to know the holders of. */
#define TL_HOLDERS_STATES \
	(TCPF_CLOSE_WAIT | TCPF_LISTEN | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_CLOSING)

/**
 * struct tl_holder - a file descriptor that refers to a socket
 * @head: found by the socket's inode
 * @net: namespace of the socket, which is not touched
 * @tgid: the process, held, if it was asked for; else NULL
 * @global: its number in the first PID namespace
 * @pid: its number in the one that was searched
 * @pid_ns: number of the process's own PID namespace
 * @fd: the file descriptor
 * @comm: command of the process
 */
struct tl_holder {
	struct tl_line_head head;
	const struct net *net;
	struct pid *tgid;
	pid_t global;
	pid_t pid;
	unsigned int pid_ns;
	unsigned int fd;
	char comm[TASK_COMM_LEN];
};

/**
 * struct tl_queued - a connection that waits to be accepted
 * @head: found by the address of its socket, which is not touched
 * @net: its namespace, which is not touched either
 * @listener: inode of the listening socket
 * @acceptor: process that accepts there, in the first PID namespace, or 0
 */
struct tl_queued {
	struct tl_line_head head;
	const struct net *net;
	unsigned long listener;
	pid_t acceptor;
};

/**
 * struct tl_holders - who held which sockets at one moment
 * @held: &struct tl_holder, in ascending order of their PIDs
 * @queued: &struct tl_queued, for connections in accept queues
 * @whole: nothing was left out: what is not found has no holder
 */
struct tl_holders {
	struct tl_lines held;
	struct tl_lines queued;
	bool whole;
};

void tl_holders_init(struct tl_holders *holders);
int tl_holders_gather(struct tl_holders *holders, struct net *net,
		      struct pid_namespace *pids, u32 states);
int tl_holders_gather_all(struct tl_holders *holders);
struct tl_holder *tl_holders_add(struct tl_holders *holders, unsigned long inode,
				 const struct tl_holder *what);
int tl_holders_reserve(struct tl_holders *holders, u32 more);
void tl_holders_copy(struct tl_holders *holders, const struct tl_holder *from,
		     struct pid_namespace *pids);
void tl_holders_copy_queued(struct tl_holders *holders,
			    const struct tl_queued *from);
void tl_holders_free(struct tl_holders *holders);
const struct tl_holder *tl_holders_of(const struct tl_holders *holders,
				      struct sock *sk);
const struct tl_holder *tl_holders_blame(const struct tl_holders *holders,
					 struct sock *sk);
const struct tl_holder *tl_holders_acceptor(const struct tl_holders *holders,
					    unsigned long inode, pid_t acceptor);
const struct tl_holder *tl_holders_find(const struct tl_holders *holders,
					unsigned long inode);
const struct tl_holder *tl_holders_next(const struct tl_holders *holders,
					const struct tl_holder *holder);
struct pid_namespace *tl_holders_pids(void);
bool tl_holders_may_name(unsigned int pid_ns);

#endif /* TCPLAB_WAIT_CLOSE_WAIT_HOLDERS_H */

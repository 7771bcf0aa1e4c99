// SPDX-License-Identifier: GPL-2.0
/* Who holds which sockets, as holders_search.c has found out. */
#include <linux/pid_namespace.h>
#include <net/inet_sock.h>

#include "../../track/socket.h"
#include "holders.h"

/* Holders noted of a socket. */
#define HOLDERS_OF_ONE	64

/**
 * tl_holders_init() - nobody is known yet
 * @holders: to be gathered
 */
void tl_holders_init(struct tl_holders *holders)
{
	tl_lines_init(&holders->held, sizeof(struct tl_holder));
	tl_lines_init(&holders->queued, sizeof(struct tl_queued));
	holders->whole = false;
}

/**
 * tl_holders_add() - note a holder
 * @holders: with room
 * @inode: inode of the socket
 * @what: the holder
 *
 * Context: any.
 * Return: the note, or NULL if the socket has as many as are noted of one.
 */
struct tl_holder *tl_holders_add(struct tl_holders *holders, unsigned long inode,
				 const struct tl_holder *what)
{
	struct tl_holder *holder = tl_lines_add(&holders->held, inode, HOLDERS_OF_ONE);
	struct tl_line_head head;

	if (!holder)
		return NULL;
	head = holder->head;
	*holder = *what;
	holder->head = head;
	return holder;
}

/**
 * tl_holders_reserve() - make room for copies
 * @holders: of the caller
 * @more: how many of each kind will be added
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tl_holders_reserve(struct tl_holders *holders, u32 more)
{
	return tl_lines_reserve(&holders->held, more) ?:
	       tl_lines_reserve(&holders->queued, more);
}

/**
 * tl_holders_copy() - add a holder that others have found
 * @holders: of the caller, with room
 * @from: the holder, whose process is held
 * @pids: the caller's PID namespace; who is not in it is left out
 *
 * Context: any.
 */
void tl_holders_copy(struct tl_holders *holders, const struct tl_holder *from,
		     struct pid_namespace *pids)
{
	pid_t pid = pid_nr_ns(from->tgid, pids);
	struct tl_holder *holder = pid ? tl_holders_add(holders, from->head.key, from) : NULL;

	if (!holder)
		return;
	holder->tgid = NULL;
	holder->pid = pid;
}

/**
 * tl_holders_copy_queued() - add a connection in an accept queue
 * @holders: of the caller, with room
 * @from: what others have found
 *
 * Context: any.
 */
void tl_holders_copy_queued(struct tl_holders *holders,
			    const struct tl_queued *from)
{
	struct tl_queued *queued =
		tl_lines_add(&holders->queued, from->head.key, 1);

	if (!queued)
		return;
	queued->net = from->net;
	queued->listener = from->listener;
	queued->acceptor = from->acceptor;
}

/**
 * tl_holders_free() - forget who held what
 * @holders: empty afterwards
 */
void tl_holders_free(struct tl_holders *holders)
{
	struct tl_holder *holder;
	u32 i;

	for (i = 0; i < holders->held.count; i++) {
		holder = tl_lines_at(&holders->held, i);
		put_pid(holder->tgid);
	}
	tl_lines_free(&holders->held);
	tl_lines_free(&holders->queued);
	holders->whole = false;
}

/**
 * tl_holders_find() - find the first holder of a socket
 * @holders: who held what
 * @inode: inode of the socket
 *
 * Return: that of the lowest PID, or NULL.
 */
const struct tl_holder *tl_holders_find(const struct tl_holders *holders,
					unsigned long inode)
{
	return tl_lines_find(&holders->held, inode);
}

/**
 * tl_holders_next() - find the next holder of the same socket
 * @holders: who held what
 * @holder: the holder before
 *
 * Return: the next, or NULL.
 */
const struct tl_holder *tl_holders_next(const struct tl_holders *holders,
					const struct tl_holder *holder)
{
	return tl_lines_next(&holders->held, holder);
}

/**
 * tl_holders_of() - find the first holder of a socket, or who should be it
 * @holders: who held what
 * @sk: the full socket
 *
 * For a connection in an accept queue that is the holder of its listener, if
 * holders were gathered with %TCPF_LISTEN.
 * Context: any but hard interrupt.
 * Return: that of the lowest PID, or NULL.
 */
const struct tl_holder *tl_holders_of(const struct tl_holders *holders,
				      struct sock *sk)
{
	unsigned long inode = tl_socket_inode(sk);
	const struct tl_queued *queued;

	if (!inode) {
		queued = tl_lines_find(&holders->queued, (unsigned long)sk);
		inode = queued ? queued->listener : 0;
	}
	return inode ? tl_holders_find(holders, inode) : NULL;
}

/**
 * tl_holders_acceptor() - find the holder of a listening socket that accepts
 * @holders: who held what
 * @inode: inode of the socket
 * @acceptor: the process that accepts, in the first PID namespace, or 0
 *
 * Return: that, or the first if it holds the socket no more; NULL if nobody does.
 */
const struct tl_holder *tl_holders_acceptor(const struct tl_holders *holders,
					    unsigned long inode, pid_t acceptor)
{
	const struct tl_holder *first = tl_holders_find(holders, inode);
	const struct tl_holder *holder = first;

	while (holder && holder->global != acceptor)
		holder = tl_holders_next(holders, holder);
	return holder ?: first;
}

/**
 * tl_holders_blame() - find the one holder that a socket is put down to
 * @holders: who held what
 * @sk: the full socket
 *
 * For a connection in an accept queue, who should accept it.
 * Context: any but hard interrupt.
 * Return: the holder, or NULL.
 */
const struct tl_holder *tl_holders_blame(const struct tl_holders *holders,
					 struct sock *sk)
{
	unsigned long inode = tl_socket_inode(sk);
	const struct tl_queued *queued;

	if (inode)
		return tl_holders_find(holders, inode);
	queued = tl_lines_find(&holders->queued, (unsigned long)sk);
	return queued ? tl_holders_acceptor(holders, queued->listener,
					    queued->acceptor) : NULL;
}

/**
 * tl_holders_pids() - the processes that who reads a report may learn of
 *
 * Context: process.
 * Return: their PID namespace; NULL if there is none. A kernel thread may read for
 * a process that it knows nothing about: before 5.12 io_uring has such.
 */
struct pid_namespace *tl_holders_pids(void)
{
	return current->flags & PF_KTHREAD ? NULL : task_active_pid_ns(current);
}

/**
 * tl_holders_may_name() - whether who reads a report may know a process's command
 * @pid_ns: number of the process's PID namespace
 *
 * It is told to those in that, or in the first.
 * Context: process.
 */
bool tl_holders_may_name(unsigned int pid_ns)
{
	const struct pid_namespace *pids = tl_holders_pids();

	return pids && (pids == &init_pid_ns || pids->ns.inum == pid_ns);
}

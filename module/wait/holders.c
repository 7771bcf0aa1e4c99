// SPDX-License-Identifier: GPL-2.0
/*
 * Which processes hold a socket, and by which file descriptors.
 *
 * A socket does not know. All processes of a PID namespace are asked once for
 * all sockets together, a few descriptors at a time, since the locks of the
 * process are held meanwhile. Anybody may have many processes, descriptors and
 * sockets, and tables that are large and empty, so a pass ends when it has seen
 * enough.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/idr.h>
#include <linux/magic.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <net/inet_connection_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "../compat.h"
#include "../track/socket.h"
#include "holders.h"
#include "listeners.h"

/* Open descriptors looked at, and numbers passed over, under a process's locks. */
#define FD_BATCH	256
#define FD_STEP		16384U
/* Looks of a pass: at a descriptor, a word of free ones, a task. */
#define LOOKS_MAX	4194304U
/* Holders noted in a pass, and of a socket. */
#define HOLDERS_MAX	131072U
#define HOLDERS_OF_ONE	64
/* Connections whose listener is noted, in all accept queues and in one. */
#define QUEUED_MAX	131072U
#define QUEUED_IN_ONE	8192U
/* Threads of a process that are asked whether they share a table. */
#define THREADS_ASKED	256

/**
 * struct search - a walk through the descriptors of all processes
 * @holders: where they are noted
 * @net: namespace of the sockets that are wanted; NULL: all
 * @states: bit mask of the states that are wanted
 * @hold: holders hold their processes
 * @who: what is said of the process that is asked, which is held meanwhile
 * @ring: an io_uring that it has, held; or NULL
 * @ring_fd: the descriptor of that
 * @busy: an io_uring could not be looked into
 * @looks: what may be looked at before the pass ends
 */
struct search {
	struct tl_holders *holders;
	const struct net *net;
	u32 states;
	bool hold;
	struct tl_holder who;
	struct file *ring;
	unsigned int ring_fd;
	bool busy;
	unsigned int looks;
};

/**
 * struct queues - a walk through accept queues
 * @holders: where the connections in them are noted
 * @child: room for the sockets of one queue, %QUEUED_IN_ONE
 */
struct queues {
	struct tl_holders *holders;
	const struct sock **child;
};

/**
 * tl_holders_init() - nobody is known yet
 * @holders: to be gathered
 */
void tl_holders_init(struct tl_holders *holders)
{
	tl_index_init(&holders->index, sizeof(struct tl_holder));
	tl_index_init(&holders->queued, sizeof(struct tl_queued));
	holders->whole = false;
}

/* The state of an MPTCP socket says nothing about those of its subflows. */
static bool is_wanted(const struct search *search, const struct sock *sk)
{
	if ((search->net && !net_eq(sock_net(sk), search->net)) || sk->sk_type != SOCK_STREAM ||
	    (sk->sk_family != AF_INET && sk->sk_family != AF_INET6))
		return false;
	if (sk->sk_protocol == IPPROTO_MPTCP)
		return true;
	return sk->sk_protocol == IPPROTO_TCP &&
	       (search->states & BIT(READ_ONCE(sk->sk_state)));
}

static void look(struct search *search, unsigned int times)
{
	search->looks -= min(search->looks, times);
}

static struct tl_holder *add(struct tl_holders *holders, unsigned long inode,
			     const struct tl_holder *what)
{
	struct tl_holder *holder = tl_index_add(&holders->index, inode, HOLDERS_OF_ONE);
	struct tl_entry entry;

	if (!holder)
		return NULL;
	entry = holder->entry;
	*holder = *what;
	holder->entry = entry;
	return holder;
}

/* A descriptor keeps its file, and that its socket. */
static void note(struct search *search, struct file *file, unsigned int fd)
{
	struct socket *sock = tl_compat_sock_from_file(file);
	struct sock *sk = sock ? READ_ONCE(sock->sk) : NULL;
	struct tl_holder *holder;

	if (!sk || !is_wanted(search, sk))
		return;
	holder = add(search->holders, SOCK_INODE(sock)->i_ino, &search->who);
	if (!holder)
		return;
	holder->net = sock_net(sk);
	holder->tgid = search->hold ? get_pid(holder->tgid) : NULL;
	holder->fd = fd;
}

static bool has_seen_enough(const struct search *search)
{
	return search->looks < FD_BATCH ||
	       search->holders->index.count >= HOLDERS_MAX;
}

/* Only the kernel gives names in this file system. */
static bool is_ring(const struct file *file)
{
	return file_inode(file)->i_sb->s_magic == ANON_INODE_FS_MAGIC &&
	       !strcmp(file->f_path.dentry->d_name.name, "[io_uring]");
}

/*
 * A socket in the table of an io_uring needs no descriptor: it is noted with that
 * of the io_uring. Its owner decides how long it is locked, so nobody waits.
 */
static int search_ring(struct search *search, struct file *file, unsigned int fd)
{
	unsigned int at = 0, size, end;
	struct io_ring_ctx *ring;

	do {
		int err = tl_index_reserve(&search->holders->index, FD_BATCH);

		if (err)
			return err;
		look(search, FD_BATCH);
		ring = tl_compat_ring_lock(file);
		if (!ring) {
			search->busy = true;
			return 0;
		}
		size = tl_compat_ring_size(ring);
		end = min(size, at + FD_BATCH);
		for (; at < end; at++)
			if (tl_compat_ring_file(ring, at))
				note(search, tl_compat_ring_file(ring, at), fd);
		tl_compat_ring_unlock(ring);
		cond_resched();
	} while (at < size && !has_seen_enough(search));
	return 0;
}

/* Return: the descriptor to come back to; 0 if these were all. */
static unsigned int search_some(struct search *search,
				struct files_struct *files, unsigned int first)
{
	unsigned int fd, end, left = FD_BATCH;
	struct fdtable *fdt;
	struct file *file;
	bool more;

	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	end = min(fdt->max_fds, first + FD_STEP);
	fd = find_next_bit(fdt->open_fds, end, first);
	for (; fd < end && left && !search->ring; left--) {
		/* One that is being opened has its number before its file. */
		file = rcu_dereference_check_fdtable(files, fdt->fd[fd]);
		if (file)
			note(search, file, fd);
		if (file && is_ring(file)) {
			search->ring = get_file(file);
			search->ring_fd = fd;
		}
		fd = find_next_bit(fdt->open_fds, end, fd + 1);
	}
	more = fd < fdt->max_fds;
	spin_unlock(&files->file_lock);
	look(search, FD_BATCH - left + (fd - min(first, fd)) / BITS_PER_LONG);
	return more ? fd : 0;
}

static int search_descriptors(struct search *search, struct task_struct *task)
{
	unsigned int fd = 0;
	int err;

	do {
		err = tl_index_reserve(&search->holders->index, FD_BATCH);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
		task_lock(task);
		fd = task->files ? search_some(search, task->files, fd) : 0;
		task_unlock(task);
		if (search->ring) {
			err = search_ring(search, search->ring, search->ring_fd);
			fput(search->ring);
			search->ring = NULL;
		}
		cond_resched();
	} while (!err && fd && !has_seen_enough(search));
	return err;
}

/* Threads mostly share one table: the first that has it stands for all. */
static bool has_table_of_its_own(struct search *search,
				 struct task_struct *task)
{
	const struct files_struct *files = READ_ONCE(task->files);
	unsigned int asked = 0;
	struct task_struct *other;

	/* for_each_thread() wants a symbol of lockdep's that modules do not get. */
	list_for_each_entry_rcu(other, &task->signal->thread_head, thread_node) {
		if (other == task)
			break;
		look(search, 1);
		if (READ_ONCE(other->files) == files || ++asked == THREADS_ASKED)
			return false;
	}
	return files;
}

/*
 * What is said of a process is its leader's, which only RCU keeps here: a thread
 * may outlive it. A task that is being released has lost its PIDs one by one.
 * Return: false if nothing can be said.
 */
static bool describe(struct search *search, struct task_struct *task,
		     struct pid_namespace *pids)
{
	struct pid *pid = READ_ONCE(task->signal->pids[PIDTYPE_TGID]);
	struct tl_holder *who = &search->who;

	who->pid = pid_nr_ns(pid, pids);
	if (!who->pid)
		return false;
	who->tgid = get_pid(pid);
	who->global = pid_nr(pid);
	who->pid_ns = ns_of_pid(pid)->ns.inum;
	get_task_comm(who->comm, task->group_leader);
	return true;
}

/* Holds the task of the next number if its descriptors have to be searched. */
static bool take_task(struct search *search, struct pid_namespace *pids, int *nr,
		      struct task_struct **task)
{
	struct pid *pid;

	look(search, 1);
	rcu_read_lock();
	pid = idr_get_next(&pids->idr, nr);
	*task = pid ? pid_task(pid, PIDTYPE_PID) : NULL;
	if (*task && has_table_of_its_own(search, *task) &&
	    describe(search, *task, pids))
		get_task_struct(*task);
	else
		*task = NULL;
	rcu_read_unlock();
	++*nr;
	return pid;
}

static int search_processes(struct search *search, struct pid_namespace *pids)
{
	struct task_struct *task;
	int nr = 1, err = 0;

	while (!err && !has_seen_enough(search) &&
	       take_task(search, pids, &nr, &task)) {
		cond_resched();
		if (!task)
			continue;
		err = search_descriptors(search, task);
		put_task_struct(task);
		put_pid(search->who.tgid);
	}
	search->holders->whole = !err && !search->busy &&
				 !has_seen_enough(search);
	return err;
}

static void count_queued(struct sock *listener, void *data)
{
	u32 *count = data;

	*count += min_t(u32, READ_ONCE(listener->sk_ack_backlog), QUEUED_IN_ONE);
}

/* What completes a handshake, and accept(), wait for the lock: only copy. */
static u32 copy_queue(struct queues *queues, struct request_sock_queue *queue)
{
	struct request_sock *req;
	u32 count = 0;

	spin_lock_bh(&queue->rskq_lock);
	for (req = queue->rskq_accept_head; req && count < QUEUED_IN_ONE;
	     req = req->dl_next)
		queues->child[count++] = req->sk;
	spin_unlock_bh(&queue->rskq_lock);
	if (req)
		queues->holders->whole = false;
	return count;
}

static void note_queued(struct sock *listener, void *data)
{
	struct tl_queued queued = {
		.net = sock_net(listener),
		.listener = tl_socket_inode(listener),
		.acceptor = tl_listeners_acceptor(listener),
	};
	struct queues *queues = data;
	struct tl_holders *holders = queues->holders;
	u32 count, i;

	if (!queued.listener || !READ_ONCE(listener->sk_ack_backlog))
		return;
	count = copy_queue(queues, &inet_csk(listener)->icsk_accept_queue);
	for (i = 0; i < count && !tl_index_is_full(&holders->queued); i++) {
		queued.entry.key = (unsigned long)queues->child[i];
		tl_holders_copy_queued(holders, &queued);
	}
	if (i < count)
		holders->whole = false;
}

/* Accept queues grow meanwhile: what finds no room is left out. */
static int search_queues(struct tl_holders *holders, struct net *net)
{
	struct queues queues = { .holders = holders };
	u32 count = 0;
	int err;

	tl_socket_walk_listeners(net, count_queued, &count);
	if (!count)
		return 0;
	err = tl_index_reserve(&holders->queued,
			       min(count + count / 4, QUEUED_MAX));
	if (err)
		return err;
	queues.child = kvmalloc_array(QUEUED_IN_ONE, sizeof(*queues.child),
				      GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!queues.child)
		return -ENOMEM;
	tl_socket_walk_listeners(net, note_queued, &queues);
	kvfree(queues.child);
	return 0;
}

static int gather(struct search *search, struct net *net,
		  struct pid_namespace *pids)
{
	int err = search_processes(search, pids);

	if (!err && (search->states & TCPF_LISTEN))
		err = search_queues(search->holders, net);
	return err;
}

/**
 * tl_holders_gather() - find out who holds the sockets of a namespace
 * @holders: filled; to be freed even if this fails
 * @net: namespace of the sockets; NULL: all
 * @pids: namespace of the processes that are asked
 * @states: bit mask (TCPF_*) of the sockets' states; with %TCPF_LISTEN accept
 *	queues are searched, too
 *
 * One pass over all processes, whatever the number of sockets, until it has seen
 * as much as %LOOKS_MAX descriptors or noted %HOLDERS_MAX; of a socket
 * %HOLDERS_OF_ONE. What is opened, passed on or closed meanwhile may be found or
 * not.
 * Context: process; sleeps.
 * Return: 0, -ENOMEM, or -EINTR if the caller is being killed.
 */
int tl_holders_gather(struct tl_holders *holders, struct net *net,
		      struct pid_namespace *pids, u32 states)
{
	struct search search = {
		.holders = holders,
		.net = net,
		.states = states,
		.looks = LOOKS_MAX,
	};

	return gather(&search, net, pids);
}

/**
 * tl_holders_gather_all() - find out who holds any socket, for others to copy
 * @holders: filled; to be freed even if this fails; the processes are held
 *
 * The same, for all namespaces of both kinds and all states of
 * %TL_HOLDERS_STATES.
 * Context: process; sleeps.
 * Return: 0, -ENOMEM, or -EINTR if the caller is being killed.
 */
int tl_holders_gather_all(struct tl_holders *holders)
{
	struct search search = {
		.holders = holders,
		.states = TL_HOLDERS_STATES,
		.hold = true,
		.looks = LOOKS_MAX,
	};

	return gather(&search, NULL, &init_pid_ns);
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
	return tl_index_reserve(&holders->index, more) ?:
	       tl_index_reserve(&holders->queued, more);
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
	struct tl_holder *holder = pid ? add(holders, from->entry.key, from) : NULL;

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
		tl_index_add(&holders->queued, from->entry.key, 1);

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

	for (i = 0; i < holders->index.count; i++) {
		holder = tl_index_at(&holders->index, i);
		put_pid(holder->tgid);
	}
	tl_index_free(&holders->index);
	tl_index_free(&holders->queued);
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
	return tl_index_find(&holders->index, inode);
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
	return tl_index_next(&holders->index, holder);
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
		queued = tl_index_find(&holders->queued, (unsigned long)sk);
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
	queued = tl_index_find(&holders->queued, (unsigned long)sk);
	return queued ? tl_holders_acceptor(holders, queued->listener,
					    queued->acceptor) : NULL;
}

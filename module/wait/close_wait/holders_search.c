// SPDX-License-Identifier: GPL-2.0
/*
 * Which processes hold a socket, and by which file descriptors.
 *
 * A socket does not know. All processes of a PID namespace are asked once for
 * all sockets together, a few descriptors at a time, since the locks of the
 * process are held meanwhile. Anybody may have many processes, descriptors and
 * sockets, and tables that are large and empty, so a pass ends when it has seen
 * enough; and no user takes more of it than he leaves to all others.
 */
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/idr.h>
#include <linux/magic.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/user_namespace.h>
#include <net/inet_connection_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "../../compat.h"
#include "../../track/socket.h"
#include "../listeners.h"
#include "holders.h"

/* Open descriptors looked at, and numbers passed over, under a process's locks. */
#define FD_BATCH	256
#define FD_STEP		16384U
/* Looks of a pass: at a descriptor, a word of free ones, a task. */
#define LOOKS_MAX	8388608U
/* Holders noted in a pass. */
#define HOLDERS_MAX	262144U
/* Connections whose listener is noted, in all accept queues and in one. */
#define QUEUED_MAX	131072U
#define QUEUED_IN_ONE	8192U
/* Threads of a process that are asked whether they share a table. */
#define THREADS_ASKED	256

/**
 * struct holders_search_user - what the processes of a user have taken of a pass
 * @head: found by holders_search_user_key()
 * @notes: holders noted
 * @looks: looks made
 */
struct holders_search_user {
	struct tl_line_head head;
	u32 notes;
	unsigned int looks;
};

/**
 * struct holders_search - a walk through the descriptors of all processes
 * @holders: where they are noted
 * @net: namespace of the sockets that are wanted; NULL: all
 * @states: bit mask of the states that are wanted
 * @hold: holders hold their processes
 * @who: what is said of the process that is asked, which is held meanwhile
 * @ring: an io_uring that it has, held; or NULL
 * @ring_fd: the descriptor of that
 * @users: &struct holders_search_user, of all whose processes were met
 * @user: whose process is asked
 * @partial: something was left out
 * @looks: what may be looked at before the pass ends
 */
struct holders_search {
	struct tl_holders *holders;
	const struct net *net;
	u32 states;
	bool hold;
	struct tl_holder who;
	struct file *ring;
	unsigned int ring_fd;
	struct tl_lines users;
	struct holders_search_user *user;
	bool partial;
	unsigned int looks;
};

/**
 * struct holders_search_queues - a walk through accept queues
 * @holders: where the connections in them are noted
 * @child: room for the sockets of one queue, %QUEUED_IN_ONE
 */
struct holders_search_queues {
	struct tl_holders *holders;
	const struct sock **child;
};

/* The state of an MPTCP socket says nothing about those of its subflows. */
static bool holders_search_is_wanted(const struct holders_search *search, const struct sock *sk)
{
	if ((search->net && !net_eq(sock_net(sk), search->net)) || sk->sk_type != SOCK_STREAM ||
	    (sk->sk_family != AF_INET && sk->sk_family != AF_INET6))
		return false;
	if (sk->sk_protocol == IPPROTO_MPTCP)
		return true;
	return sk->sk_protocol == IPPROTO_TCP &&
	       (search->states & BIT(READ_ONCE(sk->sk_state)));
}

/*
 * Who answers for a process: its user; in user namespaces the user that has made the
 * outermost, since a user may have many uids there. Those that root makes are of
 * many users, and each counts as one.
 */
static unsigned long holders_search_user_key(const struct task_struct *task)
{
	const struct cred *cred = __task_cred(task);
	const struct user_namespace *ns = cred->user_ns;
	kuid_t uid = cred->uid;

	while (ns != &init_user_ns && ns->parent != &init_user_ns)
		ns = ns->parent;
	if (ns == &init_user_ns)
		return __kuid_val(uid);
	return uid_eq(ns->owner, GLOBAL_ROOT_UID) ? (unsigned long)ns : __kuid_val(ns->owner);
}

/* With room for one more. */
static struct holders_search_user *holders_search_user_of(struct holders_search *search,
							  const struct task_struct *task)
{
	unsigned long key = holders_search_user_key(task);
	struct holders_search_user *user = tl_lines_find(&search->users, key);

	if (user)
		return user;
	user = tl_lines_add(&search->users, key, 1);
	user->notes = 0;
	user->looks = 0;
	return user;
}

/* He has taken as much as he has left to all others. */
static bool holders_search_has_had_enough(const struct holders_search *search)
{
	const struct holders_search_user *user = search->user;

	return user->looks > search->looks ||
	       user->notes > HOLDERS_MAX - min(search->holders->held.count, HOLDERS_MAX);
}

static void holders_search_look(struct holders_search *search, unsigned int times)
{
	search->looks -= min(search->looks, times);
	search->user->looks += times;
}

/* A descriptor keeps its file, and that its socket. */
static void holders_search_note(struct holders_search *search, struct file *file, unsigned int fd)
{
	struct socket *sock = tl_compat_sock_from_file(file);
	struct sock *sk = sock ? READ_ONCE(sock->sk) : NULL;
	struct tl_holder *holder;

	if (!sk || !holders_search_is_wanted(search, sk))
		return;
	holder = tl_holders_add(search->holders, SOCK_INODE(sock)->i_ino, &search->who);
	if (!holder)
		return;
	holder->net = sock_net(sk);
	holder->tgid = search->hold ? get_pid(holder->tgid) : NULL;
	holder->fd = fd;
	search->user->notes++;
}

static bool holders_search_has_seen_enough(const struct holders_search *search)
{
	return search->looks < FD_BATCH ||
	       search->holders->held.count >= HOLDERS_MAX;
}

/* Whether the rest of a process is left out. */
static bool holders_search_stops(struct holders_search *search)
{
	if (!holders_search_has_seen_enough(search) && !holders_search_has_had_enough(search))
		return false;
	search->partial = true;
	return true;
}

/* Only the kernel gives names in this file system. */
static bool holders_search_is_ring(const struct file *file)
{
	return file_inode(file)->i_sb->s_magic == ANON_INODE_FS_MAGIC &&
	       !strcmp(file->f_path.dentry->d_name.name, "[io_uring]");
}

/*
 * A socket in the table of an io_uring needs no descriptor: it is noted with that
 * of the io_uring. Its owner decides how long it is locked, so nobody waits.
 */
static int holders_search_ring(struct holders_search *search, struct file *file, unsigned int fd)
{
	unsigned int at = 0, size, end;
	struct io_ring_ctx *ring;

	do {
		int err = tl_lines_reserve(&search->holders->held, FD_BATCH);

		if (err)
			return err;
		holders_search_look(search, FD_BATCH);
		ring = tl_compat_ring_lock(file);
		if (!ring) {
			search->partial = true;
			return 0;
		}
		size = tl_compat_ring_size(ring);
		end = min(size, at + FD_BATCH);
		for (; at < end; at++)
			if (tl_compat_ring_file(ring, at))
				holders_search_note(search, tl_compat_ring_file(ring, at), fd);
		tl_compat_ring_unlock(ring);
		cond_resched();
	} while (at < size && !holders_search_stops(search));
	return 0;
}

/* Return: the descriptor to come back to; 0 if these were all. */
static unsigned int holders_search_some(struct holders_search *search,
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
			holders_search_note(search, file, fd);
		if (file && holders_search_is_ring(file)) {
			search->ring = get_file(file);
			search->ring_fd = fd;
		}
		fd = find_next_bit(fdt->open_fds, end, fd + 1);
	}
	more = fd < fdt->max_fds;
	spin_unlock(&files->file_lock);
	holders_search_look(search, FD_BATCH - left + (fd - min(first, fd)) / BITS_PER_LONG);
	return more ? fd : 0;
}

static int holders_search_descriptors(struct holders_search *search, struct task_struct *task)
{
	unsigned int fd = 0;
	int err;

	do {
		err = tl_lines_reserve(&search->holders->held, FD_BATCH);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
		task_lock(task);
		fd = task->files ? holders_search_some(search, task->files, fd) : 0;
		task_unlock(task);
		if (search->ring) {
			err = holders_search_ring(search, search->ring, search->ring_fd);
			fput(search->ring);
			search->ring = NULL;
		}
		cond_resched();
	} while (!err && fd && !holders_search_stops(search));
	return err;
}

/* Threads mostly share one table: the first that has it stands for all. */
static bool holders_search_has_table_of_its_own(struct holders_search *search,
						struct task_struct *task)
{
	const struct files_struct *files = READ_ONCE(task->files);
	unsigned int asked = 0;
	struct task_struct *other;

	/* for_each_thread() wants a symbol of lockdep's that modules do not get. */
	list_for_each_entry_rcu(other, &task->signal->thread_head, thread_node) {
		if (other == task)
			break;
		holders_search_look(search, 1);
		if (READ_ONCE(other->files) == files)
			return false;
		if (++asked == THREADS_ASKED) {
			search->partial = true;
			return false;
		}
	}
	return files;
}

/*
 * What is said of a process is its leader's, which only RCU keeps here: a thread
 * may outlive it. A task that is being released has lost its PIDs one by one.
 * Return: false if nothing can be said.
 */
static bool holders_search_describe(struct holders_search *search, struct task_struct *task,
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

/* Whether its descriptors have to be searched; then its process is held. */
static bool holders_search_is_asked(struct holders_search *search, struct task_struct *task,
				    struct pid_namespace *pids)
{
	search->user = holders_search_user_of(search, task);
	holders_search_look(search, 1);
	return !holders_search_stops(search) && holders_search_has_table_of_its_own(search, task) &&
	       holders_search_describe(search, task, pids);
}

/* Holds the task of the next number if it is to be asked. */
static bool holders_search_take_task(struct holders_search *search, struct pid_namespace *pids,
				     int *nr, struct task_struct **task)
{
	struct pid *pid;

	rcu_read_lock();
	pid = idr_get_next(&pids->idr, nr);
	*task = pid ? pid_task(pid, PIDTYPE_PID) : NULL;
	if (*task && holders_search_is_asked(search, *task, pids))
		get_task_struct(*task);
	else
		*task = NULL;
	rcu_read_unlock();
	++*nr;
	return pid;
}

static int holders_search_processes(struct holders_search *search, struct pid_namespace *pids)
{
	struct task_struct *task;
	int nr = 1, err = 0;

	tl_lines_init(&search->users, sizeof(struct holders_search_user));
	while (!holders_search_has_seen_enough(search)) {
		err = tl_lines_reserve(&search->users, 1);
		if (err || !holders_search_take_task(search, pids, &nr, &task))
			break;
		cond_resched();
		if (!task)
			continue;
		err = holders_search_descriptors(search, task);
		put_task_struct(task);
		put_pid(search->who.tgid);
		if (err)
			break;
	}
	tl_lines_free(&search->users);
	search->holders->whole = !err && !search->partial &&
				 !holders_search_has_seen_enough(search);
	return err;
}

static void holders_search_count_queued(struct sock *listener, void *data)
{
	u32 *count = data;

	*count += min_t(u32, READ_ONCE(listener->sk_ack_backlog), QUEUED_IN_ONE);
}

/* What completes a handshake, and accept(), wait for the lock: only copy. */
static u32 holders_search_copy_queue(struct holders_search_queues *queues,
				     struct request_sock_queue *queue)
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

static void holders_search_note_queued(struct sock *listener, void *data)
{
	struct tl_queued queued = {
		.net = sock_net(listener),
		.listener = tl_socket_inode(listener),
		.acceptor = tl_listeners_acceptor(listener),
	};
	struct holders_search_queues *queues = data;
	struct tl_holders *holders = queues->holders;
	u32 count, i;

	if (!queued.listener || !READ_ONCE(listener->sk_ack_backlog))
		return;
	count = holders_search_copy_queue(queues, &inet_csk(listener)->icsk_accept_queue);
	for (i = 0; i < count && !tl_lines_is_full(&holders->queued); i++) {
		queued.head.key = (unsigned long)queues->child[i];
		tl_holders_copy_queued(holders, &queued);
	}
	if (i < count)
		holders->whole = false;
}

/* Accept queues grow meanwhile: what finds no room is left out. */
static int holders_search_queues(struct tl_holders *holders, struct net *net)
{
	struct holders_search_queues queues = { .holders = holders };
	u32 count = 0;
	int err;

	tl_socket_walk_listeners(net, holders_search_count_queued, &count);
	if (!count)
		return 0;
	err = tl_lines_reserve(&holders->queued,
			       min(count + count / 4, QUEUED_MAX));
	if (err)
		return err;
	queues.child = kvmalloc_array(QUEUED_IN_ONE, sizeof(*queues.child),
				      GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!queues.child)
		return -ENOMEM;
	tl_socket_walk_listeners(net, holders_search_note_queued, &queues);
	kvfree(queues.child);
	return 0;
}

static int holders_search_gather(struct holders_search *search, struct net *net,
				 struct pid_namespace *pids)
{
	int err = holders_search_processes(search, pids);

	if (!err && (search->states & TCPF_LISTEN))
		err = holders_search_queues(search->holders, net);
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
 * as much as %LOOKS_MAX descriptors or noted %HOLDERS_MAX. What is opened, passed on
 * or closed meanwhile may be found or not.
 * Context: process; sleeps.
 * Return: 0, -ENOMEM, or -EINTR if the caller is being killed.
 */
int tl_holders_gather(struct tl_holders *holders, struct net *net,
		      struct pid_namespace *pids, u32 states)
{
	struct holders_search search = {
		.holders = holders,
		.net = net,
		.states = states,
		.looks = LOOKS_MAX,
	};

	return holders_search_gather(&search, net, pids);
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
	struct holders_search search = {
		.holders = holders,
		.states = TL_HOLDERS_STATES,
		.hold = true,
		.looks = LOOKS_MAX,
	};

	return holders_search_gather(&search, NULL, &init_pid_ns);
}

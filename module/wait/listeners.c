// SPDX-License-Identifier: GPL-2.0
/*
 * What happens in the accept queues of listening sockets.
 *
 * The kernel has how many wait now, but counts neither who was accepted nor
 * what was turned away for want of room for each socket. Kprobes see what comes
 * to a queue; a kernel without them leaves the counts unknown.
 *
 * Entries are found by the address of their socket, which they do not hold. While the
 * tracepoint is in place they go when it stops listening, before it can be freed. After
 * that only a census may ask who accepts, and may be told of an earlier socket at that
 * address.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bits.h>
#include <linux/bitops.h>
#include <linux/if_ether.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "../compat.h"
#include "../track/socket.h"
#include "listeners.h"

/**
 * struct listeners_entry - a listening socket
 * @node: in the table
 * @sk: the socket
 * @first: connections in its queue when it was met
 * @added: connections that have come to its queue since
 * @overflows: what it had no room for
 * @acceptor: process that called accept() last, as the first PID namespace
 *	numbers it; 0: none
 * @peak: most connections in its queue
 * @full_backlog: room of the queue when it was met full last
 * @full_at: second when that was, of a clock's low half
 * @full: seconds in which it was met full, as bits: the lowest is @full_at
 * @rcu: for freeing
 */
struct listeners_entry {
	struct rhash_head node;
	const struct sock *sk;
	u32 first;
	u32 peak;
	u32 full_backlog;
	u32 full_at;
	u64 full;
	pid_t acceptor;
	atomic64_t added;
	atomic64_t overflows;
	struct rcu_head rcu;
};

static const struct rhashtable_params listeners_params = {
	.key_len = sizeof(const struct sock *),
	.key_offset = offsetof(struct listeners_entry, sk),
	.head_offset = offsetof(struct listeners_entry, node),
	.automatic_shrinking = true,
};

static struct rhashtable listeners;
static bool listeners_counting;

static struct listeners_entry *listeners_find(const struct sock *sk)
{
	return rhashtable_lookup(&listeners, &sk, listeners_params);
}

/* NULL where nothing is counted, or that has ended. */
static const struct listeners_entry *listeners_find_counted(const struct sock *sk)
{
	return READ_ONCE(listeners_counting) ? listeners_find(sk) : NULL;
}

static void listeners_remove(const struct sock *sk)
{
	struct listeners_entry *listener = listeners_find(sk);

	if (listener &&
	    !rhashtable_remove_fast(&listeners, &listener->node, listeners_params))
		kfree_rcu(listener, rcu);
}

static void listeners_add(const struct sock *sk)
{
	struct listeners_entry *listener = kzalloc(sizeof(*listener),
						   GFP_ATOMIC | __GFP_NOWARN |
						   __GFP_ACCOUNT);

	if (!listener)
		return;
	listener->sk = sk;
	listener->first = READ_ONCE(sk->sk_ack_backlog);
	listener->peak = listener->first;
	if (rhashtable_lookup_insert_fast(&listeners, &listener->node, listeners_params))
		kfree(listener);
}

/**
 * tl_listeners_state() - a socket begins or ceases to listen
 * @sk: the socket, locked
 * @old_state: its state (TCP_*) until now
 * @new_state: its state from now on
 *
 * Context: RCU, any but hard interrupt.
 */
void tl_listeners_state(const struct sock *sk, int old_state, int new_state)
{
	/* A child begins as a copy of its listener. */
	if (old_state == TCP_LISTEN && new_state == TCP_CLOSE)
		listeners_remove(sk);
	else if (new_state == TCP_LISTEN)
		listeners_add(sk);
}

static void listeners_adopt(struct sock *sk, void *unused)
{
	listeners_add(sk);
	/* It may have stopped before there was anything to remove. */
	if (sk_unhashed(sk))
		listeners_remove(sk);
}

/**
 * tl_listeners_adopt() - meet the sockets that listen already
 *
 * Context: process, with the tracepoint in place; sleeps.
 */
void tl_listeners_adopt(void)
{
	tl_socket_walk_listeners(NULL, listeners_adopt, NULL);
}

/* A second counts once, whatever comes in it. */
static void listeners_note_full_second(struct listeners_entry *listener, const struct sock *sk)
{
	u32 second = ktime_get_seconds();
	u32 before = READ_ONCE(listener->full_at);
	u64 full = READ_ONCE(listener->full);

	if ((before == second && full) ||
	    cmpxchg(&listener->full_at, before, second) != before)
		return;
	WRITE_ONCE(listener->full_backlog, READ_ONCE(sk->sk_max_ack_backlog));
	WRITE_ONCE(listener->full,
		   (second - before < 64 ? full << (second - before) : 0) | 1);
}

static u32 listeners_full_ago(const struct listeners_entry *listener)
{
	return (u32)ktime_get_seconds() - READ_ONCE(listener->full_at);
}

static u32 listeners_full_seconds(const struct listeners_entry *listener)
{
	u32 ago = listeners_full_ago(listener);
	u64 full = READ_ONCE(listener->full);

	return ago < 60 ? hweight64((full << ago) & GENMASK_ULL(59, 0)) : 0;
}

/**
 * tl_listeners_counts() - what has been counted of a listening socket
 * @sk: the socket
 * @counts: filled
 *
 * Context: RCU.
 * Return: false if nothing can be counted.
 */
bool tl_listeners_counts(const struct sock *sk,
			 struct tl_listener_counts *counts)
{
	const struct listeners_entry *listener = listeners_find_counted(sk);
	u64 come;

	if (!listener)
		return false;
	come = atomic64_read(&listener->added) + listener->first;
	counts->accepted = come - min_t(u64, come, READ_ONCE(sk->sk_ack_backlog));
	counts->overflows = atomic64_read(&listener->overflows);
	counts->peak = READ_ONCE(listener->peak);
	counts->full_backlog = READ_ONCE(listener->full_backlog);
	counts->full_seconds = listeners_full_seconds(listener);
	counts->full_ago = listeners_full_ago(listener);
	return true;
}

/**
 * tl_listeners_acceptor() - which process accepts the connections of a socket
 * @sk: the listening socket
 *
 * Several may hold it, such as a server and the program that has made the socket
 * for it.
 * Context: RCU.
 * Return: that which has called accept() last, as the first PID namespace numbers
 * it; 0 if nobody has been seen to.
 */
pid_t tl_listeners_acceptor(const struct sock *sk)
{
	const struct listeners_entry *listener = listeners_find_counted(sk);

	return listener ? READ_ONCE(listener->acceptor) : 0;
}

/* The child that was counted last, before the function below is called for it. */
static DEFINE_PER_CPU(const void *, listeners_counted_child);

static void listeners_count_come(const struct sock *sk)
{
	u32 waiting = READ_ONCE(sk->sk_ack_backlog) + 1;
	struct listeners_entry *listener;

	rcu_read_lock();
	listener = listeners_find(sk);
	if (listener) {
		atomic64_inc(&listener->added);
		if (waiting > READ_ONCE(listener->peak))
			WRITE_ONCE(listener->peak, waiting);
	}
	rcu_read_unlock();
}

/*
 * inet_csk_complete_hashdance(listener, child, request, own_req): the child that
 * won goes to the queue, by a function that may be inlined here.
 */
static int listeners_on_complete(struct kprobe *probe, struct pt_regs *regs)
{
	/* Of a bool only the lowest byte is passed. */
	if (!(u8)tl_compat_argument(regs, 3))
		return 0;
	listeners_count_come((void *)tl_compat_argument(regs, 0));
	__this_cpu_write(listeners_counted_child, (void *)tl_compat_argument(regs, 1));
	return 0;
}

/*
 * inet_csk_reqsk_queue_add(listener, request, child), not yet done: a child of
 * Fast Open or of a SYN cookie, unless a function that was counted calls it.
 */
static int listeners_on_queued(struct kprobe *probe, struct pt_regs *regs)
{
	const void *child = (void *)tl_compat_argument(regs, 2);

	if (child != __this_cpu_read(listeners_counted_child))
		listeners_count_come((void *)tl_compat_argument(regs, 0));
	__this_cpu_write(listeners_counted_child, NULL);
	return 0;
}

/*
 * reuseport_migrate_sock(listener, migrating, segment): a listener that closes
 * looks for another (tcp_migrate_req). What migrates is a child from its accept
 * queue, which will be added to the other's by a function that may be inlined;
 * or it is a request, which is counted when it completes.
 */
static int listeners_on_migrate(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct sock *migrating = (void *)tl_compat_argument(regs, 1);

	*(const void **)instance->data = migrating;
	/* The other value than 0 lets the return go unnoticed. */
	return migrating->sk_state == TCP_NEW_SYN_RECV;
}

static int listeners_on_migrated(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const struct sock *other = (void *)tl_compat_returned(regs);

	if (!other)
		return 0;
	listeners_count_come(other);
	__this_cpu_write(listeners_counted_child, *(const void **)instance->data);
	return 0;
}

static void listeners_note_if_full(const struct sock *sk)
{
	struct listeners_entry *listener;

	if (!sk_acceptq_is_full(sk))
		return;
	rcu_read_lock();
	listener = listeners_find(sk);
	if (listener) {
		atomic64_inc(&listener->overflows);
		listeners_note_full_second(listener, sk);
	}
	rcu_read_unlock();
}

/* tcp_conn_request(operations, operations, listener, segment): a SYN. */
static int listeners_on_syn(struct kprobe *probe, struct pt_regs *regs)
{
	listeners_note_if_full((void *)tl_compat_argument(regs, 2));
	return 0;
}

/* tcp_v4_syn_recv_sock(listener, segment, ...): the handshake is complete. */
static int listeners_on_open4(struct kprobe *probe, struct pt_regs *regs)
{
	listeners_note_if_full((void *)tl_compat_argument(regs, 0));
	return 0;
}

/* tcp_v6_syn_recv_sock(listener, segment, ...) leaves IPv4 to the other. */
static int listeners_on_open6(struct kprobe *probe, struct pt_regs *regs)
{
	const struct sk_buff *skb = (void *)tl_compat_argument(regs, 1);

	if (skb->protocol != htons(ETH_P_IP))
		listeners_note_if_full((void *)tl_compat_argument(regs, 0));
	return 0;
}

/* inet_csk_accept(listener, ...), called by the process that accepts, not yet done. */
static int listeners_on_accept(struct kprobe *probe, struct pt_regs *regs)
{
	const struct sock *sk = (void *)tl_compat_argument(regs, 0);
	struct listeners_entry *listener;

	rcu_read_lock();
	listener = listeners_find(sk);
	if (listener)
		WRITE_ONCE(listener->acceptor, task_tgid_nr(current));
	rcu_read_unlock();
	return 0;
}

static struct kprobe listeners_opened = {
	.symbol_name = "inet_csk_complete_hashdance",
	.pre_handler = listeners_on_complete,
};

static struct kprobe listeners_queued = {
	.symbol_name = "inet_csk_reqsk_queue_add", .pre_handler = listeners_on_queued,
};

static struct kprobe listeners_syn = {
	.symbol_name = "tcp_conn_request", .pre_handler = listeners_on_syn,
};

static struct kprobe listeners_open4 = {
	.symbol_name = "tcp_v4_syn_recv_sock", .pre_handler = listeners_on_open4,
};

static struct kprobe listeners_open6 = {
	.symbol_name = "tcp_v6_syn_recv_sock", .pre_handler = listeners_on_open6,
};

static struct kretprobe listeners_migrated = {
	.kp.symbol_name = "reuseport_migrate_sock",
	.entry_handler = listeners_on_migrate,
	.handler = listeners_on_migrated,
	.data_size = sizeof(void *),
};

static struct kprobe listeners_accepted = {
	.symbol_name = "inet_csk_accept", .pre_handler = listeners_on_accept,
};

static struct kprobe *listeners_probes[] = {
	&listeners_opened, &listeners_queued, &listeners_syn, &listeners_open4, &listeners_accepted,
};

static bool listeners_counting6;
static bool listeners_counting_migrated;

static bool listeners_register_all(void)
{
	int err = TL_COMPAT_KPROBES ?
		  register_kprobes(listeners_probes, ARRAY_SIZE(listeners_probes)) : -EOPNOTSUPP;

	if (err)
		pr_info("accept queues are not counted, error %d\n", err);
	return !err;
}

/**
 * tl_listeners_init() - begin to count
 *
 * A kernel without kprobes, or without what they are for, is no error. IPv6 may
 * be a module that is not there, and kernels before 5.14 migrate nothing.
 * Return: 0 or -ENOMEM.
 */
int tl_listeners_init(void)
{
	int err = rhashtable_init(&listeners, &listeners_params);

	if (err)
		return err;
	listeners_counting = listeners_register_all();
	listeners_counting6 = listeners_counting && !register_kprobe(&listeners_open6);
	listeners_counting_migrated = listeners_counting &&
				      !register_kretprobe(&listeners_migrated);
	return 0;
}

static void listeners_free(void *listener, void *unused)
{
	kfree(listener);
}

/**
 * tl_listeners_exit() - stop counting and forget all
 *
 * The tracepoint is not in place any more.
 * Context: process; sleeps.
 */
void tl_listeners_exit(void)
{
	bool counted = listeners_counting;

	/* A search of processes may be under way: it finds nothing here from now on. */
	WRITE_ONCE(listeners_counting, false);
	synchronize_rcu();
	if (listeners_counting_migrated)
		unregister_kretprobe(&listeners_migrated);
	if (listeners_counting6)
		unregister_kprobe(&listeners_open6);
	if (counted)
		unregister_kprobes(listeners_probes, ARRAY_SIZE(listeners_probes));
	/* What was removed before may still be waiting to be freed. */
	rcu_barrier();
	rhashtable_free_and_destroy(&listeners, listeners_free, NULL);
}

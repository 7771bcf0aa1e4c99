/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only file that knows kernels differ. What a kernel has is found out by
 * compiling the probes in scripts/probes against it (scripts/features), never
 * by its version: distributions backport.
 */
#ifndef TCPLAB_COMPAT_H
#define TCPLAB_COMPAT_H

#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/mount.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/sched.h>
#include <linux/seq_file_net.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/tcp.h>

#include "features.h"

#ifdef HAVE_IO_URING_FILE_PTR
#include <linux/io_uring_types.h>
#endif

/*
 * Whether locks are as small as they can be: neither a kernel that checks them, nor
 * PREEMPT_RT, whose locks have an owner and a queue. Sizes are asserted only then.
 */
#define TL_COMPAT_SMALL_LOCKS \
	(!IS_ENABLED(CONFIG_DEBUG_SPINLOCK) && !IS_ENABLED(CONFIG_DEBUG_MUTEXES) && \
	 !IS_ENABLED(CONFIG_PREEMPT_RT))

/* The socket table; a namespace may have its own (since 6.1). */
static inline struct inet_hashinfo *tl_compat_hashinfo(struct net *net)
{
	return net->ipv4.tcp_death_row.hashinfo;
}

/* TIME_WAIT and FIN_WAIT_2 mini-sockets; the refcount has a bias of one. */
static inline unsigned int tl_compat_tw_count(struct net *net)
{
#ifdef HAVE_TW_REFCOUNT
	return refcount_read(&net->ipv4.tcp_death_row.tw_refcount) - 1;
#else
	return atomic_read(&net->ipv4.tcp_death_row.tw_count);
#endif
}

/* The lookup found its table by itself from 6.18 on. */
static inline struct sock *
tl_compat_find4(struct net *net, __be32 remote, __be16 remote_port,
		__be32 local, u16 local_port, int iface, int link)
{
#ifdef HAVE_LOOKUP_WITHOUT_HASHINFO
	return __inet_lookup_established(net, remote, remote_port, local,
					 local_port, iface, link);
#else
	return __inet_lookup_established(net, tl_compat_hashinfo(net), remote,
					 remote_port, local, local_port,
					 iface, link);
#endif
}

#if IS_ENABLED(CONFIG_IPV6)
static inline struct sock *
tl_compat_find6(struct net *net, const struct in6_addr *remote,
		__be16 remote_port, const struct in6_addr *local,
		u16 local_port, int iface, int link)
{
#ifdef HAVE_LOOKUP_WITHOUT_HASHINFO
	return __inet6_lookup_established(net, remote, remote_port, local,
					  local_port, iface, link);
#else
	return __inet6_lookup_established(net, tl_compat_hashinfo(net), remote,
					  remote_port, local, local_port,
					  iface, link);
#endif
}
#endif

static inline struct sock *
tl_compat_find_listener4(struct net *net, __be32 remote, __be16 remote_port,
			 __be32 local, u16 local_port, int iface, int link)
{
#ifdef HAVE_LOOKUP_WITHOUT_HASHINFO
	return __inet_lookup_listener(net, NULL, 0, remote, remote_port, local,
				      local_port, iface, link);
#else
	return __inet_lookup_listener(net, tl_compat_hashinfo(net), NULL, 0,
				      remote, remote_port, local, local_port,
				      iface, link);
#endif
}

#if IS_ENABLED(CONFIG_IPV6)
static inline struct sock *
tl_compat_find_listener6(struct net *net, const struct in6_addr *remote,
			 __be16 remote_port, const struct in6_addr *local,
			 u16 local_port, int iface, int link)
{
#ifdef HAVE_LOOKUP_WITHOUT_HASHINFO
	return inet6_lookup_listener(net, NULL, 0, remote, remote_port, local,
				     local_port, iface, link);
#else
	return inet6_lookup_listener(net, tl_compat_hashinfo(net), NULL, 0,
				     remote, remote_port, local, local_port,
				     iface, link);
#endif
}
#endif

/* It only reads, but 5.10 does not say so. */
static inline int tl_compat_sdif4(const struct sk_buff *skb)
{
	return inet_sdif((struct sk_buff *)skb);
}

/* Listeners hang in a small table of their own on 5.10, else in lhash2. */
static inline unsigned int
tl_compat_listen_buckets(const struct inet_hashinfo *table)
{
#ifdef HAVE_LISTENING_HASH
	return INET_LHTABLE_SIZE;
#else
	return table->lhash2_mask + 1;
#endif
}

static inline struct hlist_nulls_head *
tl_compat_listen_bucket(struct inet_hashinfo *table, unsigned int slot)
{
#ifdef HAVE_LISTENING_HASH
	return &table->listening_hash[slot].nulls_head;
#else
	return &table->lhash2[slot].nulls_head;
#endif
}

/* Whether a rule for copies (TEE, "dup to") sends one; the original passes, too. */
static inline bool tl_compat_sends_copy(void)
{
#ifdef HAVE_IN_NF_DUPLICATE
	return current->in_nf_duplicate;
#else
	return this_cpu_read(nf_skb_duplicated);
#endif
}

/* The cwnd got accessors in 5.19, to catch writes of zero. */
#ifndef HAVE_TCP_SND_CWND
static inline u32 tcp_snd_cwnd(const struct tcp_sock *tp)
{
	return tp->snd_cwnd;
}

static inline void tcp_snd_cwnd_set(struct tcp_sock *tp, u32 val)
{
	tp->snd_cwnd = val;
}
#endif

/* It was written in capitals until 5.17. */
#ifndef HAVE_PDE_DATA
#define pde_data(inode)	PDE_DATA(inode)
#endif

/* Who reads or writes a binary file of sysfs gets it as a constant since 6.16. */
#ifdef HAVE_CONST_BIN_ATTRIBUTE
#define tl_compat_bin_attribute	const struct bin_attribute
#else
#define tl_compat_bin_attribute	struct bin_attribute
#endif

/* The timer of keepalives and of orphans was every socket's own timer once. */
static inline struct timer_list *tl_compat_keepalive_timer(struct sock *sk)
{
#ifdef HAVE_ICSK_KEEPALIVE_TIMER
	return &inet_csk(sk)->icsk_keepalive_timer;
#else
	return &sk->sk_timer;
#endif
}

/* Whether kprobes can be had, and tell arguments of the functions they stop at. */
#if defined(CONFIG_KPROBES) && defined(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)
#define TL_COMPAT_KPROBES	1
#else
#define TL_COMPAT_KPROBES	0
#endif

static inline unsigned long tl_compat_argument(struct pt_regs *regs,
					       unsigned int index)
{
#if TL_COMPAT_KPROBES
	return regs_get_kernel_argument(regs, index);
#else
	return 0;
#endif
}

static inline unsigned long tl_compat_returned(struct pt_regs *regs)
{
#if TL_COMPAT_KPROBES
	return regs_return_value(regs);
#else
	return 0;
#endif
}

/* Until 5.11 it told an error by a second argument. */
static inline struct socket *tl_compat_sock_from_file(struct file *file)
{
#ifdef HAVE_SOCK_FROM_FILE_ERROR
	int err;

	return sock_from_file(file, &err);
#else
	return sock_from_file(file);
#endif
}

/* An io_uring has a table of its own of descriptors, which may be private to it. */
struct io_ring_ctx;

#ifdef HAVE_IO_URING_FILE_PTR
/* Return: the io_uring, locked; NULL if it is busy, for how long its owner decides. */
static inline struct io_ring_ctx *tl_compat_ring_lock(struct file *file)
{
	struct io_ring_ctx *ring = file->private_data;

	return mutex_trylock(&ring->uring_lock) ? ring : NULL;
}

static inline void tl_compat_ring_unlock(struct io_ring_ctx *ring)
{
	mutex_unlock(&ring->uring_lock);
}

static inline unsigned int tl_compat_ring_size(const struct io_ring_ctx *ring)
{
	return ring->nr_user_files;
}

/* The lowest bits are flags. */
static inline struct file *tl_compat_ring_file(const struct io_ring_ctx *ring,
					       unsigned int at)
{
	return (struct file *)(ring->file_table.files[at].file_ptr & ~7UL);
}
#else
static inline struct io_ring_ctx *tl_compat_ring_lock(struct file *file)
{
	return NULL;
}

static inline void tl_compat_ring_unlock(struct io_ring_ctx *ring)
{
}

static inline unsigned int tl_compat_ring_size(const struct io_ring_ctx *ring)
{
	return 0;
}

static inline struct file *tl_compat_ring_file(const struct io_ring_ctx *ring,
					       unsigned int at)
{
	return NULL;
}
#endif

/* Without namespaces there is no place for one. */
static inline void tl_compat_set_seq_net(struct seq_net_private *private,
					 struct net *net)
{
#ifdef CONFIG_NET_NS
	private->net = net;
#endif
}

/* Until 6.0 TLS in the kernel took records off the socket before they were read. */
#ifdef HAVE_TLS_STRPARSER
#define TL_COMPAT_TLS_READS_AHEAD	0
#else
#define TL_COMPAT_TLS_READS_AHEAD	1
#endif

/* It took the dentry and the mount until 5.13. */
static inline struct file *tl_compat_file_open_root(struct vfsmount *mnt,
						    const char *path, int flags)
{
#ifdef HAVE_FILE_OPEN_ROOT_MNT
	return file_open_root_mnt(mnt, path, flags, 0);
#else
	return file_open_root(mnt->mnt_root, mnt, path, flags, 0);
#endif
}

static inline void
tl_compat_hrtimer_setup(struct hrtimer *timer,
			enum hrtimer_restart (*function)(struct hrtimer *),
			clockid_t clock, enum hrtimer_mode mode)
{
#ifdef HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, function, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = function;
#endif
}

/* How old a TIME_WAIT has to be for tcp_tw_reuse, in milliseconds; at least 1. */
static inline u32 tl_compat_tw_reuse_delay(const struct net *net)
{
#ifdef HAVE_TW_REUSE_DELAY
	return READ_ONCE(net->ipv4.sysctl_tcp_tw_reuse_delay);
#else
	return MSEC_PER_SEC;
#endif
}

/* Defaults of the kernel that cannot be read from a running one. */
#ifdef HAVE_SK_RMEM_MAX
#define TL_COMPAT_BUFFER_MAX	SK_RMEM_MAX
#else
#define TL_COMPAT_BUFFER_MAX	(4 << 20)
#endif

#ifdef HAVE_NETNS_OPTMEM_MAX
#define TL_COMPAT_OPTMEM_MAX	(128 << 10)
#else
#define TL_COMPAT_OPTMEM_MAX	(sizeof(unsigned long) * (2 * UIO_MAXIOV + 512))
#endif

#ifdef HAVE_TCP_RCVBUF_GROW
#define TL_COMPAT_TCP_RMEM_MAX	(32UL << 20)
#else
#define TL_COMPAT_TCP_RMEM_MAX	(6UL << 20)
#endif

/* Timeouts of a SYN that do not double. */
static inline unsigned int tl_compat_syn_linear_timeouts(const struct net *net)
{
#ifdef HAVE_SYN_LINEAR_TIMEOUTS
	return READ_ONCE(net->ipv4.sysctl_tcp_syn_linear_timeouts);
#else
	return 0;
#endif
}

/* The longest retransmission timeout. */
static inline unsigned int tl_compat_rto_max_ms(const struct net *net)
{
#ifdef HAVE_RTO_MAX_MS
	return READ_ONCE(net->ipv4.sysctl_tcp_rto_max_ms);
#else
	return TCP_RTO_MAX / HZ * MSEC_PER_SEC;
#endif
}

/* Packets that the backlog of a CPU had no room for. */
static inline unsigned int tl_compat_softnet_dropped(int cpu)
{
	struct softnet_data *softnet = &per_cpu(softnet_data, cpu);

#if defined(HAVE_SOFTNET_DROP_COUNTERS)
	return numa_drop_read(&softnet->drop_counters);
#elif defined(HAVE_SOFTNET_DROPPED_ATOMIC)
	return atomic_read(&softnet->dropped);
#else
	return READ_ONCE(softnet->dropped);
#endif
}

/* TCP sockets without a program; a negative number where nobody tells (7.x). */
static inline long tl_compat_orphans(void)
{
#if defined(HAVE_ORPHANS_PER_CPU)
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += (int)READ_ONCE(*per_cpu_ptr(tcp_prot.orphan_count, cpu));
	return max(sum, 0L);
#elif defined(HAVE_ORPHANS_PERCPU_COUNTER)
	return percpu_counter_sum_positive(tcp_prot.orphan_count);
#else
	return -1;
#endif
}

/* The end of an idle period has an operation of its own on newer 7.x. */
#ifdef HAVE_CWND_EVENT_TX_START
#define TL_CWND_EVENT_TX_START	.cwnd_event_tx_start = tl_lab_tx_start,
#else
#define TL_CWND_EVENT_TX_START
#endif

#endif /* TCPLAB_COMPAT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only file that knows kernels differ. What a kernel has is found out by
 * compiling the probes in scripts/probes against it (scripts/features), never
 * by its version: distributions backport.
 */
#ifndef TCPLAB_COMPAT_H
#define TCPLAB_COMPAT_H

#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/tcp.h>

#include "features.h"

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
		__be32 local, u16 local_port, int ifindex)
{
#ifdef HAVE_LOOKUP_WITHOUT_HASHINFO
	return __inet_lookup_established(net, remote, remote_port, local,
					 local_port, ifindex, 0);
#else
	return __inet_lookup_established(net, tl_compat_hashinfo(net), remote,
					 remote_port, local, local_port,
					 ifindex, 0);
#endif
}

#if IS_ENABLED(CONFIG_IPV6)
static inline struct sock *
tl_compat_find6(struct net *net, const struct in6_addr *remote,
		__be16 remote_port, const struct in6_addr *local,
		u16 local_port, int ifindex)
{
#ifdef HAVE_LOOKUP_WITHOUT_HASHINFO
	return __inet6_lookup_established(net, remote, remote_port, local,
					  local_port, ifindex, 0);
#else
	return __inet6_lookup_established(net, tl_compat_hashinfo(net), remote,
					  remote_port, local, local_port,
					  ifindex, 0);
#endif
}
#endif

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

/* The end of an idle period has an operation of its own on newer 7.x. */
#ifdef HAVE_CWND_EVENT_TX_START
#define TL_CWND_EVENT_TX_START	.cwnd_event_tx_start = tl_lab_tx_start,
#else
#define TL_CWND_EVENT_TX_START
#endif

#endif /* TCPLAB_COMPAT_H */

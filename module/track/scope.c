// SPDX-License-Identifier: GPL-2.0
/*
 * Which VRFs the links of a namespace have left.
 *
 * A row is named by the VRF that the link of its socket belongs to. When the link
 * leaves it, or when the VRF is deleted, a socket that is bound to the link tells
 * nothing of it any more. Its row is found by what is remembered here.
 *
 * What is remembered is a number of indices: it holds no device. Any user may move
 * links in a namespace of their own as often as they like. The memory is fixed, and
 * a link that has left many VRFs forgets its own oldest, or that of few others.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "../net.h"
#include "memory.h"
#include "scope.h"
#include "track.h"

#define SCOPE_SETS	64	/* links whose indices follow each other do not meet */

/**
 * struct tl_scopes - pairs of a link and a VRF that it has left
 * @pair: the two indices, the newest first; 0 is none. Links with the same rest
 *	share a set; written under RTNL
 */
struct tl_scopes {
	atomic64_t pair[SCOPE_SETS][TL_SCOPES_LEFT];
};

static u64 scope_pair(int link, int vrf)
{
	return (u64)link << 32 | (u32)vrf;
}

static int scope_link(u64 pair)
{
	return pair >> 32;
}

static int scope_vrf(u64 pair)
{
	return (u32)pair;
}

/* A reader that finds the link outside of the VRF finds the pair, too. */
static struct tl_scopes *scope_get(const struct tl_net *ns)
{
	smp_rmb();	/* pairs with scope_note() */
	return rcu_dereference(ns->track->scopes);
}

static struct tl_scopes *scope_make(struct tl_net *ns)
{
	struct tl_scopes *scopes = rtnl_dereference(ns->track->scopes);

	if (scopes)
		return scopes;
	scopes = tl_memory_zalloc(ns, sizeof(*scopes));
	if (scopes)
		rcu_assign_pointer(ns->track->scopes, scopes);
	return scopes;
}

static bool scope_is_in(const atomic64_t *set, u64 pair)
{
	unsigned int i;

	for (i = 0; i < TL_SCOPES_LEFT; i++)
		if (atomic64_read(&set[i]) == pair)
			return true;
	return false;
}

/* A reader meanwhile meets a pair that moves at its old place, its new one, or both. */
static void scope_note(struct tl_net *ns, int link, int vrf)
{
	struct tl_scopes *scopes = scope_make(ns);
	u64 pair = scope_pair(link, vrf);
	unsigned int i;
	atomic64_t *set;

	if (!scopes)
		return;
	set = scopes->pair[link % SCOPE_SETS];
	if (scope_is_in(set, pair))
		return;
	for (i = TL_SCOPES_LEFT - 1; i; i--)
		atomic64_set_release(&set[i], atomic64_read(&set[i - 1]));
	atomic64_set_release(&set[0], pair);
	smp_wmb();	/* pairs with scope_get() */
}

/* The link is about to leave, and packets still find it in the VRF. */
static int scope_event(struct notifier_block *unused, unsigned long event, void *data)
{
	const struct netdev_notifier_changeupper_info *change = data;
	struct net_device *dev = netdev_notifier_info_to_dev(data);

	if (event == NETDEV_PRECHANGEUPPER && !change->linking &&
	    netif_is_l3_master(change->upper_dev))
		scope_note(tl_net(dev_net(dev)), dev->ifindex, change->upper_dev->ifindex);
	return NOTIFY_DONE;
}

static struct notifier_block scope_notifier = {
	.notifier_call = scope_event,
};

/**
 * tl_scope_init() - begin to remember; all namespaces have been set up
 *
 * Context: process; sleeps.
 * Return: 0 or an error of register_netdevice_notifier().
 */
int tl_scope_init(void)
{
	return register_netdevice_notifier(&scope_notifier);
}

/**
 * tl_scope_exit() - remember no more; no namespace is gone before
 *
 * Context: process; sleeps.
 */
void tl_scope_exit(void)
{
	unregister_netdevice_notifier(&scope_notifier);
}

/**
 * tl_scope_net_exit() - forget what is remembered of a namespace
 * @ns: the namespace, whose links are gone or which nobody tells of them any more
 *
 * An RCU grace period has passed since anybody may have asked.
 */
void tl_scope_net_exit(struct tl_net *ns)
{
	struct tl_scopes *scopes = rcu_dereference_protected(ns->track->scopes, true);

	if (scopes)
		tl_memory_free(scopes, sizeof(*scopes));
}

/**
 * tl_scope_left() - which VRFs a link has left
 * @ns: the namespace
 * @link: index of the link, which may be gone
 * @vrf: the indices of up to %TL_SCOPES_LEFT VRFs, which may be gone
 *
 * Context: RCU.
 * Return: how many.
 */
unsigned int tl_scope_left(const struct tl_net *ns, int link, int *vrf)
{
	const struct tl_scopes *scopes = scope_get(ns);
	unsigned int i, count = 0;
	u64 pair;

	for (i = 0; scopes && i < TL_SCOPES_LEFT; i++) {
		pair = atomic64_read_acquire(&scopes->pair[link % SCOPE_SETS][i]);
		if (pair && scope_link(pair) == link)
			vrf[count++] = scope_vrf(pair);
	}
	return count;
}

/**
 * tl_scope_has_left() - whether a link has left any VRF
 * @ns: the namespace
 * @link: index of the link
 *
 * Context: RCU.
 */
bool tl_scope_has_left(const struct tl_net *ns, int link)
{
	int vrf[TL_SCOPES_LEFT];

	return tl_scope_left(ns, link, vrf);
}

/**
 * tl_scope_next_link() - one after the other, the links that have left a VRF
 * @ns: the namespace
 * @vrf: index of the VRF
 * @place: 0 at first; where to go on
 *
 * Context: RCU.
 * Return: index of a link, which may be gone; 0 if there is no other.
 */
int tl_scope_next_link(const struct tl_net *ns, int vrf, unsigned int *place)
{
	const struct tl_scopes *scopes = scope_get(ns);
	u64 pair;

	while (scopes && *place < SCOPE_SETS * TL_SCOPES_LEFT) {
		pair = atomic64_read_acquire(&scopes->pair[*place / TL_SCOPES_LEFT]
							  [*place % TL_SCOPES_LEFT]);
		++*place;
		if (pair && scope_vrf(pair) == vrf)
			return scope_link(pair);
	}
	return 0;
}

/**
 * tl_scope_memory() - what is remembered takes
 * @ns: the namespace
 *
 * Return: bytes.
 */
u64 tl_scope_memory(const struct tl_net *ns)
{
	return rcu_access_pointer(ns->track->scopes) ? sizeof(struct tl_scopes) : 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What the policies do to packets: the only code that drops any. Never on lo,
 * and only SYNs and their answers: what is open goes on.
 */
#include <linux/netfilter.h>
#include <net/tcp.h>

#include "../net.h"
#include "../trace/trace.h"
#include "../wait/policy.h"
#include "../wait/recycle.h"
#include "options.h"
#include "police.h"
#include "socket.h"

static void note(struct tl_net *ns, const struct tl_key *key, unsigned int from,
		 enum tl_deed deed)
{
	tl_policy_note(ns->policy, deed);
	trace_policy_drop(ns, key, from, tl_policy_deed_name(deed));
}

/* RFC 9293 section 3.4.3: nothing is opened before old segments have died. */
static bool is_quiet(struct tl_net *ns, const struct tl_key *key,
		     unsigned int from, const struct tl_segment *segment)
{
	if (!tl_policy_quiet(ns->policy))
		return false;
	note(ns, key, from, segment->flags & TL_ACK ? TL_DEED_QUIET_SYN_ACK :
						      TL_DEED_QUIET_SYN);
	return true;
}

/* A SYN that a cookie answers was exempt, and so was one for a live TIME_WAIT. */
static bool is_examined(struct tl_net *ns, const struct tl_key *key,
			unsigned int from, struct tl_way way)
{
	struct sock *sk = tl_socket_by(ns->net, key, !from, way);
	const struct sock *listener;

	if (sk) {
		sock_gen_put(sk);
		return false;
	}
	listener = tl_socket_listener(ns->net, key, !from, way);
	if (!listener)
		return false;
	if (READ_ONCE(ns->net->ipv4.sysctl_tcp_syncookies) == 2)
		return false;
	return inet_csk_reqsk_queue_len(listener) <
	       READ_ONCE(listener->sk_max_ack_backlog);
}

static bool is_recycled(struct tl_net *ns, const struct sk_buff *skb,
			unsigned int offset, const struct tl_key *key,
			unsigned int from)
{
	enum tl_recycle recycle = tl_policy_recycle(ns->policy);
	struct in6_addr address;
	u32 stamp;

	if (likely(recycle == TL_RECYCLE_OFF) || !tl_options_timestamp(skb, offset, &stamp) ||
	    !is_examined(ns, key, from, tl_way_in(skb, tl_key_is_v6(key))))
		return false;
	tl_key_address(key, from, &address);
	if (!tl_recycle_refuses(ns->recycle_peers, &address, stamp,
				recycle == TL_RECYCLE_ENFORCE))
		return false;
	note(ns, key, from, recycle == TL_RECYCLE_ENFORCE ?
			    TL_DEED_RECYCLE_DROPPED : TL_DEED_RECYCLE_OBSERVED);
	return recycle == TL_RECYCLE_ENFORCE;
}

/**
 * tl_police_stops() - whether a policy drops a segment
 * @ns: the namespace
 * @skb: the packet
 * @offset: of its TCP header, which has been parsed
 * @state: of the hook that it passes
 * @key: its connection's key
 * @from: the sending end
 * @segment: the segment
 *
 * Context: RCU, any but hard interrupt.
 */
bool tl_police_stops(struct tl_net *ns, const struct sk_buff *skb,
		     unsigned int offset, const struct nf_hook_state *state,
		     const struct tl_key *key,
		     unsigned int from, const struct tl_segment *segment)
{
	const struct net_device *device = state->in ?: state->out;

	if (likely(!(segment->flags & TL_SYN)) || device->flags & IFF_LOOPBACK)
		return false;
	if (state->hook == NF_INET_LOCAL_OUT)
		return is_quiet(ns, key, from, segment);
	return state->hook == NF_INET_LOCAL_IN && !(segment->flags & TL_ACK) &&
	       is_recycled(ns, skb, offset, key, from);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What the policies do to packets: the only code that drops any. Never on lo,
 * and only SYNs and their answers: what is open goes on.
 */
#include <linux/netfilter.h>
#include <net/tcp.h>

#include "../../core/segment.h"
#include "../../key.h"
#include "../../net.h"
#include "../../trace/trace.h"
#include "../../track/options.h"
#include "../../track/socket.h"
#include "../time_wait/tw_recycle.h"
#include "police.h"
#include "policy.h"

static void police_note(struct tl_net *ns, const struct tl_packet *packet, enum tl_action action)
{
	tl_policy_note(ns->policy, action);
	trace_policy_drop(ns, packet->key, packet->from, tl_policy_action_name(action));
}

/* RFC 9293 section 3.4.3: nothing is opened before old segments have died. */
static bool police_is_quiet(struct tl_net *ns, const struct tl_packet *packet)
{
	if (!tl_policy_quiet(ns->policy))
		return false;
	police_note(ns, packet, packet->segment->flags & TL_ACK ? TL_ACTION_QUIET_SYN_ACK :
							   TL_ACTION_QUIET_SYN);
	return true;
}

/* A SYN that a cookie answers was exempt, and so was one for a live TIME_WAIT. */
static bool police_is_examined(struct tl_net *ns, const struct tl_packet *packet)
{
	struct tl_way way = tl_way_in(packet->skb, tl_key_is_v6(packet->key));
	struct sock *sk = tl_socket_by(ns->net, packet->key, !packet->from, way);
	const struct sock *listener;

	if (sk) {
		sock_gen_put(sk);
		return false;
	}
	listener = tl_socket_listener(ns->net, packet->key, !packet->from, way);
	if (!listener)
		return false;
	if (READ_ONCE(ns->net->ipv4.sysctl_tcp_syncookies) == 2)
		return false;
	return inet_csk_reqsk_queue_len(listener) <
	       READ_ONCE(listener->sk_max_ack_backlog);
}

static bool police_is_recycled(struct tl_net *ns, const struct tl_packet *packet)
{
	enum tl_tw_recycle recycle = tl_policy_recycle(ns->policy);
	struct in6_addr address;
	u32 stamp;

	if (likely(recycle == TL_TW_RECYCLE_OFF) ||
	    !tl_options_timestamp(packet->skb, packet->offset, &stamp) ||
	    !police_is_examined(ns, packet))
		return false;
	tl_key_address(packet->key, packet->from, &address);
	if (!tl_tw_recycle_refuses(ns->tw_recycle_peers, &address, stamp,
				   recycle == TL_TW_RECYCLE_ENFORCE))
		return false;
	police_note(ns, packet, recycle == TL_TW_RECYCLE_ENFORCE ?
			 TL_ACTION_RECYCLE_DROPPED : TL_ACTION_RECYCLE_OBSERVED);
	return recycle == TL_TW_RECYCLE_ENFORCE;
}

/**
 * tl_police_stops() - whether a policy drops a segment
 * @ns: the namespace
 * @packet: the packet
 *
 * Context: RCU, any but hard interrupt.
 */
bool tl_police_stops(struct tl_net *ns, const struct tl_packet *packet)
{
	const struct tl_segment *segment = packet->segment;
	const struct nf_hook_state *state = packet->state;
	const struct net_device *device = state->in ?: state->out;

	if (likely(!(segment->flags & TL_SYN)) || device->flags & IFF_LOOPBACK)
		return false;
	if (state->hook == NF_INET_LOCAL_OUT)
		return police_is_quiet(ns, packet);
	return state->hook == NF_INET_LOCAL_IN && !(segment->flags & TL_ACK) &&
	       police_is_recycled(ns, packet);
}

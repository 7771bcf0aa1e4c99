/* SPDX-License-Identifier: GPL-2.0 */
/* Which row a packet or a socket belongs to. */
#ifndef TCPLAB_TRACK_IDENTITY_H
#define TCPLAB_TRACK_IDENTITY_H

#include <linux/netfilter.h>

#include "conn.h"

struct sk_buff;
struct sock;

bool tl_identity_of_socket(const struct sock *sk, struct tl_key *key,
			   unsigned int *end);
bool tl_identity_of_packet(struct tl_net *ns, const struct sk_buff *skb,
			   const struct nf_hook_state *state,
			   struct tl_key *key, unsigned int *from);

#endif /* TCPLAB_TRACK_IDENTITY_H */

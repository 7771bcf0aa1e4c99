/* SPDX-License-Identifier: GPL-2.0 */
/* What the policies do to packets. */
#ifndef TCPLAB_TRACK_POLICE_H
#define TCPLAB_TRACK_POLICE_H

#include "conn.h"

struct nf_hook_state;
struct sk_buff;

bool tl_police_stops(struct tl_net *ns, const struct sk_buff *skb,
		     unsigned int offset, const struct nf_hook_state *state,
		     const struct tl_key *key,
		     unsigned int from, const struct tl_segment *segment);

#endif /* TCPLAB_TRACK_POLICE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* What the tracker is told, by the hooks and by the sockets' tracepoint. */
#ifndef TCPLAB_TRACK_EVENTS_H
#define TCPLAB_TRACK_EVENTS_H

#include "conn.h"

struct net;
struct sock;

int tl_events_init(void);
void tl_events_exit(void);
bool tl_events_adopt_one(struct sock *sk);
void tl_events_adopt(struct net *net);

void tl_events_syn(struct tl_net *ns, const struct tl_key *key,
		   unsigned int end, const struct sock *sk,
		   const struct tl_segment *segment);
void tl_events_syn_ack(struct tl_net *ns, const struct tl_key *key,
		       unsigned int end, const struct sock *sk,
		       const struct tl_segment *segment);
void tl_events_sent(struct tl_net *ns, const struct tl_key *key,
		    unsigned int from, const struct sock *sk,
		    const struct tl_segment *segment);
void tl_events_received(struct tl_net *ns, const struct tl_key *key,
			unsigned int from, const struct tl_segment *segment);
void tl_events_forwarded(struct tl_net *ns, const struct tl_key *key,
			 unsigned int from, const struct tl_segment *segment);

#endif /* TCPLAB_TRACK_EVENTS_H */

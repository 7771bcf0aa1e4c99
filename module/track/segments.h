/* SPDX-License-Identifier: GPL-2.0 */
/* The news that segments bring: the hooks' side. */
#ifndef TCPLAB_TRACK_SEGMENTS_H
#define TCPLAB_TRACK_SEGMENTS_H

#include "conn.h"

struct sock;

void tl_segments_syn(struct tl_net *ns, const struct tl_key *key,
		     unsigned int end, const struct sock *sk,
		     const struct tl_segment *segment);
void tl_segments_syn_ack(struct tl_net *ns, const struct tl_key *key,
			 unsigned int end, const struct sock *sk,
			 const struct tl_segment *segment);
void tl_segments_sent(struct tl_net *ns, const struct tl_key *key,
		      unsigned int from, const struct sock *sk,
		      const struct tl_segment *segment);
void tl_segments_received(struct tl_net *ns, const struct tl_key *key,
			  unsigned int from, const struct tl_segment *segment);
void tl_segments_forwarded(struct tl_net *ns, const struct tl_key *key,
			   unsigned int from, const struct tl_segment *segment);

#endif /* TCPLAB_TRACK_SEGMENTS_H */

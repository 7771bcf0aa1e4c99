/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scripted peer that knows what it is: the state machine of RFC 9293 at one
 * end, written from the RFC alone and apart from the one under test.
 */
#ifndef TCPLAB_SELFTESTS_PACKETS_RFC_H
#define TCPLAB_SELFTESTS_PACKETS_RFC_H

#include "witness.h"

/* What the peer may send. */
enum kind {
	SEND_SYN,
	SEND_SYN_ACK,
	SEND_ACK,
	SEND_STOP,		/* an ACK that closes the window */
	SEND_DATA,
	SEND_FIN,
	SEND_FIN_CROSSED,	/* before it has got the kernel's FIN */
	SEND_RST,
	SEND_RST_ACK,
	SEND_AGAIN,		/* the last segment once more */
	KINDS
};

/**
 * struct rfc_peer - the peer's end of a connection
 * @state: TCP_*, or STATE_UNKNOWN before it has done anything
 * @iss: initial sequence number of its own
 * @next: sequence number behind all that it has sent
 * @acked: highest acknowledgment number that it has sent
 * @shut: its receive window is closed
 * @last: the segment it sent last
 * @any: it has sent a segment
 * @syn: it has sent its SYN
 * @syn_acked: which is acknowledged
 * @fin: it has sent its FIN
 * @fin_acked: which is acknowledged
 * @told: acknowledgment number of the kernel's last segment
 * @heard: there was one
 * @kernel_iss: initial sequence number of the kernel
 * @kernel_next: sequence number behind all that the kernel has sent
 * @kernel_syn: the kernel has sent a SYN
 * @kernel_open: and one without ACK
 * @kernel_fin: the kernel has sent a FIN
 */
struct rfc_peer {
	int state;
	u32 iss;
	u32 next;
	u32 acked;
	bool shut;
	struct segment last;
	bool any;
	bool syn;
	bool syn_acked;
	bool fin;
	bool fin_acked;
	u32 told;
	bool heard;
	u32 kernel_iss;
	u32 kernel_next;
	bool kernel_syn;
	bool kernel_open;
	bool kernel_fin;
};

bool rfc_make(const struct rfc_peer *peer, enum kind kind,
	      struct segment *segment);
void rfc_sent(struct rfc_peer *peer, const struct segment *segment);
void rfc_take(struct rfc_peer *peer, const struct segment *segment);

#endif /* TCPLAB_SELFTESTS_PACKETS_RFC_H */

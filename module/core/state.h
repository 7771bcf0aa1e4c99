/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The TCP state machine of RFC 9293 for both endpoints of a connection, as an
 * observer of its segments can follow it.
 */
#ifndef TCPLAB_CORE_STATE_H
#define TCPLAB_CORE_STATE_H

#include "segment.h"

/**
 * enum tl_state - state of an endpoint, RFC 9293 section 3.3.2
 *
 * %TL_UNKNOWN is the observer's own: nothing has been seen of that end yet.
 */
enum tl_state {
	TL_UNKNOWN,
	TL_CLOSED,
	TL_LISTEN,
	TL_SYN_SENT,
	TL_SYN_RECEIVED,
	TL_ESTABLISHED,
	TL_FIN_WAIT_1,
	TL_FIN_WAIT_2,
	TL_CLOSE_WAIT,
	TL_CLOSING,
	TL_LAST_ACK,
	TL_TIME_WAIT,
	TL_STATES
};

/**
 * enum tl_event - what moves an endpoint from one state to the next
 * @TL_SEND_SYN: it sends a SYN without ACK (active OPEN)
 * @TL_SEND_SYN_ACK: it answers a SYN with SYN and ACK
 * @TL_TAKE_SYN_ACK: it acknowledges the SYN of its peer, having sent its own
 * @TL_SYN_ACKED: its SYN is acknowledged
 * @TL_SEND_FIN: it sends a FIN (CLOSE)
 * @TL_TAKE_FIN: it acknowledges the FIN of its peer
 * @TL_FIN_ACKED: its FIN is acknowledged
 * @TL_RESET: it sends a RST, or takes an acceptable one
 * @TL_EVENTS: how many there are
 */
enum tl_event {
	TL_SEND_SYN,
	TL_SEND_SYN_ACK,
	TL_TAKE_SYN_ACK,
	TL_SYN_ACKED,
	TL_SEND_FIN,
	TL_TAKE_FIN,
	TL_FIN_ACKED,
	TL_RESET,
	TL_EVENTS
};

/* __packed is the kernel's own word; this both compilers know. */
#pragma pack(push, 1)

/**
 * struct tl_endpoint - one end of a connection
 * @control_end: sequence number that acknowledges its last SYN or FIN
 * @acked: highest acknowledgment number it has sent
 * @state: an &enum tl_state
 * @syn: @control_end belongs to a SYN
 * @fin: @control_end belongs to a FIN
 * @ack: @acked is known
 * @data: its SYN carried data
 *
 * Packed, since every tracked connection holds two.
 */
struct tl_endpoint {
	u32 control_end;
	u32 acked;
	u8 state:4, syn:1, fin:1, ack:1, data:1;
};

#pragma pack(pop)

/**
 * struct tl_peers - both ends of a connection
 * @end: the endpoints; which of them is which is the caller's choice
 */
struct tl_peers {
	struct tl_endpoint end[2];
};

/**
 * struct tl_receive_window - what the socket at the receiving end would accept
 * @rcv_nxt: next sequence number expected
 * @rcv_wnd: bytes that may follow it
 * @known: false where there is no socket to ask
 */
struct tl_receive_window {
	u32 rcv_nxt;
	u32 rcv_wnd;
	bool known;
};

/**
 * tl_state_over() - whether an end holds nothing of a connection
 * @state: an endpoint's state
 */
static inline bool tl_state_over(enum tl_state state)
{
	return state <= TL_CLOSED;
}

enum tl_state tl_state_next(enum tl_state state, enum tl_event event);
const char *tl_state_name(enum tl_state state);
bool tl_state_synchronized(enum tl_state state);

bool tl_peers_step(struct tl_peers *peers, unsigned int from,
		   const struct tl_segment *segment,
		   const struct tl_receive_window *window);
void tl_peers_told(struct tl_peers *peers, unsigned int at, enum tl_state state);
void tl_peers_refused(struct tl_peers *peers, unsigned int at,
		      const struct tl_segment *rst);

#endif /* TCPLAB_CORE_STATE_H */

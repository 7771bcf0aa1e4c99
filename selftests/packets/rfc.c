// SPDX-License-Identifier: GPL-2.0
/*
 * The peer's end by RFC 9293, section 3.10.7. When it takes what the kernel
 * sends is a matter of definition, as nobody can see it: an ACK or a RST at
 * once, a SYN or a FIN when the peer acknowledges it.
 */
#include <netinet/tcp.h>
#include <string.h>

#include "rfc.h"

#define WINDOW		60000
#define DATA		10
/* How much higher a new incarnation begins. */
#define ISS_STEP	1000000

static bool before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static bool one_of(int state, unsigned int states)
{
	return states & 1U << state;
}

#define S(state)	(1U << TCP_##state)
#define SYNCHRONIZED	(S(ESTABLISHED) | S(FIN_WAIT1) | S(FIN_WAIT2) | \
			 S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK) | \
			 S(TIME_WAIT))
#define MAY_SEND	(S(ESTABLISHED) | S(CLOSE_WAIT))

/* Its SYN was answered; the next segment with ACK opens the connection. */
static bool is_answered(const struct rfc_peer *peer)
{
	return peer->state == TCP_SYN_SENT && peer->kernel_syn &&
	       peer->syn_acked;
}

static bool is_new(const struct rfc_peer *peer)
{
	return one_of(peer->state, 1U << STATE_UNKNOWN | S(CLOSE) |
				   S(TIME_WAIT));
}

/* Whether a TCP in this state, or a network that delays, can send such. */
static bool is_lawful(const struct rfc_peer *peer, enum kind kind)
{
	int state = peer->state;

	switch (kind) {
	case SEND_SYN:
		return state != TCP_SYN_RECV;
	case SEND_SYN_ACK:
		return peer->kernel_open && !peer->kernel_fin &&
		       (state == TCP_SYN_SENT ||
			(state == STATE_UNKNOWN && !peer->syn));
	case SEND_ACK:
	case SEND_STOP:
		return one_of(state, SYNCHRONIZED) || is_answered(peer);
	case SEND_DATA:
		return one_of(state, MAY_SEND) || is_answered(peer);
	case SEND_FIN:
		return one_of(state, SYNCHRONIZED | S(SYN_RECV)) ||
		       is_answered(peer);
	case SEND_FIN_CROSSED:
		return one_of(state, MAY_SEND);
	case SEND_RST:
		return one_of(state, SYNCHRONIZED & ~S(TIME_WAIT)) ||
		       state == TCP_SYN_RECV || is_answered(peer);
	case SEND_RST_ACK:
		return is_lawful(peer, SEND_RST) ||
		       (state == STATE_UNKNOWN && peer->kernel_syn);
	default:
		/* A SYN that comes again too late begins a connection. */
		return peer->any && (!(peer->last.flags & SYN) ||
				     !is_new(peer));
	}
}

/* Once closed, only an ACK opens the window again. */
static bool is_shut(const struct rfc_peer *peer, enum kind kind)
{
	return kind == SEND_STOP || (peer->shut && kind != SEND_ACK);
}

/**
 * rfc_make() - make the next segment of the peer
 * @peer: the peer
 * @kind: what it shall be
 * @segment: filled
 *
 * Return: whether a peer that keeps to the RFC could send this now.
 */
bool rfc_make(const struct rfc_peer *peer, enum kind kind,
	      struct segment *segment)
{
	static const u8 flags[KINDS] = {
		[SEND_SYN]		= SYN,
		[SEND_SYN_ACK]		= SYN | ACK,
		[SEND_ACK]		= ACK,
		[SEND_STOP]		= ACK,
		[SEND_DATA]		= ACK | PSH,
		[SEND_FIN]		= FIN | ACK,
		[SEND_FIN_CROSSED]	= FIN | ACK,
		[SEND_RST]		= RST,
		[SEND_RST_ACK]		= RST | ACK,
	};
	bool lawful = is_lawful(peer, kind);

	if (kind == SEND_AGAIN) {
		*segment = peer->last;
		return lawful;
	}
	*segment = (struct segment){
		.seq = peer->next,
		.ack = peer->kernel_next,
		.flags = flags[kind],
		.window = is_shut(peer, kind) ? 0 : WINDOW,
		.data = kind == SEND_DATA ? DATA : 0,
	};
	if (segment->flags & SYN)
		segment->seq = peer->iss;
	if (kind == SEND_SYN && peer->syn && is_new(peer))
		segment->seq = peer->next + ISS_STEP;
	if (segment->flags & FIN && peer->fin)
		segment->seq--;
	if (kind == SEND_FIN_CROSSED)
		segment->ack = peer->acked;
	if (!(segment->flags & ACK))
		segment->ack = 0;
	return lawful;
}

static void take_fin(struct rfc_peer *peer)
{
	switch (peer->state) {
	case TCP_SYN_RECV:
	case TCP_ESTABLISHED:
		peer->state = TCP_CLOSE_WAIT;
		break;
	case TCP_FIN_WAIT1:
		peer->state = peer->fin_acked ? TCP_TIME_WAIT : TCP_CLOSING;
		break;
	case TCP_FIN_WAIT2:
		peer->state = TCP_TIME_WAIT;
		break;
	}
}

/* What the peer acknowledges it has taken. */
static void send_ack(struct rfc_peer *peer, u32 ack)
{
	if (is_answered(peer))
		peer->state = TCP_ESTABLISHED;
	if (!before(ack, peer->acked))
		peer->acked = ack;
	if (peer->kernel_fin && ack == peer->kernel_next)
		take_fin(peer);
}

static void send_fin(struct rfc_peer *peer, const struct segment *segment)
{
	peer->fin = true;
	peer->next = segment->seq + segment->data + 1;
	switch (peer->state) {
	case TCP_SYN_RECV:
	case TCP_ESTABLISHED:
		peer->state = TCP_FIN_WAIT1;
		break;
	case TCP_CLOSE_WAIT:
		peer->state = TCP_LAST_ACK;
		break;
	}
}

static void send_syn(struct rfc_peer *peer, const struct segment *segment)
{
	bool answer = segment->flags & ACK;

	if (is_new(peer)) {
		peer->iss = segment->seq;
		peer->next = peer->iss + 1;
		peer->syn = true;
		peer->syn_acked = false;
		peer->fin = false;
		peer->fin_acked = false;
		peer->state = TCP_SYN_SENT;
	}
	if (answer && peer->state == TCP_SYN_SENT)
		peer->state = peer->syn_acked ? TCP_ESTABLISHED : TCP_SYN_RECV;
}

/**
 * rfc_sent() - the peer has sent a segment
 * @peer: the peer
 * @segment: the segment, which rfc_make() has made, but no repeated one
 */
void rfc_sent(struct rfc_peer *peer, const struct segment *segment)
{
	peer->last = *segment;
	peer->any = true;
	peer->shut = !segment->window;
	if (segment->flags & RST) {
		peer->state = TCP_CLOSE;
		return;
	}
	if (segment->flags & SYN)
		send_syn(peer, segment);
	if (segment->flags & ACK)
		send_ack(peer, segment->ack);
	if (segment->flags & FIN)
		send_fin(peer, segment);
	else if (!(segment->flags & SYN))
		peer->next += segment->data;
}

static void take_reset(struct rfc_peer *peer, const struct segment *segment)
{
	bool acks = segment->flags & ACK && segment->ack == peer->iss + 1;

	if (peer->state == STATE_UNKNOWN ||
	    (peer->state == TCP_SYN_SENT && !acks))
		return;
	peer->state = TCP_CLOSE;
}

static void take_ack(struct rfc_peer *peer, u32 ack)
{
	peer->told = ack;
	peer->heard = true;
	if (peer->syn && ack == peer->iss + 1)
		peer->syn_acked = true;
	if (peer->state == TCP_SYN_RECV && peer->syn_acked)
		peer->state = TCP_ESTABLISHED;
	if (!peer->fin || ack != peer->next)
		return;
	peer->fin_acked = true;
	if (peer->state == TCP_FIN_WAIT1)
		peer->state = TCP_FIN_WAIT2;
	else if (peer->state == TCP_CLOSING)
		peer->state = TCP_TIME_WAIT;
	else if (peer->state == TCP_LAST_ACK)
		peer->state = TCP_CLOSE;
}

static void take_syn(struct rfc_peer *peer, const struct segment *segment)
{
	if (!peer->kernel_syn || peer->kernel_iss != segment->seq) {
		peer->kernel_syn = true;
		peer->kernel_open = false;
		peer->kernel_fin = false;
		peer->kernel_iss = segment->seq;
		peer->kernel_next = segment->seq;
		peer->acked = segment->seq + 1;
	}
	if (!(segment->flags & ACK))
		peer->kernel_open = true;
}

/**
 * rfc_take() - the kernel has sent a segment
 * @peer: the peer
 * @segment: the segment
 */
void rfc_take(struct rfc_peer *peer, const struct segment *segment)
{
	u32 end = segment->seq + segment->data + !!(segment->flags & SYN) +
		  !!(segment->flags & FIN);

	if (segment->flags & RST) {
		take_reset(peer, segment);
		return;
	}
	if (segment->flags & SYN)
		take_syn(peer, segment);
	if (segment->flags & FIN)
		peer->kernel_fin = true;
	if (before(peer->kernel_next, end))
		peer->kernel_next = end;
	if (segment->flags & ACK)
		take_ack(peer, segment->ack);
}

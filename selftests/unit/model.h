/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of two TCPs and the network between them, after RFC 9293: each end
 * has a TCB of its own and knows only what arrives. Who watches a model can
 * compare a guess with the truth.
 *
 * Sequence numbers are small and do not wrap here.
 */
#ifndef TCPLAB_UNIT_MODEL_H
#define TCPLAB_UNIT_MODEL_H

#include "state.h"

#define MODEL_WINDOW	16	/* bytes that an end accepts */
#define MODEL_FLIGHT	3	/* segments under way in one direction */
#define MODEL_SAID	4	/* segments that one event causes */

/**
 * struct model_segment - a segment under way
 * @flags: TL_* control bits
 * @bytes: of data
 * @seq: sequence number
 * @ack: acknowledgment number
 * @from: who sent it
 * @state: the sender's true state when it had sent it
 * @number: how many segments the sender had sent before
 * @iss: the sender's initial sequence number then
 */
struct model_segment {
	u8 flags;
	u8 bytes;
	s8 seq;
	s8 ack;
	u8 from;
	u8 state;
	u8 number;
	s8 iss;
};

/**
 * struct model_tcb - an end: its transmission control block and its user
 * @state: RFC 9293 section 3.3.2; never TL_UNKNOWN
 * @iss: initial send sequence number
 * @irs: initial receive sequence number
 * @snd_una: oldest unacknowledged sequence number
 * @snd_nxt: next to send
 * @rcv_nxt: next to receive
 * @fin: a FIN lies right before @snd_nxt
 * @passive: opened by LISTEN
 * @opens: how often it was opened
 * @data: bytes it has sent in all its life
 * @number: segments it has sent
 * @silent: its state changed and no segment told so
 */
struct model_tcb {
	u8 state;
	s8 iss, irs;
	s8 snd_una, snd_nxt, rcv_nxt;
	u8 fin, passive, opens, data, number, silent;
};

/**
 * struct model_rules - what users and network do
 * @opens: how often an end opens, at most
 * @polite: nobody aborts, sends data, or closes before a connection is open
 * @server: end 1 listens and never opens actively
 * @early_close: CLOSE sends a FIN in SYN_RECEIVED, and does not wait (3.10.4)
 */
struct model_rules {
	unsigned int opens;
	bool server;
	bool polite;
	bool early_close;
};

extern struct model_rules model_rules;

/**
 * struct model - two TCPs and a network
 * @tcb: the ends
 * @flight: what is under way, by sender, oldest first
 * @flying: how many these are
 * @said: what the last event made the ends send
 * @saids: how many these are
 * @lost: a segment was lost
 */
struct model {
	struct model_tcb tcb[2];
	struct model_segment flight[2][MODEL_FLIGHT];
	u8 flying[2];
	struct model_segment said[MODEL_SAID];
	u8 saids;
	u8 lost;
};

/* What a user, a timer or the network may do; each tells if it was possible. */
void model_init(struct model *model);
bool model_open(struct model *model, unsigned int at, int iss_step);
bool model_listen(struct model *model, unsigned int at);
bool model_close(struct model *model, unsigned int at);
bool model_abort(struct model *model, unsigned int at);
bool model_send(struct model *model, unsigned int at);
bool model_resend(struct model *model, unsigned int at);
bool model_expire(struct model *model, unsigned int at);
bool model_pick(struct model *model, unsigned int from, unsigned int index,
		bool keep, struct model_segment *segment);
void model_arrive(struct model *model, const struct model_segment *segment);

/* Sequence numbers that a segment takes. */
static inline int model_length(const struct model_segment *segment)
{
	return segment->bytes + !!(segment->flags & TL_SYN) +
	       !!(segment->flags & TL_FIN);
}

#endif /* TCPLAB_UNIT_MODEL_H */

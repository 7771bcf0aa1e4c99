// SPDX-License-Identifier: GPL-2.0
/*
 * Two TCPs and a network: RFC 9293 section 3.10, in the order of its text.
 * Numbers in comments are its sections. What arrives out of order is not held
 * (that is a SHOULD): it is asked for again.
 */
#include "model.h"

#define ISS_STEP	24

struct model_rules model_rules;

void model_init(struct model *model)
{
	memset(model, 0, sizeof(*model));
	model->tcb[0].state = TL_CLOSED;
	model->tcb[1].state = TL_CLOSED;
}

static bool is_over(const struct model_tcb *tcb)
{
	return tcb->state == TL_CLOSED || tcb->state == TL_LISTEN;
}

static void say(struct model *model, unsigned int at, int seq, u8 flags,
		int ack, u8 bytes)
{
	struct model_segment segment = {
		.flags = flags, .bytes = bytes, .seq = seq, .from = at,
		.number = model->tcb[at].number++,
		.iss = model->tcb[at].iss,
	};

	if (flags & TL_ACK)
		segment.ack = ack;
	if (!(flags & TL_RST))
		model->tcb[at].silent = 0;
	model->said[model->saids++] = segment;
}

/* What was said leaves, with the state in which the event has left its sender. */
static void leave(struct model *model)
{
	unsigned int i;

	for (i = 0; i < model->saids; i++) {
		struct model_segment *segment = &model->said[i];
		unsigned int at = segment->from;

		segment->state = model->tcb[at].state;
		if (model->flying[at] == MODEL_FLIGHT)
			model->lost = 1;
		else
			model->flight[at][model->flying[at]++] = *segment;
	}
}

static void acknowledge(struct model *model, unsigned int at)
{
	struct model_tcb *tcb = &model->tcb[at];

	say(model, at, tcb->snd_nxt, TL_ACK, tcb->rcv_nxt, 0);
}

/* Forgets the connection, but not the user who had it. */
static void delete(struct model_tcb *tcb, enum tl_state state)
{
	tcb->state = state;
	tcb->fin = 0;
	tcb->irs = 0;
	tcb->rcv_nxt = 0;
	if (state != TL_LISTEN)
		tcb->passive = 0;
}

/* The same, and nobody is told. */
static void vanish(struct model_tcb *tcb, enum tl_state state)
{
	delete(tcb, state);
	tcb->silent = 1;
}

static void begin(struct model_tcb *tcb, int iss)
{
	tcb->iss = iss;
	tcb->snd_una = iss;
	tcb->snd_nxt = iss + 1;
	tcb->fin = 0;
}

/* A later incarnation begins elsewhere: ahead of the last one, or behind it. */
static int choose_iss(const struct model_tcb *tcb, int step)
{
	return tcb->number ? tcb->snd_nxt + step * ISS_STEP : 0;
}

/*
 * 3.10.1, active; a socket that listens cannot connect. Numbers behind those
 * of the last connection (from a clock that has wrapped) come after TIME-WAIT.
 */
bool model_open(struct model *model, unsigned int at, int iss_step)
{
	struct model_tcb *tcb = &model->tcb[at];

	model->saids = 0;
	if ((tcb->state != TL_CLOSED && tcb->state != TL_TIME_WAIT) ||
	    tcb->opens == model_rules.opens || (at == 1 && model_rules.server))
		return false;
	if (iss_step < 0 && tcb->state != TL_TIME_WAIT)
		return false;
	tcb->opens++;
	begin(tcb, choose_iss(tcb, iss_step));
	delete(tcb, TL_SYN_SENT);
	say(model, at, tcb->iss, TL_SYN, 0, 0);
	leave(model);
	return true;
}

/* 3.10.1, passive */
bool model_listen(struct model *model, unsigned int at)
{
	struct model_tcb *tcb = &model->tcb[at];

	model->saids = 0;
	if (tcb->state != TL_CLOSED || tcb->opens == model_rules.opens)
		return false;
	tcb->opens++;
	tcb->state = TL_LISTEN;
	tcb->passive = 1;
	return true;
}

static void send_fin(struct model *model, unsigned int at, enum tl_state state)
{
	struct model_tcb *tcb = &model->tcb[at];

	tcb->state = state;
	say(model, at, tcb->snd_nxt, TL_FIN | TL_ACK, tcb->rcv_nxt, 0);
	tcb->snd_nxt++;
	tcb->fin = 1;
}

/* 3.10.4 */
bool model_close(struct model *model, unsigned int at)
{
	struct model_tcb *tcb = &model->tcb[at];

	model->saids = 0;
	switch (tcb->state) {
	case TL_LISTEN:
	case TL_SYN_SENT:
		if (model_rules.polite)
			return false;
		vanish(tcb, TL_CLOSED);
		break;
	case TL_SYN_RECEIVED:
		if (!model_rules.early_close)
			return false;
		send_fin(model, at, TL_FIN_WAIT_1);
		break;
	case TL_ESTABLISHED:
		send_fin(model, at, TL_FIN_WAIT_1);
		break;
	case TL_CLOSE_WAIT:
		send_fin(model, at, TL_LAST_ACK);
		break;
	default:
		return false;
	}
	leave(model);
	return true;
}

/* 3.10.5 */
bool model_abort(struct model *model, unsigned int at)
{
	struct model_tcb *tcb = &model->tcb[at];
	int seq = tcb->snd_nxt;

	model->saids = 0;
	if (model_rules.polite)
		return false;
	switch (tcb->state) {
	case TL_SYN_RECEIVED:
	case TL_ESTABLISHED:
	case TL_FIN_WAIT_1:
	case TL_FIN_WAIT_2:
	case TL_CLOSE_WAIT:
		delete(tcb, TL_CLOSED);
		say(model, at, seq, TL_RST, 0, 0);
		break;
	case TL_CLOSING:
	case TL_LAST_ACK:
	case TL_TIME_WAIT:
		vanish(tcb, TL_CLOSED);
		break;
	default:
		return false;
	}
	leave(model);
	return true;
}

/* 3.10.2, one byte in a connection's life */
bool model_send(struct model *model, unsigned int at)
{
	struct model_tcb *tcb = &model->tcb[at];

	model->saids = 0;
	if ((tcb->state != TL_ESTABLISHED && tcb->state != TL_CLOSE_WAIT) ||
	    tcb->data || model_rules.polite)
		return false;
	tcb->data++;
	say(model, at, tcb->snd_nxt, TL_ACK, tcb->rcv_nxt, 1);
	tcb->snd_nxt++;
	leave(model);
	return true;
}

/* 3.10.8: the segment at the front of the retransmission queue */
bool model_resend(struct model *model, unsigned int at)
{
	struct model_tcb *tcb = &model->tcb[at];

	model->saids = 0;
	if (is_over(tcb) || tcb->state == TL_TIME_WAIT ||
	    tcb->snd_una == tcb->snd_nxt)
		return false;
	if (tcb->state == TL_SYN_SENT)
		say(model, at, tcb->iss, TL_SYN, 0, 0);
	else if (tcb->snd_una == tcb->iss)
		say(model, at, tcb->iss, TL_SYN | TL_ACK, tcb->rcv_nxt, 0);
	else if (tcb->fin && tcb->snd_una == tcb->snd_nxt - 1)
		say(model, at, tcb->snd_una, TL_FIN | TL_ACK, tcb->rcv_nxt, 0);
	else
		say(model, at, tcb->snd_una, TL_ACK, tcb->rcv_nxt, 1);
	leave(model);
	return true;
}

/* 3.10.8: two maximum segment lifetimes have passed */
bool model_expire(struct model *model, unsigned int at)
{
	model->saids = 0;
	if (model->tcb[at].state != TL_TIME_WAIT)
		return false;
	vanish(&model->tcb[at], TL_CLOSED);
	return true;
}

/* Takes a segment out of the network; with @keep a copy of it. */
bool model_pick(struct model *model, unsigned int from, unsigned int index,
		bool keep, struct model_segment *segment)
{
	struct model_segment *flight = model->flight[from];
	unsigned int i;

	model->saids = 0;
	if (index >= model->flying[from])
		return false;
	*segment = flight[index];
	if (keep)
		return true;
	model->flying[from]--;
	for (i = index; i < model->flying[from]; i++)
		flight[i] = flight[i + 1];
	memset(&flight[i], 0, sizeof(flight[i]));
	return true;
}

/* 3.10.7.1 */
static void arrive_closed(struct model *model, unsigned int at,
			  const struct model_segment *s)
{
	if (s->flags & TL_RST)
		return;
	if (s->flags & TL_ACK)
		say(model, at, s->ack, TL_RST, 0, 0);
	else
		say(model, at, 0, TL_RST | TL_ACK, s->seq + model_length(s), 0);
}

static void take_syn(struct model_tcb *tcb, const struct model_segment *s)
{
	tcb->irs = s->seq;
	tcb->rcv_nxt = s->seq + 1;
}

static void answer_syn(struct model *model, unsigned int at,
		       const struct model_segment *s)
{
	struct model_tcb *tcb = &model->tcb[at];

	begin(tcb, choose_iss(tcb, 1));
	take_syn(tcb, s);
	tcb->state = TL_SYN_RECEIVED;
	say(model, at, tcb->iss, TL_SYN | TL_ACK, tcb->rcv_nxt, 0);
}

/* 3.10.7.2 */
static void arrive_listen(struct model *model, unsigned int at,
			  const struct model_segment *s)
{
	if (s->flags & TL_RST)
		return;
	if (s->flags & TL_ACK)
		say(model, at, s->ack, TL_RST, 0, 0);
	else if (s->flags & TL_SYN)
		answer_syn(model, at, s);
}

/* 3.10.7.3 */
static void arrive_syn_sent(struct model *model, unsigned int at,
			    const struct model_segment *s)
{
	struct model_tcb *tcb = &model->tcb[at];
	bool ack = s->flags & TL_ACK;

	if (ack && (s->ack <= tcb->iss || s->ack > tcb->snd_nxt)) {
		if (!(s->flags & TL_RST))
			say(model, at, s->ack, TL_RST, 0, 0);
		return;
	}
	if (s->flags & TL_RST) {
		if (ack)
			delete(tcb, TL_CLOSED);
		return;
	}
	if (!(s->flags & TL_SYN))
		return;
	take_syn(tcb, s);
	if (ack) {
		tcb->snd_una = s->ack;
		tcb->state = TL_ESTABLISHED;
		acknowledge(model, at);
	} else {
		tcb->state = TL_SYN_RECEIVED;
		say(model, at, tcb->iss, TL_SYN | TL_ACK, tcb->rcv_nxt, 0);
	}
}

static bool in_window(const struct model_tcb *tcb, int seq)
{
	return tcb->rcv_nxt <= seq && seq < tcb->rcv_nxt + MODEL_WINDOW;
}

/* 3.10.7.4, first: the table with a window that is open */
static bool acceptable(const struct model_tcb *tcb,
		       const struct model_segment *s)
{
	int length = model_length(s);

	return in_window(tcb, s->seq) ||
	       (length && in_window(tcb, s->seq + length - 1));
}

/* 3.10.7.4, first, TIME-WAIT: a new connection, for a user who listens */
static bool reopens(const struct model_tcb *tcb, const struct model_segment *s)
{
	return tcb->state == TL_TIME_WAIT && tcb->passive &&
	       (s->flags & (TL_SYN | TL_ACK | TL_RST)) == TL_SYN &&
	       s->seq > tcb->rcv_nxt;
}

/* 3.5, figure 8: the SYN of a simultaneous open comes again, with an ACK */
static bool meets(const struct model_tcb *tcb, const struct model_segment *s)
{
	return tcb->state == TL_SYN_RECEIVED && s->seq == tcb->irs &&
	       (s->flags & (TL_SYN | TL_ACK)) == (TL_SYN | TL_ACK);
}

/* Second: exactly the next one resets, another is challenged (3.10.7.4). */
static void arrive_reset(struct model *model, unsigned int at,
			 const struct model_segment *s)
{
	struct model_tcb *tcb = &model->tcb[at];

	if (s->seq != tcb->rcv_nxt)
		acknowledge(model, at);
	else if (tcb->state == TL_SYN_RECEIVED && tcb->passive)
		delete(tcb, TL_LISTEN);
	else
		delete(tcb, TL_CLOSED);
}

/* Fourth */
static void arrive_syn(struct model *model, unsigned int at)
{
	struct model_tcb *tcb = &model->tcb[at];

	if (tcb->state == TL_SYN_RECEIVED && tcb->passive)
		vanish(tcb, TL_LISTEN);
	else
		acknowledge(model, at);
}

/* Fifth: false if the segment ends here */
static bool take_ack(struct model *model, unsigned int at,
		     const struct model_segment *s)
{
	struct model_tcb *tcb = &model->tcb[at];

	if (tcb->state == TL_SYN_RECEIVED) {
		if (s->ack <= tcb->snd_una || s->ack > tcb->snd_nxt) {
			say(model, at, s->ack, TL_RST, 0, 0);
			return false;
		}
		tcb->state = TL_ESTABLISHED;
	}
	if (s->ack > tcb->snd_nxt) {
		acknowledge(model, at);
		return false;
	}
	if (s->ack > tcb->snd_una)
		tcb->snd_una = s->ack;
	if (!tcb->fin || tcb->snd_una != tcb->snd_nxt)
		return true;
	if (tcb->state == TL_FIN_WAIT_1)
		tcb->state = TL_FIN_WAIT_2;
	else if (tcb->state == TL_CLOSING)
		tcb->state = TL_TIME_WAIT;
	else if (tcb->state == TL_LAST_ACK)
		delete(tcb, TL_CLOSED);
	return tcb->state != TL_CLOSED;
}

/* Eighth */
static void take_fin(struct model_tcb *tcb)
{
	tcb->rcv_nxt++;
	if (tcb->state == TL_ESTABLISHED)
		tcb->state = TL_CLOSE_WAIT;
	else if (tcb->state == TL_FIN_WAIT_1)
		tcb->state = TL_CLOSING;
	else if (tcb->state == TL_FIN_WAIT_2)
		tcb->state = TL_TIME_WAIT;
}

/* Seventh and eighth: what is in order is taken, what is not is asked for. */
static void take_text(struct model *model, unsigned int at,
		      const struct model_segment *s)
{
	struct model_tcb *tcb = &model->tcb[at];
	int end = s->seq + s->bytes;

	if (!model_length(s))
		return;
	if (s->seq <= tcb->rcv_nxt) {
		if (end > tcb->rcv_nxt)
			tcb->rcv_nxt = end;
		if ((s->flags & TL_FIN) && end == tcb->rcv_nxt)
			take_fin(tcb);
	}
	acknowledge(model, at);
}

/* 3.10.7.4 */
static void arrive_other(struct model *model, unsigned int at,
			 const struct model_segment *s)
{
	struct model_tcb *tcb = &model->tcb[at];

	if (reopens(tcb, s)) {
		answer_syn(model, at, s);
		return;
	}
	if (meets(tcb, s)) {
		take_ack(model, at, s);
		return;
	}
	if (!acceptable(tcb, s)) {
		if (!(s->flags & TL_RST))
			acknowledge(model, at);
		return;
	}
	if (s->flags & TL_RST)
		arrive_reset(model, at, s);
	else if (s->flags & TL_SYN)
		arrive_syn(model, at);
	else if ((s->flags & TL_ACK) && take_ack(model, at, s))
		take_text(model, at, s);
}

/* 3.10.7: the segment has come to the end it was sent to */
void model_arrive(struct model *model, const struct model_segment *segment)
{
	unsigned int at = !segment->from;

	switch (model->tcb[at].state) {
	case TL_CLOSED:
		arrive_closed(model, at, segment);
		break;
	case TL_LISTEN:
		arrive_listen(model, at, segment);
		break;
	case TL_SYN_SENT:
		arrive_syn_sent(model, at, segment);
		break;
	default:
		arrive_other(model, at, segment);
	}
	leave(model);
}

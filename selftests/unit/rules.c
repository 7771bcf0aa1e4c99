// SPDX-License-Identifier: GPL-2.0
/* What an observer must see; see rules.h. */
#include "rules.h"

/* Where the acknowledgment of its SYN or FIN leads an end. */
static enum tl_state acknowledged(enum tl_state state)
{
	switch (state) {
	case TL_SYN_RECEIVED:
		return TL_ESTABLISHED;
	case TL_FIN_WAIT_1:
		return TL_FIN_WAIT_2;
	case TL_CLOSING:
		return TL_TIME_WAIT;
	case TL_LAST_ACK:
		return TL_CLOSED;
	default:
		return state;
	}
}

/**
 * rules_expected() - in which state an end must be seen
 * @view: of the end
 */
enum tl_state rules_expected(const struct view *view)
{
	bool acked;

	if (view->reset)
		return TL_CLOSED;
	if (view->state == TL_SYN_RECEIVED)
		acked = view->acked > view->iss;
	else
		acked = view->acked == view->fin_end;
	return view->ack && acked ? acknowledged(view->state) : view->state;
}

/* Whoever listens, or is not there, looks the same. */
bool rules_same(enum tl_state a, enum tl_state b)
{
	return a == b || (a <= TL_LISTEN && b <= TL_LISTEN);
}

/*
 * While a SYN is not believed, the observer may keep what it knew, or believe
 * what follows: it will learn more from the answers.
 */
bool rules_permitted(const struct view *view, enum tl_state seen)
{
	return rules_same(seen, rules_expected(view)) ||
	       (view->doubt_reset && rules_same(seen, TL_CLOSED)) ||
	       (view->doubt && (rules_same(seen, view->state) ||
				view->claims & 1 << seen));
}

/* Beside an end one can ask its socket what it would take. */
bool rules_window_known(enum place place, const struct model *model,
			const struct model_segment *s)
{
	return place == BESIDE && s->from == 1 &&
	       model->tcb[0].state > TL_SYN_SENT;
}

/*
 * Would the end take this RST, were it there now? It does not matter what is
 * under way before it. Of an end that is far, gone, or has begun anew unseen,
 * the observer knows what it saw it acknowledge last.
 */
static bool would_take(const struct view views[2], enum place place,
		       const struct model *model, const struct model_segment *s)
{
	unsigned int at = !s->from;
	const struct model_tcb *tcb = &model->tcb[at];
	const struct view *view = &views[at];
	const struct view *sender = &views[!at];

	if (rules_expected(view) == TL_SYN_SENT && (s->flags & TL_ACK))
		return s->ack == view->iss + 1;
	/* The answer to its SYN is under way, and the RST behind it. */
	if (rules_expected(view) == TL_SYN_SENT)
		return view->ack && (!sender->syn || s->seq > sender->iss);
	if (tcb->state <= TL_SYN_SENT || tcb->iss != view->iss ||
	    (place == BESIDE && at == 1))
		return !view->told || s->seq >= view->told_ack;
	return s->seq >= tcb->rcv_nxt &&
	       (!rules_window_known(place, model, s) ||
		s->seq < tcb->rcv_nxt + MODEL_WINDOW);
}

static bool is_past(const struct view *view)
{
	enum tl_state state = rules_expected(view);

	return state <= TL_LISTEN || state == TL_TIME_WAIT;
}

/*
 * A SYN in the middle is not believed: it will be challenged. Nor is an answer
 * to another SYN than the last: it will be refused. Whoever has sent a FIN asks
 * for no new connection.
 */
static bool believed(const struct view *view, const struct view *peer,
		     const struct model_segment *s)
{
	if (rules_expected(view) == TL_SYN_RECEIVED)
		return !(s->flags & TL_ACK) || s->ack == peer->iss + 1;
	if (view->syn && rules_expected(view) >= TL_SYN_RECEIVED && !is_past(view))
		return s->seq == view->iss;
	if (!(s->flags & TL_ACK) || !peer->syn)
		return true;
	if (peer->fin)
		return !is_past(view);
	return s->ack == peer->iss + 1;
}

/* In a handshake, another number than that behind the SYN will be refused. */
static bool fits(const struct view *peer, const struct model_segment *s)
{
	enum tl_state state = rules_expected(peer);

	return (state != TL_SYN_SENT && state != TL_SYN_RECEIVED) ||
	       s->ack == peer->iss + 1;
}

static void claim(struct view *view, enum tl_state state)
{
	view->claims |= 1 << state | 1 << acknowledged(state);
}

static void note_syn(struct view *view, struct view *peer,
		     const struct model_segment *s)
{
	view->doubt = !believed(view, peer, s);
	view->doubt_reset &= view->doubt;
	if (view->doubt)
		return;
	/* One more of what is open says nothing. */
	if (view->state >= TL_ESTABLISHED && !is_past(view))
		return;
	/* What it acknowledged before its first segment was of another time. */
	if (is_past(view)) {
		if (!peer->reset)
			peer->state = rules_expected(peer);
		peer->ack = 0;
		view->told = 0;
	}
	if (!view->syn || s->seq != view->iss)
		view->ack = 0;
	/* Of one that closed at once, the FIN will be repeated like the SYN. */
	view->state = s->flags & TL_ACK ? TL_SYN_RECEIVED : TL_SYN_SENT;
	view->syn = 1;
	view->fin = 0;
	view->reset = 0;
	view->iss = s->seq;
	view->end = s->seq + 1;
}

/* In a handshake, a RST elsewhere refuses an answer that fits no SYN. */
static bool only_refuses(const struct view *view, const struct model_segment *s)
{
	enum tl_state state = rules_expected(view);

	return (state == TL_SYN_SENT || state == TL_SYN_RECEIVED) &&
	       s->seq != view->iss + 1;
}

/*
 * What of a state can be seen. If nobody saw its FIN, an end has sent none; if
 * it had acknowledged its peer's FIN before, it seems to have closed second.
 */
static enum tl_state visible(const struct view *view, enum tl_state state)
{
	switch (state) {
	case TL_FIN_WAIT_1:
	case TL_FIN_WAIT_2:
		if (view->fin)
			return state;
		return view->state == TL_SYN_RECEIVED ? TL_SYN_RECEIVED :
							TL_ESTABLISHED;
	case TL_CLOSING:
	case TL_LAST_ACK:
		if (!view->fin)
			return TL_CLOSE_WAIT;
		return view->second ? TL_LAST_ACK : state;
	case TL_TIME_WAIT:
		if (!view->fin)
			return TL_CLOSE_WAIT;
		return view->second ? TL_CLOSED : state;
	default:
		return state;
	}
}

static void note_fin(struct view *view, const struct model_segment *s)
{
	if (!view->fin)
		view->second = s->state == TL_CLOSING;
	view->fin = 1;
	view->fin_end = s->seq + model_length(s);
}

static void note_sender(struct view *view, struct view *peer,
			const struct model_segment *s)
{
	/* An old SYN to an end that is gone looks like a new one. */
	if (s->number < view->seen && !((s->flags & TL_SYN) && is_past(view)))
		return;
	if (s->flags & TL_RST) {
		view->seen = s->number + 1;
		claim(view, s->state);
		if (!only_refuses(view, s))
			view->state = TL_CLOSED;
		return;
	}
	if (s->flags & TL_SYN)
		note_syn(view, peer, s);
	else
		view->doubt |= s->iss != view->iss || !fits(peer, s);
	/* What follows a SYN that was not believed is not, either. */
	claim(view, s->state);
	if (view->doubt || !view->syn)
		return;
	view->claims = 0;
	view->seen = s->number + 1;
	if (s->seq + model_length(s) > view->end)
		view->end = s->seq + model_length(s);
	if (s->flags & TL_FIN)
		note_fin(view, s);
	if (!(s->flags & TL_SYN))
		view->state = visible(view, s->state);
}

static void note_ack(struct view *sender, struct view *receiver,
		     const struct model_segment *s)
{
	if (!(s->flags & TL_ACK) || receiver->iss >= s->ack ||
	    s->ack > receiver->end)
		return;
	if (!sender->told || s->ack > sender->told_ack ||
	    (s->flags & TL_SYN))
		sender->told_ack = s->ack;
	sender->told = 1;
	if (!receiver->ack || s->ack > receiver->acked)
		receiver->acked = s->ack;
	receiver->ack = 1;
}

/**
 * rules_note() - what the rules make of a segment that is seen
 * @views: of both ends
 * @place: where it is seen
 * @model: the truth
 * @s: the segment
 */
void rules_note(struct view views[2], enum place place,
		const struct model *model, const struct model_segment *s)
{
	struct view *sender = &views[s->from];
	struct view *receiver = &views[!s->from];

	if (s->flags & TL_RST) {
		receiver->doubt_reset |= receiver->doubt;
		if (!would_take(views, place, model, s))
			return;
		/* Elsewhere in the window it is challenged, and may be forged. */
		if (rules_window_known(place, model, s) &&
		    s->seq != model->tcb[0].rcv_nxt)
			return;
		receiver->reset = 1;
	}
	note_sender(sender, receiver, s);
	/* Of a SYN that is not believed nothing counts. */
	if (!(s->flags & TL_RST) && !((s->flags & TL_SYN) && sender->doubt))
		note_ack(sender, receiver, s);
}

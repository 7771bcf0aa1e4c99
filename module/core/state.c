// SPDX-License-Identifier: GPL-2.0
/*
 * The RFC 9293 state machine for both endpoints of an observed connection.
 *
 * Who sees only segments does not see what arrives. Two rules bridge that gap:
 * a segment that demands an answer (SYN, FIN) counts as received once the
 * answer to it is seen; one that demands none (a bare ACK, a RST) counts as
 * received when it is sent. A wrong guess of the second kind shows itself: the
 * peer repeats what was not acknowledged.
 */
#include "seq.h"
#include "state.h"

/* Largest receive window that scaling allows (RFC 7323 section 2.3). */
#define WINDOW_MAX	0x40000000U
/* Bytes that one segment can carry. */
#define SYN_DATA_MAX	65535

static const char * const state_names[TL_STATES] = {
	[TL_UNKNOWN]		= "-",
	[TL_CLOSED]		= "CLOSED",
	[TL_LISTEN]		= "LISTEN",
	[TL_SYN_SENT]		= "SYN_SENT",
	[TL_SYN_RECEIVED]	= "SYN_RECEIVED",
	[TL_ESTABLISHED]	= "ESTABLISHED",
	[TL_FIN_WAIT_1]		= "FIN_WAIT_1",
	[TL_FIN_WAIT_2]		= "FIN_WAIT_2",
	[TL_CLOSE_WAIT]		= "CLOSE_WAIT",
	[TL_CLOSING]		= "CLOSING",
	[TL_LAST_ACK]		= "LAST_ACK",
	[TL_TIME_WAIT]		= "TIME_WAIT",
};

/*
 * The arcs of figure 5 of RFC 9293. What is not listed leaves the state as it
 * is: a repeated SYN or FIN, an ACK of old data, a SYN in a synchronized state
 * (answered by a challenge ACK, RFC 5961 section 4).
 *
 * Linux does not take two arcs of the figure. LISTEN to SYN_SENT (SEND on a
 * passive socket, section 3.10.2) does not exist in the sockets API: connect()
 * on a listening socket fails with EISCONN. And a listening socket never
 * becomes SYN_RECEIVED itself: a request socket does, beside it.
 */
static const u8 state_arcs[TL_EVENTS][TL_STATES] = {
	[TL_SEND_SYN] = {
		/* Active OPEN: a SYN goes out (3.10.1). */
		[TL_UNKNOWN]		= TL_SYN_SENT,
		[TL_CLOSED]		= TL_SYN_SENT,
		/* SEND on a passive OPEN makes it active (3.10.2). */
		[TL_LISTEN]		= TL_SYN_SENT,
		/* A new incarnation may start out of TIME-WAIT (3.6.1). */
		[TL_TIME_WAIT]		= TL_SYN_SENT,
	},
	[TL_SEND_SYN_ACK] = {
		/* A SYN arrived at a listener; it is answered (3.10.7.2). */
		[TL_UNKNOWN]		= TL_SYN_RECEIVED,
		[TL_CLOSED]		= TL_SYN_RECEIVED,
		[TL_LISTEN]		= TL_SYN_RECEIVED,
		/* Simultaneous open: a bare SYN met our own (3.10.7.3). */
		[TL_SYN_SENT]		= TL_SYN_RECEIVED,
		/* An acceptable SYN reopens TIME-WAIT (3.10.7.4, RFC 6191). */
		[TL_TIME_WAIT]		= TL_SYN_RECEIVED,
	},
	[TL_TAKE_SYN_ACK] = {
		/* Our SYN was answered by SYN,ACK; we acknowledge (3.10.7.3). */
		[TL_SYN_SENT]		= TL_ESTABLISHED,
	},
	[TL_SYN_ACKED] = {
		/* The third segment of the handshake came (3.10.7.4). */
		[TL_SYN_RECEIVED]	= TL_ESTABLISHED,
	},
	[TL_SEND_FIN] = {
		/* CLOSE before the handshake is complete (3.10.4). */
		[TL_SYN_RECEIVED]	= TL_FIN_WAIT_1,
		/* CLOSE by the side that closes first (3.10.4). */
		[TL_ESTABLISHED]	= TL_FIN_WAIT_1,
		/* CLOSE after the peer's FIN was taken (3.10.4). */
		[TL_CLOSE_WAIT]		= TL_LAST_ACK,
	},
	[TL_TAKE_FIN] = {
		/* SYN,ACK and FIN are acknowledged at once (3.10.7.3). */
		[TL_SYN_SENT]		= TL_CLOSE_WAIT,
		/* A FIN right behind the handshake (3.10.7.4, eighth). */
		[TL_SYN_RECEIVED]	= TL_CLOSE_WAIT,
		/* The peer closes first (3.10.7.4, eighth). */
		[TL_ESTABLISHED]	= TL_CLOSE_WAIT,
		/* Simultaneous close: FIN met FIN (3.10.7.4, eighth). */
		[TL_FIN_WAIT_1]		= TL_CLOSING,
		/* The peer closes second (3.10.7.4, eighth). */
		[TL_FIN_WAIT_2]		= TL_TIME_WAIT,
	},
	[TL_FIN_ACKED] = {
		/* The peer knows that we are done (3.10.7.4, fifth). */
		[TL_FIN_WAIT_1]		= TL_FIN_WAIT_2,
		/* Simultaneous close: our FIN is acknowledged too. */
		[TL_CLOSING]		= TL_TIME_WAIT,
		/* The passive side is done (3.10.7.4, fifth). */
		[TL_LAST_ACK]		= TL_CLOSED,
	},
	[TL_RESET] = {
		/* A reset ends every state there is (3.5.2, 3.10.7). */
		[TL_UNKNOWN]		= TL_CLOSED,
		[TL_SYN_SENT]		= TL_CLOSED,
		[TL_SYN_RECEIVED]	= TL_CLOSED,
		[TL_ESTABLISHED]	= TL_CLOSED,
		[TL_FIN_WAIT_1]		= TL_CLOSED,
		[TL_FIN_WAIT_2]		= TL_CLOSED,
		[TL_CLOSE_WAIT]		= TL_CLOSED,
		[TL_CLOSING]		= TL_CLOSED,
		[TL_LAST_ACK]		= TL_CLOSED,
		[TL_TIME_WAIT]		= TL_CLOSED,
	},
};

/**
 * tl_state_next() - where an event leads
 * @state: state of the endpoint
 * @event: what happens to it
 *
 * Return: the next state; @state itself where the event has no arc.
 */
enum tl_state tl_state_next(enum tl_state state, enum tl_event event)
{
	u8 next = state_arcs[event][state];

	return next ? next : state;
}

/**
 * tl_state_name() - the name RFC 9293 gives a state, with underscores
 * @state: an endpoint's state
 *
 * Return: the name; "-" for %TL_UNKNOWN.
 */
const char *tl_state_name(enum tl_state state)
{
	return state_names[state];
}

/**
 * tl_state_synchronized() - whether both SYNs are acknowledged
 * @state: an endpoint's state
 *
 * Source: RFC 9293 section 3.5.2, group 3.
 */
bool tl_state_synchronized(enum tl_state state)
{
	return state >= TL_ESTABLISHED;
}

static void state_move(struct tl_endpoint *end, enum tl_event event)
{
	end->state = tl_state_next(end->state, event);
}

/* With as much of the data that came with it as was taken (RFC 7413). */
static bool state_answers_syn(const struct tl_endpoint *of, u32 ack)
{
	return seq_in_window(ack, of->control_end,
			     of->data ? SYN_DATA_MAX + 1 : 0);
}

/*
 * Whether an acknowledgment number can be meant for an end: one that has sent
 * nothing but its SYN, and the data in it, has nothing else acknowledged, and
 * one that has answered a SYN nothing before that. Other numbers are of a
 * connection before this one.
 */
static bool state_fits(u32 ack, const struct tl_endpoint *end)
{
	if (end->state == TL_SYN_SENT && end->syn)
		return state_answers_syn(end, ack);
	if (end->state == TL_SYN_RECEIVED && end->syn)
		return !seq_before(ack, end->control_end);
	return true;
}

/* Whether @by has acknowledged the last SYN or FIN of @of. */
static bool state_acknowledges(const struct tl_endpoint *by,
			       const struct tl_endpoint *of)
{
	return by->ack && (of->syn || of->fin) && state_fits(by->acked, of) &&
	       !seq_before(by->acked, of->control_end);
}

/*
 * What the two ends know of each other follows from two facts only: which SYN
 * or FIN each has sent, and how far each has acknowledged. Applying every
 * consequence after every segment makes lost, repeated and reordered segments
 * come out right by themselves.
 */
static void state_settle(struct tl_endpoint *end, const struct tl_endpoint *peer)
{
	if (state_acknowledges(end, peer)) {
		if (peer->syn)
			state_move(end, TL_TAKE_SYN_ACK);
		else
			state_move(end, TL_TAKE_FIN);
	}
	if (state_acknowledges(peer, end))
		state_move(end, end->syn ? TL_SYN_ACKED : TL_FIN_ACKED);
}

static void state_note_control(struct tl_endpoint *end, u32 control_end, bool fin)
{
	end->control_end = control_end;
	end->syn = !fin;
	end->fin = fin;
}

static void state_note_ack(struct tl_endpoint *end, u32 ack)
{
	if (end->ack && seq_before(ack, end->acked))
		return;
	end->acked = ack;
	end->ack = true;
}

/*
 * An end that goes on behind its SYN has taken an answer to it, even one that
 * is no longer remembered: since a FIN followed it, or another answer.
 */
static bool state_goes_on(const struct tl_endpoint *end,
			  const struct tl_segment *segment)
{
	return end->syn && !(segment->flags & TL_SYN) &&
	       !seq_before(segment->seq, end->control_end);
}

/*
 * Whose SYN was not answered takes a RST that acknowledges it, and one that
 * comes behind the answer, which then was under way (RFC 9293 section 3.10.7.3).
 */
static bool state_resets_opener(const struct tl_endpoint *opener,
				const struct tl_endpoint *from,
				const struct tl_segment *rst)
{
	if (!opener->syn)
		return false;
	if (rst->flags & TL_ACK)
		return state_answers_syn(opener, rst->ack);
	return state_acknowledges(from, opener) &&
	       !((from->syn || from->fin) &&
		 seq_before(rst->seq, from->control_end));
}

/*
 * A RST counts if the receiver would take it: with a socket to ask, in its
 * window (RFC 9293 section 3.5.3; whether Linux closes at once or sends a
 * challenge ACK first, RFC 5961, is for the socket to say); without one, not
 * behind what the receiver has acknowledged.
 */
static bool state_reset_acceptable(const struct tl_peers *peers, unsigned int from,
				   const struct tl_segment *segment,
				   const struct tl_receive_window *window)
{
	const struct tl_endpoint *peer = &peers->end[!from];

	if (window->known)
		return seq_in_window(segment->seq, window->rcv_nxt,
				     window->rcv_wnd);
	if (peer->state == TL_SYN_SENT)
		return state_resets_opener(peer, &peers->end[from], segment);
	return !peer->ack ||
	       seq_in_window(segment->seq, peer->acked, WINDOW_MAX);
}

/*
 * Whose handshake is not complete refuses an answer to another SYN than its
 * own, and goes on; when it gives up itself, its RST follows its SYN (RFC 9293
 * sections 3.10.7.3 and 3.10.7.4, fifth).
 */
static bool state_only_refuses(const struct tl_endpoint *end,
			       const struct tl_segment *rst)
{
	return (end->state == TL_SYN_SENT || end->state == TL_SYN_RECEIVED) &&
	       end->syn && rst->seq != end->control_end;
}

static bool state_step_reset(struct tl_peers *peers, unsigned int from,
			     const struct tl_segment *segment,
			     const struct tl_receive_window *window)
{
	if (!state_reset_acceptable(peers, from, segment, window))
		return false;
	/*
	 * Elsewhere in the window it is challenged (RFC 5961 section 3.2), and
	 * may be forged: if its sender means it, it says so once more.
	 */
	if (window->known && segment->seq != window->rcv_nxt)
		return true;
	if (!state_only_refuses(&peers->end[from], segment))
		state_move(&peers->end[from], TL_RESET);
	state_move(&peers->end[!from], TL_RESET);
	return true;
}

/* The first segment of a new incarnation: nothing of the old one holds. */
static void state_forget(struct tl_endpoint *end)
{
	end->syn = false;
	end->fin = false;
	end->ack = false;
	end->data = false;
}

/*
 * A SYN that comes again, or that the peer will challenge. Another SYN in the
 * handshake comes from an end that has forgotten the last one, or never kept it
 * (SYN cookies).
 */
static bool state_opens_nothing(const struct tl_endpoint *end,
				const struct tl_endpoint *peer,
				const struct tl_segment *syn)
{
	if (end->state == TL_SYN_RECEIVED && (syn->flags & TL_ACK))
		return !peer->syn || !state_answers_syn(peer, syn->ack);
	if (end->state == TL_SYN_RECEIVED)
		return !end->syn || syn->seq + 1 == end->control_end;
	return tl_state_synchronized(end->state) && end->state != TL_TIME_WAIT;
}

static bool state_step_syn(struct tl_peers *peers, unsigned int from,
			   const struct tl_segment *segment)
{
	struct tl_endpoint *end = &peers->end[from];
	struct tl_endpoint *peer = &peers->end[!from];
	bool answer = segment->flags & TL_ACK;

	if (state_opens_nothing(end, peer, segment))
		return !end->syn || end->control_end == segment->seq + 1;
	/* An answer to a SYN that nobody sent. */
	if (answer && peer->syn && !state_answers_syn(peer, segment->ack))
		return false;
	/* An old one: whose last word was FIN asked for no new connection. */
	if (answer && peer->fin &&
	    (end->state == TL_CLOSED || end->state == TL_TIME_WAIT))
		return false;

	/* It has given up without a word. */
	if (end->state == TL_SYN_RECEIVED)
		state_move(end, TL_RESET);
	if (end->state != TL_SYN_SENT)
		state_forget(end);
	state_move(end, answer ? TL_SEND_SYN_ACK : TL_SEND_SYN);
	/* Sent again, a SYN may come without its data. */
	if (end->control_end != segment->seq + 1)
		end->data = false;
	state_note_control(end, segment->seq + 1, false);
	end->data |= segment->end != segment->seq + 1;
	return true;
}

/**
 * tl_peers_step() - let a segment move both ends of a connection
 * @peers: the connection
 * @from: index of the end that sent the segment
 * @segment: the segment
 * @window: what the socket at the other end would accept now; only a RST is
 *	measured against it
 *
 * Context: any; the caller serialises steps of one connection.
 * Source: RFC 9293 section 3.10.7.
 *
 * Return: false for a segment that its receiver must refuse; nothing changed.
 */
bool tl_peers_step(struct tl_peers *peers, unsigned int from,
		   const struct tl_segment *segment,
		   const struct tl_receive_window *window)
{
	struct tl_endpoint *end = &peers->end[from];
	struct tl_endpoint *peer = &peers->end[!from];

	if (segment->flags & TL_RST)
		return state_step_reset(peers, from, segment, window);
	if ((segment->flags & TL_SYN) && !state_step_syn(peers, from, segment))
		return false;
	/* A SYN in a synchronized state is challenged, whatever it says. */
	if ((segment->flags & TL_SYN) && tl_state_synchronized(end->state))
		return true;
	if ((segment->flags & TL_ACK) && state_fits(segment->ack, peer)) {
		state_note_ack(end, segment->ack);
		if (state_goes_on(end, segment))
			state_move(end, TL_TAKE_SYN_ACK);
	}
	state_settle(end, peer);
	/* Whose SYN is not answered yet has nothing to close. */
	if ((segment->flags & TL_FIN) && end->state != TL_SYN_SENT) {
		state_move(end, TL_SEND_FIN);
		state_note_control(end, segment->end, true);
	}
	state_settle(peer, end);
	state_settle(end, peer);
	return true;
}

static bool state_has_taken_fin(enum tl_state state)
{
	return state == TL_CLOSE_WAIT || state == TL_CLOSING ||
	       state == TL_LAST_ACK || state == TL_TIME_WAIT;
}

static bool state_has_fin_acked(enum tl_state state)
{
	return state == TL_FIN_WAIT_2 || state == TL_TIME_WAIT;
}

/* What an end's state proves of its peer, if no segment of the peer was seen. */
static const u8 state_implied[TL_STATES] = {
	[TL_SYN_RECEIVED]	= TL_SYN_SENT,
	[TL_ESTABLISHED]	= TL_ESTABLISHED,
	[TL_FIN_WAIT_1]		= TL_ESTABLISHED,
	[TL_FIN_WAIT_2]		= TL_CLOSE_WAIT,
	[TL_CLOSE_WAIT]		= TL_FIN_WAIT_2,
	[TL_CLOSING]		= TL_CLOSING,
	[TL_LAST_ACK]		= TL_FIN_WAIT_2,
	[TL_TIME_WAIT]		= TL_CLOSED,
};

/* Whether @peer cannot be all that has happened at the other end. */
static bool state_lags(enum tl_state peer, enum tl_state state)
{
	switch (peer) {
	case TL_UNKNOWN:
		return true;
	case TL_SYN_SENT:
	case TL_SYN_RECEIVED:
		return tl_state_synchronized(state);
	case TL_ESTABLISHED:
		return state > TL_FIN_WAIT_1;
	case TL_FIN_WAIT_1:
		return state == TL_CLOSE_WAIT || state == TL_LAST_ACK;
	default:
		return false;
	}
}

/*
 * An end that is synchronized has exchanged SYNs, whether all ACKs were seen or
 * not.
 */
static void state_learn_handshake(struct tl_endpoint *end, struct tl_endpoint *peer)
{
	if (peer->syn)
		state_note_ack(end, peer->control_end);
	if (end->syn)
		state_note_ack(peer, end->control_end);
	state_settle(end, peer);
}

/* Whether any segment of an end was seen. */
static bool state_heard(const struct tl_endpoint *end)
{
	return end->syn || end->fin || end->ack;
}

/* Whether an end has taken a FIN that nobody saw, of a peer never heard. */
static bool state_took_unseen_fin(const struct tl_endpoint *end,
				  const struct tl_endpoint *peer, enum tl_state state)
{
	return state_has_taken_fin(state) && !state_heard(peer) &&
	       tl_state_next(end->state, TL_TAKE_FIN) != end->state;
}

/**
 * tl_peers_told() - learn from the socket at one end
 * @peers: the connection
 * @at: index of the end whose socket speaks
 * @state: the socket's state
 *
 * What the socket's state proves of the other end is believed. The machine's
 * own idea of this end is kept, for comparison, unless it can have none: a FIN
 * was taken and nothing was heard of the peer (SYN cookies make a connection of
 * a segment that may bring its FIN, too).
 * Context: any; the caller serialises steps of one connection.
 */
void tl_peers_told(struct tl_peers *peers, unsigned int at, enum tl_state state)
{
	struct tl_endpoint *end = &peers->end[at];
	struct tl_endpoint *peer = &peers->end[!at];

	if (end->state == TL_UNKNOWN || state_took_unseen_fin(end, peer, state))
		end->state = state;
	/* CLOSE before the handshake is complete proves nothing of it. */
	if (end->state == TL_SYN_RECEIVED && state == TL_FIN_WAIT_1)
		return;
	if (state_implied[state] && state_lags(peer->state, state))
		peer->state = state_implied[state];
	if (tl_state_synchronized(state))
		state_learn_handshake(end, peer);
	if (state_has_taken_fin(state) && peer->fin)
		state_note_ack(end, peer->control_end);
	if (state_has_fin_acked(state) && end->fin)
		state_note_ack(peer, end->control_end);
	else if (state_has_fin_acked(state))
		state_move(peer, TL_TAKE_FIN);
	state_settle(peer, end);
}

/**
 * tl_peers_refused() - an end has sent a RST, and its socket is in SYN_RECEIVED
 * @peers: the connection, stepped by the RST
 * @at: index of the end
 * @rst: the RST
 *
 * Unless it follows the SYN, it refuses an acknowledgment of what was never
 * sent, which the machine has believed; the handshake goes on.
 * Context: any; the caller serialises steps of one connection.
 * Source: RFC 9293 section 3.10.7.4, fifth.
 */
void tl_peers_refused(struct tl_peers *peers, unsigned int at,
		      const struct tl_segment *rst)
{
	struct tl_endpoint *end = &peers->end[at];
	struct tl_endpoint *peer = &peers->end[!at];

	if (!end->syn || rst->seq == end->control_end)
		return;
	end->state = TL_SYN_RECEIVED;
	peer->state = state_implied[TL_SYN_RECEIVED];
	peer->ack = false;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that come for a connection which was closed.
 *
 * TIME_WAIT is there for two reasons (RFC 9293 section 3.6.1): to acknowledge the
 * peer's FIN once more if the last ACK was lost, and to keep old duplicates out
 * of a new connection between the same ports.
 */
#include "seq.h"
#include "straggler.h"

/* The largest window there is: so far behind an old segment may lie. */
#define REACH	0x40000000U

static const char * const straggler_kinds[TL_KINDS] = {
	[TL_KIND_FIN]	= "fin",
	[TL_KIND_DATA]	= "data",
	[TL_KIND_ACK]	= "ack",
	[TL_KIND_SYN]	= "syn",
	[TL_KIND_RST]	= "rst",
};

static const char * const straggler_verdicts[TL_VERDICTS] = {
	[TL_VERDICT_ANSWERED]	= "answered",
	[TL_VERDICT_PAWS]	= "refused-paws",
	[TL_VERDICT_SEQUENCE]	= "refused-sequence",
	[TL_VERDICT_ACCEPTED]	= "accepted",
	[TL_VERDICT_CORRUPT]	= "would-corrupt",
};

/**
 * tl_kind_name() - the word for a kind of segment
 * @kind: what a segment is
 *
 * Context: any.
 * Return: the word that reports and events show.
 */
const char *tl_kind_name(enum tl_kind kind)
{
	return straggler_kinds[kind];
}

/**
 * tl_verdict_name() - the word for a verdict
 * @verdict: what became of a segment
 *
 * Context: any.
 * Return: the word that reports and events show.
 */
const char *tl_verdict_name(enum tl_verdict verdict)
{
	return straggler_verdicts[verdict];
}

/**
 * tl_straggler_kind() - what a segment is
 * @segment: the segment
 */
enum tl_kind tl_straggler_kind(const struct tl_segment *segment)
{
	if (segment->flags & TL_RST)
		return TL_KIND_RST;
	if (segment->flags & TL_SYN)
		return TL_KIND_SYN;
	if (segment->flags & TL_FIN)
		return TL_KIND_FIN;
	return segment->end == segment->seq ? TL_KIND_ACK : TL_KIND_DATA;
}

/**
 * tl_straggler_restarts() - whether TIME_WAIT begins anew for a segment
 * @kind: what it is
 * @verdict: what becomes of it
 *
 * Linux sets the timer anew for all that carry an ACK but a RST, and for all that
 * their timestamp refuses but a RST.
 */
bool tl_straggler_restarts(enum tl_kind kind, enum tl_verdict verdict)
{
	return kind <= TL_KIND_ACK || (kind == TL_KIND_SYN && verdict == TL_VERDICT_PAWS);
}

/**
 * tl_straggler_is_old() - whether a segment was sent by the connection closed
 * @segment: the segment
 * @rcv_nxt: what that expected last: all of it has come before
 */
bool tl_straggler_is_old(const struct tl_segment *segment, u32 rcv_nxt)
{
	return rcv_nxt - segment->seq < REACH && rcv_nxt - segment->end < REACH;
}

/* RFC 7323 section 5.3: PAWS. An open connection forgives a tick. */
static bool straggler_is_refused_by_paws(const struct tl_late *late)
{
	u32 forgiven = late->stands == TL_STANDS_OPEN;

	if (!late->stamped || !late->ts_known ||
	    !seq_before(late->stamp + forgiven, late->ts_recent))
		return false;
	/* A RST of a peer that has rebooted has a clock that begins anew. */
	return !(late->segment->flags & TL_RST) || late->ts_fresh;
}

/* RFC 9293 section 3.10.7.4: some of it must be in the window. */
static bool straggler_is_in_window(const struct tl_late *late)
{
	const struct tl_segment *segment = late->segment;

	return !seq_before(segment->end, late->rcv_nxt) &&
	       !seq_before(late->rcv_nxt + late->rcv_wnd, segment->seq);
}

/* RFC 1122 section 4.2.2.13, and RFC 6191: who is clearly new may come. */
static bool straggler_opens_anew(const struct tl_late *late)
{
	return seq_before(late->rcv_nxt, late->segment->seq) ||
	       (late->stamped && late->ts_known &&
		seq_before(late->ts_recent, late->stamp));
}

static enum tl_verdict straggler_in_time_wait(const struct tl_late *late)
{
	if (straggler_is_refused_by_paws(late))
		return TL_VERDICT_PAWS;
	switch (tl_straggler_kind(late->segment)) {
	case TL_KIND_SYN:
		if (!straggler_opens_anew(late))
			return TL_VERDICT_SEQUENCE;
		return late->listens ? TL_VERDICT_ACCEPTED : TL_VERDICT_ANSWERED;
	case TL_KIND_RST:
		return late->segment->seq == late->rcv_nxt && !late->rfc1337 ?
		       TL_VERDICT_ACCEPTED : TL_VERDICT_SEQUENCE;
	case TL_KIND_FIN:
		return TL_VERDICT_ANSWERED;
	default:
		/* A bare ACK in sequence says nothing new, and is not answered. */
		return straggler_is_in_window(late) ? TL_VERDICT_ACCEPTED : TL_VERDICT_SEQUENCE;
	}
}

/* RFC 5961 section 5: what acknowledges too much, or the long acknowledged. */
static bool straggler_acknowledges_wrongly(const struct tl_late *late)
{
	u32 ack = late->segment->ack;

	return (late->segment->flags & TL_ACK) &&
	       (seq_before(late->snd_nxt, ack) ||
		seq_before(ack, late->snd_una - late->rcv_wnd));
}

static enum tl_verdict straggler_in_another(const struct tl_late *late)
{
	if (straggler_is_refused_by_paws(late))
		return TL_VERDICT_PAWS;
	if (late->segment->flags & TL_SYN || !straggler_is_in_window(late) ||
	    straggler_acknowledges_wrongly(late))
		return TL_VERDICT_SEQUENCE;
	/* RFC 5961 section 3: any other RST is challenged. */
	if ((late->segment->flags & TL_RST) && late->segment->seq != late->rcv_nxt)
		return TL_VERDICT_ANSWERED;
	return TL_VERDICT_CORRUPT;
}

/* A closed port answers all but a RST. */
static enum tl_verdict straggler_at_nothing(const struct tl_late *late)
{
	if (late->segment->flags & TL_RST)
		return TL_VERDICT_SEQUENCE;
	return (late->segment->flags & TL_SYN) && late->listens ?
	       TL_VERDICT_ACCEPTED : TL_VERDICT_ANSWERED;
}

/**
 * tl_straggler_verdict() - what becomes of an old segment
 * @late: the segment, and what it meets
 *
 * Source: RFC 9293 section 3.10.7, RFC 7323 section 5, RFC 6191.
 */
enum tl_verdict tl_straggler_verdict(const struct tl_late *late)
{
	switch (late->stands) {
	case TL_STANDS_TIME_WAIT:
		return straggler_in_time_wait(late);
	case TL_STANDS_OPEN:
		return straggler_in_another(late);
	default:
		return straggler_at_nothing(late);
	}
}

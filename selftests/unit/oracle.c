// SPDX-License-Identifier: GPL-2.0
/*
 * The best forecast that there can be of connections that come by chance.
 *
 * An oracle knows the form of the load: which kinds of connections there are and
 * since when, which connection is of which kind, whether they become more, and
 * whether all of a kind live for the same time, which it knows, or end by chance.
 * It does not know how many come in a second, how long those live that end by
 * chance, and how many close first: that it learns from all that have come and
 * ended, by the estimates that waste none of them (maximum likelihood). What it
 * gets wrong is the chance in the load itself, which nobody can do without.
 */
#include <math.h>

#include "oracle.h"

#define SLOT_MS		100
#define SLOTS		(TL_FORECAST_HORIZON * 1000 / SLOT_MS)
/* What ends later than it is looked ahead has room. */
#define ROOM		(2 * SLOTS)

/**
 * struct stream - what is known of connections of a kind
 * @rate: how many come in a second
 * @growth: how many more each second
 * @living: how many are open that may end at any time
 * @ended: how many have ended
 * @firsts: how many of these have closed first
 * @lived_ms: how long all have been open, together
 * @ends: how many end in each slot, of those that live for the same time
 */
struct stream {
	double rate, growth, living;
	double ended, firsts, lived_ms;
	double ends[ROOM];
};

static struct stream streams[KINDS];
/* How many leave TIME_WAIT in each slot. */
static double leave[ROOM];

/* The line that makes what came most likely: least squares with the variance of chance. */
static void learn_line(struct stream *stream, const u32 *opened, int seconds)
{
	int round, i;

	for (round = 0; round < 8; round++) {
		double s0 = 0, s1 = 0, s2 = 0, y0 = 0, y1 = 0, det;

		for (i = 0; i < seconds; i++) {
			double at = i + 0.5 - seconds;
			double var = round ? fmax(stream->rate + stream->growth * at, 0.5) : 1;

			s0 += 1 / var;
			s1 += at / var;
			s2 += at * at / var;
			y0 += opened[i] / var;
			y1 += opened[i] * at / var;
		}
		det = s0 * s2 - s1 * s1;
		stream->growth = (s0 * y1 - s1 * y0) / det;
		stream->rate = (y0 - stream->growth * s1) / s0;
	}
}

static void learn(struct stream *stream, const struct kind *kind, const u32 *opened, int second)
{
	int seconds = second - kind->from, i;
	double sum = 0;

	*stream = (struct stream) { };
	if (!kind->rate || seconds <= 0 || (kind->to && second >= kind->to))
		return;
	if (kind->growth) {
		learn_line(stream, opened + kind->from, seconds);
		return;
	}
	for (i = kind->from; i < second; i++)
		sum += opened[i];
	stream->rate = sum / seconds;
}

/* So many @ms after a slot: between two slots, in parts. */
static void put(double *slots, int slot, u32 ms, double count)
{
	double later = (double)(ms % SLOT_MS) / SLOT_MS;

	slot += ms / SLOT_MS;
	slots[slot] += count * (1 - later);
	slots[slot + 1] += count * later;
}

static u32 length_ms(void)
{
	return world.load->reuses ? min(world.load->length_ms, 1000) : world.load->length_ms;
}

static void learn_life(struct stream *stream, const struct conn *conn, u64 now_ms)
{
	bool ended = conn->waits || conn->gone;

	stream->ended += ended;
	stream->firsts += ended && conn->first;
	stream->lived_ms += (double)((ended ? conn->since_ms : now_ms) - conn->born_ms);
}

static double first_of(const struct stream *stream)
{
	return stream->ended ? stream->firsts / stream->ended : 0;
}

static double life_ms_of(const struct stream *stream)
{
	return stream->ended ? stream->lived_ms / stream->ended : INFINITY;
}

/* When a connection that is there leaves its state. Return: whether it takes a port. */
static bool take(const struct conn *conn, u64 now_ms)
{
	const struct kind *kind = &world.load->kind[conn->kind];
	s64 left;

	if (conn->waits) {
		left = (s64)(conn->since_ms + length_ms()) - (s64)now_ms;
		if (left < 0)
			return false;
		put(leave, 0, (u32)left, 1);
		return true;
	}
	if (kind->life == RANDOM)
		streams[conn->kind].living++;
	left = (s64)(conn->born_ms + kind->life_ms + STEP_MS) - (s64)now_ms;
	if (kind->life == FIXED)
		put(streams[conn->kind].ends, 0, left > 0 ? (u32)left : 0, 1);
	return true;
}

/* Connections of a kind that end in a slot in which so many are opened. */
static double end_some(struct stream *stream, const struct kind *kind, int slot, double opened)
{
	double stay, ends;

	switch (kind->life) {
	case FIXED:
		put(stream->ends, slot, kind->life_ms + STEP_MS, opened);
		return stream->ends[slot];
	case RANDOM:
		stay = exp(-SLOT_MS / life_ms_of(stream));
		ends = stream->living * (1 - stay);
		/* Those that are opened in the slot have less time to end. */
		if (stay < 1)
			ends += opened * (1 - (1 - stay) * life_ms_of(stream) / SLOT_MS);
		stream->living += opened - ends;
		return ends;
	default:
		return 0;
	}
}

/* How many more ports are in use after a slot. */
static double step_on(int slot)
{
	double more = 0, opened, ends, waits;
	unsigned int i;

	for (i = 0; i < KINDS; i++) {
		struct stream *stream = &streams[i];
		const struct kind *kind = &world.load->kind[i];

		opened = stream->rate + stream->growth * (slot + 0.5) * SLOT_MS / 1000;
		opened = fmax(opened, 0) * SLOT_MS / 1000;
		ends = end_some(stream, kind, slot, opened);
		waits = ends * first_of(stream);
		put(leave, slot, length_ms(), waits);
		more += opened - ends + waits;
	}
	return more - leave[slot];
}

/**
 * oracle_ms() - when connect() will find no port, as well as it can be known
 * @step: now
 *
 * Return: as tl_forecast_ms().
 */
u32 oracle_ms(u64 step)
{
	double used = 0, before;
	unsigned int i;
	int slot;

	memset(leave, 0, sizeof(leave));
	for (i = 0; i < KINDS; i++)
		learn(&streams[i], &world.load->kind[i], world.opened[i],
		      step / STEPS_A_SECOND);
	for (i = 0; i < world.conns; i++) {
		learn_life(&streams[world.conn[i].kind], &world.conn[i], loads_ms_of(step));
		if (!world.conn[i].gone)
			used += take(&world.conn[i], loads_ms_of(step));
	}
	for (slot = 0; slot < SLOTS; slot++) {
		before = used;
		if (before >= world.load->range)
			return slot * SLOT_MS;
		used += step_on(slot);
		if (used >= world.load->range)
			return slot * SLOT_MS + (u32)(SLOT_MS *
			       (world.load->range - before) / (used - before));
	}
	return TL_FORECAST_NEVER;
}

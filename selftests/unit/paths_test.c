// SPDX-License-Identifier: GPL-2.0
/*
 * The state machine against a model of what it watches: every way in which two
 * TCPs, their users and the network can go, until eight segments have been
 * sent. After each step the observer must see both ends as rules.h says. Where
 * nothing was lost, nothing is under way and nobody gave up in silence, it must
 * be right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rules.h"

/* Sent on each path; scripts/mutants makes do with less. */
#ifndef SEGMENTS
#define SEGMENTS	8
#endif

#define DEPTH		160	/* events on the longest path, for messages */
#define BASE_0		0xfffffffdU	/* numbers wrap in the handshake */
#define BASE_1		0x7ffffffcU

struct world {
	struct model model;
	struct view view[2];
	struct tl_peers peers;
	u8 sent;
	u8 told;
	u8 adopted;
};

/**
 * struct alphabet - what may happen on the paths of an exploration
 * @place: where the observer stands
 * @rules: of the ends
 * @segments: sent on each path
 * @reach: how many of the segments under way may come next
 * @twice: the network may repeat segments
 * @told: the socket of end 0 says when its state changes
 * @adopt: the observer comes late, and begins with what that socket says
 */
struct alphabet {
	enum place place;
	struct model_rules rules;
	unsigned int segments;
	unsigned int reach;
	bool twice;
	bool told;
	bool adopt;
};

static struct alphabet alphabet;

/*
 * What led to the present world, to be printed where it is wrong: an act of an
 * end, what became of a segment, or that one was seen.
 */
struct chapter {
	const char *what;
	unsigned int at;
	struct model_segment segment;
};

static struct chapter story[DEPTH];
static unsigned int chapters;
static unsigned long worlds, steps, quiet;

static const char *flags_name(u8 flags)
{
	static const char * const names[32] = {
		[TL_SYN] = "SYN", [TL_SYN | TL_ACK] = "SYN,ACK",
		[TL_ACK] = "ACK", [TL_FIN | TL_ACK] = "FIN",
		[TL_RST] = "RST", [TL_RST | TL_ACK] = "RST,ACK",
	};

	return names[flags];
}

static void tell_story(void)
{
	unsigned int i;

	for (i = 0; i < chapters; i++) {
		const struct chapter *chapter = &story[i];
		const struct model_segment *s = &chapter->segment;

		if (s->flags)
			print_message("  %s %d %d of end %u %s\n",
				      flags_name(s->flags), s->seq, s->ack,
				      chapter->at, chapter->what);
		else
			print_message("  end %u: %s\n", chapter->at,
				      chapter->what);
	}
}

static void add_chapter(unsigned int at, const char *what,
			const struct model_segment *segment)
{
	struct chapter *chapter = &story[chapters++];

	assert_true(chapters < DEPTH);
	chapter->at = at;
	chapter->what = what;
	if (segment)
		chapter->segment = *segment;
	else
		chapter->segment.flags = 0;
}

/* One who comes late has seen nothing before. */
static bool watches(const struct world *world)
{
	return !alphabet.adopt || world->adopted;
}

static void observe(struct world *world, const struct model_segment *s)
{
	const struct tl_receive_window window = {
		.rcv_nxt = BASE_1 + world->model.tcb[0].rcv_nxt,
		.rcv_wnd = MODEL_WINDOW,
		.known = rules_window_known(alphabet.place, &world->model, s),
	};
	u32 base[2] = { BASE_0, BASE_1 };
	struct tl_segment segment = {
		.seq = base[s->from] + s->seq,
		.flags = s->flags,
	};

	segment.end = segment.seq + model_length(s);
	if (s->flags & TL_ACK)
		segment.ack = base[!s->from] + s->ack;
	if (!watches(world)) {
		/* What a RST nobody saw has done is anybody's guess. */
		world->model.lost |= !!(s->flags & TL_RST);
		return;
	}
	add_chapter(s->from, "is seen", s);
	tl_peers_step(&world->peers, s->from, &segment, &window);
	rules_note(world->view, alphabet.place, &world->model, s);
}

static void complain(const struct world *world, unsigned int at,
		     enum tl_state right)
{
	tell_story();
	fail_msg("end %u is seen in %s, not %s; it is in %s", at,
		 tl_state_name(world->peers.end[at].state),
		 tl_state_name(right),
		 tl_state_name(world->model.tcb[at].state));
}

static bool is_quiet(const struct model *model)
{
	return !model->lost && !model->flying[0] && !model->flying[1];
}

/*
 * What one sees who comes late, where the rules leave no choice: nothing was
 * lost, nobody gave up in silence, and all that is under way is a SYN or FIN of
 * end 0 that is not answered and acknowledges nothing new.
 */
static bool is_plain(const struct model *model)
{
	unsigned int i;

	if (model->lost || model->flying[1] || model->tcb[1].silent)
		return false;
	if (model->flying[0] && model->tcb[1].state == TL_SYN_RECEIVED)
		return false;
	for (i = 0; i < model->flying[0]; i++)
		if (!(model->flight[0][i].flags & (TL_SYN | TL_FIN)))
			return false;
	return true;
}

static void check_adopted(const struct world *world)
{
	enum tl_state here = world->model.tcb[0].state;
	enum tl_state there = world->model.tcb[1].state;
	enum tl_state seen = world->peers.end[1].state;

	if (!watches(world) || !is_plain(&world->model) ||
	    here <= TL_SYN_SENT)
		return;
	quiet++;
	/* Who closed first, or both at once, was not seen. */
	if (here == TL_TIME_WAIT && there == TL_TIME_WAIT &&
	    (seen == TL_CLOSED || seen == TL_CLOSING))
		return;
	if (!rules_same(seen, there))
		complain(world, 1, there);
}

static void check(const struct world *world)
{
	const struct model *model = &world->model;
	unsigned int at;

	if (alphabet.adopt) {
		check_adopted(world);
		return;
	}
	for (at = 0; at < 2; at++) {
		enum tl_state seen = world->peers.end[at].state;
		enum tl_state right = rules_expected(&world->view[at]);

		if (!rules_permitted(&world->view[at], seen))
			complain(world, at, right);
		if (!is_quiet(model) || model->tcb[at].silent ||
		    world->view[at].doubt)
			continue;
		quiet++;
		if (!rules_same(seen, model->tcb[at].state))
			complain(world, at, model->tcb[at].state);
	}
}

/* Fingerprints of the worlds that were visited, and the paths from each. */
#define SLOTS	8388608	/* 2^23 */

struct visit {
	u64 low, high;
	double paths;
};

static struct visit *visits;

static u64 mix(u64 hash, const void *data, size_t size)
{
	const u8 *bytes = data;

	while (size--)
		hash = (hash ^ *bytes++) * 0x100000001b3ULL;
	return hash ^ hash >> 29;
}

static struct visit *find(const struct world *world)
{
	u64 low = mix(0xcbf29ce484222325ULL, world, sizeof(*world));
	u64 high = mix(0x9e3779b97f4a7c15ULL, world, sizeof(*world)) | 1;
	u32 slot = (u32)(low * 0x9e3779b97f4a7c15ULL >> 41);

	while (visits[slot].high &&
	       (visits[slot].low != low || visits[slot].high != high))
		slot = (slot + 1) % SLOTS;
	if (!visits[slot].high) {
		visits[slot].low = low;
		visits[slot].high = high;
		visits[slot].paths = -1;
	}
	return &visits[slot];
}

static double explore(struct world *world);

/* The socket changes its state before it sends what goes with that. */
static void tell(struct world *world)
{
	enum tl_state state = world->model.tcb[0].state;

	if (!alphabet.told || state == world->told || state == TL_LISTEN ||
	    !watches(world))
		return;
	world->told = state;
	add_chapter(0, tl_state_name(state), NULL);
	tl_peers_told(&world->peers, 0, state);
}

/* What the ends have just said is seen, and leads on. */
static double go_on(struct world *world)
{
	struct model *model = &world->model;
	unsigned int i;

	tell(world);
	world->sent += model->saids;
	for (i = 0; i < model->saids; i++)
		if (alphabet.place == BETWEEN || model->said[i].from == 0)
			observe(world, &model->said[i]);
	memset(model->said, 0, sizeof(model->said));
	model->saids = 0;
	steps++;
	check(world);
	return explore(world);
}

enum act {
	OPEN, OPEN_BEHIND, LISTEN, CLOSE, ABORT, SEND, RESEND, EXPIRE, ADOPT,
	ACTS
};

static const char * const act_names[ACTS] = {
	"OPEN", "OPEN behind", "LISTEN", "CLOSE", "ABORT", "SEND", "resend",
	"2 MSL", "is adopted",
};

/* The observer begins, with the socket of end 0. */
static bool adopt(struct world *world, unsigned int at)
{
	world->model.saids = 0;
	if (at || watches(world) || world->model.tcb[0].state < TL_SYN_SENT)
		return false;
	world->adopted = 1;
	world->told = TL_UNKNOWN;
	return true;
}

static bool do_act(struct world *world, unsigned int at, enum act act)
{
	struct model *model = &world->model;

	switch (act) {
	case OPEN:
		return model_open(model, at, 1);
	case OPEN_BEHIND:
		return model_open(model, at, -1);
	case LISTEN:
		return model_listen(model, at);
	case CLOSE:
		return model_close(model, at);
	case ABORT:
		return model_abort(model, at);
	case SEND:
		return model_send(model, at);
	case RESEND:
		return model_resend(model, at);
	case EXPIRE:
		return model_expire(model, at);
	default:
		return adopt(world, at);
	}
}

static double after_act(struct world world, unsigned int at, enum act act)
{
	unsigned int before = chapters;
	double paths = 0;

	add_chapter(at, act_names[act], NULL);
	if (do_act(&world, at, act))
		paths = go_on(&world);
	chapters = before;
	return paths;
}

enum fate { ARRIVES, LOST, COMES_TWICE, FATES };

static double after_fate(const struct world *was, unsigned int from,
			 unsigned int index, enum fate fate)
{
	static const char * const names[FATES] = {
		"arrives", "is lost", "comes twice",
	};
	struct world world = *was;
	struct model_segment segment;
	unsigned int before = chapters;
	double paths = 0;

	if (!model_pick(&world.model, from, index, fate == COMES_TWICE,
			&segment))
		return 0;
	add_chapter(from, names[fate], &segment);
	if (fate == LOST) {
		world.model.lost = 1;
	} else {
		if (alphabet.place == BESIDE && from == 1)
			observe(&world, &segment);
		model_arrive(&world.model, &segment);
		/* A RST that came too late, or too early, has no effect. */
		if ((segment.flags & TL_RST) &&
		    world.model.tcb[!from].state > TL_LISTEN)
			world.model.lost = 1;
	}
	/* What changes nothing leads nowhere. */
	if (fate != COMES_TWICE || world.model.saids ||
	    memcmp(&world, was, sizeof(world)))
		paths = go_on(&world);
	chapters = before;
	return paths;
}

/* All paths from here, and how many there are. */
static double explore(struct world *world)
{
	struct visit *visit;
	unsigned int at, i;
	unsigned int fates = alphabet.twice ? FATES : COMES_TWICE;
	double paths = 0;

	if (world->sent >= alphabet.segments)
		return 1;
	visit = find(world);
	if (visit->paths >= 0)
		return visit->paths;
	worlds++;
	for (at = 0; at < 2; at++) {
		for (i = 0; i < ACTS; i++)
			paths += after_act(*world, at, i);
		for (i = 0; i < alphabet.reach * fates; i++)
			paths += after_fate(world, at, i / fates, i % fates);
	}
	visit->paths = paths ? paths : 1;
	return visit->paths;
}

static void explore_all(const struct alphabet *letters)
{
	struct world world;
	double paths;

	memset(&world, 0, sizeof(world));
	model_init(&world.model);
	visits = calloc(SLOTS, sizeof(*visits));
	assert_non_null(visits);
	alphabet = *letters;
	model_rules = letters->rules;
	worlds = 0;
	steps = 0;
	quiet = 0;
	paths = explore(&world);
	print_message("%.3g paths of up to %u segments: %lu worlds, %lu steps, %lu quiet ends\n",
		      paths, alphabet.segments, worlds, steps, quiet);
	free(visits);
}

/* Each end opens once, and the network keeps order. */
/* Each end opens once, either way or both, and the network keeps order. */
static void test_once(void **state)
{
	static const struct alphabet letters = {
		.rules = { .opens = 1, .early_close = true },
		.segments = SEGMENTS, .reach = 1,
	};

	(void)state;
	explore_all(&letters);
}

/* The network loses, reorders and repeats. */
static void test_unordered(void **state)
{
	static const struct alphabet letters = {
		.rules = { .opens = 1, .early_close = true },
		.segments = SEGMENTS, .reach = MODEL_FLIGHT, .twice = true,
	};

	(void)state;
	explore_all(&letters);
}

/* A client and a server open a second time. */
static void test_again(void **state)
{
	static const struct alphabet letters = {
		.rules = { .opens = 2, .server = true },
		.segments = SEGMENTS, .reach = 1,
	};

	(void)state;
	explore_all(&letters);
}

/*
 * They do so in order, after CLOSE and out of TIME_WAIT, with numbers ahead or
 * behind: that takes some more segments.
 */
static void test_reopened(void **state)
{
	static const struct alphabet letters = {
		.rules = { .opens = 2, .server = true, .polite = true },
		.segments = SEGMENTS + 3, .reach = 1,
	};

	(void)state;
	explore_all(&letters);
}

/* What end 1 sends may be lost before it is seen. */
static void test_beside(void **state)
{
	static const struct alphabet letters = {
		.place = BESIDE,
		.rules = { .opens = 1, .early_close = true },
		.segments = SEGMENTS, .reach = 1, .twice = true,
	};

	(void)state;
	explore_all(&letters);
}

/* The same, and the socket of end 0 tells its state. */
static void test_told(void **state)
{
	static const struct alphabet letters = {
		.place = BESIDE,
		.rules = { .opens = 1, .early_close = true },
		.segments = SEGMENTS, .reach = 1, .twice = true, .told = true,
	};

	(void)state;
	explore_all(&letters);
}

/* The observer comes at any time, and finds the socket of end 0. */
static void test_adopted(void **state)
{
	static const struct alphabet letters = {
		.place = BESIDE,
		.rules = { .opens = 1 },
		.segments = SEGMENTS, .reach = 1, .told = true, .adopt = true,
	};

	(void)state;
	explore_all(&letters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_unordered),
		cmocka_unit_test(test_beside),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_reopened),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_adopted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the state machine: whole dialogues, each played with either
 * end first, with sequence numbers that wrap at every place, and with every
 * segment repeated; which RST is taken; what sockets prove.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dialogues.h"
#include "state.h"

static const struct tl_receive_window unknown = { .known = false };

/* A connection under observation: A is end @a, and what each has sent. */
struct scene {
	struct tl_peers peers;
	unsigned int a;
	u32 next[2];
};

static struct scene set(unsigned int a, u32 isn_a, u32 isn_b)
{
	struct scene scene = { .a = a };

	scene.next[a] = isn_a;
	scene.next[!a] = isn_b;
	return scene;
}

/* What a line of a dialogue says, with real sequence numbers. */
static struct tl_segment segment_of(const struct scene *scene,
				    const struct line *line, unsigned int from)
{
	struct tl_segment segment = {
		.seq = scene->next[from] + line->seq,
		.flags = line->flags,
	};

	segment.end = segment.seq + line->data + !!(line->flags & TL_SYN) +
		      !!(line->flags & TL_FIN);
	if (line->flags & TL_ACK)
		segment.ack = scene->next[!from] + line->ack;
	return segment;
}

static unsigned int from_of(const struct scene *scene, const struct line *line)
{
	return line->from == A ? scene->a : !scene->a;
}

static struct tl_segment play(struct scene *scene, const struct line *line)
{
	unsigned int from = from_of(scene, line);
	struct tl_segment segment = segment_of(scene, line, from);

	if (tl_peers_step(&scene->peers, from, &segment, &unknown) ==
	    line->refused)
		fail_msg("%s", line->refused ? "not refused" : "refused");
	/* A SYN starts numbers of its own. */
	if (!line->refused && !(line->flags & TL_RST) &&
	    (segment.flags & TL_SYN ||
	     (s32)(segment.end - scene->next[from]) > 0))
		scene->next[from] = segment.end;
	return segment;
}

static void assert_states(const struct scene *scene,
			  const struct dialogue *dialogue, unsigned int i)
{
	enum tl_state a = scene->peers.end[scene->a].state;
	enum tl_state b = scene->peers.end[!scene->a].state;
	const struct line *line = &dialogue->line[i];

	if (a != line->a || b != line->b)
		fail_msg("%s, line %u: %s %s, not %s %s", dialogue->name, i + 1,
			 tl_state_name(a), tl_state_name(b),
			 tl_state_name(line->a), tl_state_name(line->b));
}

static void play_all(const struct dialogue *dialogue, struct scene scene)
{
	unsigned int i;

	for (i = 0; i < dialogue->lines; i++) {
		play(&scene, &dialogue->line[i]);
		assert_states(&scene, dialogue, i);
	}
}

static void test_dialogues(void **unused)
{
	unsigned int i;

	(void)unused;
	for (i = 0; i < DIALOGUES; i++) {
		play_all(&dialogues[i], set(0, 1000, 9000000));
		play_all(&dialogues[i], set(1, 1000, 9000000));
	}
}

/* The first number after each wrap of the word and of its sign. */
static void test_wrap(void **unused)
{
	static const u32 around[] = { 0, 0x80000000 };
	unsigned int i, w, v;
	int back, forth;

	(void)unused;
	for (i = 0; i < DIALOGUES; i++)
		for (w = 0; w < ARRAY_SIZE(around); w++)
			for (v = 0; v < ARRAY_SIZE(around); v++)
				for (back = -130; back <= 1; back++)
					for (forth = -4; forth <= 1; forth++) {
						play_all(&dialogues[i],
							 set(0, around[w] + back,
							     around[v] + forth));
						play_all(&dialogues[i],
							 set(1, around[w] + forth,
							     around[v] + back));
					}
}

/* Each segment arrives twice: the second time it tells nothing new. */
static void test_twice(void **unused)
{
	unsigned int i, j;

	(void)unused;
	for (i = 0; i < DIALOGUES; i++) {
		struct scene scene = set(i & 1, 5, 77);

		for (j = 0; j < dialogues[i].lines; j++) {
			const struct line *line = &dialogues[i].line[j];
			struct tl_segment again = play(&scene, line);

			tl_peers_step(&scene.peers, from_of(&scene, line),
				      &again, &unknown);
			assert_states(&scene, &dialogues[i], j);
		}
	}
}

/*
 * All that was said before is said again after each segment, as long as the
 * connection lives: old duplicates move nothing.
 */
static void test_old_duplicates(void **unused)
{
	unsigned int i, j, k;

	(void)unused;
	for (i = 0; i < DIALOGUES; i++) {
		struct scene scene = set(i & 1, -3, 12);
		struct tl_segment said[LINES];

		for (j = 0; j < dialogues[i].lines; j++) {
			const struct line *line = &dialogues[i].line[j];

			said[j] = play(&scene, line);
			if (line->a == TL_TIME_WAIT || line->b == TL_TIME_WAIT ||
			    line->a == TL_CLOSED || line->b == TL_CLOSED)
				break;
			for (k = 0; k <= j; k++) {
				line = &dialogues[i].line[k];
				tl_peers_step(&scene.peers,
					      from_of(&scene, line), &said[k],
					      &unknown);
			}
			assert_states(&scene, &dialogues[i], j);
		}
	}
}

/* An open connection of which end 0 expects @seq and end 1 expects 500. */
static struct tl_peers open_at(u32 seq)
{
	struct scene scene = set(1, seq - 1, 499);
	unsigned int i;

	for (i = 0; i < 3; i++)
		play(&scene, &dialogues[0].line[i]);
	return scene.peers;
}

static bool takes_reset(struct tl_peers peers, u32 seq,
			const struct tl_receive_window *window)
{
	const struct tl_segment rst = {
		.seq = seq, .end = seq, .flags = TL_RST,
	};
	const struct tl_peers was = peers;
	bool taken = tl_peers_step(&peers, 1, &rst, window);
	/* Elsewhere in the window it is challenged (RFC 5961): nothing moves. */
	bool moves = taken && (!window->known || seq == window->rcv_nxt);

	assert_int_equal(peers.end[1].state, moves ? TL_CLOSED :
					     was.end[1].state);
	assert_int_equal(peers.end[0].state, moves ? TL_CLOSED :
					     was.end[0].state);
	return taken;
}

/* RFC 9293 section 3.5.3: in the window of the socket at the other end. */
static void test_reset_window(void **unused)
{
	static const u32 edges[] = { 1000, 0, 1, -1, 0x7fffffff, 0x80000000 };
	static const u32 sizes[] = { 1, 2, 1000, 65535, 0x40000000 };
	unsigned int i, j;

	(void)unused;
	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		struct tl_receive_window window = {
			.rcv_nxt = edges[i], .known = true,
		};
		struct tl_peers peers = open_at(edges[i]);

		assert_true(takes_reset(peers, edges[i], &window));
		assert_false(takes_reset(peers, edges[i] + 1, &window));
		assert_false(takes_reset(peers, edges[i] - 1, &window));
		for (j = 0; j < ARRAY_SIZE(sizes); j++) {
			u32 end = edges[i] + sizes[j];

			window.rcv_wnd = sizes[j];
			assert_true(takes_reset(peers, edges[i], &window));
			assert_true(takes_reset(peers, end - 1, &window));
			assert_false(takes_reset(peers, end, &window));
			assert_false(takes_reset(peers, edges[i] - 1, &window));
			assert_false(takes_reset(peers, edges[i] + 0x80000000,
						 &window));
		}
	}
}

/* Without a socket to ask: not behind what the other end has acknowledged. */
static void test_reset_unknown(void **unused)
{
	static const u32 edges[] = { 1000, 0, 1, -1, 0x7fffffff, 0x80000000 };
	unsigned int i;

	(void)unused;
	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		struct tl_peers peers = open_at(edges[i]);

		assert_true(takes_reset(peers, edges[i], &unknown));
		assert_true(takes_reset(peers, edges[i] + 65535, &unknown));
		assert_false(takes_reset(peers, edges[i] - 1, &unknown));
		assert_false(takes_reset(peers, edges[i] + 0x80000000,
					 &unknown));
	}
}

/*
 * A socket here aborts, after more than a window can span: few of its segments were
 * looked at, but the peer expects that RST just where it is.
 */
static void test_reset_own(void **unused)
{
	static const u32 edges[] = { 1000, 0, 1, -1, 0x7fffffff, 0x80000000 };
	static const u32 sent[] = { 0, 0x40000000, 0x7fffffff, 0x80000000, -1 };
	unsigned int i, j;

	(void)unused;
	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		struct tl_peers peers = open_at(edges[i]);

		for (j = 0; j < ARRAY_SIZE(sent); j++) {
			struct tl_receive_window window = {
				.rcv_nxt = edges[i] + sent[j], .known = true,
			};

			assert_int_equal(takes_reset(peers, window.rcv_nxt, &unknown),
					 sent[j] < 0x40000000);
			assert_true(takes_reset(peers, window.rcv_nxt, &window));
		}
	}
}

/* RFC 9293 section 3.10.7.3: a refusal has to acknowledge the SYN. */
static void test_reset_refusal(void **unused)
{
	static const struct line syn = { .flags = TL_SYN };
	struct tl_segment rst = { .flags = TL_RST | TL_ACK };
	u32 isn;
	int off;

	(void)unused;
	for (isn = -2; isn != 3; isn++) {
		for (off = -2; off <= 2; off++) {
			struct scene scene = set(0, isn, 0);

			play(&scene, &syn);
			rst.ack = isn + 1 + off;
			assert_int_equal(tl_peers_step(&scene.peers, 1, &rst,
						       &unknown), off == 0);
			assert_int_equal(scene.peers.end[0].state,
					 off ? TL_SYN_SENT : TL_CLOSED);
		}
	}
}

/* What a socket's state alone proves of the other end. */
static void test_told(void **unused)
{
	static const u8 other[TL_STATES] = {
		[TL_SYN_SENT]		= TL_UNKNOWN,
		[TL_SYN_RECEIVED]	= TL_SYN_SENT,
		[TL_ESTABLISHED]	= TL_ESTABLISHED,
		[TL_FIN_WAIT_1]		= TL_ESTABLISHED,
		[TL_FIN_WAIT_2]		= TL_CLOSE_WAIT,
		[TL_CLOSE_WAIT]		= TL_FIN_WAIT_2,
		[TL_CLOSING]		= TL_CLOSING,
		[TL_LAST_ACK]		= TL_FIN_WAIT_2,
		[TL_TIME_WAIT]		= TL_CLOSED,
	};
	enum tl_state state;

	(void)unused;
	for (state = TL_SYN_SENT; state < TL_STATES; state++) {
		struct tl_peers peers = { 0 };

		tl_peers_told(&peers, 1, state);
		assert_int_equal(peers.end[1].state, state);
		assert_int_equal(peers.end[0].state, other[state]);
	}
}

/* Of a FIN that came before anything was seen only the socket knows. */
static void test_told_of_unseen_fin(void **unused)
{
	struct tl_peers peers = { 0 };

	(void)unused;
	tl_peers_told(&peers, 1, TL_ESTABLISHED);
	tl_peers_told(&peers, 1, TL_CLOSE_WAIT);
	assert_int_equal(peers.end[1].state, TL_CLOSE_WAIT);
	assert_int_equal(peers.end[0].state, TL_FIN_WAIT_2);
	/* What is over for the machine has taken none since. */
	peers = (struct tl_peers){ .end[1].state = TL_CLOSED };
	tl_peers_told(&peers, 1, TL_TIME_WAIT);
	assert_int_equal(peers.end[1].state, TL_CLOSED);
}

/* A RST for an acknowledgment of what was never sent, or for all there is. */
static void test_refused(void **unused)
{
	static const struct line ack = { .from = A, .flags = TL_ACK, .ack = 9 };
	struct tl_segment rst = { .flags = TL_RST };
	struct scene scene = set(0, 10, 20);
	u32 control_end;

	(void)unused;
	play(&scene, &dialogues[0].line[0]);
	play(&scene, &dialogues[0].line[1]);
	control_end = scene.peers.end[1].control_end;
	play(&scene, &ack);
	assert_int_equal(scene.peers.end[1].state, TL_ESTABLISHED);
	rst.seq = control_end;
	tl_peers_refused(&scene.peers, 1, &rst);
	assert_int_equal(scene.peers.end[1].state, TL_ESTABLISHED);
	rst.seq = control_end + 9;
	tl_peers_refused(&scene.peers, 1, &rst);
	assert_int_equal(scene.peers.end[1].state, TL_SYN_RECEIVED);
	assert_int_equal(scene.peers.end[0].state, TL_SYN_SENT);
	play(&scene, &dialogues[0].line[2]);
	assert_int_equal(scene.peers.end[1].state, TL_ESTABLISHED);
	assert_int_equal(scene.peers.end[0].state, TL_ESTABLISHED);
}

static struct scene play_open(void)
{
	struct scene scene = set(0, 10, 20);
	unsigned int i;

	for (i = 0; i < 3; i++)
		play(&scene, &dialogues[0].line[i]);
	return scene;
}

static enum tl_state other_after(struct scene *scene, unsigned int at,
				 enum tl_state told)
{
	tl_peers_told(&scene->peers, at, told);
	return scene->peers.end[!at].state;
}

/* And what it proves of a FIN whose acknowledgment was not seen. */
static void test_told_of_fin(void **unused)
{
	static const struct line fin[] = {
		{ .from = A, .flags = TL_FIN | TL_ACK },
		{ .from = B, .flags = TL_FIN | TL_ACK, .ack = -1 },
	};
	struct scene scene = play_open();

	(void)unused;
	play(&scene, &fin[0]);
	assert_int_equal(other_after(&scene, 1, TL_ESTABLISHED), TL_FIN_WAIT_1);
	assert_int_equal(other_after(&scene, 1, TL_CLOSE_WAIT), TL_FIN_WAIT_2);
	play(&scene, &fin[1]);
	assert_int_equal(other_after(&scene, 1, TL_LAST_ACK), TL_FIN_WAIT_2);

	scene = play_open();
	play(&scene, &fin[0]);
	assert_int_equal(other_after(&scene, 0, TL_FIN_WAIT_2), TL_CLOSE_WAIT);
	play(&scene, &fin[1]);
	assert_int_equal(other_after(&scene, 0, TL_TIME_WAIT), TL_CLOSED);

	/* Nor was the FIN itself. */
	scene = play_open();
	play(&scene, &fin[1]);
	assert_int_equal(other_after(&scene, 0, TL_CLOSING), TL_FIN_WAIT_2);
	assert_int_equal(other_after(&scene, 0, TL_TIME_WAIT), TL_TIME_WAIT);

	scene = play_open();
	play(&scene, &fin[0]);
	play(&scene, &fin[1]);
	assert_int_equal(other_after(&scene, 0, TL_CLOSING), TL_FIN_WAIT_2);
	assert_int_equal(other_after(&scene, 0, TL_TIME_WAIT), TL_TIME_WAIT);
}

/* CLOSE in a handshake: the other end need not have heard of it yet. */
static void test_told_of_early_close(void **unused)
{
	static const struct line opens[] = {
		{ .from = A, .flags = TL_SYN },
		{ .from = B, .flags = TL_SYN },
		{ .from = A, .flags = TL_SYN | TL_ACK, .seq = -1 },
	};
	struct scene scene = set(0, 10, 20);
	unsigned int i;

	(void)unused;
	for (i = 0; i < ARRAY_SIZE(opens); i++)
		play(&scene, &opens[i]);
	assert_int_equal(other_after(&scene, 0, TL_FIN_WAIT_1), TL_SYN_SENT);
	assert_int_equal(other_after(&scene, 0, TL_FIN_WAIT_2), TL_CLOSE_WAIT);
}

/* Of a SYN that nobody saw another cannot be told: it begins nothing. */
static void test_told_of_handshake(void **unused)
{
	struct tl_segment syn = { .flags = TL_SYN };

	(void)unused;
	for (syn.seq = -2; syn.seq != 2; syn.seq++) {
		struct tl_peers peers = { 0 };

		syn.end = syn.seq + 1;
		tl_peers_told(&peers, 0, TL_SYN_RECEIVED);
		assert_true(tl_peers_step(&peers, 0, &syn, &unknown));
		assert_int_equal(peers.end[0].state, TL_SYN_RECEIVED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogues),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_old_duplicates),
		cmocka_unit_test(test_reset_window),
		cmocka_unit_test(test_reset_own),
		cmocka_unit_test(test_reset_unknown),
		cmocka_unit_test(test_reset_refusal),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_told_of_unseen_fin),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_told_of_fin),
		cmocka_unit_test(test_told_of_early_close),
		cmocka_unit_test(test_told_of_handshake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

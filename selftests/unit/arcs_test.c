// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the state machine's arcs: every event in every state, against
 * a table made from RFC 9293.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "state.h"

/*
 * Figure 5 and section 3.10 of RFC 9293, as "in this state, this event leads
 * there". What is not listed changes nothing. What the observer has not seen
 * (TL_UNKNOWN) is like CLOSED or LISTEN; the children of a listener are not
 * the listener, so that a reset connection is CLOSED, never LISTEN.
 */
static const struct {
	enum tl_state state;
	enum tl_event event;
	enum tl_state next;
} figure[] = {
	/* active OPEN; SEND in LISTEN; a new incarnation */
	{ TL_UNKNOWN,		TL_SEND_SYN,		TL_SYN_SENT },
	{ TL_CLOSED,		TL_SEND_SYN,		TL_SYN_SENT },
	{ TL_LISTEN,		TL_SEND_SYN,		TL_SYN_SENT },
	{ TL_TIME_WAIT,		TL_SEND_SYN,		TL_SYN_SENT },
	/* rcv SYN, snd SYN,ACK */
	{ TL_UNKNOWN,		TL_SEND_SYN_ACK,	TL_SYN_RECEIVED },
	{ TL_CLOSED,		TL_SEND_SYN_ACK,	TL_SYN_RECEIVED },
	{ TL_LISTEN,		TL_SEND_SYN_ACK,	TL_SYN_RECEIVED },
	{ TL_SYN_SENT,		TL_SEND_SYN_ACK,	TL_SYN_RECEIVED },
	{ TL_TIME_WAIT,		TL_SEND_SYN_ACK,	TL_SYN_RECEIVED },
	/* rcv SYN,ACK, snd ACK; rcv ACK of SYN */
	{ TL_SYN_SENT,		TL_TAKE_SYN_ACK,	TL_ESTABLISHED },
	{ TL_SYN_RECEIVED,	TL_SYN_ACKED,		TL_ESTABLISHED },
	/* CLOSE, snd FIN */
	{ TL_SYN_RECEIVED,	TL_SEND_FIN,		TL_FIN_WAIT_1 },
	{ TL_ESTABLISHED,	TL_SEND_FIN,		TL_FIN_WAIT_1 },
	{ TL_CLOSE_WAIT,	TL_SEND_FIN,		TL_LAST_ACK },
	/* rcv FIN, snd ACK; one that came with, or right behind, the SYN too */
	{ TL_SYN_SENT,		TL_TAKE_FIN,		TL_CLOSE_WAIT },
	{ TL_SYN_RECEIVED,	TL_TAKE_FIN,		TL_CLOSE_WAIT },
	{ TL_ESTABLISHED,	TL_TAKE_FIN,		TL_CLOSE_WAIT },
	{ TL_FIN_WAIT_1,	TL_TAKE_FIN,		TL_CLOSING },
	{ TL_FIN_WAIT_2,	TL_TAKE_FIN,		TL_TIME_WAIT },
	/* rcv ACK of FIN */
	{ TL_FIN_WAIT_1,	TL_FIN_ACKED,		TL_FIN_WAIT_2 },
	{ TL_CLOSING,		TL_FIN_ACKED,		TL_TIME_WAIT },
	{ TL_LAST_ACK,		TL_FIN_ACKED,		TL_CLOSED },
	/* RST */
	{ TL_UNKNOWN,		TL_RESET,		TL_CLOSED },
	{ TL_SYN_SENT,		TL_RESET,		TL_CLOSED },
	{ TL_SYN_RECEIVED,	TL_RESET,		TL_CLOSED },
	{ TL_ESTABLISHED,	TL_RESET,		TL_CLOSED },
	{ TL_FIN_WAIT_1,	TL_RESET,		TL_CLOSED },
	{ TL_FIN_WAIT_2,	TL_RESET,		TL_CLOSED },
	{ TL_CLOSE_WAIT,	TL_RESET,		TL_CLOSED },
	{ TL_CLOSING,		TL_RESET,		TL_CLOSED },
	{ TL_LAST_ACK,		TL_RESET,		TL_CLOSED },
	{ TL_TIME_WAIT,		TL_RESET,		TL_CLOSED },
};

static enum tl_state by_figure(enum tl_state state, enum tl_event event)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(figure); i++)
		if (figure[i].state == state && figure[i].event == event)
			return figure[i].next;
	return state;
}

static void test_figure(void **unused)
{
	enum tl_state state;
	enum tl_event event;

	(void)unused;
	for (state = 0; state < TL_STATES; state++) {
		for (event = 0; event < TL_EVENTS; event++) {
			enum tl_state next = tl_state_next(state, event);

			if (next != by_figure(state, event))
				fail_msg("event %d in %s leads to %s", event,
					 tl_state_name(state),
					 tl_state_name(next));
		}
	}
}

static void test_names(void **unused)
{
	static const char * const names[TL_STATES] = {
		"-", "CLOSED", "LISTEN", "SYN_SENT", "SYN_RECEIVED",
		"ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "CLOSE_WAIT",
		"CLOSING", "LAST_ACK", "TIME_WAIT",
	};
	enum tl_state state;

	(void)unused;
	for (state = 0; state < TL_STATES; state++) {
		assert_string_equal(tl_state_name(state), names[state]);
		assert_int_equal(tl_state_over(state), state <= TL_CLOSED);
		assert_int_equal(tl_state_synchronized(state),
				 state >= TL_ESTABLISHED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_figure),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an observer of a model must see: in which one state each end, at every
 * moment. The model knows the truth: each segment carries the state in which it
 * left its sender. From that it follows, by the two rules at the top of
 * module/core/state.c:
 *
 * - it is the state in which the newest segment that was seen left the end, for
 *   what an end sends shows what it has received: SYN and FIN count when
 *   answered;
 * - moved on by what its peer has acknowledged, for an ACK counts when sent;
 * - CLOSED from the moment its peer sends a RST that the end would take.
 *
 * An end may know better and be silent: it gave up without a word, or what it
 * was sent is still under way. The observer must then be exactly as far behind,
 * or ahead, as these rules say.
 */
#ifndef TCPLAB_UNIT_RULES_H
#define TCPLAB_UNIT_RULES_H

#include "model.h"

/* Where the observer stands: it sees a segment there. */
enum place {
	BETWEEN,	/* each segment when it is sent */
	BESIDE,		/* those of end 0 when sent, those of 1 when they come */
};

/**
 * struct view - what the rules say of an end
 * @state: in which the newest segment that was seen had left it
 * @seen: one more than the number of that segment
 * @reset: its peer has reset it since
 * @doubt: it says what was not believed; it may be seen in @claims, too
 * @doubt_reset: its peer has reset it since then
 * @claims: the states that it has claimed since, as a set
 * @iss: of its last SYN that was, if @syn
 * @end: behind all that it has sent since
 * @fin_end: behind its FIN, if @fin
 * @second: it closed second, as far as one sees
 * @acked: what its peer has acknowledged, if @ack
 * @told_ack: what it has itself acknowledged, if @told
 */
struct view {
	u8 state, seen;
	u16 claims;
	u8 reset, doubt, doubt_reset, syn, fin, second, ack, told;
	s8 iss, end, fin_end, acked, told_ack;
};

bool rules_same(enum tl_state a, enum tl_state b);
enum tl_state rules_expected(const struct view *view);
bool rules_permitted(const struct view *view, enum tl_state seen);
bool rules_window_known(enum place place, const struct model *model,
			const struct model_segment *s);
void rules_note(struct view views[2], enum place place,
		const struct model *model, const struct model_segment *s);

#endif /* TCPLAB_UNIT_RULES_H */

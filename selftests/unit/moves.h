/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where figure 5 of RFC 9293 lets a segment lead its sender and its receiver,
 * as sets of states: bit n is state n. One segment may take an end over several
 * arcs, since the observer may have missed what came between.
 */
#ifndef TCPLAB_UNIT_MOVES_H
#define TCPLAB_UNIT_MOVES_H

#include "state.h"

#define IN(state)	(1U << TL_##state)

static const unsigned int moves_by_acknowledging[TL_STATES] = {
	[TL_SYN_SENT] = IN(ESTABLISHED) | IN(CLOSE_WAIT),
	[TL_SYN_RECEIVED] = IN(ESTABLISHED) | IN(CLOSE_WAIT),
	[TL_ESTABLISHED] = IN(CLOSE_WAIT),
	[TL_FIN_WAIT_1] = IN(FIN_WAIT_2) | IN(CLOSING) | IN(TIME_WAIT),
	[TL_FIN_WAIT_2] = IN(TIME_WAIT),
	[TL_CLOSING] = IN(TIME_WAIT),
	[TL_LAST_ACK] = IN(CLOSED),
};

static const unsigned int moves_by_closing[TL_STATES] = {
	[TL_SYN_RECEIVED] = IN(FIN_WAIT_1),
	[TL_ESTABLISHED] = IN(FIN_WAIT_1),
	[TL_CLOSE_WAIT] = IN(LAST_ACK),
};

/* All states that lead from @from, over any number of arcs of @arcs. */
static inline unsigned int moves_reach(unsigned int from,
				       const unsigned int *arcs,
				       const unsigned int *more)
{
	unsigned int before, state;

	do {
		before = from;
		for (state = 0; state < TL_STATES; state++)
			if (from & 1U << state)
				from |= arcs[state] | (more ? more[state] : 0);
	} while (from != before);
	return from;
}

/* Where a segment may lead its sender, or its receiver. */
static inline unsigned int moves_may_lead(enum tl_state from, u8 flags,
					  bool sender)
{
	unsigned int set = 1U << from;

	if (flags & TL_RST)
		return set | IN(CLOSED);
	if ((flags & TL_SYN) && sender) {
		if (from <= TL_LISTEN || from == TL_TIME_WAIT ||
		    from == TL_SYN_RECEIVED)
			set |= flags & TL_ACK ? IN(SYN_RECEIVED) : IN(SYN_SENT);
		if (from == TL_SYN_SENT && (flags & TL_ACK))
			set |= IN(SYN_RECEIVED);
	}
	return moves_reach(set, moves_by_acknowledging,
			   sender && (flags & TL_FIN) ? moves_by_closing :
							NULL);
}

#endif /* TCPLAB_UNIT_MOVES_H */

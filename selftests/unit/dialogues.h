/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dialogues of two TCPs, A and B, and the states in which an observer of their
 * segments sees them after each. A segment that wants an answer counts as
 * received when that comes, one that wants none when it is sent.
 */
#ifndef TCPLAB_SELFTESTS_DIALOGUES_H
#define TCPLAB_SELFTESTS_DIALOGUES_H

#include "state.h"

#define LINES	16

enum who { A, B };

/**
 * struct line - a segment, and where it leads
 * @from: who sends it
 * @flags: TL_* control bits
 * @a: state of A afterwards
 * @b: state of B afterwards
 * @seq: where it starts, relative to what follows all that its sender has sent
 * @ack: what it acknowledges, relative to all that the other has sent
 * @data: bytes
 * @refused: the receiver must refuse it
 */
struct line {
	enum who from;
	u8 flags;
	enum tl_state a, b;
	int seq, ack;
	u32 data;
	bool refused;
};

struct dialogue {
	const char *name;
	unsigned int lines;
	struct line line[LINES];
};

#define S	TL_SYN
#define SA	(TL_SYN | TL_ACK)
#define K	TL_ACK
#define FA	(TL_FIN | TL_ACK)
#define R	TL_RST
#define RA	(TL_RST | TL_ACK)

#define SAY(who, what, state_a, state_b, ...)				\
	{								\
		.from = who, .flags = what, .a = state_a, .b = state_b,	\
		## __VA_ARGS__						\
	}

#define DIALOGUE(title, ...)						\
	{								\
		.name = title,						\
		.lines = sizeof((struct line[]){ __VA_ARGS__ }) /	\
			 sizeof(struct line),				\
		.line = { __VA_ARGS__ },				\
	}

/* One that begins with a handshake. */
#define OPENED(title, ...)						\
	DIALOGUE(title,							\
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),		\
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED),		\
		 SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED),		\
		 __VA_ARGS__)

static const struct dialogue dialogues[] = {
	OPENED("the initiator closes first",
	       SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED, .data = 100),
	       SAY(B, K,  TL_ESTABLISHED, TL_ESTABLISHED, .data = 50),
	       SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED),
	       SAY(B, K,  TL_FIN_WAIT_2,  TL_CLOSE_WAIT),
	       SAY(B, FA, TL_FIN_WAIT_2,  TL_LAST_ACK),
	       SAY(A, K,  TL_TIME_WAIT,   TL_CLOSED)),
	OPENED("the responder closes first",
	       SAY(B, FA, TL_ESTABLISHED, TL_FIN_WAIT_1),
	       SAY(A, K,  TL_CLOSE_WAIT,  TL_FIN_WAIT_2),
	       SAY(A, FA, TL_LAST_ACK,    TL_FIN_WAIT_2),
	       SAY(B, K,  TL_CLOSED,      TL_TIME_WAIT)),
	OPENED("close with three segments",
	       SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED),
	       SAY(B, FA, TL_FIN_WAIT_2,  TL_LAST_ACK),
	       SAY(A, K,  TL_TIME_WAIT,   TL_CLOSED)),
	OPENED("half-close, with data afterwards",
	       SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED, .data = 3),
	       SAY(B, K,  TL_FIN_WAIT_2,  TL_CLOSE_WAIT),
	       SAY(B, K,  TL_FIN_WAIT_2,  TL_CLOSE_WAIT, .data = 99),
	       SAY(A, K,  TL_FIN_WAIT_2,  TL_CLOSE_WAIT),
	       SAY(B, FA, TL_FIN_WAIT_2,  TL_LAST_ACK, .data = 1),
	       SAY(A, K,  TL_TIME_WAIT,   TL_CLOSED)),
	OPENED("simultaneous close",
	       SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED),
	       SAY(B, FA, TL_FIN_WAIT_1,  TL_FIN_WAIT_1, .ack = -1),
	       SAY(A, K,  TL_CLOSING,     TL_FIN_WAIT_2),
	       SAY(B, K,  TL_TIME_WAIT,   TL_TIME_WAIT)),
	DIALOGUE("simultaneous open",
		 SAY(A, S,  TL_SYN_SENT,     TL_UNKNOWN),
		 SAY(B, S,  TL_SYN_SENT,     TL_SYN_SENT),
		 SAY(A, SA, TL_SYN_RECEIVED, TL_SYN_SENT, .seq = -1),
		 SAY(B, SA, TL_ESTABLISHED,  TL_ESTABLISHED, .seq = -1),
		 SAY(A, FA, TL_FIN_WAIT_1,   TL_ESTABLISHED)),
	DIALOGUE("data in the SYN, all of it taken",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN, .data = 500),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED),
		 SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED),
		 SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED)),
	DIALOGUE("data in the SYN, none of it taken",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN, .data = 500),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED, .ack = -500),
		 SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED, .seq = -500,
		     .data = 500)),
	DIALOGUE("data in the SYN, not in the next; taken all the same",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN, .data = 500),
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN, .seq = -501),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED, .ack = 500),
		 SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED, .seq = 500)),
	DIALOGUE("an answer to data that no SYN carried",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, SA, TL_SYN_SENT,    TL_UNKNOWN, .ack = 1,
		     .refused = true),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED)),
	DIALOGUE("closed before it was open",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED),
		 SAY(B, FA, TL_SYN_SENT,    TL_FIN_WAIT_1),
		 SAY(A, K,  TL_CLOSE_WAIT,  TL_FIN_WAIT_2),
		 SAY(A, FA, TL_LAST_ACK,    TL_FIN_WAIT_2),
		 SAY(B, K,  TL_CLOSED,      TL_TIME_WAIT)),
	DIALOGUE("the handshake ends with a FIN",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED),
		 SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED, .data = 5),
		 SAY(B, K,  TL_FIN_WAIT_2,  TL_CLOSE_WAIT)),
	DIALOGUE("repeated at every step",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN, .seq = -1),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED),
		 SAY(A, S,  TL_SYN_SENT,    TL_SYN_RECEIVED, .seq = -1),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED, .seq = -1),
		 SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED),
		 SAY(B, SA, TL_ESTABLISHED, TL_ESTABLISHED, .seq = -1),
		 SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED),
		 SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED, .seq = -1),
		 SAY(B, K,  TL_FIN_WAIT_2,  TL_CLOSE_WAIT),
		 SAY(A, FA, TL_FIN_WAIT_2,  TL_CLOSE_WAIT, .seq = -1),
		 SAY(B, FA, TL_FIN_WAIT_2,  TL_LAST_ACK),
		 SAY(B, FA, TL_FIN_WAIT_2,  TL_LAST_ACK, .seq = -1),
		 SAY(A, K,  TL_TIME_WAIT,   TL_CLOSED),
		 SAY(B, FA, TL_TIME_WAIT,   TL_CLOSED, .seq = -1)),
	OPENED("an ACK that stops before the FIN",
	       SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED, .data = 10),
	       SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED, .data = 10),
	       SAY(B, K,  TL_FIN_WAIT_1,  TL_ESTABLISHED, .ack = -1),
	       SAY(B, K,  TL_FIN_WAIT_1,  TL_ESTABLISHED, .ack = -11),
	       SAY(B, K,  TL_FIN_WAIT_2,  TL_CLOSE_WAIT)),
	OPENED("a FIN overtakes its data",
	       SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED, .seq = 100),
	       SAY(B, K,  TL_FIN_WAIT_1,  TL_ESTABLISHED, .ack = -101),
	       SAY(A, K,  TL_FIN_WAIT_1,  TL_ESTABLISHED, .seq = -101,
		   .data = 100),
	       SAY(B, K,  TL_FIN_WAIT_2,  TL_CLOSE_WAIT)),
	OPENED("ACKs out of order",
	       SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED),
	       SAY(B, K,  TL_FIN_WAIT_2,  TL_CLOSE_WAIT),
	       SAY(B, K,  TL_FIN_WAIT_2,  TL_CLOSE_WAIT, .ack = -1),
	       SAY(B, FA, TL_FIN_WAIT_2,  TL_LAST_ACK, .ack = -1),
	       SAY(A, K,  TL_TIME_WAIT,   TL_CLOSED)),
	DIALOGUE("the last ACK of the handshake was not seen",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED),
		 SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED, .data = 20)),
	DIALOGUE("the same, and the responder speaks first",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED),
		 SAY(B, K,  TL_SYN_SENT,    TL_SYN_RECEIVED, .data = 20),
		 SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED)),
	OPENED("the ACK of a FIN is seen before the FIN",
	       SAY(B, K,  TL_ESTABLISHED, TL_ESTABLISHED, .ack = 1),
	       SAY(B, K,  TL_ESTABLISHED, TL_ESTABLISHED),
	       SAY(A, FA, TL_FIN_WAIT_2,  TL_CLOSE_WAIT)),
	DIALOGUE("nobody listens",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, RA, TL_SYN_SENT,    TL_UNKNOWN, .ack = 1,
		     .refused = true),
		 SAY(B, R,  TL_SYN_SENT,    TL_UNKNOWN, .refused = true),
		 SAY(B, RA, TL_CLOSED,      TL_CLOSED)),
	DIALOGUE("an answer to another SYN",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, SA, TL_SYN_SENT,    TL_UNKNOWN, .ack = -1,
		     .refused = true),
		 SAY(A, R,  TL_CLOSED,      TL_CLOSED)),
	DIALOGUE("an answer to another SYN, and the refusal of it",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, SA, TL_SYN_SENT,    TL_UNKNOWN, .ack = -1,
		     .refused = true),
		 SAY(A, R,  TL_SYN_SENT,    TL_CLOSED, .seq = -1),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED, .seq = 50),
		 SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED)),
	DIALOGUE("answered and aborted",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED),
		 SAY(B, R,  TL_CLOSED,      TL_CLOSED)),
	DIALOGUE("answered twice, with other numbers",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED, .seq = 50),
		 SAY(A, K,  TL_SYN_SENT,    TL_SYN_RECEIVED, .ack = -51),
		 SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED)),
	DIALOGUE("the responder forgets, and opens by itself",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED),
		 SAY(B, S,  TL_SYN_SENT,    TL_SYN_SENT, .seq = 50)),
	DIALOGUE("the answer is acknowledged, the FIN behind it not",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED),
		 SAY(B, FA, TL_SYN_SENT,    TL_FIN_WAIT_1),
		 SAY(A, K,  TL_ESTABLISHED, TL_FIN_WAIT_1, .ack = -1),
		 SAY(A, K,  TL_CLOSE_WAIT,  TL_FIN_WAIT_2)),
	DIALOGUE("a FIN whose ACK fits nothing",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, S,  TL_SYN_SENT,    TL_SYN_SENT),
		 SAY(A, FA, TL_SYN_SENT,    TL_SYN_SENT, .ack = -1),
		 SAY(B, RA, TL_CLOSED,      TL_CLOSED, .ack = -1)),
	DIALOGUE("an answer that nobody saw",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(A, FA, TL_FIN_WAIT_1,  TL_UNKNOWN)),
	DIALOGUE("what was acknowledged before the last SYN",
		 SAY(A, S,  TL_SYN_SENT,    TL_UNKNOWN),
		 SAY(B, K,  TL_SYN_SENT,    TL_UNKNOWN, .ack = 500),
		 SAY(B, R,  TL_SYN_SENT,    TL_UNKNOWN, .refused = true),
		 SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED),
		 SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED)),
	OPENED("a SYN in the middle is challenged",
	       SAY(A, S,  TL_ESTABLISHED, TL_ESTABLISHED, .seq = 5000,
		   .refused = true),
	       SAY(B, K,  TL_ESTABLISHED, TL_ESTABLISHED),
	       SAY(A, R,  TL_CLOSED,      TL_CLOSED)),
	OPENED("an old answer comes to an end in TIME_WAIT",
	       SAY(B, FA, TL_ESTABLISHED, TL_FIN_WAIT_1),
	       SAY(A, FA, TL_LAST_ACK,    TL_FIN_WAIT_2),
	       SAY(B, K,  TL_CLOSED,      TL_TIME_WAIT),
	       SAY(B, SA, TL_CLOSED,      TL_TIME_WAIT, .seq = -2, .ack = -1,
		   .refused = true)),
	OPENED("an old answer comes to an end that is CLOSED",
	       SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED),
	       SAY(B, FA, TL_FIN_WAIT_2,  TL_LAST_ACK),
	       SAY(A, K,  TL_TIME_WAIT,   TL_CLOSED),
	       SAY(B, SA, TL_TIME_WAIT,   TL_CLOSED, .seq = -2, .ack = -1,
		   .refused = true)),
	OPENED("what a SYN in the middle acknowledges does not count",
	       SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED),
	       SAY(B, SA, TL_FIN_WAIT_1,  TL_ESTABLISHED, .seq = -1),
	       SAY(B, K,  TL_FIN_WAIT_2,  TL_CLOSE_WAIT)),
	OPENED("aborted by the initiator",
	       SAY(A, RA, TL_CLOSED,      TL_CLOSED)),
	OPENED("aborted by the responder, half-closed",
	       SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED),
	       SAY(B, K,  TL_FIN_WAIT_2,  TL_CLOSE_WAIT),
	       SAY(B, R,  TL_CLOSED,      TL_CLOSED)),
	OPENED("the initiator reopens from TIME_WAIT",
	       SAY(A, FA, TL_FIN_WAIT_1,  TL_ESTABLISHED),
	       SAY(B, FA, TL_FIN_WAIT_2,  TL_LAST_ACK),
	       SAY(A, K,  TL_TIME_WAIT,   TL_CLOSED),
	       SAY(A, S,  TL_SYN_SENT,    TL_CLOSED, .seq = 1000),
	       SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED, .seq = 1000),
	       SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED)),
	OPENED("the responder is reopened in TIME_WAIT",
	       SAY(B, FA, TL_ESTABLISHED, TL_FIN_WAIT_1),
	       SAY(A, FA, TL_LAST_ACK,    TL_FIN_WAIT_2),
	       SAY(B, K,  TL_CLOSED,      TL_TIME_WAIT),
	       SAY(A, S,  TL_SYN_SENT,    TL_TIME_WAIT, .seq = 1000),
	       SAY(B, SA, TL_SYN_SENT,    TL_SYN_RECEIVED, .seq = 1000),
	       SAY(A, K,  TL_ESTABLISHED, TL_ESTABLISHED)),
};

#define DIALOGUES	ARRAY_SIZE(dialogues)

#endif /* TCPLAB_SELFTESTS_DIALOGUES_H */

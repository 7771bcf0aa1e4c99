/* SPDX-License-Identifier: GPL-2.0 */
/* Loads of connections, which are played connection by connection. */
#ifndef TCPLAB_UNIT_LOADS_H
#define TCPLAB_UNIT_LOADS_H

#include "load.h"

#define STEP_MS		10
#define STEPS_A_SECOND	(1000 / STEP_MS)
#define SECONDS		700
#define STEPS		(SECONDS * STEPS_A_SECOND)
/* The clock of a machine that has been up for a while. */
#define EPOCH_MS	123456700ULL
/* From so long after a change of the load until so long before the failure. */
#define SETTLES		10
#define FIFTHS		5
/* Connections of a load, and kinds of these. */
#define MOST		524288
#define KINDS		3

/* How connections of a kind end. */
enum life { FIXED, RANDOM, NEVER };

/**
 * struct kind - connections of one kind
 * @rate: how many there are a second, to begin with
 * @growth: how many more each second
 * @from: second in which they begin
 * @to: second in which they are over; 0: never
 * @life: how long they live
 * @life_ms: that long, or so on average
 * @first: how many of a hundred close first
 */
struct kind {
	double rate, growth;
	int from, to;
	enum life life;
	int life_ms;
	int first;
};

/**
 * struct load - what a client does
 * @name: for the table
 * @kind: connections, of up to three kinds
 * @range: its ports
 * @length_ms: length of TIME_WAIT
 * @reuses: tcp_tw_reuse, and the peer's timestamps
 * @changes: second of the last change
 * @lasts: it never runs out of ports
 */
struct load {
	const char *name;
	struct kind kind[KINDS];
	u32 range;
	int length_ms;
	bool reuses;
	int changes;
	bool lasts;
};

/* Those that the forecast was made with, and others; the last has no name. */
extern const struct load loads_usual[];
extern const struct load loads_others[];

/**
 * struct conn - a connection
 * @next: the next of which something happens in the same step
 * @born_ms: when it was opened
 * @since_ms: when it ceased to be open
 * @kind: which of the load's kinds it is of
 * @first: this end closes first
 * @waits: it is in TIME_WAIT, or was
 * @gone: its port is free
 */
struct conn {
	struct conn *next;
	u64 born_ms, since_ms;
	u8 kind;
	bool first, waits, gone;
};

/**
 * struct world - what a load has come to
 * @conn: all connections that there were
 * @load: the load
 * @evenly: connections are opened evenly; otherwise by chance
 * @due: those of which something happens in a step
 * @waits: those in TIME_WAIT, in the order in which they came there
 * @conns: how many connections there were
 * @first: the oldest of these that is there
 * @last: behind the youngest
 * @open: how many are open
 * @waiting: how many are in TIME_WAIT
 * @credit: connections that each kind is behind
 * @opened: how many of each kind were opened in each second
 * @seen: what tcplab counts
 * @said: what it forecasts, each second
 * @best: what an oracle does
 */
struct world {
	struct conn *conn;
	const struct load *load;
	bool evenly;
	struct conn *due[STEPS + 1];
	struct conn **waits;
	u32 conns;
	u32 first, last;
	u32 open, waiting;
	double credit[KINDS];
	u32 opened[KINDS][SECONDS];
	struct tl_load seen;
	u32 said[SECONDS];
	u32 best[SECONDS];
};

extern struct world world;

u64 loads_ms_of(u64 step);
u64 loads_play(const struct load *load, bool evenly, u32 (*oracle)(u64 step));
double loads_judge(const struct load *load, u64 failed, const u32 *said, double *errors);

#endif /* TCPLAB_UNIT_LOADS_H */

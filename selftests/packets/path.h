/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A path: one connection between a socket of the kernel and a scripted peer,
 * and the steps that both take.
 */
#ifndef TCPLAB_SELFTESTS_PACKETS_PATH_H
#define TCPLAB_SELFTESTS_PACKETS_PATH_H

#include "rfc.h"

#define STEPS_MAX	16
#define PATHS_MAX	1024	/* at the same time */
#define FIRST_PORT	10000

/* What a step may be: a segment of the peer, or an act of the application. */
enum step {
	STEP_SEGMENTS = KINDS,
	STEP_SEND = STEP_SEGMENTS,	/* the application sends */
	STEP_READ,			/* reads all */
	STEP_SHUTDOWN,			/* closes the sending side */
	STEP_CLOSE,
	STEP_ABORT,			/* closes by RST */
	STEP_ACCEPT,
	STEP_UNLISTEN,			/* closes the listening socket */
	STEPS
};

/**
 * struct path - a connection under way
 * @step: its steps
 * @length: how many
 * @passive: the kernel's socket is accepted, not connected
 * @ends: what the socket table said last
 * @row: what the row said last
 * @peer: the other end
 * @fd: the kernel's socket, or -1
 * @listener: the listening socket, or -1
 * @rogue: the peer broke the RFC: from there on only the socket counts
 * @useless: the last step could not be taken, or changed nothing to look at
 * @wrong: the report was not as it should be
 * @is_shut: the application has closed the sending side
 * @unread: there are data to be read
 * @sent: the application has sent data
 * @crossed: its SYN met one of the peer, which is counted
 */
struct path {
	u8 step[STEPS_MAX];
	unsigned int length;
	bool passive;
	struct ends ends;
	struct ends row;
	struct rfc_peer peer;
	int fd;
	int listener;
	bool rogue;
	bool useless;
	bool wrong;
	bool is_shut;
	bool unread;
	bool sent;
	bool crossed;
};

/**
 * struct tally - what the wire and the socket table have shown
 * @opened: connections that began
 * @simultaneous_open: of those, with a SYN from both sides
 * @simultaneous_close: sockets that became CLOSING
 * @time_wait: sockets that became TIME_WAIT
 */
struct tally {
	long opened;
	long simultaneous_open;
	long simultaneous_close;
	long time_wait;
};

int path_begin(struct path *path, int family, unsigned int index);
bool path_may(const struct path *path, int step);
bool path_lawful(const struct path *path, int step);
void path_step(struct path *path, int step);
void path_end(struct path *path);
void paths_drain(struct path *paths, unsigned int count, struct tally *tally);
const char *path_text(const struct path *path, unsigned int steps);
int step_number(const char *name);
u64 path_signature(const struct path *path);

#endif /* TCPLAB_SELFTESTS_PACKETS_PATH_H */

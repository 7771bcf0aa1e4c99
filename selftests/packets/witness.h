/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whom to ask about connections: the kernel's own socket table (inet_diag) and,
 * to be compared with it, the reports of tcplab.
 */
#ifndef TCPLAB_SELFTESTS_PACKETS_WITNESS_H
#define TCPLAB_SELFTESTS_PACKETS_WITNESS_H

#include "../packet.h"

/* States are numbered as in the sockets API, TCP_ESTABLISHED to TCP_CLOSING. */
#define STATES		12
#define STATE_UNKNOWN	0	/* "-": nothing was seen of that end */

/**
 * struct ends - a connection, or what one row or socket says of it
 * @local: the end here
 * @remote: the other end
 * @local_state: its state
 * @remote_state: the other's; a socket does not know it
 */
struct ends {
	struct host local;
	struct host remote;
	int local_state;
	int remote_state;
};

/**
 * typedef witness_visit - called for each row or socket
 * @data: the caller's
 * @ends: what it says
 */
typedef void witness_visit(void *data, const struct ends *ends);

/**
 * struct sheet - a report of names and values, as it stood when it was read
 * @text: what the file held
 */
struct sheet {
	char text[4096];
};

const char *state_name(int state);
int witness_sockets(witness_visit *visit, void *data);
int witness_rows(witness_visit *visit, void *data);
int witness_half_open(witness_visit *visit, void *data);
int witness_kill(const struct ends *ends);
int sheet_read(struct sheet *sheet, const char *name);
long sheet_value(const struct sheet *sheet, const char *name);

#endif /* TCPLAB_SELFTESTS_PACKETS_WITNESS_H */

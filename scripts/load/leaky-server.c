// SPDX-License-Identifier: GPL-2.0
/*
 * A server with the mistake that fills machines with CLOSE_WAIT: of a share of
 * its connections it never closes the socket, after the client has closed. In
 * turn it
 *
 * - leaves data unread, and with it the end of file behind them,
 * - has read all data but does not read the end of file,
 * - reads the end of file and forgets to close.
 *
 * usage: leaky-server ADDRESS PORT PERCENT
 */
#include "load.h"

#define MESSAGE	64

enum way { UNREAD_DATA, UNREAD_EOF, FORGOTTEN, WAYS, PROPER };

/* Every hundred connections hold the wanted share, evenly spread. */
static enum way next_way(unsigned int percent)
{
	static unsigned int due, leaks;

	due += percent;
	if (due < 100)
		return PROPER;
	due -= 100;
	return leaks++ % WAYS;
}

static void serve(int fd, enum way way)
{
	size_t want = way == UNREAD_DATA ? MESSAGE / 2 : MESSAGE;
	char message[MESSAGE] = "";

	if (read(fd, message, want) <= 0 ||
	    write(fd, message, MESSAGE) != MESSAGE)
		way = PROPER;
	if (way == UNREAD_DATA || way == UNREAD_EOF)
		return;
	while (read(fd, message, MESSAGE) > 0)
		;
	if (way == PROPER)
		close(fd);
}

int main(int argc, char **argv)
{
	int listener;

	if (argc != 4) {
		fprintf(stderr, "usage: %s ADDRESS PORT PERCENT\n", argv[0]);
		return 2;
	}
	listener = listen_on(argv[1], atoi(argv[2]));
	for (;;)
		serve(must(accept(listener, NULL, NULL), "accept"),
		      next_way(atoi(argv[3])));
}

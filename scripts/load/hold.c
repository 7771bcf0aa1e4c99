// SPDX-License-Identifier: GPL-2.0
/*
 * Opens connections over lo, says "ready", and holds both ends of them until it
 * is killed. Of every second one the client has closed its direction: the
 * server's end is in CLOSE_WAIT, the client's in FIN_WAIT_2.
 *
 * usage: hold PORT COUNT	uses PORT and as many of the next as it needs
 */
#include <sys/resource.h>

#include "load.h"

#define PER_PORT	20000	/* fewer than there are ephemeral ports */

static void allow_files(rlim_t count)
{
	struct rlimit limit = { .rlim_cur = count, .rlim_max = count };

	must(setrlimit(RLIMIT_NOFILE, &limit), "RLIMIT_NOFILE");
}

static void hold(int listener, int port, bool half_closed)
{
	/* Aborted when the program ends: no TIME_WAIT is left of it. */
	struct linger at_once = { .l_onoff = 1 };
	int client = connect_to("127.0.0.1", port);
	int server = must(accept(listener, NULL, NULL), "accept");

	must(setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once,
			sizeof(at_once)), "SO_LINGER");
	must(setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once,
			sizeof(at_once)), "SO_LINGER");
	if (half_closed)
		must(shutdown(client, SHUT_WR), "shutdown");
}

int main(int argc, char **argv)
{
	int port, count, listener = -1, i;

	if (argc != 3) {
		fprintf(stderr, "usage: %s PORT COUNT\n", argv[0]);
		return 2;
	}
	port = atoi(argv[1]) - 1;
	count = atoi(argv[2]);
	allow_files(2 * count + count / PER_PORT + 64);
	for (i = 0; i < count; i++) {
		if (i % PER_PORT == 0)
			listener = listen_on("127.0.0.1", ++port);
		hold(listener, port, i % 2);
	}
	printf("ready\n");
	fflush(stdout);
	for (;;)
		pause();
}

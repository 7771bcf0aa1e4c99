// SPDX-License-Identifier: GPL-2.0
/*
 * Sends data through one connection in writes of 64 KiB, and tells how long one
 * takes until all of it has been read.
 *
 * One process holds both ends: how much is in flight, and so how many segments
 * and acknowledgments there are, does not depend on the scheduler.
 *
 * usage: bulk ADDRESS PORT MEBIBYTES
 */
#include "load.h"

#define CHUNK	65536
#define WARM_UP	256

static char buffer[CHUNK];

static void transfer(int from, int to)
{
	long left = CHUNK, got;

	must(write(from, buffer, CHUNK), "write");
	for (; left; left -= got) {
		got = must(read(to, buffer, left), "read");
		if (!got) {
			fprintf(stderr, "the connection has ended\n");
			exit(1);
		}
	}
}

int main(int argc, char **argv)
{
	int listener, client, server, port;
	unsigned long long start;
	long writes, i;

	if (argc != 4) {
		fprintf(stderr, "usage: %s ADDRESS PORT MEBIBYTES\n", argv[0]);
		return 2;
	}
	port = atoi(argv[2]);
	writes = atol(argv[3]) * (1 << 20) / CHUNK;
	listener = listen_on(argv[1], port);
	client = connect_to(argv[1], port);
	server = must(accept(listener, NULL, NULL), "accept");
	for (i = 0; i < WARM_UP; i++)
		transfer(client, server);
	start = now_ns();
	for (i = 0; i < writes; i++)
		transfer(client, server);
	printf("%.1f\n", (double)(now_ns() - start) / writes);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Opens, uses and closes connections, one after the other, and tells how long
 * one takes: connect, a request, a reply, the client's close, the server's.
 *
 * One process holds both ends, so that nothing ever waits for the scheduler:
 * on lo and veth the kernel handles a segment before the call that sent it
 * returns. The server's end may live in another network namespace. With
 * NO_MESSAGES set in the environment there is neither request nor reply.
 *
 * usage: connloop ADDRESS PORT COUNT WARM-UP [NETNS-OF-THE-SERVER]
 */
#define _GNU_SOURCE
#include "load.h"
#include "netns.h"

#define MESSAGE	64

static void say(int from, int to)
{
	char message[MESSAGE] = "";

	must(write(from, message, sizeof(message)), "write");
	if (must(read(to, message, sizeof(message)), "read") != MESSAGE) {
		fprintf(stderr, "a message came in pieces\n");
		exit(1);
	}
}

static void connection(int listener, const char *ip, int port)
{
	int client = connect_to(ip, port);
	int server = must(accept(listener, NULL, NULL), "accept");
	char rest;

	if (!getenv("NO_MESSAGES")) {
		say(client, server);
		say(server, client);
	}
	close(client);
	if (must(read(server, &rest, 1), "read") != 0) {
		fprintf(stderr, "there is no end of file\n");
		exit(1);
	}
	close(server);
}

int main(int argc, char **argv)
{
	int listener, port, count, warm_up, i;
	unsigned long long start;

	if (argc < 5) {
		fprintf(stderr, "usage: %s ADDRESS PORT COUNT WARM-UP [NETNS]\n",
			argv[0]);
		return 2;
	}
	port = atoi(argv[2]);
	count = atoi(argv[3]);
	warm_up = atoi(argv[4]);
	listener = listen_in(argv[5], argv[1], port);
	for (i = 0; i < warm_up; i++)
		connection(listener, argv[1], port);
	start = now_ns();
	for (i = 0; i < count; i++)
		connection(listener, argv[1], port);
	printf("%.1f\n", (double)(now_ns() - start) / count);
	return 0;
}

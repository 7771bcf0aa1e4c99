// SPDX-License-Identifier: GPL-2.0
/*
 * Sends small messages over one open connection and tells how long one takes:
 * a write, the segment, a read.
 *
 * oneway	all messages go from the client to the server, which acknowledges
 *		each when it is read: a data segment and a pure ACK for a message
 * toandfro	client and server write in turn, which TCP notices: it leaves the
 *		acknowledgment to the next data segment, and sends no pure ACK
 *
 * Both make the same calls for a message. One process holds both ends, as in
 * connloop.
 *
 * usage: segloop oneway|toandfro ADDRESS PORT COUNT WARM-UP [NETNS-OF-SERVER]
 */
#define _GNU_SOURCE
#include <netinet/tcp.h>

#include "load.h"
#include "netns.h"

#define MESSAGE	64

static bool to_and_fro;

static void say(int from, int to)
{
	char message[MESSAGE] = "";

	must(write(from, message, MESSAGE), "write");
	if (must(read(to, message, MESSAGE), "read") != MESSAGE) {
		fprintf(stderr, "a message came in pieces\n");
		exit(1);
	}
}

static void message(int client, int server, long number)
{
	if (to_and_fro && number % 2)
		say(server, client);
	else
		say(client, server);
}

static void no_delay(int fd)
{
	int on = 1;

	must(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)),
	     "TCP_NODELAY");
}

int main(int argc, char **argv)
{
	int listener, client, server, port;
	unsigned long long start;
	long count, warm_up, i;

	if (argc < 6) {
		fprintf(stderr, "usage: %s oneway|toandfro ADDRESS PORT COUNT WARM-UP [NETNS]\n",
			argv[0]);
		return 2;
	}
	to_and_fro = !strcmp(argv[1], "toandfro");
	port = atoi(argv[3]);
	count = atol(argv[4]);
	warm_up = atol(argv[5]);
	listener = listen_in(argv[6], argv[2], port);
	client = connect_to(argv[2], port);
	server = must(accept(listener, NULL, NULL), "accept");
	no_delay(client);
	no_delay(server);
	for (i = 0; i < warm_up; i++)
		message(client, server, i);
	start = now_ns();
	for (i = 0; i < count; i++)
		message(client, server, i);
	printf("%.2f\n", (double)(now_ns() - start) / count);
	return 0;
}

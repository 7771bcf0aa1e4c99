// SPDX-License-Identifier: GPL-2.0
/*
 * Sends a small message over each of many open connections, and then reads all
 * of them, again and again: where a queueing discipline holds segments back for
 * a while, they arrive together. Tells how long a message took in ns, without
 * the time in which the processor was idle.
 *
 * usage: batch ADDRESS PORT CONNECTIONS ROUNDS WARM-UP-ROUNDS NETNS-OF-SERVER
 */
#define _GNU_SOURCE
#include <netinet/tcp.h>

#include "netns.h"
#include "stamp.h"

#define MESSAGE	64
#define MOST	1024	/* connections */

static int clients[MOST], servers[MOST];

static void open_all(const char *netns, const char *ip, int port, int number)
{
	int listener = listen_in(netns, ip, port);
	int on = 1;
	int i;

	for (i = 0; i < number; i++) {
		clients[i] = connect_to(ip, port);
		servers[i] = must(accept(listener, NULL, NULL), "accept");
		must(setsockopt(clients[i], IPPROTO_TCP, TCP_NODELAY, &on,
				sizeof(on)), "TCP_NODELAY");
	}
	close(listener);
}

static void send_round(int number)
{
	char message[MESSAGE] = "";
	int i;

	for (i = 0; i < number; i++)
		must(write(clients[i], message, MESSAGE), "write");
	for (i = 0; i < number; i++)
		if (must(read(servers[i], message, MESSAGE), "read") != MESSAGE) {
			fprintf(stderr, "a message came in pieces\n");
			exit(1);
		}
}

int main(int argc, char **argv)
{
	unsigned long long busy, idle;
	long rounds, warm_up, i;
	struct stamp before;
	int number;

	if (argc != 7 || atoi(argv[3]) < 1 || atoi(argv[3]) > MOST) {
		fprintf(stderr, "usage: %s ADDRESS PORT CONNECTIONS ROUNDS WARM-UP-ROUNDS NETNS\n",
			argv[0]);
		return 2;
	}
	number = atoi(argv[3]);
	rounds = atol(argv[4]);
	warm_up = atol(argv[5]);
	open_all(argv[6], argv[1], atoi(argv[2]), number);
	for (i = 0; i < warm_up; i++)
		send_round(number);
	before = take_stamp();
	for (i = 0; i < rounds; i++)
		send_round(number);
	busy = now_ns() - before.now;
	idle = take_stamp().idle - before.idle;
	printf("%.2f\n", (double)(busy - idle) / rounds / number);
	return 0;
}

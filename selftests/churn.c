// SPDX-License-Identifier: GPL-2.0
/*
 * Connections without end: "churn serve ADDRESS PORT" answers each byte by one
 * and closes when its client does; "churn connect ADDRESS PORT [COUNT [RATE]]"
 * makes one connection after the other and closes them in turns first, second,
 * and by a reset; no more than RATE in a second. Stops after COUNT connections;
 * 0 is no end.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static socklen_t address(struct sockaddr_storage *to, const char *host,
			 const char *port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(atoi(port));
		return sizeof(*in);
	}
	inet_pton(AF_INET6, host, &in6->sin6_addr);
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(atoi(port));
	return sizeof(*in6);
}

/* Answers until the client closes, or asks for a close by an 'x'. */
static void answer(int fd)
{
	char byte;

	while (read(fd, &byte, 1) == 1 && byte != 'x')
		if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
			break;
	close(fd);
}

static int serve(const struct sockaddr_storage *at, socklen_t length)
{
	int fd = socket(at->ss_family, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)at, length) || listen(fd, 128)) {
		perror("churn");
		return 1;
	}
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer >= 0)
			answer(peer);
	}
}

static int one_life(const struct sockaddr_storage *to, socklen_t length,
		    unsigned long turn)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	int fd = socket(to->ss_family, SOCK_STREAM, 0);
	char byte = turn % 3 == 1 ? 'x' : 'o';
	int ok = 0;

	if (!connect(fd, (const struct sockaddr *)to, length) &&
	    send(fd, &byte, 1, MSG_NOSIGNAL) == 1) {
		/* Second: the answer is the end of the server's side. */
		ok = read(fd, &byte, 1) >= 0;
		if (turn % 3 == 2)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset,
				   sizeof(reset));
	}
	close(fd);
	return ok;
}

/* Waits until it is time for the next; what is late is made up for. */
static void keep_pace(struct timespec *next, unsigned long rate)
{
	if (!rate)
		return;
	next->tv_nsec += 1000000000 / rate;
	if (next->tv_nsec >= 1000000000) {
		next->tv_nsec -= 1000000000;
		next->tv_sec++;
	}
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
}

int main(int argc, char **argv)
{
	unsigned long count, rate, done = 0;
	struct sockaddr_storage at;
	struct timespec next;
	socklen_t length;

	if (argc < 4) {
		fprintf(stderr, "usage: churn serve|connect ADDRESS PORT [COUNT [RATE]]\n");
		return 2;
	}
	length = address(&at, argv[2], argv[3]);
	if (!strcmp(argv[1], "serve"))
		return serve(&at, length);
	count = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
	rate = argc > 5 ? strtoul(argv[5], NULL, 10) : 0;
	clock_gettime(CLOCK_MONOTONIC, &next);
	while (!count || done < count) {
		keep_pace(&next, rate);
		if (one_life(&at, length, done))
			done++;
		else
			usleep(1000);	/* the server is not there yet */
	}
	return 0;
}

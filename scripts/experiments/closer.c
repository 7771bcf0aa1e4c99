// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that one end closes first, at a rate: "closer serve ADDRESS PORT
 * first|last", "closer load ADDRESS PORT RATE GROWTH SECONDS first|last".
 *
 * The server answers each connection's first byte by one. The end that is first
 * closes after that; the end that is last waits for it. The load opens RATE
 * connections a second, and GROWTH more each second; at the first connect()
 * that finds no port it says "exhausted MS" and ends. At its end it says how many
 * it made: "made N in MS".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void sleep_until(double time)
{
	struct timespec left;
	double seconds = time - now();

	if (seconds <= 0)
		return;
	left.tv_sec = seconds;
	left.tv_nsec = (seconds - left.tv_sec) * 1e9;
	nanosleep(&left, NULL);
}

static struct sockaddr_in to_sockaddr(char **args)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(args[1])) };

	if (inet_pton(AF_INET, args[0], &to.sin_addr) != 1) {
		fprintf(stderr, "closer: '%s' is no address\n", args[0]);
		exit(2);
	}
	return to;
}

static void talk(int fd, bool first, bool answers)
{
	char byte = 'x';
	bool well = answers ? read(fd, &byte, 1) == 1 && write(fd, &byte, 1) == 1 :
			      write(fd, &byte, 1) == 1 && read(fd, &byte, 1) == 1;

	if (well && !first)
		while (read(fd, &byte, 1) > 0)
			;
	close(fd);
}

static int serve(struct sockaddr_in at, bool first)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1024)) {
		perror("closer");
		return 1;
	}
	for (;;) {
		int connection = accept(fd, NULL, NULL);

		if (connection >= 0)
			talk(connection, first, true);
	}
}

static int load(struct sockaddr_in to, double rate, double growth, double seconds, bool first)
{
	double begin = now(), due = begin;
	long made = 0;

	while (now() < begin + seconds) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (connect(fd, (struct sockaddr *)&to, sizeof(to))) {
			if (errno != EADDRNOTAVAIL) {
				perror("closer");
				return 1;
			}
			printf("exhausted %.0f\n", 1000 * (now() - begin));
			break;
		}
		talk(fd, first, false);
		made++;
		due += 1 / (rate + growth * (due - begin));
		sleep_until(due);
	}
	printf("made %ld in %.0f\n", made, 1000 * (now() - begin));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "serve"))
		return serve(to_sockaddr(argv + 2), !strcmp(argv[4], "first"));
	if (argc == 8 && !strcmp(argv[1], "load"))
		return load(to_sockaddr(argv + 2), atof(argv[4]), atof(argv[5]), atof(argv[6]),
			    !strcmp(argv[7], "first"));
	fprintf(stderr, "usage: closer serve ADDRESS PORT first|last\n"
			"       closer load ADDRESS PORT RATE GROWTH SECONDS first|last\n");
	return 2;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that leak CLOSE_WAIT sockets, as they are found in the field, and the
 * clients that bring it to light:
 *
 *	leaky no-close ADDRESS PORT	reads until recv() returns 0, and forgets
 *					to close
 *	leaky no-read ADDRESS PORT	accepts, and its only worker never comes to
 *					read
 *	leaky no-accept ADDRESS PORT	listens, and its accept loop has ended
 *	leaky fork ADDRESS PORT		closes what it has served, but each child
 *					that it starts keeps a descriptor
 *	leaky half-close ADDRESS PORT	answers after its client's FIN, for long:
 *					no leak
 *	leaky pool ADDRESS PORT COUNT	a client that keeps COUNT connections in a
 *					pool and watches none of them
 *	leaky drop ADDRESS PORT		closes what it accepts, after a second: the
 *					other side of the pool
 *	leaky visit ADDRESS PORT COUNT [BYTES]
 *					connects, sends BYTES and closes, COUNT
 *					times
 *	leaky shut ADDRESS PORT		connects, closes one direction, and reads
 *	leaky hold ADDRESS PORT COUNT	connects COUNT times, prints "open", and
 *					closes them all when it reads a line
 *
 * The others go on until they are killed.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <signal.h>
#include <unistd.h>

#define BACKLOG	4096

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static struct sockaddr_in address(const char *host, const char *port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(atoi(port)),
	};

	if (inet_pton(AF_INET, host, &in.sin_addr) != 1) {
		fprintf(stderr, "leaky: '%s' cannot be an IPv4 host\n", host);
		exit(2);
	}
	return in;
}

static int start_listening(const char *host, const char *port)
{
	struct sockaddr_in in = address(host, port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&in, sizeof(in)) || listen(fd, BACKLOG))
		die("listen");
	return fd;
}

static int open_to(const char *host, const char *port)
{
	struct sockaddr_in in = address(host, port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&in, sizeof(in)))
		die("connect");
	return fd;
}

static int next(int listener)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		die("accept");
	return fd;
}

static void read_to_end(int fd)
{
	char bytes[4096];

	while (recv(fd, bytes, sizeof(bytes), 0) > 0)
		;
}

static void no_close(int listener)
{
	for (;;)
		read_to_end(next(listener));
}

static void no_read(int listener)
{
	for (;;)
		next(listener);
}

static void no_accept(int listener)
{
	(void)listener;
	for (;;)
		pause();
}

/* What is opened without SOCK_CLOEXEC is every child's, too. */
static void forks(int listener)
{
	for (;;) {
		int fd = next(listener);

		if (!fork()) {
			prctl(PR_SET_NAME, "log-rotate");
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(listener);
			for (;;)
				pause();
		}
		read_to_end(fd);
		close(fd);
	}
}

/* A slow answer to one client: something is always on its way. */
static void half_close(int listener)
{
	unsigned int bytes_per_second = 100000;
	char bytes[65536] = { 0 };
	int fd = next(listener);

	setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &bytes_per_second,
		   sizeof(bytes_per_second));
	read_to_end(fd);
	while (send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL) > 0)
		;
	no_accept(listener);
}

static void drop(int listener)
{
	struct pollfd poller = { .fd = listener, .events = POLLIN };

	for (;;) {
		int fd[BACKLOG], count = 0;

		poll(&poller, 1, -1);
		sleep(1);
		while (count < BACKLOG && poll(&poller, 1, 0) == 1)
			fd[count++] = next(listener);
		while (count--)
			close(fd[count]);
	}
}

static void pool(const char *host, const char *port, int count)
{
	while (count--)
		open_to(host, port);
	no_accept(-1);
}

static void visit(const char *host, const char *port, int count, size_t bytes)
{
	char data[65536] = { 0 };

	if (bytes > sizeof(data))
		bytes = sizeof(data);
	while (count--) {
		int fd = open_to(host, port);

		if (bytes && send(fd, data, bytes, 0) < 0)
			die("send");
		close(fd);
	}
}

/* A half-close: the end that answers may still do so. */
static void shut(const char *host, const char *port)
{
	int fd = open_to(host, port);

	shutdown(fd, SHUT_WR);
	read_to_end(fd);
}

static void hold(const char *host, const char *port, int count)
{
	while (count--)
		open_to(host, port);
	puts("open");
	fflush(stdout);
	getchar();
}

static const struct {
	const char *name;
	void (*serve)(int listener);
} ways[] = {
	{ "no-close", no_close },
	{ "no-read", no_read },
	{ "no-accept", no_accept },
	{ "fork", forks },
	{ "half-close", half_close },
	{ "drop", drop },
};

int main(int argc, char **argv)
{
	const char *way = argc > 3 ? argv[1] : "";
	int count = argc > 4 ? atoi(argv[4]) : 1;
	char name[16];

	/* Each is a program of its own, to those who look for the guilty one. */
	snprintf(name, sizeof(name), "%s", way);
	prctl(PR_SET_NAME, name);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(way, ways[i].name))
			ways[i].serve(start_listening(argv[2], argv[3]));
	if (!strcmp(way, "pool"))
		pool(argv[2], argv[3], count);
	else if (!strcmp(way, "visit"))
		visit(argv[2], argv[3], count, argc > 5 ? atol(argv[5]) : 0);
	else if (!strcmp(way, "shut"))
		shut(argv[2], argv[3]);
	else if (!strcmp(way, "hold"))
		hold(argv[2], argv[3], count);
	else
		fprintf(stderr, "usage: leaky WAY ADDRESS PORT [COUNT [BYTES]], see leaky.c\n");
	return strcmp(way, "") ? 0 : 2;
}

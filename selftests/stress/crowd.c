// SPDX-License-Identifier: GPL-2.0
/*
 * Many connections that stay open:
 *
 *	crowd serve ADDRESS PORT	accepts and keeps what comes, closes what
 *					its peer closes
 *	crowd keep ADDRESS PORT		accepts and keeps what comes, and never
 *					looks at it again: a leak
 *	crowd connect COUNT PORT ADDRESS [ADDRESSES]
 *					makes them, prints "MADE FAILED
 *					MILLISECONDS", and holds them; with
 *					ADDRESSES to so many IPv4 addresses
 *					from this one on, in turns
 *	crowd spaces COUNT AT-ONCE CONNECTIONS
 *					makes COUNT network namespaces, so many
 *					at once, each with so many connections
 *					over lo; prints for each round what the
 *					namespaces' summaries say, added up:
 *					"ROUND MADE CONNECTIONS REFUSED CREATED"
 *
 * A connection that is not there after ten seconds has failed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG		4194304	/* as far as somaxconn allows */
#define LO_PORT		7000

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The host that comes so many after another. */
static socklen_t address(struct sockaddr_storage *to, const char *host,
			 const char *port, unsigned int after)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(atoi(port));
		in->sin_addr.s_addr = htonl(ntohl(in->sin_addr.s_addr) + after);
		return sizeof(*in);
	}
	inet_pton(AF_INET6, host, &in6->sin6_addr);
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(atoi(port));
	return sizeof(*in6);
}

static int start_listening(const char *host, const char *port)
{
	struct sockaddr_storage at;
	socklen_t length = address(&at, host, port, 0);
	int fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, length) || listen(fd, BACKLOG))
		die("listen");
	return fd;
}

static void watch(int poll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event))
		die("epoll_ctl");
}

static void accept_all(int poll, int listener, bool keep)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0)
		if (!keep)
			watch(poll, fd);
}

static void serve(const char *host, const char *port, bool keep)
{
	int listener = start_listening(host, port), poll = epoll_create1(0);
	struct epoll_event event[64];
	char bytes[4096];

	watch(poll, listener);
	for (;;) {
		int count = epoll_wait(poll, event, 64, -1);

		for (int i = 0; i < count; i++) {
			int fd = event[i].data.fd;

			if (fd == listener)
				accept_all(poll, fd, keep);
			else if (read(fd, bytes, sizeof(bytes)) <= 0)
				close(fd);
		}
	}
}

static bool make_one(const char *host, const char *port, unsigned int after)
{
	const struct timeval limit = { .tv_sec = 10 };
	struct sockaddr_storage to;
	socklen_t length = address(&to, host, port, after);
	int fd = socket(to.ss_family, SOCK_STREAM, 0);

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (!connect(fd, (struct sockaddr *)&to, length))
		return true;
	close(fd);
	return false;
}

static int make_all(unsigned int count, const char *port, const char *host,
		    unsigned int hosts)
{
	unsigned int made = 0;
	long start = now_ms();

	for (unsigned int i = 0; i < count; i++)
		made += make_one(host, port, i % hosts);
	printf("%u %u %ld\n", made, count - made, now_ms() - start);
	fflush(stdout);
	pause();
	return 0;
}

/* What a namespace says of itself. */
struct space {
	unsigned long made;
	unsigned long connections;
	unsigned long refused;
	unsigned long created;
};

static void lo_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (ioctl(fd, SIOCSIFFLAGS, &request))
		die("lo");
	close(fd);
}

static void read_summary(struct space *space)
{
	FILE *file = fopen("/proc/self/net/tcplab/summary", "r");
	unsigned long value;
	char line[128], name[64];

	if (!file)
		die("summary");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %lu", name, &value) != 2)
			continue;
		if (!strcmp(name, "connections"))
			space->connections = value;
		if (!strcmp(name, "refused_full"))
			space->refused = value;
		if (!strcmp(name, "created"))
			space->created = value;
	}
	fclose(file);
}

/*
 * A namespace: makes its connections, says so, waits until all have, tells how
 * it stands, and goes when all have told.
 */
static void live(unsigned int connections, int ready, int go, int told, int end)
{
	struct space space = { .made = 0 };
	char port[8], byte = 0;

	if (unshare(CLONE_NEWNET))
		die("unshare");
	lo_up();
	snprintf(port, sizeof(port), "%d", LO_PORT);
	start_listening("127.0.0.1", port);
	while (connections--)
		space.made += make_one("127.0.0.1", port, 0);
	if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 0)
		die("ready");
	read_summary(&space);
	if (write(told, &space, sizeof(space)) != sizeof(space) ||
	    read(end, &byte, 1) != 0)
		die("told");
	exit(0);
}

static void make_pipes(int pipes[4][2])
{
	for (int i = 0; i < 4; i++)
		if (pipe(pipes[i]))
			die("pipe");
}

/* Children wait for the end of the pipes 1 and 3, which is ours to close. */
static void start_child(int pipes[4][2], unsigned int connections)
{
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (child)
		return;
	close(pipes[1][1]);
	close(pipes[3][1]);
	live(connections, pipes[0][1], pipes[1][0], pipes[2][1], pipes[3][0]);
}

static void take(int fd, void *to, size_t size)
{
	if (read(fd, to, size) != (ssize_t)size)
		die("a namespace is missing");
}

static void add(struct space *all, const struct space *one)
{
	all->made += one->made;
	all->connections += one->connections;
	all->refused += one->refused;
	all->created += one->created;
}

static void live_round(unsigned int round, unsigned int count,
		       unsigned int connections)
{
	struct space all = { .made = 0 }, one;
	int pipes[4][2];
	char byte;

	make_pipes(pipes);
	for (unsigned int i = 0; i < count; i++)
		start_child(pipes, connections);
	close(pipes[0][1]);
	close(pipes[2][1]);
	for (unsigned int i = 0; i < count; i++)
		take(pipes[0][0], &byte, 1);
	close(pipes[1][1]);
	for (unsigned int i = 0; i < count; i++) {
		take(pipes[2][0], &one, sizeof(one));
		add(&all, &one);
	}
	printf("%u %lu %lu %lu %lu\n", round, all.made, all.connections,
	       all.refused, all.created);
	fflush(stdout);
	close(pipes[3][1]);
	while (wait(NULL) > 0)
		;
	close(pipes[0][0]);
	close(pipes[1][0]);
	close(pipes[2][0]);
	close(pipes[3][0]);
}

static int make_spaces(unsigned int count, unsigned int at_once,
		       unsigned int connections)
{
	unsigned int round = 0;

	while (count) {
		unsigned int now = count < at_once ? count : at_once;

		live_round(++round, now, connections);
		count -= now;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 4 && (!strcmp(what, "serve") || !strcmp(what, "keep")))
		serve(argv[2], argv[3], !strcmp(what, "keep"));
	if (argc >= 5 && !strcmp(what, "connect"))
		return make_all(atoi(argv[2]), argv[3], argv[4],
				argc > 5 ? atoi(argv[5]) : 1);
	if (argc == 5 && !strcmp(what, "spaces"))
		return make_spaces(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
	fprintf(stderr, "usage: crowd serve|keep|connect|spaces ..., see crowd.c\n");
	return 2;
}

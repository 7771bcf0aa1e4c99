// SPDX-License-Identifier: GPL-2.0
/*
 * Many connections at once.
 *
 *	fleet serve ADDRESS PORT
 *		closes a connection when its client does, or asks for it by an 'x'
 *	fleet load ADDRESS PORT RATE LIFE_MS first|second|never
 *		opens RATE connections a second, evenly, each of which it closes first
 *		or second after LIFE_MS, or never; says "failed" and the uptime in
 *		milliseconds when there is no port for another, and ends; once a second
 *		says "forecast", the uptime, and when the report says that this will be;
 *		says "late" and the uptime when a connection comes half a second late
 *	fleet hold ADDRESS PORT COUNT each|same|bind
 *		opens COUNT, says how many it could and waits to be killed; each to an
 *		address of its own from ADDRESS on, or all to the same, or these with
 *		their own port bound to 0 before
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MANY	65536
#define REPORT	"/proc/net/tcplab/ports"
#define LATE_MS	500

/**
 * struct client - a connection that is open
 * @fd: its socket
 * @until_ms: when it is to be closed
 */
struct client {
	int fd;
	long until_ms;
};

static struct client clients[MANY];
static unsigned int oldest, next;

/* As /proc/uptime tells it. */
static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct sockaddr_in address(const char *host, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, host, &to.sin_addr);
	return to;
}

static void close_asked(int fd)
{
	char byte;

	if (read(fd, &byte, 1) == 1 && byte != 'x')
		return;
	close(fd);
}

static int serve(const struct sockaddr_in *at)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = socket(AF_INET, SOCK_STREAM, 0), epoll = epoll_create1(0), on = 1, peer;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) || listen(fd, 4096)) {
		perror("fleet");
		return 1;
	}
	event.data.fd = fd;
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
	for (;;) {
		if (epoll_wait(epoll, &event, 1, -1) != 1)
			continue;
		if (event.data.fd != fd) {
			close_asked(event.data.fd);
			continue;
		}
		peer = accept(fd, NULL, NULL);
		event.events = EPOLLIN;
		event.data.fd = peer;
		epoll_ctl(epoll, EPOLL_CTL_ADD, peer, &event);
	}
}

static void end_one(struct client *client, int second)
{
	char byte = 'x';

	/* The answer is the end of the server's side. */
	if (second && send(client->fd, &byte, 1, MSG_NOSIGNAL) == 1)
		second = read(client->fd, &byte, 1);
	close(client->fd);
}

static void sleep_until(long ms)
{
	struct timespec at = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &at, NULL);
}

static void say_forecast(const struct sockaddr_in *to)
{
	char line[512], host[INET_ADDRSTRLEN], wanted[64], remote[64], said[64];
	FILE *report = fopen(REPORT, "r");
	long now = now_ms();

	inet_ntop(AF_INET, &to->sin_addr, host, sizeof(host));
	snprintf(wanted, sizeof(wanted), "%s:%d", host, ntohs(to->sin_port));
	while (report && fgets(line, sizeof(line), report))
		if (sscanf(line, "%*s %63s %*s %*s %*s %*s %*s %63s", remote, said) == 2 &&
		    !strcmp(remote, wanted))
			printf("forecast %ld %s\n", now, said);
	if (report)
		fclose(report);
}

static int open_client(const struct sockaddr_in *to, long life_ms)
{
	struct client *client = &clients[next++ % MANY];

	client->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(client->fd, (const struct sockaddr *)to, sizeof(*to)))
		return -1;
	client->until_ms = now_ms() + life_ms;
	return 0;
}

static int load(const struct sockaddr_in *to, long rate, long life_ms, const char *end)
{
	long start = now_ms(), opened = 0, next_ms;
	struct client *client;

	for (;;) {
		next_ms = start + opened * 1000 / rate;
		client = &clients[oldest % MANY];
		if (*end != 'n' && oldest != next && client->until_ms <= next_ms) {
			sleep_until(client->until_ms);
			end_one(client, *end == 's');
			oldest++;
			continue;
		}
		sleep_until(next_ms);
		if (opened % rate == 1 % rate)
			say_forecast(to);
		if (now_ms() > next_ms + LATE_MS)
			printf("late %ld\n", now_ms());
		if (open_client(to, life_ms)) {
			printf("failed %ld %s\n", now_ms(), strerror(errno));
			return errno != EADDRNOTAVAIL;
		}
		opened++;
	}
}

static int hold(struct sockaddr_in to, int count, const char *how)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int i, opened = 0;

	for (i = 0; i < count; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (*how == 'b' && bind(fd, (struct sockaddr *)&any, sizeof(any)))
			break;
		opened += !connect(fd, (struct sockaddr *)&to, sizeof(to));
		if (*how == 'e')
			to.sin_addr.s_addr = htonl(ntohl(to.sin_addr.s_addr) + 1);
	}
	printf("holds %d\n", opened);
	pause();
	return 0;
}

int main(int argc, char **argv)
{
	struct rlimit limit = { MANY + 64, MANY + 64 };
	struct sockaddr_in at;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setrlimit(RLIMIT_NOFILE, &limit);
	if (argc > 3)
		at = address(argv[2], atoi(argv[3]));
	if (argc == 4 && !strcmp(argv[1], "serve"))
		return serve(&at);
	if (argc == 7 && !strcmp(argv[1], "load"))
		return load(&at, atol(argv[4]), atol(argv[5]), argv[6]);
	if (argc == 6 && !strcmp(argv[1], "hold"))
		return hold(at, atoi(argv[4]), argv[5]);
	fprintf(stderr, "usage: fleet serve|load|hold ADDRESS PORT ...\n");
	return 2;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Visitors of a web server that wrk does not play.
 *
 *	visitor get ADDRESS PORT PATH BYTES PAUSE	gets a file, waits so many
 *				milliseconds, gets it again by the same connection,
 *				and prints how many milliseconds each took
 *	visitor hold ADDRESS PORT PATH COUNT		gets it by so many connections,
 *				which the server closes; says "held", and closes
 *				them when it is killed
 *	visitor connect ADDRESS PORT COUNT SECONDS	opens so many at once; prints how
 *				many were not open after that time
 *	visitor fetch ADDRESS PORT PATH BYTES COUNT SECONDS	gets it by so many at
 *				once, which stay open; prints how many had not got all
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST	256

static struct sockaddr_in server;
static char buffer[65536];

static int die(const char *what)
{
	fprintf(stderr, "visitor: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void ask(int fd, const char *path, const char *connection)
{
	int length = snprintf(buffer, sizeof(buffer),
			      "GET %s HTTP/1.1\r\nHost: server\r\nConnection: %s\r\n\r\n",
			      path, connection);

	if (write(fd, buffer, length) != length)
		die("request");
}

static int open_one(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof(server)))
		die("connect");
	return fd;
}

/* How many bytes of @length come after an empty line; @seen: how much of that has come. */
static long after_head(const char *text, ssize_t length, int *seen)
{
	static const char end[] = "\r\n\r\n";
	ssize_t i;

	for (i = 0; i < length && *seen < 4; i++)
		*seen = text[i] == end[*seen] ? *seen + 1 : text[i] == '\r';
	return length - i;
}

static long get_once(int fd, const char *path, long bytes)
{
	long begun = now_ms();
	int seen = 0;

	ask(fd, path, "keep-alive");
	while (bytes > 0) {
		ssize_t got = read(fd, buffer, sizeof(buffer));

		if (got <= 0)
			die("answer");
		bytes -= after_head(buffer, got, &seen);
	}
	return now_ms() - begun;
}

static void get(const char *path, long bytes, long pause_ms)
{
	int fd = open_one();
	long first = get_once(fd, path, bytes);

	usleep(pause_ms * 1000);
	printf("%ld %ld\n", first, get_once(fd, path, bytes));
}

static void hold(const char *path, int count)
{
	for (; count; count--) {
		int fd = open_one();

		ask(fd, path, "close");
		while (read(fd, buffer, sizeof(buffer)) > 0)
			;
	}
	puts("held");
	fflush(stdout);
	pause();
}

/* Opens all without waiting; returns how many there are. */
static int open_all(struct pollfd *all, int count)
{
	for (int i = 0; i < count; i++) {
		all[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		all[i].events = POLLOUT;
		if (all[i].fd < 0 ||
		    (connect(all[i].fd, (struct sockaddr *)&server, sizeof(server)) &&
		     errno != EINPROGRESS))
			die("connect");
	}
	return count;
}

/* One that has failed is not polled any more, and stays among those that are left. */
static void connect_all(int count, int seconds)
{
	long end = now_ms() + seconds * 1000L, left;
	struct pollfd all[MOST];
	int waiting = open_all(all, count), failed = 0;

	while (waiting && (left = end - now_ms()) > 0) {
		poll(all, count, left);
		for (int i = 0; i < count; i++) {
			if (all[i].fd < 0 || !all[i].revents)
				continue;
			failed += !!(all[i].revents & (POLLERR | POLLHUP));
			waiting--;
			all[i].fd = -1;
		}
	}
	printf("%d\n", waiting + failed);
}

static void fetch_all(const char *path, long bytes, int count, int seconds)
{
	long end = now_ms() + seconds * 1000L, left, got[MOST] = { 0 };
	int waiting = count, whole = 0, seen[MOST] = { 0 };
	struct pollfd all[MOST];

	for (int i = 0; i < count; i++) {
		all[i].fd = open_one();
		all[i].events = POLLIN;
		ask(all[i].fd, path, "keep-alive");
	}
	while (waiting && (left = end - now_ms()) > 0) {
		poll(all, count, left);
		for (int i = 0; i < count; i++) {
			ssize_t more;

			if (all[i].fd < 0 || !all[i].revents)
				continue;
			more = read(all[i].fd, buffer, sizeof(buffer));
			if (more > 0)
				got[i] += after_head(buffer, more, &seen[i]);
			if (more > 0 && got[i] < bytes)
				continue;
			whole += got[i] >= bytes;
			waiting--;
			all[i].fd = -1;
		}
	}
	printf("%d\n", count - whole);
}

static int number(const char *word, int most)
{
	int value = atoi(word);

	if (value < 0 || value > most) {
		fprintf(stderr, "visitor: %s is out of range\n", word);
		exit(2);
	}
	return value;
}

int main(int count, char **words)
{
	if (count < 6)
		return 2;
	server.sin_family = AF_INET;
	server.sin_port = htons(atoi(words[3]));
	if (inet_pton(AF_INET, words[2], &server.sin_addr) != 1)
		return 2;
	if (!strcmp(words[1], "get") && count == 7)
		get(words[4], atol(words[5]), atol(words[6]));
	else if (!strcmp(words[1], "hold") && count == 6)
		hold(words[4], number(words[5], MOST));
	else if (!strcmp(words[1], "connect") && count == 6)
		connect_all(number(words[4], MOST), number(words[5], 3600));
	else if (!strcmp(words[1], "fetch") && count == 8)
		fetch_all(words[4], atol(words[5]), number(words[6], MOST),
			  number(words[7], 3600));
	else
		return 2;
	return 0;
}

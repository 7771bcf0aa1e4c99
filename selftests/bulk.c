// SPDX-License-Identifier: GPL-2.0
/*
 * A transfer in one direction, for tests of buffers and windows.
 *
 *	bulk serve ADDRESS PORT [BYTES PAUSE [BUFFER]]
 *		reads what each client sends, one client after another; so many bytes at
 *		a time, at most 1 MiB, and then waits so many milliseconds
 *	bulk send ADDRESS PORT BYTES [BUFFER]
 *		sends so much, waits until the server has read all, and prints how many
 *		milliseconds that took
 *
 * BUFFER is the program's own size of the receive or send buffer; 0 is none.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK	65536
#define MOST	1048576

static char chunk[MOST];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct sockaddr_in address(char **words)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(atoi(words[1])),
	};

	if (inet_pton(AF_INET, words[0], &to.sin_addr) != 1)
		die(words[0]);
	return to;
}

static int make_socket(int option, int buffer)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		die("socket");
	if (buffer && setsockopt(fd, SOL_SOCKET, option, &buffer, sizeof(buffer)))
		die("buffer");
	return fd;
}

static void read_all(int fd, size_t bytes, long pause_ms)
{
	while (recv(fd, chunk, bytes, MSG_WAITALL) > 0)
		if (pause_ms)
			usleep(pause_ms * 1000);
}

static void serve(struct sockaddr_in *here, size_t bytes, long pause_ms, int buffer)
{
	int listener = make_socket(SO_RCVBUF, buffer), one = 1, fd;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)here, sizeof(*here)) ||
	    listen(listener, 8))
		die("listen");
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		read_all(fd, bytes, pause_ms);
		close(fd);
	}
	die("accept");
}

static void send_all(struct sockaddr_in *to, long bytes, int buffer)
{
	int fd = make_socket(SO_SNDBUF, buffer);
	long begun = milliseconds();

	if (connect(fd, (struct sockaddr *)to, sizeof(*to)))
		die("connect");
	while (bytes > 0) {
		ssize_t sent = write(fd, chunk, bytes < CHUNK ? bytes : CHUNK);

		if (sent < 0)
			die("write");
		bytes -= sent;
	}
	shutdown(fd, SHUT_WR);
	read_all(fd, CHUNK, 0);
	close(fd);
	printf("%ld\n", milliseconds() - begun);
}

int main(int count, char **words)
{
	struct sockaddr_in where;

	if (count < 4)
		return 2;
	where = address(words + 2);
	if (!strcmp(words[1], "serve"))
		serve(&where, count > 4 ? atol(words[4]) : CHUNK,
		      count > 5 ? atol(words[5]) : 0,
		      count > 6 ? atoi(words[6]) : 0);
	else if (!strcmp(words[1], "send") && count > 4)
		send_all(&where, atol(words[4]), count > 5 ? atoi(words[5]) : 0);
	else
		return 2;
	return 0;
}

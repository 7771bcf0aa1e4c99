// SPDX-License-Identifier: GPL-2.0
/*
 * A server of several worker processes for http, of which the first is slow:
 *
 *	workers shared ADDRESS PORT COUNT SLOW-MS	one listening socket, from
 *							which all accept
 *	workers reuseport ADDRESS PORT COUNT SLOW-MS	a socket for each, with
 *							SO_REUSEPORT
 *
 * A worker answers one request of a connection at a time and closes; the first
 * one takes SLOW-MS for each. They go on until they are killed.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#define BACKLOG	128

static int start_listening(const char *host, const char *port, int reuseport)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(atoi(port)),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (inet_pton(AF_INET, host, &in.sin_addr) != 1) {
		fprintf(stderr, "workers: '%s' cannot be an IPv4 host\n", host);
		exit(2);
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (reuseport)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&in, sizeof(in)) || listen(fd, BACKLOG)) {
		perror("listen");
		exit(1);
	}
	return fd;
}

static void work(int listener, int slow_ms)
{
	static const char answer[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";
	char request[4096];

	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			continue;
		if (recv(fd, request, sizeof(request), 0) > 0) {
			usleep(slow_ms * 1000);
			send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL);
		}
		close(fd);
	}
}

int main(int argc, char **argv)
{
	int reuseport, listener = -1, count;

	if (argc != 6) {
		fprintf(stderr, "usage: workers shared|reuseport ADDRESS PORT COUNT SLOW-MS\n");
		return 2;
	}
	reuseport = !strcmp(argv[1], "reuseport");
	count = atoi(argv[4]);
	for (int i = 0; i < count; i++) {
		char name[32];

		if (reuseport || !i)
			listener = start_listening(argv[2], argv[3], reuseport);
		if (fork()) {
			if (reuseport)
				close(listener);
			continue;
		}
		snprintf(name, sizeof(name), "worker-%d%s", i + 1,
			 i ? "" : "-slow");
		prctl(PR_SET_NAME, name);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		work(listener, i ? 0 : atoi(argv[5]));
	}
	prctl(PR_SET_NAME, "workers");
	while (wait(NULL) > 0)
		;
	return 0;
}

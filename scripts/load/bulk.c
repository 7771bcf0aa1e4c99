// SPDX-License-Identifier: GPL-2.0
/*
 * Sends data through one connection in writes of 64 KiB, and tells how many
 * bytes arrived in a microsecond, which is MB/s.
 *
 * usage: bulk ADDRESS PORT MEBIBYTES
 */
#include <sys/wait.h>

#include "load.h"

#define CHUNK	65536

static char buffer[CHUNK];

static void send_all(const char *ip, int port, long long bytes)
{
	int fd = connect_to(ip, port);

	while (bytes > 0)
		bytes -= must(write(fd, buffer, CHUNK), "write");
	close(fd);
	exit(0);
}

int main(int argc, char **argv)
{
	long long bytes, got = 0;
	unsigned long long start;
	int listener, port, fd, status;
	long chunk;

	if (argc != 4) {
		fprintf(stderr, "usage: %s ADDRESS PORT MEBIBYTES\n", argv[0]);
		return 2;
	}
	port = atoi(argv[2]);
	bytes = atoll(argv[3]) << 20;
	listener = listen_on(argv[1], port);
	if (!must(fork(), "fork"))
		send_all(argv[1], port, bytes);
	fd = must(accept(listener, NULL, NULL), "accept");
	start = now_ns();
	do {
		chunk = must(read(fd, buffer, CHUNK), "read");
		got += chunk;
	} while (chunk);
	printf("%.2f\n", got * 1000.0 / (now_ns() - start));
	must(wait(&status), "wait");
	return got == bytes && !status ? 0 : 1;
}

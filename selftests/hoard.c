// SPDX-License-Identifier: GPL-2.0
/*
 * A user without privileges that has very many descriptors of listening sockets, until
 * he is killed.
 * usage: hoard SOCKETS DESCRIPTORS
 * Each socket has so many descriptors. Once all are there "ready" is printed.
 */
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOBODY	65534

static void hoard(int descriptors)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) || listen(fd, 1))
		err(1, "a listening socket");
	while (--descriptors)
		if (dup(fd) < 0)
			err(1, "dup");
}

int main(int argc, char **argv)
{
	struct rlimit limit;
	int sockets, descriptors;

	if (argc != 3)
		errx(2, "usage: hoard SOCKETS DESCRIPTORS");
	sockets = atoi(argv[1]);
	descriptors = atoi(argv[2]);
	limit.rlim_cur = sockets * descriptors + 16;
	limit.rlim_max = limit.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &limit) || setuid(NOBODY))
		err(1, "a user with %d descriptors", sockets * descriptors);
	while (sockets--)
		hoard(descriptors);
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}

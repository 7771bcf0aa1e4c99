/* SPDX-License-Identifier: GPL-2.0 */
/* What the load generators share. */
#ifndef TCPLAB_LOAD_H
#define TCPLAB_LOAD_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Ends the program where a call fails; else the call's value. */
static inline long must(long value, const char *what)
{
	if (value < 0)
		die(what);
	return value;
}

/* With OWN_TIME set: without what others do meanwhile. */
static inline unsigned long long now_ns(void)
{
	struct timespec now;

	clock_gettime(getenv("OWN_TIME") ? CLOCK_PROCESS_CPUTIME_ID :
					   CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static inline struct sockaddr_in address_of(const char *ip, int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};

	if (inet_pton(AF_INET, ip, &address.sin_addr) != 1) {
		fprintf(stderr, "%s is no IPv4 address\n", ip);
		exit(2);
	}
	return address;
}

static inline int listen_on(const char *ip, int port)
{
	struct sockaddr_in address = address_of(ip, port);
	int fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	int on = 1;

	must(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)),
	     "SO_REUSEADDR");
	must(bind(fd, (void *)&address, sizeof(address)), "bind");
	must(listen(fd, 4096), "listen");
	return fd;
}

static inline int connect_to(const char *ip, int port)
{
	struct sockaddr_in address = address_of(ip, port);
	int fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");

	must(connect(fd, (void *)&address, sizeof(address)), "connect");
	return fd;
}

#endif /* TCPLAB_LOAD_H */

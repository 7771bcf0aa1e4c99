/* SPDX-License-Identifier: GPL-2.0 */
/* For programs whose server may live in another network namespace. */
#ifndef TCPLAB_LOAD_NETNS_H
#define TCPLAB_LOAD_NETNS_H

#include <fcntl.h>
#include <sched.h>

#include "load.h"

static inline int open_netns(const char *path)
{
	return must(open(path, O_RDONLY | O_CLOEXEC), path);
}

/* A listener in the named network namespace; NULL: in our own. */
static inline int listen_in(const char *netns, const char *ip, int port)
{
	int home, there, fd;
	char path[256];

	if (!netns)
		return listen_on(ip, port);
	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	home = open_netns("/proc/self/ns/net");
	there = open_netns(path);
	must(setns(there, CLONE_NEWNET), "setns");
	fd = listen_on(ip, port);
	must(setns(home, CLONE_NEWNET), "setns");
	close(home);
	close(there);
	return fd;
}

#endif /* TCPLAB_LOAD_NETNS_H */

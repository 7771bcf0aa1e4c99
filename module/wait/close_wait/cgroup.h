/* SPDX-License-Identifier: GPL-2.0 */
/* The cgroup of a socket. */
#ifndef TCPLAB_WAIT_CLOSE_WAIT_CGROUP_H
#define TCPLAB_WAIT_CLOSE_WAIT_CGROUP_H

#include <linux/types.h>

struct sock;

int tl_cgroup_path(const struct sock *sk, char *path, size_t size);
const char *tl_cgroup_seen(const char *path, char *root, size_t size);

#endif /* TCPLAB_WAIT_CLOSE_WAIT_CGROUP_H */

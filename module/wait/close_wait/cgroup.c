// SPDX-License-Identifier: GPL-2.0
/*
 * The cgroup of a socket.
 *
 * cgroup_path_ns() sleeps, and what is remembered has to be shown to readers in
 * other cgroup namespaces later: so paths begin at the root of the hierarchy, and
 * are cut to what a reader sees when they are shown.
 */
#include <linux/cgroup.h>
#include <linux/nsproxy.h>
#include <linux/string.h>
#include <net/sock.h>

#include "cgroup.h"

#ifdef CONFIG_SOCK_CGROUP_DATA
/* Older kernels cut a path that is too long, and only its length tells. */
static int cgroup_whole_path(struct cgroup *cgroup, char *path, size_t size)
{
	int length = cgroup_path(cgroup, path, size);

	return length < 0 || length >= (int)size - 1 ? -ENAMETOOLONG : 0;
}
#endif

/**
 * tl_cgroup_path() - the path of a socket's cgroup
 * @sk: the full socket
 * @path: filled
 * @size: its size
 *
 * Context: any but hard interrupt.
 * Return: 0, or an error if there is none or it is too long.
 */
int tl_cgroup_path(const struct sock *sk, char *path, size_t size)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	struct cgroup *cgroup =
		sock_cgroup_ptr((struct sock_cgroup_data *)&sk->sk_cgrp_data);

	return cgroup_whole_path(cgroup, path, size);
#else
	return -ENOENT;
#endif
}

/**
 * tl_cgroup_seen() - a path as the caller sees it
 * @path: from the root of the hierarchy
 * @root: space for the path of the caller's own root
 * @size: the size of that
 *
 * Context: process.
 * Return: the rest of @path, or NULL if the caller cannot see it.
 */
const char *tl_cgroup_seen(const char *path, char *root, size_t size)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	struct cgroup *cgroup = current->nsproxy->cgroup_ns->root_cset->dfl_cgrp;
	size_t length;

	if (!*path || cgroup_whole_path(cgroup, root, size))
		return NULL;
	length = strcmp(root, "/") ? strlen(root) : 0;
	if (strncmp(path, root, length) ||
	    (path[length] && path[length] != '/'))
		return NULL;
	return path[length] ? path + length : "/";
#else
	return NULL;
#endif
}

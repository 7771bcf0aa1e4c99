// SPDX-License-Identifier: GPL-2.0
/* sock_from_file() tells an error. */
#include <linux/net.h>
struct socket *probe(struct file *file, int *err);
struct socket *probe(struct file *file, int *err)
{
	return sock_from_file(file, err);
}

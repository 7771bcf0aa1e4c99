// SPDX-License-Identifier: GPL-2.0
/* pde_data() is no longer written in capitals. */
#include <linux/proc_fs.h>
void *probe(const struct inode *inode);
void *probe(const struct inode *inode)
{
	return pde_data(inode);
}

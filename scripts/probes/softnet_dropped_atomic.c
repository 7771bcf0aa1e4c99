// SPDX-License-Identifier: GPL-2.0
/* What a CPU's backlog has dropped is an atomic_t (6.11), not a number. */
#include <linux/netdevice.h>
int probe(struct softnet_data *softnet);
int probe(struct softnet_data *softnet)
{
	return atomic_read(&softnet->dropped);
}

// SPDX-License-Identifier: GPL-2.0
/* What a CPU's backlog has dropped is counted for each node (6.18). */
#include <linux/netdevice.h>
#include <net/sock.h>
int probe(struct softnet_data *softnet);
int probe(struct softnet_data *softnet)
{
	return numa_drop_read(&softnet->drop_counters);
}

// SPDX-License-Identifier: GPL-2.0
/* Each namespace has its own optmem_max, and its default is 128 KiB (6.8). */
#include <net/net_namespace.h>
int probe(struct net *net);
int probe(struct net *net)
{
	return net->core.sysctl_optmem_max;
}

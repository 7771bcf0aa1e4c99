// SPDX-License-Identifier: GPL-2.0
/* The longest retransmission timeout is a sysctl (6.15). */
#include <net/net_namespace.h>
unsigned int probe(struct net *net);
unsigned int probe(struct net *net)
{
	return net->ipv4.sysctl_tcp_rto_max_ms;
}

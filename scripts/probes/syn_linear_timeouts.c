// SPDX-License-Identifier: GPL-2.0
/* The first timeouts of a SYN do not double (6.5). */
#include <net/net_namespace.h>
unsigned int probe(struct net *net);
unsigned int probe(struct net *net)
{
	return net->ipv4.sysctl_tcp_syn_linear_timeouts;
}

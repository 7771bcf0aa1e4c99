// SPDX-License-Identifier: GPL-2.0
/* How old a TIME_WAIT has to be for tcp_tw_reuse is a sysctl of each namespace (6.14). */
#include <net/net_namespace.h>
unsigned int probe(struct net *net);
unsigned int probe(struct net *net)
{
	return net->ipv4.sysctl_tcp_tw_reuse_delay;
}

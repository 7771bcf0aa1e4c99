// SPDX-License-Identifier: GPL-2.0
/* Connection sockets have a keepalive timer of their own. */
#include <net/inet_connection_sock.h>
struct timer_list *probe(struct inet_connection_sock *icsk);
struct timer_list *probe(struct inet_connection_sock *icsk)
{
	return &icsk->icsk_keepalive_timer;
}

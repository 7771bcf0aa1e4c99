// SPDX-License-Identifier: GPL-2.0
/* Congestion controls are told of the end of an idle period separately. */
#include <net/tcp.h>
void probe(struct tcp_congestion_ops *ops, struct sock *sk);
void probe(struct tcp_congestion_ops *ops, struct sock *sk)
{
	ops->cwnd_event_tx_start(sk);
}

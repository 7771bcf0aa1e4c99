// SPDX-License-Identifier: GPL-2.0
/* The cwnd has accessors. */
#include <net/tcp.h>
u32 probe(const struct tcp_sock *tp);
u32 probe(const struct tcp_sock *tp)
{
	return tcp_snd_cwnd(tp);
}

// SPDX-License-Identifier: GPL-2.0
/* Receive buffers grow in another way, and up to 32 MiB (6.16): the event came with both. */
#include <trace/events/tcp.h>
void *probe(void);
void *probe(void)
{
	return &__tracepoint_tcp_rcvbuf_grow;
}

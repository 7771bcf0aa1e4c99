/* SPDX-License-Identifier: GPL-2.0 */
/* The tun device behind which the remote hosts are. */
#ifndef TCPLAB_SELFTESTS_PACKETS_WIRE_H
#define TCPLAB_SELFTESTS_PACKETS_WIRE_H

#include "../packet.h"

int wire_open(const char *device);
int wire_send(const u8 *packet, size_t length);
size_t wire_receive(u8 *packet);
int wire_send_segment(const struct segment *segment, const struct host *from,
		      const struct host *to);
bool wire_receive_segment(struct segment *segment, struct host *from,
			  struct host *to);
bool same_host(const struct host *a, const struct host *b);
long now_ms(void);
void pause_ms(long ms);
int socklen_of(int family);
void to_sockaddr(const struct host *host, void *address);

#endif /* TCPLAB_SELFTESTS_PACKETS_WIRE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* The news that sockets bring: by the tracepoint of their states, or met without it. */
#ifndef TCPLAB_TRACK_PROBE_H
#define TCPLAB_TRACK_PROBE_H

#include <linux/types.h>

struct net;
struct sock;

int tl_probe_init(void);
void tl_probe_exit(void);
bool tl_probe_adopt_one(struct sock *sk);
void tl_probe_adopt(struct net *net);

#endif /* TCPLAB_TRACK_PROBE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* What happens in the accept queues of listening sockets. */
#ifndef TCPLAB_WAIT_LISTENERS_H
#define TCPLAB_WAIT_LISTENERS_H

#include <linux/types.h>

struct sock;

/**
 * struct tl_listener_counts - what has been counted of a listening socket
 * @accepted: connections that left its accept queue
 * @peak: most connections that were in it at once
 * @overflows: SYNs and last ACKs of handshakes that it had no room for
 * @full_backlog: room that there was when it had none left last
 * @full_seconds: seconds of the last 60 in which something met it full
 * @full_ago: seconds since something met it full last; without meaning where none did
 */
struct tl_listener_counts {
	u64 accepted;
	u32 peak;
	u64 overflows;
	u32 full_backlog;
	u32 full_seconds;
	u32 full_ago;
};

int tl_listeners_init(void);
void tl_listeners_exit(void);
void tl_listeners_adopt(void);
void tl_listeners_state(const struct sock *sk, int old_state, int new_state);
bool tl_listeners_counts(const struct sock *sk,
			 struct tl_listener_counts *counts);

pid_t tl_listeners_acceptor(const struct sock *sk);

#endif /* TCPLAB_WAIT_LISTENERS_H */

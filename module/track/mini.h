/* SPDX-License-Identifier: GPL-2.0 */
/* A connection in TIME_WAIT and its mini-socket, struct inet_timewait_sock. */
#ifndef TCPLAB_TRACK_MINI_H
#define TCPLAB_TRACK_MINI_H

#include "conn.h"

struct sock;

void tl_mini_closed(struct tl_conn *conn, const struct sock *sk);
void tl_mini_begin(struct tl_conn *conn, unsigned int end);
void tl_mini_restarts(struct tl_conn *conn, u32 since);
void tl_mini_exact(struct tl_conn *conn, bool exact);
void tl_mini_end(struct tl_conn *conn);
void tl_mini_kill(struct sock *mini);

void tl_mini_init(void);
void tl_mini_exit(void);
bool tl_mini_sees_killed(void);

#endif /* TCPLAB_TRACK_MINI_H */

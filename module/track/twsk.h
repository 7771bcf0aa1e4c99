/* SPDX-License-Identifier: GPL-2.0 */
/* A connection in TIME_WAIT and its mini-socket, struct inet_timewait_sock. */
#ifndef TCPLAB_TRACK_TWSK_H
#define TCPLAB_TRACK_TWSK_H

#include "conn.h"

struct sock;

void tl_twsk_closed(struct tl_conn *conn, const struct sock *sk);
void tl_twsk_begin(struct tl_conn *conn, unsigned int end);
void tl_twsk_restarts(struct tl_conn *conn, u32 since);
void tl_twsk_exact(struct tl_conn *conn, bool exact);
void tl_twsk_end(struct tl_conn *conn);
void tl_twsk_kill(struct sock *mini);

void tl_twsk_init(void);
void tl_twsk_exit(void);
bool tl_twsk_tells_killed(void);

#endif /* TCPLAB_TRACK_TWSK_H */

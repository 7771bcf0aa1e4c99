/* SPDX-License-Identifier: GPL-2.0 */
/* A connection in TIME_WAIT and its mini-socket, struct inet_timewait_sock. */
#ifndef TCPLAB_TRACK_TWSK_H
#define TCPLAB_TRACK_TWSK_H

#include "../wait/time_wait.h"
#include "conn.h"

struct sock;

void tl_twsk_closed(struct tl_conn *conn, const struct sock *sk);
void tl_twsk_begin(struct tl_conn *conn, unsigned int end);
enum tl_exit tl_twsk_reason(const struct tl_conn *conn, unsigned int end,
			    enum tl_exit reason);
void tl_twsk_end(struct tl_conn *conn);
bool tl_twsk_look(struct tl_conn *conn, unsigned int end, struct sock *mini);
void tl_twsk_policy(struct tl_conn *conn);
void tl_twsk_release(struct tl_conn *conn);

void tl_twsk_init(void);
void tl_twsk_exit(void);
bool tl_twsk_tells_killed(void);

#endif /* TCPLAB_TRACK_TWSK_H */

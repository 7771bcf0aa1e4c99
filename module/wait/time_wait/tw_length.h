/* SPDX-License-Identifier: GPL-2.0 */
/* How long TIME_WAIT lasts where the user wants another length. */
#ifndef TCPLAB_WAIT_TIME_WAIT_TW_LENGTH_H
#define TCPLAB_WAIT_TIME_WAIT_TW_LENGTH_H

#include <linux/types.h>

struct sock;
struct tl_conn;
struct tl_net;

/* TIME_WAIT lasts as long as each connection's own RTO has it. */
#define TL_LENGTH_VARIES	U32_MAX

u32 tl_tw_length_ms(const struct tl_net *ns);
u32 tl_tw_length_expected_ms(const struct tl_net *ns, u32 rto_ms, bool stamped);
unsigned int tl_tw_length_jiffies(const struct tl_conn *conn);
unsigned int tl_tw_length_look_in(const struct tl_conn *conn);
bool tl_tw_length_enforce(struct tl_conn *conn, unsigned int end, struct sock *mini);
void tl_tw_length_begin(struct tl_conn *conn);
void tl_tw_length_apply(struct tl_net *ns);
void tl_tw_length_release(const struct tl_conn *conn);

#endif /* TCPLAB_WAIT_TIME_WAIT_TW_LENGTH_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* How long TIME_WAIT lasts where the user wants another length. */
#ifndef TCPLAB_WAIT_LENGTH_H
#define TCPLAB_WAIT_LENGTH_H

#include <linux/types.h>

struct sock;
struct tl_conn;
struct tl_net;

/* TIME_WAIT lasts as long as each connection's own RTO has it. */
#define TL_LENGTH_VARIES	U32_MAX

/* What a look at a TIME_WAIT socket finds. */
enum tl_length {
	TL_LENGTH_LASTS,	/* its time is not over */
	TL_LENGTH_OVER,		/* it is, and it was longer than the kernel's own */
	TL_LENGTH_CUT,		/* it is, and it was shorter */
};

u32 tl_length_ms(const struct tl_net *ns);
u32 tl_length_expected_ms(const struct tl_net *ns, u32 rto_ms, bool stamped);
unsigned int tl_length_jiffies(const struct tl_conn *conn);
enum tl_length tl_length_look(struct tl_conn *conn, struct sock *mini);
void tl_length_end(struct sock *mini);
void tl_length_release(struct sock *mini);
bool tl_length_ending(void);

#endif /* TCPLAB_WAIT_LENGTH_H */

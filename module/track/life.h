/* SPDX-License-Identifier: GPL-2.0 */
/* The life of a tracked connection: what happens to it, and when it ends. */
#ifndef TCPLAB_TRACK_LIFE_H
#define TCPLAB_TRACK_LIFE_H

#include "change.h"
#include "conn.h"

void tl_life_begin(struct tl_conn *conn, enum tl_origin origin,
		   unsigned int first);
void tl_life_socket(struct tl_conn *conn, struct tl_change *change);
void tl_life_adopted(struct tl_conn *conn, unsigned int end,
		     const struct sock *sk, enum tl_state state);
void tl_life_segment(struct tl_conn *conn, unsigned int from,
		     const struct tl_segment *segment);
void tl_life_sent(struct tl_conn *conn, unsigned int from,
		  const struct tl_segment *segment);
void tl_life_begin_open(struct tl_conn *conn, unsigned int first);
void tl_life_reused(struct tl_conn *conn, unsigned int end,
		    enum tl_exit reason);
void tl_life_refused(struct tl_conn *conn, unsigned int from,
		     const struct tl_segment *rst);
void tl_life_check_soon(struct tl_conn *conn);
void tl_life_unlock(struct tl_conn *conn);
void tl_life_drop(struct tl_conn *conn);

/**
 * tl_life_socket_is() - the socket of an end tells its state, and nothing else
 * @conn: the connection
 * @end: index of the end
 * @sk: the socket, of any kind
 * @state: its state
 * @why: why it leaves TIME_WAIT, if it does
 */
static inline void tl_life_socket_is(struct tl_conn *conn, unsigned int end,
				     const struct sock *sk, enum tl_state state,
				     enum tl_exit why)
{
	struct tl_change change = {
		.sk = sk,
		.end = end,
		.to = state,
		.why = why,
	};

	tl_life_socket(conn, &change);
}

#endif /* TCPLAB_TRACK_LIFE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Segments and sockets, compared. */
#ifndef TCPLAB_TRACK_COMPARE_H
#define TCPLAB_TRACK_COMPARE_H

#include "conn.h"

void tl_compare(struct tl_conn *conn, unsigned int end, const struct sock *sk);

#endif /* TCPLAB_TRACK_COMPARE_H */

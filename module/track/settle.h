/* SPDX-License-Identifier: GPL-2.0 */
/* Whether the sockets of a row are as it says. */
#ifndef TCPLAB_TRACK_SETTLE_H
#define TCPLAB_TRACK_SETTLE_H

#include "conn.h"

void tl_settle(struct tl_conn *conn, bool judge);
void tl_settle_due(struct tl_conn *conn);

#endif /* TCPLAB_TRACK_SETTLE_H */

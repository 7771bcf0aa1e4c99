/* SPDX-License-Identifier: GPL-2.0 */
/* Whether the sockets of a row are as it says. */
#ifndef TCPLAB_TRACK_CHECK_H
#define TCPLAB_TRACK_CHECK_H

#include "conn.h"

void tl_check(struct tl_conn *conn, bool judge);
void tl_check_due(struct tl_conn *conn);

#endif /* TCPLAB_TRACK_CHECK_H */

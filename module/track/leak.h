/* SPDX-License-Identifier: GPL-2.0 */
/* Which connections are CLOSE_WAIT leaks. */
#ifndef TCPLAB_TRACK_LEAK_H
#define TCPLAB_TRACK_LEAK_H

#include "conn.h"

void tl_leak_set(struct tl_conn *conn, bool is);
void tl_leak_judge(struct tl_conn *conn);

#endif /* TCPLAB_TRACK_LEAK_H */

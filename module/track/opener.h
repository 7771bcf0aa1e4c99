/* SPDX-License-Identifier: GPL-2.0 */
/* Which end opened a connection, and so which port is a service's. */
#ifndef TCPLAB_TRACK_OPENER_H
#define TCPLAB_TRACK_OPENER_H

#include "conn.h"

enum tl_origin tl_opener_adopted(const struct tl_conn *conn, unsigned int first);
bool tl_opener_is(const struct tl_conn *conn, unsigned int end);
u16 tl_opener_service_port(const struct tl_conn *conn, unsigned int end);

#endif /* TCPLAB_TRACK_OPENER_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Which connections are CLOSE_WAIT leaks. */
#ifndef TCPLAB_WAIT_CLOSE_WAIT_LEAK_H
#define TCPLAB_WAIT_CLOSE_WAIT_LEAK_H

#include "../../track/change.h"

void tl_leak_judge(const struct tl_conn *conn);
void tl_leak_changed(const struct tl_conn *conn, const struct tl_change *change);
unsigned int tl_leak_look_in(const struct tl_conn *conn, unsigned int end);
void tl_leak_set_ms(struct tl_net *ns, unsigned int leak_ms);

#endif /* TCPLAB_WAIT_CLOSE_WAIT_LEAK_H */

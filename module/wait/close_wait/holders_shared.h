/* SPDX-License-Identifier: GPL-2.0 */
/* Who holds which sockets, found out once for all readers without privileges. */
#ifndef TCPLAB_WAIT_CLOSE_WAIT_HOLDERS_SHARED_H
#define TCPLAB_WAIT_CLOSE_WAIT_HOLDERS_SHARED_H

#include "holders.h"

int tl_holders_shared_refresh(void);
int tl_holders_shared_copy(struct tl_holders *holders, const struct net *net,
			   struct pid_namespace *pids);
void tl_holders_shared_stop(void);

#endif /* TCPLAB_WAIT_CLOSE_WAIT_HOLDERS_SHARED_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* A program with real sockets, which does with them what chance says. */
#ifndef TCPLAB_SELFTESTS_PACKETS_VICTIM_H
#define TCPLAB_SELFTESTS_PACKETS_VICTIM_H

#include "../packet.h"
#include "dice.h"

#define LISTENERS	6	/* ports of each family */
#define LISTEN_PORT	7000
#define SIGNED_PORT	7003	/* wants MD5 signatures */

int victim_open(const struct host *here);
void victim_connect(const struct host *here, const struct host *there);
void victim_act(struct dice *dice);
void victim_close(void);

#endif /* TCPLAB_SELFTESTS_PACKETS_VICTIM_H */

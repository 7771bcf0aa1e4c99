/* SPDX-License-Identifier: GPL-2.0 */
/* What is sent again, and for how long: the arithmetic of tcp_timer.c. */
#ifndef TCPLAB_CORE_RETRIES_H
#define TCPLAB_CORE_RETRIES_H

#include "port.h"

/* Timeouts that the kernel begins with: of a SYN, and of data on a fast link. */
#define TL_RETRIES_SYN_MS	1000
#define TL_RETRIES_DATA_MS	200

u64 tl_retries_ms(u32 retries, u32 first_ms, u32 most_ms);
u32 tl_retries_syns(u32 retries, u32 linear, u32 most_ms);

#endif /* TCPLAB_CORE_RETRIES_H */

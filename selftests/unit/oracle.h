/* SPDX-License-Identifier: GPL-2.0 */
/* The best forecast that there can be. */
#ifndef TCPLAB_UNIT_ORACLE_H
#define TCPLAB_UNIT_ORACLE_H

#include "loads.h"

u32 oracle_ms(u64 step);

#endif /* TCPLAB_UNIT_ORACLE_H */

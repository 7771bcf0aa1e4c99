// SPDX-License-Identifier: GPL-2.0
/* The numbers by which the context of a namespace is found: below all rooms. */
#include "net.h"

unsigned int tl_net_id __read_mostly;
unsigned int tl_net_bytes __read_mostly;

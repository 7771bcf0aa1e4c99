// SPDX-License-Identifier: GPL-2.0
/* The task, not the CPU, tells that a copy of a packet is being sent (6.16). */
#include <linux/sched.h>
bool probe(void);
bool probe(void)
{
	return current->in_nf_duplicate;
}

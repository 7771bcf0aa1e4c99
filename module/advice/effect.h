/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's counters that tell of a sysctl. */
#ifndef TCPLAB_ADVICE_EFFECT_H
#define TCPLAB_ADVICE_EFFECT_H

#include <linux/types.h>

struct tl_net;
struct tl_sysctl;

/**
 * struct tl_effect - a counter that tells of a sysctl
 * @count: how much it has grown since counting began
 * @what: the things that it counts; NULL: no counter tells of this one
 */
struct tl_effect {
	unsigned long count;
	const char *what;
};

void tl_effect_of(struct tl_net *ns, const struct tl_sysctl *sysctl,
		  struct tl_effect *effect);

#endif /* TCPLAB_ADVICE_EFFECT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's defaults. */
#ifndef TCPLAB_TUNING_STANDARD_H
#define TCPLAB_TUNING_STANDARD_H

#include "catalogue.h"

struct tl_net;

/* Bytes of a default, with its end. */
#define TL_STANDARD_SIZE	80

void tl_standard_init(void);
bool tl_standard(const struct tl_net *ns, const struct tl_sysctl *sysctl,
		 char *text);
bool tl_standard_is_untouched(const struct tl_sysctl *sysctl);

#endif /* TCPLAB_TUNING_STANDARD_H */

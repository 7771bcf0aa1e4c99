/* SPDX-License-Identifier: GPL-2.0 */
/* The advice of a namespace. */
#ifndef TCPLAB_ADVICE_ADVICE_H
#define TCPLAB_ADVICE_ADVICE_H

#include "rule.h"

int tl_advice_ask(struct tl_net *ns, struct tl_advice *advices);

#endif /* TCPLAB_ADVICE_ADVICE_H */

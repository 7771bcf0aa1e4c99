/* SPDX-License-Identifier: GPL-2.0 */
/* How many rows there may be: of a namespace, and of all. */
#ifndef TCPLAB_TRACK_LIMITS_H
#define TCPLAB_TRACK_LIMITS_H

#include <linux/types.h>

struct tl_net;

int tl_limits_init(void);
unsigned int tl_limits_buckets(void);

bool tl_limits_take(struct tl_net *ns);
void tl_limits_give(struct tl_net *ns);
bool tl_limits_own_only(const struct tl_net *ns);
bool tl_limits_has_room(const struct tl_net *ns);
bool tl_limits_are_near(const struct tl_net *ns);
unsigned int tl_limits_of_one(void);

#endif /* TCPLAB_TRACK_LIMITS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Names that get the value of another one. */
#ifndef TCPLAB_TUNING_SPREAD_H
#define TCPLAB_TUNING_SPREAD_H

struct tl_changes;
struct tl_name;

int tl_spread_begin(struct tl_changes *changes, const struct tl_name *name);
void tl_spread_end(struct tl_changes *changes, const struct tl_name *name);

#endif /* TCPLAB_TUNING_SPREAD_H */

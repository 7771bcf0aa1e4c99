/* SPDX-License-Identifier: GPL-2.0 */
/* Rows for connections that have none, where there is room, or room can be made. */
#ifndef TCPLAB_TRACK_BIRTH_H
#define TCPLAB_TRACK_BIRTH_H

#include <linux/types.h>

struct tl_conn;
struct tl_key;
struct tl_net;

struct tl_conn *tl_birth(struct tl_net *ns, const struct tl_key *key, bool *fresh);

#endif /* TCPLAB_TRACK_BIRTH_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* The netfilter hooks: packets become segments, or leave at once. */
#ifndef TCPLAB_TRACK_HOOK_H
#define TCPLAB_TRACK_HOOK_H

struct net;

int tl_hook_add(struct net *net);
void tl_hook_remove(struct net *net);
int tl_hook_add_forward(struct net *net);
void tl_hook_remove_forward(struct net *net);

#endif /* TCPLAB_TRACK_HOOK_H */

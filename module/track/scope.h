/* SPDX-License-Identifier: GPL-2.0 */
/* Which VRFs the links of a namespace have left. */
#ifndef TCPLAB_TRACK_SCOPE_H
#define TCPLAB_TRACK_SCOPE_H

#include <linux/types.h>

struct tl_net;
struct tl_scopes;

/* How many VRFs are remembered of one link. */
#define TL_SCOPES_LEFT	4

int tl_scope_init(void);
void tl_scope_exit(void);
void tl_scope_net_exit(struct tl_net *ns);
unsigned int tl_scope_left(const struct tl_net *ns, int link, int *vrf);
bool tl_scope_has_left(const struct tl_net *ns, int link);
int tl_scope_next_link(const struct tl_net *ns, int vrf, unsigned int *place);
u64 tl_scope_memory(const struct tl_net *ns);

#endif /* TCPLAB_TRACK_SCOPE_H */

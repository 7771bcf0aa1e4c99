/* SPDX-License-Identifier: GPL-2.0 */
/* The netfilter hooks: packets become segments, or leave at once. */
#ifndef TCPLAB_TRACK_HOOK_H
#define TCPLAB_TRACK_HOOK_H

#include <linux/netfilter.h>

struct tl_net;

#define TL_HOOKS_ENDS		(IS_ENABLED(CONFIG_IPV6) ? 4 : 2)
#define TL_HOOKS_FORWARD	(IS_ENABLED(CONFIG_IPV6) ? 2 : 1)

/**
 * struct tl_hooks - the hooks of a namespace
 * @ends: at LOCAL_OUT and LOCAL_IN, where connections end
 * @forward: at FORWARD
 */
struct tl_hooks {
	struct nf_hook_ops ends[TL_HOOKS_ENDS];
	struct nf_hook_ops forward[TL_HOOKS_FORWARD];
};

int tl_hook_add(struct tl_net *ns);
void tl_hook_remove(struct tl_net *ns);
int tl_hook_add_forward(struct tl_net *ns);
void tl_hook_remove_forward(struct tl_net *ns);

#endif /* TCPLAB_TRACK_HOOK_H */

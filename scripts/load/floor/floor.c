// SPDX-License-Identifier: GPL-2.0
/*
 * Hooks and a probe that do nothing, where tcplab has its own: what these cost
 * is what netfilter and the tracepoint take, and no tracker can cost less.
 */
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tracepoint.h>
#include <net/net_namespace.h>

static unsigned int look_away(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

#define HOOK(family, point, order)					\
	{								\
		.hook		= look_away,				\
		.pf		= family,				\
		.hooknum	= point,				\
		.priority	= order,				\
	}

static const struct nf_hook_ops hooks[] = {
	HOOK(NFPROTO_IPV4, NF_INET_LOCAL_OUT, NF_IP_PRI_FIRST),
	HOOK(NFPROTO_IPV4, NF_INET_LOCAL_IN, NF_IP_PRI_LAST),
	HOOK(NFPROTO_IPV6, NF_INET_LOCAL_OUT, NF_IP6_PRI_FIRST),
	HOOK(NFPROTO_IPV6, NF_INET_LOCAL_IN, NF_IP6_PRI_LAST),
};

static int __net_init add_hooks(struct net *net)
{
	return nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

static void __net_exit remove_hooks(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

static struct pernet_operations floor_net_ops = {
	.init = add_hooks,
	.exit = remove_hooks,
};

static void on_set_state(void *data, const struct sock *sk, const int old_state,
			 const int new_state)
{
}

static struct tracepoint *set_state_event;

static void match(struct tracepoint *event, void *unused)
{
	if (!strcmp(event->name, "inet_sock_set_state"))
		set_state_event = event;
}

static int __init floor_init(void)
{
	int err;

	for_each_kernel_tracepoint(match, NULL);
	if (!set_state_event)
		return -ENOENT;
	err = register_pernet_subsys(&floor_net_ops);
	if (err)
		return err;
	err = tracepoint_probe_register(set_state_event, on_set_state, NULL);
	if (err)
		unregister_pernet_subsys(&floor_net_ops);
	return err;
}

static void __exit floor_exit(void)
{
	tracepoint_probe_unregister(set_state_event, on_set_state, NULL);
	tracepoint_synchronize_unregister();
	unregister_pernet_subsys(&floor_net_ops);
}

module_init(floor_init);
module_exit(floor_exit);
MODULE_DESCRIPTION("what hooks and a tracepoint probe cost that do nothing");
MODULE_LICENSE("GPL");

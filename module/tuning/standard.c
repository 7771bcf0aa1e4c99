// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's defaults. A running kernel keeps none of them: a new namespace
 * copies some from the first one as they are then. So they are computed as the
 * kernel computes them when it boots.
 *
 * Free memory is a little less then: the value at loading is the default if it is
 * near.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/swap.h>
#include <net/tcp.h>

#include "../compat.h"
#include "../net.h"
#include "standard.h"

#define STANDARD_TCP_MEM_LEAST	128
#define STANDARD_TCP_WMEM_MAX	(4UL << 20)

static long standard_tcp_mem[3];	/* when the module was loaded */
static long standard_tcp_wmem;	/* their maximum, then */
static long standard_tcp_rmem;

/**
 * tl_standard_init() - remember the values at loading
 *
 * Context: process.
 */
void tl_standard_init(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		standard_tcp_mem[i] = READ_ONCE(tcp_prot.sysctl_mem[i]);
	standard_tcp_wmem = READ_ONCE(init_net.ipv4.sysctl_tcp_wmem[2]);
	standard_tcp_rmem = READ_ONCE(init_net.ipv4.sysctl_tcp_rmem[2]);
}

/* Within one percent: 0.5 % were seen on a machine of 2 GiB. */
static bool standard_is_near(long computed, long found)
{
	return abs(computed - found) <= computed / 100;
}

/* A namespace may have a table of its own; a global name is about the first one's. */
static unsigned long standard_buckets(const struct tl_net *ns,
				      const struct tl_sysctl *sysctl)
{
	struct net *net = sysctl->scope == TL_SCOPE_GLOBAL ? &init_net : ns->net;

	return tl_compat_hashinfo(net)->ehash_mask + 1UL;
}

static void standard_mem(char *text)
{
	long limit = max_t(long, nr_free_buffer_pages() / 16,
			   STANDARD_TCP_MEM_LEAST);
	long mem[3] = { limit / 4 * 3, limit, limit / 4 * 3 * 2 };

	if (standard_is_near(mem[1], standard_tcp_mem[1]) &&
	    standard_is_near(mem[2], standard_tcp_mem[2]))
		memcpy(mem, standard_tcp_mem, sizeof(mem));
	scnprintf(text, TL_STANDARD_SIZE, "%ld\t%ld\t%ld", mem[0], mem[1],
		  mem[2]);
}

static void standard_buffer(char *text, long first, unsigned long least,
			    unsigned long most, long found)
{
	unsigned long limit = nr_free_buffer_pages() << (PAGE_SHIFT - 7);
	long last = max(least, min(most, limit));

	if (standard_is_near(last, found))
		last = found;
	scnprintf(text, TL_STANDARD_SIZE, "%lu\t%ld\t%ld", PAGE_SIZE, first,
		  last);
}

static const char *standard_qdisc(void)
{
#ifdef CONFIG_DEFAULT_NET_SCH
	return CONFIG_DEFAULT_NET_SCH;
#else
	return "pfifo_fast";
#endif
}

/**
 * tl_standard() - the default of a sysctl
 * @ns: the namespace
 * @sysctl: the sysctl
 * @text: TL_STANDARD_SIZE bytes; filled with it, as the kernel writes it
 *
 * Return: whether it is known.
 */
bool tl_standard(const struct tl_net *ns, const struct tl_sysctl *sysctl,
		 char *text)
{
	switch (sysctl->standard) {
	case TL_STANDARD_TEXT:
		/* The catalogue has blanks, the kernel tabs. */
		return !tl_fields_check(sysctl->standard_text,
					strlen(sysctl->standard_text),
					&sysctl->bounds, text,
					TL_STANDARD_SIZE);
	case TL_STANDARD_UNKNOWN:
		return false;
	case TL_STANDARD_EHASH_HALF:
		scnprintf(text, TL_STANDARD_SIZE, "%lu",
			  standard_buckets(ns, sysctl) / 2);
		return true;
	case TL_STANDARD_SYN_BACKLOG:
		scnprintf(text, TL_STANDARD_SIZE, "%lu",
			  max(standard_buckets(ns, sysctl) / 128, 128UL));
		return true;
	case TL_STANDARD_TCP_MEM:
		standard_mem(text);
		return true;
	case TL_STANDARD_TCP_RMEM:
		standard_buffer(text, 131072, 131072, TL_COMPAT_TCP_RMEM_MAX,
				standard_tcp_rmem);
		return true;
	case TL_STANDARD_TCP_WMEM:
		standard_buffer(text, 16384, 65536, STANDARD_TCP_WMEM_MAX,
				standard_tcp_wmem);
		return true;
	case TL_STANDARD_BUFFER_MAX:
		scnprintf(text, TL_STANDARD_SIZE, "%lu",
			  (unsigned long)TL_COMPAT_BUFFER_MAX);
		return true;
	case TL_STANDARD_OPTMEM:
		scnprintf(text, TL_STANDARD_SIZE, "%lu",
			  (unsigned long)TL_COMPAT_OPTMEM_MAX);
		return true;
	case TL_STANDARD_CONGESTION:
		strscpy(text, CONFIG_DEFAULT_TCP_CONG, TL_STANDARD_SIZE);
		return true;
	case TL_STANDARD_QDISC:
		strscpy(text, standard_qdisc(), TL_STANDARD_SIZE);
		return true;
	}
	return false;
}

/**
 * tl_standard_is_untouched() - whether a default need not be put back
 * @sysctl: the sysctl
 *
 * The default of tcp_mem is known but nearly. It is left alone while it is
 * the value at loading.
 */
bool tl_standard_is_untouched(const struct tl_sysctl *sysctl)
{
	unsigned int i;

	if (sysctl->standard != TL_STANDARD_TCP_MEM)
		return false;
	for (i = 0; i < 3; i++)
		if (READ_ONCE(tcp_prot.sysctl_mem[i]) != standard_tcp_mem[i])
			return false;
	return true;
}

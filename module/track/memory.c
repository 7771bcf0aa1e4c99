// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for what is remembered beside the rows.
 *
 * Closed connections, destinations, hosts and programs are remembered in each
 * namespace up to bounds of its own, and so are the tables that they lie in and
 * the histograms, which an empty namespace does not have. Any user may make many
 * namespaces: together they have a sixteenth of the machine's memory, and those
 * of other users leave a quarter of that.
 */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "../net.h"
#include "memory.h"
#include "track.h"

static atomic64_t memory_taken;
static u64 memory_most;

/**
 * tl_memory_init() - see how much there is
 */
void tl_memory_init(void)
{
	memory_most = ((u64)totalram_pages() << PAGE_SHIFT) / 16;
}

/**
 * tl_memory_take() - ask for memory
 * @ns: the namespace that it is for
 * @bytes: how much
 *
 * Context: any.
 * Return: true if it may be allocated, and has to be given back when it is freed;
 * false is counted.
 */
bool tl_memory_take(struct tl_net *ns, unsigned int bytes)
{
	u64 limit = ns->net->user_ns == &init_user_ns ? memory_most : memory_most - memory_most / 4;

	if (atomic64_add_return(bytes, &memory_taken) <= limit)
		return true;
	atomic64_sub(bytes, &memory_taken);
	tl_track_note(ns->track, TL_COUNT_REFUSED_MEMORY);
	return false;
}

/**
 * tl_memory_give() - give memory back
 * @bytes: how much
 *
 * Context: any.
 */
void tl_memory_give(unsigned int bytes)
{
	atomic64_sub(bytes, &memory_taken);
}

/**
 * tl_memory_zalloc() - allocate memory within the bound
 * @ns: the namespace that it is for
 * @bytes: how much
 *
 * Where a process asks, its cgroup is charged, too.
 * Context: any.
 * Return: zeros, to be freed by tl_memory_free(); NULL, which is counted where
 * the bound was reached.
 */
void *tl_memory_zalloc(struct tl_net *ns, unsigned int bytes)
{
	void *memory;

	if (!tl_memory_take(ns, bytes))
		return NULL;
	memory = kzalloc(bytes, GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);
	if (!memory)
		tl_memory_give(bytes);
	return memory;
}

/**
 * tl_memory_free() - free it, and give it back
 * @memory: what tl_memory_zalloc() has returned
 * @bytes: how much that was
 *
 * Context: any.
 */
void tl_memory_free(const void *memory, unsigned int bytes)
{
	kfree(memory);
	tl_memory_give(bytes);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A list that grows, and is searched by number.
 *
 * For what is gathered once and looked up often. Elements are added where
 * nothing may be allocated, so room is made before; those with the same key are
 * found in the order in which they were added.
 */
#include <linux/mm.h>
#include <linux/string.h>

#include "../track/conn.h"
#include "lines.h"

#define NONE		U32_MAX
#define ROOM_MIN	64U
#define CHAIN_BITS	13

/* What a caller asks for may be much: he gets an error, and no warning. */
#define FLAGS		(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

/**
 * tl_lines_init() - begin an empty list
 * @index: the list
 * @size: bytes of an element, which begins with a &struct tl_entry
 */
void tl_lines_init(struct tl_lines *index, size_t size)
{
	memset(index, 0, sizeof(*index));
	index->size = size;
}

/**
 * tl_lines_free() - let go of all elements
 * @index: the list; empty afterwards
 */
void tl_lines_free(struct tl_lines *index)
{
	kvfree(index->element);
	kvfree(index->chain);
	tl_lines_init(index, index->size);
}

static int lines_make_chains(struct tl_lines *index)
{
	index->chain = kvmalloc_array(1 << CHAIN_BITS, sizeof(*index->chain),
				      FLAGS);
	if (!index->chain)
		return -ENOMEM;
	memset32(index->chain, NONE, 1 << CHAIN_BITS);
	return 0;
}

/**
 * tl_lines_reserve() - make room
 * @index: the list
 * @more: elements that will be added
 *
 * Context: process; sleeps. The memory is charged to the caller's cgroup.
 * Return: 0 or -ENOMEM.
 */
int tl_lines_reserve(struct tl_lines *index, u32 more)
{
	u32 room = max3(ROOM_MIN, index->count + more, 2 * index->room);
	void *element;

	if (!index->chain && lines_make_chains(index))
		return -ENOMEM;
	if (index->count + more <= index->room)
		return 0;
	element = kvmalloc_array(room, index->size, FLAGS);
	if (!element)
		return -ENOMEM;
	if (index->count)
		memcpy(element, index->element, index->count * index->size);
	kvfree(index->element);
	index->element = element;
	index->room = room;
	return 0;
}

/* Users choose what they are found by: inodes of sockets are given out in order. */
static u32 *lines_chain_of(const struct tl_lines *index, unsigned long key)
{
	u32 hash = tl_key_hash_part(&key, sizeof(key));

	return &index->chain[hash % (1 << CHAIN_BITS)];
}

/**
 * tl_lines_add() - add an element
 * @index: the list, which is not full
 * @key: what the element will be found by
 * @most: how many elements may have the same key
 *
 * Context: any.
 * Return: the element, to be filled behind its entry; NULL if there are so many
 * already.
 */
void *tl_lines_add(struct tl_lines *index, unsigned long key, u32 most)
{
	u32 *link = lines_chain_of(index, key);
	struct tl_entry *entry;

	while (*link != NONE) {
		entry = tl_lines_at(index, *link);
		if (entry->key == key && !--most)
			return NULL;
		link = &entry->next;
	}
	*link = index->count++;
	entry = tl_lines_at(index, *link);
	entry->key = key;
	entry->next = NONE;
	return entry;
}

/**
 * tl_lines_at() - an element
 * @index: the list
 * @at: its number, below the count, in the order in which they were added
 */
void *tl_lines_at(const struct tl_lines *index, u32 at)
{
	return (u8 *)index->element + at * index->size;
}

static void *lines_search(const struct tl_lines *index, u32 at, unsigned long key)
{
	while (at != NONE) {
		struct tl_entry *entry = tl_lines_at(index, at);

		if (entry->key == key)
			return entry;
		at = entry->next;
	}
	return NULL;
}

/**
 * tl_lines_find() - find the first element with a key
 * @index: the list
 * @key: the key
 *
 * Return: the element, or NULL if there is none.
 */
void *tl_lines_find(const struct tl_lines *index, unsigned long key)
{
	if (!index->chain)
		return NULL;
	return lines_search(index, *lines_chain_of(index, key), key);
}

/**
 * tl_lines_next() - find the next element with the same key
 * @index: the list
 * @element: what was found before
 *
 * Return: the element, or NULL.
 */
void *tl_lines_next(const struct tl_lines *index, const void *element)
{
	const struct tl_entry *entry = element;

	return lines_search(index, entry->next, entry->key);
}

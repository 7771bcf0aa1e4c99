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
 * @lines: the list
 * @size: bytes of an element, which begins with a &struct tl_line_head
 */
void tl_lines_init(struct tl_lines *lines, size_t size)
{
	memset(lines, 0, sizeof(*lines));
	lines->size = size;
}

/**
 * tl_lines_free() - let go of all elements
 * @lines: the list; empty afterwards
 */
void tl_lines_free(struct tl_lines *lines)
{
	kvfree(lines->element);
	kvfree(lines->chain);
	tl_lines_init(lines, lines->size);
}

static int lines_make_chains(struct tl_lines *lines)
{
	lines->chain = kvmalloc_array(1 << CHAIN_BITS, sizeof(*lines->chain),
				      FLAGS);
	if (!lines->chain)
		return -ENOMEM;
	memset32(lines->chain, NONE, 1 << CHAIN_BITS);
	return 0;
}

/**
 * tl_lines_reserve() - make room
 * @lines: the list
 * @more: elements that will be added
 *
 * Context: process; sleeps. The memory is charged to the caller's cgroup.
 * Return: 0 or -ENOMEM.
 */
int tl_lines_reserve(struct tl_lines *lines, u32 more)
{
	u32 room = max3(ROOM_MIN, lines->count + more, 2 * lines->room);
	void *element;

	if (!lines->chain && lines_make_chains(lines))
		return -ENOMEM;
	if (lines->count + more <= lines->room)
		return 0;
	element = kvmalloc_array(room, lines->size, FLAGS);
	if (!element)
		return -ENOMEM;
	if (lines->count)
		memcpy(element, lines->element, lines->count * lines->size);
	kvfree(lines->element);
	lines->element = element;
	lines->room = room;
	return 0;
}

/* Users choose what they are found by: inodes of sockets are given out in order. */
static u32 *lines_chain_of(const struct tl_lines *lines, unsigned long key)
{
	u32 hash = tl_key_hash_part(&key, sizeof(key));

	return &lines->chain[hash % (1 << CHAIN_BITS)];
}

/**
 * tl_lines_add() - add an element
 * @lines: the list, which is not full
 * @key: what the element will be found by
 * @most: how many elements may have the same key
 *
 * Context: any.
 * Return: the element, to be filled behind its head; NULL if there are so many
 * already.
 */
void *tl_lines_add(struct tl_lines *lines, unsigned long key, u32 most)
{
	u32 *link = lines_chain_of(lines, key);
	struct tl_line_head *head;

	while (*link != NONE) {
		head = tl_lines_at(lines, *link);
		if (head->key == key && !--most)
			return NULL;
		link = &head->next;
	}
	*link = lines->count++;
	head = tl_lines_at(lines, *link);
	head->key = key;
	head->next = NONE;
	return head;
}

/**
 * tl_lines_at() - an element
 * @lines: the list
 * @at: its number, below the count, in the order in which they were added
 */
void *tl_lines_at(const struct tl_lines *lines, u32 at)
{
	return (u8 *)lines->element + at * lines->size;
}

static void *lines_search(const struct tl_lines *lines, u32 at, unsigned long key)
{
	while (at != NONE) {
		struct tl_line_head *head = tl_lines_at(lines, at);

		if (head->key == key)
			return head;
		at = head->next;
	}
	return NULL;
}

/**
 * tl_lines_find() - find the first element with a key
 * @lines: the list
 * @key: the key
 *
 * Return: the element, or NULL if there is none.
 */
void *tl_lines_find(const struct tl_lines *lines, unsigned long key)
{
	if (!lines->chain)
		return NULL;
	return lines_search(lines, *lines_chain_of(lines, key), key);
}

/**
 * tl_lines_next() - find the next element with the same key
 * @lines: the list
 * @element: what was found before
 *
 * Return: the element, or NULL.
 */
void *tl_lines_next(const struct tl_lines *lines, const void *element)
{
	const struct tl_line_head *head = element;

	return lines_search(lines, head->next, head->key);
}

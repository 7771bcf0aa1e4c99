/* SPDX-License-Identifier: GPL-2.0 */
/* A list that grows, and is searched by number. */
#ifndef TCPLAB_WAIT_LINES_H
#define TCPLAB_WAIT_LINES_H

#include <linux/types.h>

/**
 * struct tl_line_head - how each element begins
 * @key: what it is found by; several may have the same
 * @next: number of the element behind it in its chain
 */
struct tl_line_head {
	unsigned long key;
	u32 next;
};

/**
 * struct tl_lines - the list
 * @element: the elements, @count of them
 * @size: bytes of one
 * @count: how many there are
 * @room: how many there is room for
 * @chain: number of the first element of each chain
 */
struct tl_lines {
	void *element;
	size_t size;
	u32 count;
	u32 room;
	u32 *chain;
};

/**
 * tl_lines_is_full() - whether nothing more can be added
 * @lines: the list
 */
static inline bool tl_lines_is_full(const struct tl_lines *lines)
{
	return lines->count == lines->room;
}

void tl_lines_init(struct tl_lines *lines, size_t size);
void tl_lines_free(struct tl_lines *lines);
int tl_lines_reserve(struct tl_lines *lines, u32 more);
void *tl_lines_add(struct tl_lines *lines, unsigned long key, u32 most);
void *tl_lines_at(const struct tl_lines *lines, u32 at);
void *tl_lines_find(const struct tl_lines *lines, unsigned long key);
void *tl_lines_next(const struct tl_lines *lines, const void *element);

#endif /* TCPLAB_WAIT_LINES_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* What other lengths of TIME_WAIT would have done to the same traffic. */
#ifndef TCPLAB_WAIT_TIME_WAIT_WHAT_IF_H
#define TCPLAB_WAIT_TIME_WAIT_WHAT_IF_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "entry_slots.h"

struct tl_net;

#define TL_WHAT_IF_LENGTHS	11	/* the last is that of now, if it is another */

/**
 * struct tl_what_if - the question, asked for a namespace
 * @would: closes in each half second whose TIME_WAIT nothing would have ended
 * @lock: protects it, and what follows
 * @slot: the half second that runs, as &struct tl_entry_slots has them
 * @behind: closes in the half seconds before it that a length spans whole, but
 *	for the first of these, by length
 * @length_ms: the length of now, or %TL_LENGTH_VARIES
 * @closes: in that half second
 * @peak: highest population, by length
 * @overflow: sockets that would have found no room, by length
 * @buckets: hypothetical tcp_max_tw_buckets; 0: the real one
 */
struct tl_what_if {
	struct tl_entry_slots would;
	spinlock_t lock;	/* see @lock */
	u32 slot;
	u32 behind[TL_WHAT_IF_LENGTHS];
	u32 length_ms;
	u32 closes;
	u32 peak[TL_WHAT_IF_LENGTHS];
	u64 overflow[TL_WHAT_IF_LENGTHS];
	u32 buckets;
};

/**
 * struct tl_what_if_row - an answer
 * @length_ms: the length
 * @now: sockets that would be in TIME_WAIT
 * @peak: most that would have been
 * @overflow: sockets that would have found no room
 */
struct tl_what_if_row {
	u32 length_ms;
	u32 now;
	u32 peak;
	u64 overflow;
};

u64 tl_what_if_memory(const struct tl_net *ns);
u32 tl_what_if_buckets(const struct tl_net *ns);
void tl_what_if_set_buckets(struct tl_net *ns, u32 buckets);
void tl_what_if_init(struct tl_net *ns);
void tl_what_if_exit(struct tl_net *ns);
void tl_what_if_enter(struct tl_net *ns, u32 since, bool before);
void tl_what_if_leave(struct tl_net *ns, u32 since);
void tl_what_if_reset(struct tl_net *ns);
void tl_what_if_length(struct tl_net *ns);
unsigned int tl_what_if_rows(struct tl_net *ns, struct tl_what_if_row *rows);
unsigned int tl_what_if_socket_size(void);

#endif /* TCPLAB_WAIT_TIME_WAIT_WHAT_IF_H */

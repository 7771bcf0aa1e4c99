/* SPDX-License-Identifier: GPL-2.0 */
/* Segments that come for closed connections: how many, of which kind, how late. */
#ifndef TCPLAB_WAIT_TIME_WAIT_STRAGGLERS_H
#define TCPLAB_WAIT_TIME_WAIT_STRAGGLERS_H

#include "../../core/straggler.h"
#include "../../track/change.h"

/* Edges of the ranges of lateness, and the lengths that what-if asks about. */
#define TL_LATE_RANGES	14
extern const u32 tl_late_edges[TL_LATE_RANGES];

/* What TIME_WAIT is for. */
enum tl_purpose {
	TL_PURPOSE_FIN,		/* to acknowledge the FIN once more */
	TL_PURPOSE_OLD,		/* to keep old data and ACKs out */
	TL_PURPOSES
};

/**
 * struct tl_stragglers - those of a namespace
 * @count: by kind, verdict and lateness; what all that have none share, before
 *	the first
 * @exposed: those that TIME_WAIT is for, by what they are and by how long it must
 *	have lasted to meet them
 * @fins_late: retransmitted FINs that came later than the length of now
 * @old_late: old data and acknowledgments that did
 * @latest_ms: the longest time that any of both came after TIME_WAIT began, or
 *	began anew for the one before
 */
struct tl_stragglers {
	atomic_t (*count)[TL_VERDICTS][TL_LATE_RANGES];
	atomic_t exposed[TL_PURPOSES][TL_LATE_RANGES];
	atomic_t fins_late;
	atomic_t old_late;
	atomic_t latest_ms;
};

void tl_stragglers_init(struct tl_stragglers *stragglers);
void tl_stragglers_exit(struct tl_stragglers *stragglers);
void tl_stragglers_reset(struct tl_stragglers *stragglers);
void tl_stragglers_length(struct tl_stragglers *stragglers);
u64 tl_stragglers_memory(const struct tl_stragglers *stragglers);
bool tl_stragglers_is_edge(u32 length_ms);
u32 tl_stragglers_count(const struct tl_stragglers *stragglers, enum tl_kind kind,
			enum tl_verdict verdict, unsigned int range);
u32 tl_stragglers_late(const struct tl_stragglers *stragglers, enum tl_purpose purpose);
u32 tl_stragglers_safe_ms(const struct tl_stragglers *stragglers);
u32 tl_stragglers_beyond(const struct tl_stragglers *stragglers,
			 enum tl_purpose purpose, u32 length_ms);
void tl_stragglers_seen(struct tl_net *ns, const struct tl_packet *packet);

#endif /* TCPLAB_WAIT_TIME_WAIT_STRAGGLERS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Segments that come for a connection which was closed: what they are. */
#ifndef TCPLAB_CORE_STRAGGLER_H
#define TCPLAB_CORE_STRAGGLER_H

#include "segment.h"

enum tl_kind {
	TL_KIND_FIN,	/* the FIN once more: its ACK was lost */
	TL_KIND_DATA,	/* old data */
	TL_KIND_ACK,	/* an old acknowledgment */
	TL_KIND_SYN,	/* a new connection is wanted */
	TL_KIND_RST,
	TL_KINDS
};

enum tl_verdict {
	TL_VERDICT_ANSWERED,	/* by an ACK, or by a RST */
	TL_VERDICT_PAWS,	/* refused for its timestamp */
	TL_VERDICT_SEQUENCE,	/* refused for its sequence number */
	TL_VERDICT_ACCEPTED,
	TL_VERDICT_CORRUPT,	/* old, but a new connection would take it */
	TL_VERDICTS
};

/* What stands at the receiving end. */
enum tl_stands {
	TL_STANDS_NOTHING,
	TL_STANDS_TIME_WAIT,
	TL_STANDS_OPEN,		/* another connection */
};

/**
 * struct tl_late - a segment, and what it meets
 * @segment: the segment
 * @stamp: its timestamp
 * @stamped: it has one
 * @stands: what there is at the receiving end, and if there is anything:
 * @rcv_nxt: next sequence number expected
 * @rcv_wnd: bytes that may follow it
 * @snd_una: oldest byte that the peer has not acknowledged
 * @snd_nxt: next byte to be sent
 * @ts_recent: last timestamp of the peer
 * @ts_known: there was one
 * @ts_fresh: and that is less than a minute ago
 * @opens: a socket there has sent a SYN
 * @listens: somebody would take a connection
 * @rfc1337: TIME_WAIT is not to be ended by a RST
 */
struct tl_late {
	const struct tl_segment *segment;
	u32 stamp;
	bool stamped;
	enum tl_stands stands;
	u32 rcv_nxt;
	u32 rcv_wnd;
	u32 snd_una;
	u32 snd_nxt;
	u32 ts_recent;
	bool ts_known;
	bool ts_fresh;
	bool opens;
	bool listens;
	bool rfc1337;
};

enum tl_kind tl_straggler_kind(const struct tl_segment *segment);
const char *tl_kind_name(enum tl_kind kind);
const char *tl_verdict_name(enum tl_verdict verdict);
bool tl_straggler_restarts(enum tl_kind kind, enum tl_verdict verdict);
bool tl_straggler_is_old(const struct tl_segment *segment, u32 rcv_nxt);
enum tl_verdict tl_straggler_verdict(const struct tl_late *late);

#endif /* TCPLAB_CORE_STRAGGLER_H */

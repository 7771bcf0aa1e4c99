/* SPDX-License-Identifier: GPL-2.0 */
/* Connections of which one end is presumed gone, and what shows it. */
#ifndef TCPLAB_WAIT_HALF_OPEN_H
#define TCPLAB_WAIT_HALF_OPEN_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "../track/change.h"

/* How long it is remembered once both ends are gone. */
#define TL_HALF_OPEN_MS	600000

/**
 * enum tl_evidence - what shows that one end is gone
 * @TL_EVIDENCE_NONE: nothing does
 * @TL_EVIDENCE_FIN_WAIT_2: our end's timer ended it; the peer never closed
 * @TL_EVIDENCE_SYN: the peer opens anew what is open here: it has rebooted
 * @TL_EVIDENCE_CHALLENGE: and it has answered the challenge ACK by RST
 * @TL_EVIDENCE_RETRIES2: what we sent was never acknowledged
 * @TL_EVIDENCE_KEEPALIVE: probes of an idle connection were not answered
 * @TL_EVIDENCE_UNKNOWN: the peer resets as who has no such connection does
 */
enum tl_evidence {
	TL_EVIDENCE_NONE,
	TL_EVIDENCE_FIN_WAIT_2,
	TL_EVIDENCE_SYN,
	TL_EVIDENCE_CHALLENGE,
	TL_EVIDENCE_RETRIES2,
	TL_EVIDENCE_KEEPALIVE,
	TL_EVIDENCE_UNKNOWN,
};

/**
 * struct tl_half_open - the half-open connections of a namespace
 * @now: how many are known
 */
struct tl_half_open {
	atomic_t now;
};

const char *tl_evidence_name(enum tl_evidence evidence);
unsigned int tl_half_open_now(const struct tl_half_open *half_open);
enum tl_evidence tl_half_open_evidence(const struct tl_conn *conn);
void tl_half_open_forget(const struct tl_conn *conn);
void tl_half_open_changed(const struct tl_conn *conn, const struct tl_change *change);
bool tl_half_open_segment(const struct tl_conn *conn, unsigned int from,
			  const struct tl_segment *segment);
void tl_half_open_reset_taken(const struct tl_conn *conn);
void tl_half_open_closed(const struct tl_conn *conn, const struct sock *sk);
void tl_half_open_look(const struct tl_conn *conn, unsigned int end,
		       const struct sock *sk);
unsigned int tl_half_open_kept_for(const struct tl_conn *conn);
u32 tl_half_open_since(const struct tl_conn *conn);

/**
 * tl_half_open_wants() - whether tl_half_open_changed() is to be called
 * @change: what has changed
 * @here: the end has its socket here
 *
 * Each change of each connection asks: of an end that is here only FIN_WAIT_2 matters.
 */
static inline bool tl_half_open_wants(const struct tl_change *change, bool here)
{
	return !here || change->from == TL_FIN_WAIT_2;
}

#endif /* TCPLAB_WAIT_HALF_OPEN_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Window laws: how a congestion window answers acknowledgements and losses.
 *
 * A law is a table of functions over a small state. It knows neither packets
 * nor a clock; the caller tells it what happened and when. The same flow must
 * not be in two of these functions at once; the socket lock sees to that.
 *
 * Windows inside a law are unsigned 32.32 fixed point: 2^-32 segments. A
 * window of 2^31 segments then still leaves one bit for a sum, and an
 * increment of 1/cwnd is exact to cwnd / 2^32 (0.02 % at 2^20 segments).
 */
#ifndef TCPLAB_CORE_LAW_H
#define TCPLAB_CORE_LAW_H

#include "hystart.h"
#include "port.h"

#define TL_WINDOW_SHIFT		32
#define TL_CWND_MAX		0x7fffffffU	/* segments */

/* "arbitrarily high", RFC 5681, section 3.1: no congestion was seen yet */
#define TL_SSTHRESH_INFINITE	0x7fffffffU	/* segments */

/* least ssthresh: RFC 5681, section 3.1 (4); RFC 9438, section 4.6 */
#define TL_SSTHRESH_MIN		2U		/* segments */

/**
 * struct tl_window - the window a law works on
 * @cwnd: congestion window in segments, 1 to TL_CWND_MAX
 * @ssthresh: slow start threshold in segments
 * @cwnd_clamp: upper bound of @cwnd in segments, at least 1
 */
struct tl_window {
	u32 cwnd;
	u32 ssthresh;
	u32 cwnd_clamp;
};

/**
 * struct tl_ack - an ACK that may let the window grow
 * @acked: segments newly acknowledged
 * @srtt_us: smoothed round-trip time (RFC 6298) in microseconds, 0 if unknown
 * @now_ms: monotonic time in milliseconds; may wrap
 * @cwnd_limited: the congestion window, not the application, limits sending
 */
struct tl_ack {
	u32 acked;
	u32 srtt_us;
	u32 now_ms;
	bool cwnd_limited;
};

/**
 * struct tl_rtt_sample - one round-trip time sample
 * @rtt_us: the sample in microseconds
 * @snd_una: oldest unacknowledged sequence number after this ACK
 * @snd_nxt: next sequence number to send
 */
struct tl_rtt_sample {
	u32 rtt_us;
	u32 snd_una;
	u32 snd_nxt;
};

/**
 * struct tl_law_params - constants of a law
 * @beta_permille: window kept at a loss, in 1/1000: 700 for CUBIC (RFC 9438,
 *	section 4.6), 500 for Reno (RFC 5681, section 3.1); 1 to 999
 * @c_permille: CUBIC's C in 1/1000 segment/s^3: 400 (RFC 9438, section 5.1);
 *	1 to 65535
 * @fast_convergence: CUBIC gives way to new flows (RFC 9438, section 4.7)
 */
struct tl_law_params {
	u16 beta_permille;
	u16 c_permille;
	bool fast_convergence;
};

/**
 * struct tl_reno - state of one flow under Reno
 * @cwnd_cnt: segments acknowledged towards the next increment
 * @cwnd_prior: window before the last reduction, 0 if there was none
 */
struct tl_reno {
	u32 cwnd_cnt;
	u32 cwnd_prior;
};

/**
 * struct tl_cubic_curve - what a spurious loss restores (RFC 9438, 4.9)
 * @w_max: W_max in 2^-32 segments, 0 while undefined
 * @w_est: W_est in 2^-32 segments
 * @k_ms: K in milliseconds
 * @epoch_ms: t_epoch, moved on by the time that does not count
 * @cwnd_prior: window before the last reduction in segments, 0 if none
 * @stage: enum tl_cubic_stage
 */
struct tl_cubic_curve {
	u64 w_max;
	u64 w_est;
	u32 k_ms;
	u32 epoch_ms;
	u32 cwnd_prior;
	u8 stage;
};

/**
 * struct tl_cubic - state of one flow under CUBIC
 * @curve: the variables of the present congestion avoidance stage
 * @hystart: the first slow start, that is before the first reduction
 * @saved: @curve before the last reduction, valid if @has_saved
 * @last_ms: time of the last ACK or restart that was accounted
 * @cwnd_frac: fraction of cwnd in 2^-32 segments
 * @has_saved: @saved is valid, @hystart is not
 *
 * HyStart++ ends at the first reduction, which is when @saved begins: they
 * share their memory.
 */
struct tl_cubic {
	struct tl_cubic_curve curve;
	union {
		struct tl_hystart hystart;
		struct tl_cubic_curve saved;
	};
	u32 last_ms;
	u32 cwnd_frac;
	bool has_saved;
};

struct tl_law;

/**
 * struct tl_law_setup - a law with its constants
 * @law: the law
 * @params: its constants
 *
 * Immutable from the moment a flow uses it.
 */
struct tl_law_setup {
	const struct tl_law *law;
	struct tl_law_params params;
};

/**
 * struct tl_flow - one flow under a law, plain data
 * @setup: law and constants, NULL before tl_flow_init()
 * @reno: state under Reno
 * @cubic: state under CUBIC
 */
struct tl_flow {
	const struct tl_law_setup *setup;
	union {
		struct tl_reno reno;
		struct tl_cubic cubic;
	};
};

/**
 * struct tl_law - a window law
 * @name: as users write it
 * @init: begin a flow; the state is all zero before (optional)
 * @rtt_sample: a new RTT sample; may set ssthresh (optional)
 * @ack: new data was acknowledged outside loss recovery: grow the window
 * @congestion: a congestion event (loss, ECN mark or timeout) begins; returns
 *	the new ssthresh
 * @timeout: the retransmission timer expired; after @congestion where that is
 *	called too (optional)
 * @idle_end: sending begins again with nothing in flight (optional)
 * @undo: the last congestion event was spurious; returns the cwnd to restore
 *
 * Each runs in any context, does not sleep, and takes a bounded time.
 */
struct tl_law {
	const char *name;
	void (*init)(struct tl_flow *flow);
	void (*rtt_sample)(struct tl_flow *flow,
			   const struct tl_rtt_sample *sample,
			   struct tl_window *window);
	void (*ack)(struct tl_flow *flow, const struct tl_ack *ack,
		    struct tl_window *window);
	u32 (*congestion)(struct tl_flow *flow,
			  const struct tl_window *window);
	void (*timeout)(struct tl_flow *flow);
	void (*idle_end)(struct tl_flow *flow, u32 now_ms);
	u32 (*undo)(struct tl_flow *flow, const struct tl_window *window);
};

extern const struct tl_law tl_law_reno;
extern const struct tl_law tl_law_cubic;

/**
 * tl_law_default() - the law where none was chosen
 *
 * Return: CUBIC with the constants of RFC 9438; never NULL, static.
 */
const struct tl_law_setup *tl_law_default(void);

/**
 * tl_law_find() - look a law up
 * @name: its name
 *
 * Return: the law with the constants of its RFC, static; NULL if unknown.
 */
const struct tl_law_setup *tl_law_find(const char *name);

/**
 * tl_flow_init() - begin a flow
 * @flow: the flow; what it held is lost
 * @setup: law and constants, which must outlive the flow
 */
void tl_flow_init(struct tl_flow *flow, const struct tl_law_setup *setup);

/**
 * tl_law_slow_start() - standard slow start, one segment for each acknowledged
 * @window: the window, cwnd below ssthresh
 * @acked: segments newly acknowledged
 *
 * RFC 5681, section 3.1, with the byte counting of RFC 3465 and no limit L,
 * as an ACK of a receiver that merges segments stands for many.
 *
 * Return: the part of @acked that was left when cwnd reached ssthresh.
 */
u32 tl_law_slow_start(struct tl_window *window, u32 acked);

/**
 * tl_law_decrease() - multiplicative decrease
 * @params: the constants, of which beta
 * @cwnd: congestion window in segments
 *
 * Return: beta * @cwnd, at least TL_SSTHRESH_MIN.
 */
u32 tl_law_decrease(const struct tl_law_params *params, u32 cwnd);

/**
 * tl_cbrt() - integer cube root
 * @a: any value
 *
 * Return: the largest r with r^3 <= @a: at most 1 below the true root, and
 * never above it.
 */
u32 tl_cbrt(u64 a);

#endif /* TCPLAB_CORE_LAW_H */

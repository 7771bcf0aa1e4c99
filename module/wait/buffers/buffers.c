// SPDX-License-Identifier: GPL-2.0
/*
 * Which connections a bound on buffers or windows has held up.
 *
 * Each is judged once, as it ends, by the bound of that moment: a buffer of another
 * size than the bound tells nothing of it.
 */
#include <linux/limits.h>
#include <net/net_namespace.h>

#include "../../net.h"
#include "../../track/track.h"
#include "buffers.h"
#include "sampler.h"

/* It is held up for more than this part of the time in which it is busy. */
#define BUFFERS_BUSY_PART	10
/* More than this part of a full send buffer is data, the rest is the kernel's. */
#define BUFFERS_DATA_PART	3
/* A slow program has not read this part of its window when the FIN comes. */
#define BUFFERS_UNREAD_PART	2

static bool buffers_is_held(const struct tl_sample *sample, u32 limited)
{
	return limited > sample->busy / BUFFERS_BUSY_PART;
}

/*
 * Whether segments wait in a queue already, which more data would only make longer.
 * Where no round-trip time is known nobody can tell that they do not.
 */
static bool buffers_may_queue(const struct tl_sample *sample, u32 rtt_us)
{
	return rtt_us / 2 > sample->min_rtt_us || sample->min_rtt_us == U32_MAX;
}

/*
 * The kernel sees that the send buffer is the limit only where it sends something
 * while the program waits. Otherwise this shows it: data on the way fills the buffer,
 * and neither window is the limit.
 */
static bool buffers_flight_is_held(const struct tl_sample *sample)
{
	return sample->flight > sample->sndbuf / BUFFERS_DATA_PART &&
	       !buffers_is_held(sample, sample->rwnd_limited);
}

static bool buffers_by_sndbuf(const struct net *net,
			      const struct tl_sample *sample)
{
	return !sample->sndbuf_chosen &&
	       sample->sndbuf == READ_ONCE(net->ipv4.sysctl_tcp_wmem[2]) &&
	       (buffers_is_held(sample, sample->sndbuf_limited) ||
		buffers_flight_is_held(sample)) &&
	       !buffers_may_queue(sample, sample->srtt_us);
}

/* A peer that says whole segments may say almost one less. */
static bool buffers_by_window(const struct net *net,
			      const struct tl_sample *sample)
{
	return !READ_ONCE(net->ipv4.sysctl_tcp_window_scaling) &&
	       !sample->scaled && sample->snd_wnd + sample->mss > U16_MAX &&
	       buffers_is_held(sample, sample->rwnd_limited) &&
	       !buffers_may_queue(sample, sample->srtt_us);
}

/*
 * Where the bound holds up the peer, the program reads a window in each round trip.
 * Where it reads less, the peer waits for something else, or for the program.
 */
static bool buffers_by_rcvbuf(const struct net *net,
			      const struct tl_sample *sample)
{
	return !sample->rcvbuf_chosen &&
	       sample->rcvbuf == READ_ONCE(net->ipv4.sysctl_tcp_rmem[2]) &&
	       sample->copied > sample->window / 8 * 7 &&
	       sample->unread < sample->window / BUFFERS_UNREAD_PART &&
	       !buffers_may_queue(sample, sample->rcv_rtt_us);
}

/**
 * tl_buffers_sent() - a socket has sent all that it will
 * @ns: its namespace
 * @sample: its figures
 *
 * Context: process or softirq.
 */
void tl_buffers_sent(struct tl_net *ns, const struct tl_sample *sample)
{
	if (buffers_by_sndbuf(ns->net, sample))
		tl_track_note(ns->track, TL_COUNT_SNDBUF_HELD);
	if (buffers_by_window(ns->net, sample))
		tl_track_note(ns->track, TL_COUNT_WINDOW_HELD);
}

/**
 * tl_buffers_received() - a socket has received all that it will
 * @ns: its namespace
 * @sample: its figures
 *
 * Context: process or softirq.
 */
void tl_buffers_received(struct tl_net *ns, const struct tl_sample *sample)
{
	if (buffers_by_rcvbuf(ns->net, sample))
		tl_track_note(ns->track, TL_COUNT_RCVBUF_HELD);
}

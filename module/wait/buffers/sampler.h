/* SPDX-License-Identifier: GPL-2.0 */
/* What a socket tells when it has sent its last byte, or received it. */
#ifndef TCPLAB_WAIT_BUFFERS_SAMPLER_H
#define TCPLAB_WAIT_BUFFERS_SAMPLER_H

#include <linux/types.h>

struct sock;
struct tl_net;

/**
 * struct tl_sample - figures of a socket
 * @busy: how long it had something to send, or on the way, in jiffies
 * @rwnd_limited: the part of it in which the peer's window was too small
 * @sndbuf_limited: the part of it in which the send buffer was
 * @sndbuf: size of the send buffer, bytes with what the kernel adds
 * @flight: most bytes of late that were on the way at once while the congestion
 *	window had room for more; 0 if it had none
 * @snd_wnd: the peer's window, bytes
 * @mss: bytes of a segment that it sends
 * @srtt_us: smoothed round-trip time
 * @min_rtt_us: the least round-trip time of late; U32_MAX: none was measured
 * @rcvbuf: size of the receive buffer, bytes with what the kernel adds
 * @window: the greatest window that such a buffer gives, bytes
 * @copied: most bytes that its program has read in a round trip
 * @unread: bytes that it has not read, a FIN among them
 * @rcv_rtt_us: round-trip time as the receiver measures it
 * @scaled: windows are scaled, both ways
 * @sndbuf_chosen: the program has set the size of the send buffer
 * @rcvbuf_chosen: that of the receive buffer
 */
struct tl_sample {
	u32 busy;
	u32 rwnd_limited;
	u32 sndbuf_limited;
	u32 sndbuf;
	u64 flight;
	u32 snd_wnd;
	u32 mss;
	u32 srtt_us;
	u32 min_rtt_us;
	u32 rcvbuf;
	u32 window;
	u32 copied;
	u32 unread;
	u32 rcv_rtt_us;
	bool scaled;
	bool sndbuf_chosen;
	bool rcvbuf_chosen;
};

void tl_sampler_changed(struct tl_net *ns, const struct sock *sk, int old_state,
			int new_state);

#endif /* TCPLAB_WAIT_BUFFERS_SAMPLER_H */

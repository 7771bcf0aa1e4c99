// SPDX-License-Identifier: GPL-2.0
/*
 * A sample of a socket as its sending ends, and one as its receiving ends.
 *
 * Sending ends when the FIN is acknowledged, not when the program closes: much of
 * what it has written may lie in the send buffer then. Receiving ends with the FIN
 * of the peer: what a slow program has not read lies in the receive buffer then. A
 * connection that is cut off ends both.
 *
 * The tracepoint of states comes in all these cases, with the socket locked. Most
 * sockets have too little to tell, and are left after a few comparisons.
 */
#include <net/tcp.h>

#include "../../compat.h"
#include "buffers.h"
#include "sampler.h"

#define SAMPLER_SENDING		(TCPF_ESTABLISHED | TCPF_CLOSE_WAIT |		\
				 TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK)
#define SAMPLER_SENT		(TCPF_FIN_WAIT2 | TCPF_CLOSE)
#define SAMPLER_RECEIVING	(TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2)
#define SAMPLER_RECEIVED	(TCPF_CLOSE_WAIT | TCPF_CLOSING | TCPF_CLOSE)

/* The kernel counts these times in jiffies: fewer tell nothing. */
#define SAMPLER_BUSY_LEAST	10

/* How long one cause has kept the socket; the present one is not in the sum yet. */
static u32 sampler_chrono(const struct tcp_sock *tp, enum tcp_chrono cause)
{
	u32 sum = tp->chrono_stat[cause - 1];

	if (tp->chrono_type == cause)
		sum += tcp_jiffies32 - tp->chrono_start;
	return sum;
}

static u32 sampler_busy(const struct tcp_sock *tp)
{
	return sampler_chrono(tp, TCP_CHRONO_BUSY) +
	       sampler_chrono(tp, TCP_CHRONO_RWND_LIMITED) +
	       sampler_chrono(tp, TCP_CHRONO_SNDBUF_LIMITED);
}

/* Whether its program has ever read more than what the kernel assumes at first. */
static bool sampler_has_copied(const struct tcp_sock *tp)
{
	return tp->rcvq_space.space > TCP_INIT_CWND * tp->advmss;
}

static void sampler_take(const struct sock *sk, struct tl_sample *sample)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	sample->busy = sampler_busy(tp);
	sample->rwnd_limited = sampler_chrono(tp, TCP_CHRONO_RWND_LIMITED);
	sample->sndbuf_limited = sampler_chrono(tp, TCP_CHRONO_SNDBUF_LIMITED);
	sample->sndbuf = READ_ONCE(sk->sk_sndbuf);
	sample->flight = (u64)tp->snd_cwnd_used * tp->mss_cache;
	sample->snd_wnd = tp->snd_wnd;
	sample->mss = tp->mss_cache;
	sample->srtt_us = tp->srtt_us >> 3;
	sample->min_rtt_us = tcp_min_rtt(tp);
	sample->rcvbuf = READ_ONCE(sk->sk_rcvbuf);
	sample->window = tcp_full_space(sk);
	sample->copied = tp->rcvq_space.space;
	sample->unread = tp->rcv_nxt - READ_ONCE(tp->copied_seq);
	sample->rcv_rtt_us = tp->rcv_rtt_est.rtt_us >> 3;
	sample->scaled = tp->rx_opt.wscale_ok;
	sample->sndbuf_chosen = sk->sk_userlocks & SOCK_SNDBUF_LOCK;
	sample->rcvbuf_chosen = sk->sk_userlocks & SOCK_RCVBUF_LOCK;
}

/**
 * tl_sampler_changed() - a socket takes another state
 * @ns: its namespace
 * @sk: the full TCP socket, locked
 * @old_state: the state that it had
 * @new_state: the state that it has
 *
 * Context: RCU, process or softirq.
 */
void tl_sampler_changed(struct tl_net *ns, const struct sock *sk, int old_state,
			int new_state)
{
	bool sent = BIT(old_state) & SAMPLER_SENDING &&
		    BIT(new_state) & SAMPLER_SENT;
	bool received = BIT(old_state) & SAMPLER_RECEIVING &&
			BIT(new_state) & SAMPLER_RECEIVED;
	struct tl_sample sample;

	sent = sent && sampler_busy(tcp_sk(sk)) >= SAMPLER_BUSY_LEAST;
	received = received && sampler_has_copied(tcp_sk(sk));
	if (!sent && !received)
		return;
	sampler_take(sk, &sample);
	if (sent)
		tl_buffers_sent(ns, &sample);
	if (received)
		tl_buffers_received(ns, &sample);
}

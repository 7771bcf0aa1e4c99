// SPDX-License-Identifier: GPL-2.0
/*
 * The congestion control `lab`: tells a window law of core/ what happens on a
 * socket, and gives the socket the window that the law answers with.
 *
 * All calls come with the socket lock held, in softirq mostly. The kernel may
 * call before init (a SYN that times out or carries data is handled so): a
 * flow without a setup does what the kernel's Reno does.
 */
#include <linux/module.h>
#include <net/tcp.h>

#include "../compat.h"
#include "../core/law.h"
#include "../net.h"
#include "arms.h"
#include "lab.h"

static struct tl_flow *tl_lab_flow(struct sock *sk)
{
	return inet_csk_ca(sk);
}

static u32 tl_lab_now_ms(const struct tcp_sock *tp)
{
	return (u32)div_u64(tp->tcp_mstamp, USEC_PER_MSEC);
}

static struct tl_window tl_lab_window(const struct tcp_sock *tp)
{
	return (struct tl_window) {
		.cwnd = clamp(tcp_snd_cwnd(tp), 1U, TL_CWND_MAX),
		.ssthresh = tp->snd_ssthresh,
		.cwnd_clamp = max(tp->snd_cwnd_clamp, 1U),
	};
}

static void tl_lab_init(struct sock *sk)
{
	tl_flow_init(tl_lab_flow(sk),
		     tl_arms_pick(tl_net(sock_net(sk))->arms));
}

static u32 tl_lab_ssthresh(struct sock *sk)
{
	struct tl_flow *flow = tl_lab_flow(sk);
	struct tl_window window = tl_lab_window(tcp_sk(sk));

	if (!flow->setup)
		return tcp_reno_ssthresh(sk);
	return flow->setup->law->congestion(flow, &window);
}

static void tl_lab_cong_avoid(struct sock *sk, u32 ack_seq, u32 acked)
{
	struct tl_flow *flow = tl_lab_flow(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct tl_window window = tl_lab_window(tp);
	const struct tl_ack ack = {
		.acked = acked,
		.srtt_us = tp->srtt_us >> 3,
		.now_ms = tl_lab_now_ms(tp),
		.cwnd_limited = tcp_is_cwnd_limited(sk),
	};

	if (!flow->setup) {
		tcp_reno_cong_avoid(sk, ack_seq, acked);
		return;
	}
	flow->setup->law->ack(flow, &ack, &window);
	if (window.cwnd != tcp_snd_cwnd(tp))
		tcp_snd_cwnd_set(tp, window.cwnd);
}

static void tl_lab_pkts_acked(struct sock *sk, const struct ack_sample *sample)
{
	const struct tl_law_setup *setup = tl_lab_flow(sk)->setup;
	struct tcp_sock *tp = tcp_sk(sk);
	struct tl_rtt_sample rtt_sample;
	struct tl_window window;

	if (!setup || !setup->law->rtt_sample || sample->rtt_us < 0)
		return;

	rtt_sample = (struct tl_rtt_sample) {
		.rtt_us = sample->rtt_us,
		.snd_una = tp->snd_una,
		.snd_nxt = tp->snd_nxt,
	};
	window = tl_lab_window(tp);
	setup->law->rtt_sample(tl_lab_flow(sk), &rtt_sample, &window);
	tp->snd_ssthresh = window.ssthresh;
}

static void tl_lab_tx_start(struct sock *sk)
{
	struct tl_flow *flow = tl_lab_flow(sk);

	if (flow->setup && flow->setup->law->idle_end)
		flow->setup->law->idle_end(flow, tl_lab_now_ms(tcp_sk(sk)));
}

static void tl_lab_cwnd_event(struct sock *sk, enum tcp_ca_event event)
{
	if (event == CA_EVENT_TX_START)
		tl_lab_tx_start(sk);
}

static void tl_lab_set_state(struct sock *sk, u8 new_state)
{
	struct tl_flow *flow = tl_lab_flow(sk);

	if (new_state == TCP_CA_Loss && flow->setup &&
	    flow->setup->law->timeout)
		flow->setup->law->timeout(flow);
}

static u32 tl_lab_undo_cwnd(struct sock *sk)
{
	struct tl_flow *flow = tl_lab_flow(sk);
	struct tl_window window = tl_lab_window(tcp_sk(sk));

	if (!flow->setup)
		return tcp_reno_undo_cwnd(sk);
	return flow->setup->law->undo(flow, &window);
}

/* nothing to report beyond what inet_diag says of every socket: no get_info */
static struct tcp_congestion_ops tl_lab __read_mostly = {
	.init		= tl_lab_init,
	.ssthresh	= tl_lab_ssthresh,
	.cong_avoid	= tl_lab_cong_avoid,
	.pkts_acked	= tl_lab_pkts_acked,
	.cwnd_event	= tl_lab_cwnd_event,
	TL_CWND_EVENT_TX_START
	.set_state	= tl_lab_set_state,
	.undo_cwnd	= tl_lab_undo_cwnd,
	.flags		= TCP_CONG_NON_RESTRICTED,
	.owner		= THIS_MODULE,
	.name		= "lab",
};

/**
 * tl_lab_register() - offer `lab` to every socket
 *
 * Flows may begin before this returns: the per-namespace contexts exist.
 *
 * Context: process.
 * Return: 0, or -EEXIST if something else is called `lab`.
 */
int tl_lab_register(void)
{
	BUILD_BUG_ON(sizeof(struct tl_flow) > ICSK_CA_PRIV_SIZE);
	BUILD_BUG_ON(TL_SSTHRESH_INFINITE != TCP_INFINITE_SSTHRESH);

	return tcp_register_congestion_control(&tl_lab);
}

/**
 * tl_lab_unregister() - withdraw `lab`
 *
 * The kernel lets the module go only when no socket runs `lab` and it is no
 * namespace's default, so there is no flow left.
 *
 * Context: process, may sleep.
 */
void tl_lab_unregister(void)
{
	tcp_unregister_congestion_control(&tl_lab);
}

MODULE_ALIAS("tcp_lab");

// SPDX-License-Identifier: GPL-2.0
/* /proc/net/tcplab/fin_wait: local ends that closed first, and what they wait for. */
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "../compat.h"
#include "../net.h"
#include "../track/socket.h"
#include "ends.h"
#include "report.h"
#include "view.h"

static u32 report_fin_wait_remaining_ms(unsigned long expires)
{
	long left = expires - jiffies;

	return jiffies_to_msecs(max(left, 0L));
}

/*
 * An orphan in FIN_WAIT_2 has tcp_fin_timeout or TCP_LINGER2. What that is above
 * the length of TIME_WAIT it spends as a full socket, and the same once more as a
 * mini-socket. In the other states retransmissions end it, and while a process
 * holds it, nothing does.
 */
static u32 report_fin_wait_timeout_ms(const struct tl_end *end)
{
	struct sock *sk = end->sk;
	const struct timer_list *timer;
	int more;

	if (!tl_socket_is_full(sk))
		return report_fin_wait_remaining_ms(READ_ONCE(inet_twsk(sk)->tw_timer.expires));
	timer = tl_compat_keepalive_timer(sk);
	if (end->state != TL_FIN_WAIT_2 || !sock_flag(sk, SOCK_DEAD) ||
	    !timer_pending(timer))
		return TL_VIEW_UNKNOWN;
	more = tcp_fin_time(sk) - TCP_TIMEWAIT_LEN;
	return report_fin_wait_remaining_ms(READ_ONCE(timer->expires)) +
	       jiffies_to_msecs(max(more, 0));
}

static void report_fin_wait_write(struct seq_file *seq, const struct tl_end *end)
{
	const struct tl_reading *reading = seq->private;
	bool full = tl_socket_is_full(end->sk);
	bool orphan = !full || sock_flag(end->sk, SOCK_DEAD);

	tl_ends_addresses(seq, end);
	tl_view_word(seq, tl_state_name(end->state));
	tl_view_number(seq, end->age_ms);
	tl_view_number(seq, orphan);
	tl_view_number(seq, report_fin_wait_timeout_ms(end));
	tl_view_word(seq, tl_state_name(end->remote_state));
	tl_view_uid(seq, full ? READ_ONCE(end->sk->sk_uid) : INVALID_UID);
	if (orphan)
		tl_view_nobody(seq);
	else
		tl_view_holder(seq, tl_holders_of(&reading->holders, end->sk));
	seq_putc(seq, '\n');
}

static void report_fin_wait_row(struct seq_file *seq, struct tl_conn *conn)
{
	tl_ends_show(seq, conn,
		     BIT(TL_FIN_WAIT_1) | BIT(TL_FIN_WAIT_2) | BIT(TL_CLOSING),
		     report_fin_wait_write);
}

const struct tl_report tl_report_fin_wait = {
	.name = "fin_wait",
	.columns =
	"local remote state age_ms orphan timeout_ms remote_state uid pid comm fd",
	.holders_of = TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_CLOSING,
	.row = report_fin_wait_row,
};

// SPDX-License-Identifier: GPL-2.0
/* The CLOSE_WAIT watch: why a socket stays, and whether it is a leak. */
#include <net/tcp.h>

#include "close_wait.h"

static const char * const names[] = {
	[TL_CAUSE_NOT_ACCEPTED]	= "not-accepted",
	[TL_CAUSE_SENDING]	= "sending",
	[TL_CAUSE_UNREAD_DATA]	= "unread-data",
	[TL_CAUSE_UNREAD_EOF]	= "unread-eof",
	[TL_CAUSE_EOF_READ]	= "eof-read",
};

/**
 * tl_close_wait_init() - start the watch of a namespace
 * @watch: the watch
 */
void tl_close_wait_init(struct tl_close_wait *watch)
{
	watch->leak_ms = TL_LEAK_MS_DEFAULT;
	atomic_set(&watch->leaks, 0);
}

/**
 * tl_cause_name() - the word for a cause
 * @cause: why a socket stays in CLOSE_WAIT
 *
 * Return: the word that reports show.
 */
const char *tl_cause_name(enum tl_cause cause)
{
	return names[cause];
}

static bool is_sending(const struct tcp_sock *tp, unsigned int leak_ms)
{
	u32 quiet;

	if (READ_ONCE(tp->write_seq) == READ_ONCE(tp->snd_una))
		return false;
	quiet = tcp_jiffies32 - READ_ONCE(tp->rcv_tstamp);
	return jiffies_to_msecs(quiet) < leak_ms;
}

/**
 * tl_close_wait_cause() - why a socket stays in CLOSE_WAIT
 * @sk: the full socket
 * @leak_ms: within this time, in milliseconds, the peer must have acknowledged
 *	something for the socket to count as sending
 * @unread: set to the bytes that wait to be read, without the FIN
 *
 * The receive queue tells: copied_seq is what the application has taken, and
 * the FIN counts for one. Context: any; the socket is not locked, so this is
 * what stood there at one moment.
 *
 * Return: the first cause that holds.
 */
enum tl_cause tl_close_wait_cause(const struct sock *sk, unsigned int leak_ms,
				  u32 *unread)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 left = READ_ONCE(tp->rcv_nxt) - READ_ONCE(tp->copied_seq);

	*unread = left ? left - 1 : 0;
	if (!sk->sk_socket && !sock_flag(sk, SOCK_DEAD))
		return TL_CAUSE_NOT_ACCEPTED;
	if (is_sending(tp, leak_ms))
		return TL_CAUSE_SENDING;
	if (left > 1)
		return TL_CAUSE_UNREAD_DATA;
	return left ? TL_CAUSE_UNREAD_EOF : TL_CAUSE_EOF_READ;
}

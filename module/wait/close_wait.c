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
 * tl_close_wait_leak_ms() - age from which a socket may be a leak
 * @watch: the watch of its namespace
 *
 * Return: milliseconds.
 */
unsigned int tl_close_wait_leak_ms(const struct tl_close_wait *watch)
{
	return READ_ONCE(watch->leak_ms);
}

/**
 * tl_close_wait_set_leak_ms() - change the age from which it may be
 * @watch: the watch of a namespace
 * @ms: milliseconds
 */
void tl_close_wait_set_leak_ms(struct tl_close_wait *watch, unsigned int ms)
{
	WRITE_ONCE(watch->leak_ms, ms);
}

/**
 * tl_close_wait_count() - a socket has become a leak, or is none any more
 * @watch: the watch of its namespace
 * @is_leak: which of the two
 */
void tl_close_wait_count(struct tl_close_wait *watch, bool is_leak)
{
	atomic_add(is_leak ? 1 : -1, &watch->leaks);
}

/**
 * tl_close_wait_leaks() - how many sockets are leaks now
 * @watch: the watch of a namespace
 */
unsigned int tl_close_wait_leaks(const struct tl_close_wait *watch)
{
	return atomic_read(&watch->leaks);
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

/*
 * The peer's last ACK is the nearest that a socket keeps to when snd_una moved;
 * ACKs that only answer probes of a closed window do not count.
 */
static bool is_sending(const struct sock *sk, unsigned int leak_ms)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 quiet;

	if (READ_ONCE(tp->write_seq) == READ_ONCE(tp->snd_una) ||
	    READ_ONCE(inet_csk(sk)->icsk_backoff))
		return false;
	quiet = tcp_jiffies32 - READ_ONCE(tp->rcv_tstamp);
	return jiffies_to_msecs(quiet) < leak_ms;
}

/**
 * tl_close_wait_cause() - why a socket stays in CLOSE_WAIT
 * @watch: the watch of its namespace
 * @sk: the full socket
 * @unread: set to the bytes that wait to be read, without the FIN
 *
 * The receive queue tells: copied_seq is what the application has taken, and
 * the FIN counts for one. Context: any; the socket is not locked, so this is
 * what stood there at one moment.
 *
 * Return: the first cause that holds.
 */
enum tl_cause tl_close_wait_cause(const struct tl_close_wait *watch,
				  const struct sock *sk, u32 *unread)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 left = READ_ONCE(tp->rcv_nxt) - READ_ONCE(tp->copied_seq);

	*unread = left ? left - 1 : 0;
	if (!READ_ONCE(sk->sk_socket) && !sock_flag(sk, SOCK_DEAD))
		return TL_CAUSE_NOT_ACCEPTED;
	if (is_sending(sk, tl_close_wait_leak_ms(watch)))
		return TL_CAUSE_SENDING;
	if (left > 1)
		return TL_CAUSE_UNREAD_DATA;
	return left ? TL_CAUSE_UNREAD_EOF : TL_CAUSE_EOF_READ;
}

/**
 * tl_close_wait_is_leak() - whether a socket in CLOSE_WAIT is a leak
 * @watch: the watch of its namespace
 * @cause: why it stays
 * @age_ms: milliseconds since it entered CLOSE_WAIT
 *
 * A half-close that still sends is none, however old.
 */
bool tl_close_wait_is_leak(const struct tl_close_wait *watch,
			   enum tl_cause cause, unsigned int age_ms)
{
	return age_ms >= tl_close_wait_leak_ms(watch) &&
	       cause != TL_CAUSE_SENDING;
}

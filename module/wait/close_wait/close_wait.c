// SPDX-License-Identifier: GPL-2.0
/* The CLOSE_WAIT watch: why a socket stays, and whether it is a leak. */
#include <net/mptcp.h>
#include <net/tcp.h>
#include <net/tls.h>

#include "../../compat.h"
#include "close_wait.h"

static const char * const close_wait_names[] = {
	[TL_CAUSE_NOT_ACCEPTED]	= "not-accepted",
	[TL_CAUSE_SENDING]	= "sending",
	[TL_CAUSE_UNREAD_DATA]	= "unread-data",
	[TL_CAUSE_UNREAD_EOF]	= "unread-eof",
	[TL_CAUSE_EOF_READ]	= "eof-read",
	[TL_CAUSE_INDIRECT]	= "indirect",
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
	return close_wait_names[cause];
}

/* When anything was acknowledged last. The stamp has 64 bits: it does not wrap. */
static u64 close_wait_acknowledged_ms_ago(const struct tcp_sock *tp)
{
	u64 stamp = READ_ONCE(tp->delivered_mstamp), now;

	/* The clock is read later: no stamp lies behind it. */
	smp_rmb();
	now = tcp_clock_us();
	return now > stamp ? div_u64(now - stamp, USEC_PER_MSEC) : 0;
}

/*
 * Data that was sent is under way, with a timer that repeats it until the socket
 * gives up, or it is acknowledged. Probes of a closed window carry nothing. A reply
 * that was sent before the FIN came is no half-close.
 */
static bool close_wait_is_sending(const struct sock *sk, unsigned int age_ms, unsigned int leak_ms)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 sent = tcp_jiffies32 - READ_ONCE(tp->lsndtime);

	if (READ_ONCE(tp->packets_out))
		return true;
	return jiffies_to_msecs(sent) < age_ms && close_wait_acknowledged_ms_ago(tp) < leak_ms;
}

/* TLS leaves the end of file where it is, also once the application has read it. */
static bool close_wait_is_hidden_by_tls(const struct sock *sk, u32 left)
{
	const struct tls_context *tls = tls_get_ctx(sk);

	/* A field of bits, which is set once. */
	return tls && data_race(tls->rx_conf != TLS_BASE) &&
	       (TL_COMPAT_TLS_READS_AHEAD || left <= 1);
}

/*
 * Whether something in the kernel takes the data off the socket: a socket of
 * MPTCP above it, a map of BPF, KCM or a service of the kernel (which all have
 * the user data), or an upper layer protocol. Then copied_seq says how far that
 * has come, and not the application. Context: RCU, for the protocol's name.
 */
static bool close_wait_is_read_by_kernel(const struct sock *sk, u32 left)
{
	const struct tcp_ulp_ops *upper = READ_ONCE(inet_csk(sk)->icsk_ulp_ops);

	if (sk_is_mptcp(sk) || READ_ONCE(sk->sk_user_data))
		return true;
	if (!upper)
		return false;
	return strcmp(upper->name, "tls") || close_wait_is_hidden_by_tls(sk, left);
}

static enum tl_cause close_wait_cause_of(const struct sock *sk, bool sends, u32 left)
{
	if (!READ_ONCE(sk->sk_socket) && !sock_flag(sk, SOCK_DEAD))
		return TL_CAUSE_NOT_ACCEPTED;
	if (close_wait_is_read_by_kernel(sk, left))
		return TL_CAUSE_INDIRECT;
	if (sends)
		return TL_CAUSE_SENDING;
	if (left > 1)
		return TL_CAUSE_UNREAD_DATA;
	return left ? TL_CAUSE_UNREAD_EOF : TL_CAUSE_EOF_READ;
}

/**
 * tl_close_wait_look() - see how a socket in CLOSE_WAIT stands
 * @watch: the watch of its namespace
 * @sk: the full socket
 * @age_ms: milliseconds since it entered CLOSE_WAIT
 * @wait: filled
 *
 * The receive queue tells: copied_seq is what the application has taken, and
 * the FIN counts for one. A half-close that still sends is no leak, however old.
 * Context: RCU; the socket is not locked, so this is what stood there at one
 * moment.
 */
void tl_close_wait_look(const struct tl_close_wait *watch, const struct sock *sk,
			unsigned int age_ms, struct tl_wait *wait)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 left = READ_ONCE(tp->rcv_nxt) - READ_ONCE(tp->copied_seq);
	unsigned int leak_ms = tl_close_wait_leak_ms(watch);
	bool sends = close_wait_is_sending(sk, age_ms, leak_ms);

	wait->cause = close_wait_cause_of(sk, sends, left);
	wait->unread = left ? left - 1 : 0;
	if (wait->cause == TL_CAUSE_INDIRECT)
		wait->unread = TL_UNREAD_UNKNOWN;
	wait->leak = age_ms >= leak_ms && !sends;
}

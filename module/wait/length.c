// SPDX-License-Identifier: GPL-2.0
/*
 * How long TIME_WAIT lasts where the user wants another length.
 *
 * The kernel gives each TIME_WAIT socket a timer of 60 s, which a late segment
 * sets anew. A shorter TIME_WAIT is ended by us. For a longer one the timer is
 * kept ahead: it stands KEPT behind the moment at which the socket's TIME_WAIT
 * began, so far ahead that the kernel never sets it there. So what the timer
 * says also tells when the kernel has set it last.
 */
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "../net.h"
#include "../track/conn.h"
#include "../track/keep.h"
#include "../track/track.h"
#include "length.h"
#include "policy.h"
#include "time_wait.h"

#define MS(ms)	msecs_to_jiffies(ms)
#define OWN	MS(TL_TIME_WAIT_MS)
#define KEPT	(MS(TL_LENGTH_MS_MAX) + 2 * OWN)

/* The kernel's timer may stand further ahead than its own time, but not by so much. */
#define SPARE	HZ

/* As tcp_tw_recycle did. */
#define RECYCLE_RTO_PERCENT	350

/* This CPU is ending a socket, bottom halves are off. */
static DEFINE_PER_CPU(bool, ending);

/**
 * tl_length_ms() - the length of TIME_WAIT that is in force
 * @ns: the namespace
 *
 * Context: any.
 * Return: milliseconds; %TL_LENGTH_VARIES where it differs by connection.
 */
u32 tl_length_ms(const struct tl_net *ns)
{
	const struct tl_policy *policy = ns->policy;

	/* While nobody follows connections the kernel decides. */
	if (!tl_track_enabled(ns))
		return TL_TIME_WAIT_MS;
	if (READ_ONCE(policy->length_rto_percent) ||
	    tl_policy_recycle(policy) == TL_RECYCLE_ENFORCE)
		return TL_LENGTH_VARIES;
	return READ_ONCE(policy->length_ms) ?: TL_TIME_WAIT_MS;
}

/* In milliseconds; 0 where the kernel decides. */
static u32 length_of(const struct tl_policy *policy, u32 rto_ms, bool stamped)
{
	u32 percent = READ_ONCE(policy->length_rto_percent);

	if (stamped && tl_policy_recycle(policy) == TL_RECYCLE_ENFORCE)
		percent = RECYCLE_RTO_PERCENT;
	if (rto_ms && percent)
		return clamp_t(u64, div_u64((u64)rto_ms * percent, 100), 1, TL_LENGTH_MS_MAX);
	return READ_ONCE(policy->length_ms);
}

/**
 * tl_length_expected_ms() - how long TIME_WAIT lasts for such connections
 * @ns: the namespace
 * @rto_ms: their retransmission timeout; 0 is unknown
 * @stamped: they use timestamps
 *
 * Context: any.
 * Return: milliseconds.
 */
u32 tl_length_expected_ms(const struct tl_net *ns, u32 rto_ms, bool stamped)
{
	return length_of(ns->policy, rto_ms, stamped) ?: TL_TIME_WAIT_MS;
}

/**
 * tl_length_jiffies() - how long the TIME_WAIT of a connection lasts
 * @conn: the connection, locked
 *
 * What is told in parts of the RTO is for connections whose RTO is known.
 * Return: jiffies from its last start; 0 where the kernel decides.
 */
unsigned int tl_length_jiffies(const struct tl_conn *conn)
{
	return MS(length_of(conn->ns->policy, conn->rto * TL_RTO_UNIT_MS, conn->stamps));
}

/*
 * When its TIME_WAIT began, or began anew: the kernel's timer never stands more
 * than its own time ahead, and ours never less. The timer is read first: if it is
 * set anew after that, it is found older than it is, and not ours.
 */
static u32 restart_of(const struct inet_timewait_sock *mini, u32 *now, bool *kept)
{
	u32 expires = READ_ONCE(mini->tw_timer.expires);

	/* Neither the compiler nor the processor reads the clock before. */
	smp_rmb();
	*now = jiffies;
	*kept = (s32)(expires - *now) > (s32)(OWN + SPARE);
	return expires - (*kept ? KEPT : OWN);
}

/* A timer that does not run any more must not be started. */
static void set_timer(struct inet_timewait_sock *mini, u32 ahead)
{
	mod_timer_pending(&mini->tw_timer, jiffies + ahead);
}

/* The kernel's own time, counted from the last start; not in the past. */
static void restore(struct inet_timewait_sock *mini, u32 age)
{
	set_timer(mini, age < OWN ? OWN - age : 1);
}

/**
 * tl_length_look() - see whether a TIME_WAIT socket has lasted its time
 * @conn: its connection, locked; learns when its TIME_WAIT has begun anew
 * @mini: the mini-socket, in TIME_WAIT
 *
 * Keeps the kernel's timer ahead where it has to be.
 * Context: any but hard interrupt.
 */
enum tl_length tl_length_look(struct tl_conn *conn, struct sock *mini)
{
	struct inet_timewait_sock *tw = inet_twsk(mini);
	unsigned int length = tl_length_jiffies(conn);
	u32 now, age;
	bool kept;

	conn->restart = restart_of(tw, &now, &kept);
	age = now - conn->restart;
	if (length && age >= length)
		return length < OWN ? TL_LENGTH_CUT : TL_LENGTH_OVER;
	if (length <= OWN && kept) {
		restore(tw, age);
	} else if (length > OWN && !kept) {
		set_timer(tw, KEPT - age);
		tl_policy_note(conn->ns->policy, TL_DEED_PROLONGED);
	}
	return TL_LENGTH_LASTS;
}

/**
 * tl_length_end() - end a TIME_WAIT socket
 * @mini: the mini-socket; the caller's reference to it is given back
 *
 * Context: any but hard interrupt; no lock of the socket table held.
 */
void tl_length_end(struct sock *mini)
{
	local_bh_disable();
	this_cpu_write(ending, true);
	inet_twsk_deschedule_put(inet_twsk(mini));
	this_cpu_write(ending, false);
	local_bh_enable();
}

/**
 * tl_length_ending() - whether it is tl_length_end() that ends a socket
 *
 * Context: bottom halves are off.
 */
bool tl_length_ending(void)
{
	return this_cpu_read(ending);
}

/**
 * tl_length_release() - leave a TIME_WAIT socket to the kernel
 * @mini: the mini-socket, in TIME_WAIT
 */
void tl_length_release(struct sock *mini)
{
	u32 now, restart;
	bool kept;

	restart = restart_of(inet_twsk(mini), &now, &kept);
	if (kept)
		restore(inet_twsk(mini), now - restart);
}

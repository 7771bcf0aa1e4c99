// SPDX-License-Identifier: GPL-2.0
/*
 * The door's functions, which pass on each thing that the tracker says to its consumers:
 * see track/change.h.
 *
 * These are plain calls in a fixed order. A new consumer adds its call where it belongs.
 */
#include <net/tcp.h>

#include "../net.h"
#include "../track/change.h"
#include "../track/conn.h"
#include "../track/socket.h"
#include "buffers/sampler.h"
#include "close_wait/leak.h"
#include "half_open.h"
#include "listeners.h"
#include "policy/police.h"
#include "ports/ports.h"
#include "time_wait/first_close.h"
#include "time_wait/remembered.h"
#include "time_wait/stragglers.h"
#include "time_wait/time_wait.h"
#include "time_wait/tw_length.h"
#include "time_wait/tw_recycle.h"

/**
 * tl_on_begin() - a connection begins, perhaps on a used 4-tuple
 * @conn: the connection, still with the states that it had; an end in TIME_WAIT
 *	stays as it is
 */
void tl_on_begin(const struct tl_conn *conn)
{
	tl_half_open_forget(conn);
	if (!tl_conn_in_time_wait(conn))
		tl_first_close_forget(conn);
}

/**
 * tl_on_met() - a full socket is met for the first time
 * @conn: its connection
 * @sk: the socket
 * @locked: its owner, or this CPU, has it locked
 */
void tl_on_met(const struct tl_conn *conn, struct sock *sk, bool locked)
{
	tl_ports_met(conn, sk, locked);
}

static bool dispatch_touches(const struct tl_change *change, enum tl_state state)
{
	return change->from == state || change->to == state;
}

/**
 * tl_on_change() - an end has another state
 * @conn: its connection, with the state that it takes
 * @change: what has changed
 *
 * Where it has its socket in this namespace the socket has told it; segments tell of
 * the others. With @row_goes nobody has told anything.
 */
void tl_on_change(struct tl_conn *conn, const struct tl_change *change)
{
	bool here = tl_conn_here(conn, change->end);

	if (tl_half_open_wants(change, here))
		tl_half_open_changed(conn, change);
	if (!here)
		return;
	if (change->to == TL_FIN_WAIT_1)
		tl_first_close_changed(conn, change);
	if (dispatch_touches(change, TL_TIME_WAIT))
		tl_time_wait_changed(conn, change);
	tl_ports_changed(conn, change);
	if (dispatch_touches(change, TL_CLOSE_WAIT))
		tl_leak_changed(conn, change);
}

/**
 * tl_on_segment() - a segment has come that may tell something
 * @conn: its connection, as it was before
 * @from: index of the end that sent it
 * @segment: a SYN without ACK; or a RST for a socket here, of which nobody knows yet
 *	whether TCP takes it
 *
 * Context: RCU.
 * Return: true if the sender begins anew: its old end is gone.
 */
bool tl_on_segment(const struct tl_conn *conn, unsigned int from,
		   const struct tl_segment *segment)
{
	return tl_half_open_segment(conn, from, segment);
}

/**
 * tl_on_reset_taken() - TCP has taken the RST that tl_on_segment() was told of last
 * @conn: the connection, whose remote end is CLOSED by now
 */
void tl_on_reset_taken(const struct tl_conn *conn)
{
	tl_half_open_reset_taken(conn);
}

/**
 * tl_on_socket_closed() - a full socket that was synchronized is CLOSED
 * @conn: its connection, which knows
 * @sk: the socket, locked
 */
void tl_on_socket_closed(const struct tl_conn *conn, const struct sock *sk)
{
	tl_half_open_closed(conn, sk);
}

/**
 * tl_on_mini() - a mini-socket takes the place of a full socket, or comes to TIME_WAIT
 * @conn: the connection, which knows
 * @end: index of the end
 * @sk: the mini-socket, in TIME_WAIT or FIN_WAIT_2; the full socket, if there was no
 *	room for one in TIME_WAIT
 *
 * One that takes that place in FIN_WAIT_2 is told again when it comes to TIME_WAIT.
 * Context: RCU.
 */
void tl_on_mini(const struct tl_conn *conn, unsigned int end, const struct sock *sk)
{
	bool full = tl_socket_is_full(sk);

	if (!full)
		tl_tw_recycle_closed(conn, end, READ_ONCE(tcp_twsk(sk)->tw_ts_recent));
	if (full || conn->state[end] == TL_TIME_WAIT)
		tl_remembered_add(conn, end, sk);
}

/**
 * tl_on_due() - the time of a connection has come: see tl_wants_look_in()
 * @conn: the connection
 */
void tl_on_due(const struct tl_conn *conn)
{
	tl_leak_judge(conn);
}

/**
 * tl_on_look() - the socket of an end is looked at
 * @conn: its connection
 * @end: index of the end
 * @sk: its socket, of any kind
 * @state: the socket's state
 *
 * Context: RCU.
 * Return: true if the socket has been ended, and the reference to it given back.
 */
bool tl_on_look(struct tl_conn *conn, unsigned int end, struct sock *sk,
		enum tl_state state)
{
	if (state == TL_TIME_WAIT && conn->state[end] == TL_TIME_WAIT)
		return tl_tw_length_enforce(conn, end, sk);
	if (tl_socket_is_full(sk))
		tl_half_open_look(conn, end, sk);
	return false;
}

/**
 * tl_on_row_goes() - a row is about to go; the kernel keeps what it has of the connection
 * @conn: the row, still with its states
 */
void tl_on_row_goes(const struct tl_conn *conn)
{
	tl_tw_length_release(conn);
}

/**
 * tl_on_row_gone() - a row is gone but for its memory
 * @conn: the row, without states
 */
void tl_on_row_gone(const struct tl_conn *conn)
{
	tl_half_open_forget(conn);
	tl_first_close_forget(conn);
}

/**
 * tl_wants_look_in() - when a consumer wants a look at an end that is here
 * @conn: the connection
 * @end: index of the end, in a state of %TL_STATES_LOOKED_AT
 *
 * Return: jiffies from now, or %TL_NEVER.
 */
unsigned int tl_wants_look_in(const struct tl_conn *conn, unsigned int end)
{
	if (conn->state[end] == TL_CLOSE_WAIT)
		return tl_leak_look_in(conn, end);
	return tl_tw_length_look_in(conn);
}

/**
 * tl_wants_kept_for() - how long a consumer wants the row of a connection that is over
 * @conn: the connection, of which neither end holds anything
 *
 * Return: jiffies from now; 0: none does.
 */
unsigned int tl_wants_kept_for(const struct tl_conn *conn)
{
	return tl_half_open_kept_for(conn);
}

/**
 * tl_wants_remembered() - whether the row of a connection that is over only remembers it
 * @conn: the connection, of which neither end holds anything
 *
 * That may be a moment longer than tl_wants_kept_for() says.
 */
bool tl_wants_remembered(const struct tl_conn *conn)
{
	return tl_half_open_evidence(conn);
}

/**
 * tl_on_start() - the tracepoint is in place: older sockets are to be met
 *
 * Context: process; sleeps.
 */
void tl_on_start(void)
{
	tl_listeners_adopt();
}

/**
 * tl_on_follow() - connections begin to be followed
 * @ns: the namespace
 *
 * Context: process.
 */
void tl_on_follow(struct tl_net *ns)
{
	tl_time_wait_begin(ns->time_wait, ns->net);
}

/**
 * tl_on_listen() - a socket begins or ceases to listen
 * @sk: the socket, locked
 * @old_state: its state (TCP_*) until now
 * @new_state: its state from now on
 *
 * Told also where nothing is followed.
 * Context: RCU, any but hard interrupt.
 */
void tl_on_listen(const struct sock *sk, int old_state, int new_state)
{
	tl_listeners_state(sk, old_state, new_state);
}

/**
 * tl_on_socket() - a full socket takes another state, whether it has a row or not
 * @ns: its namespace
 * @sk: the socket, locked
 * @old_state: its state (TCP_*) until now
 * @new_state: its state from now on
 *
 * Context: RCU, any but hard interrupt; no row locked.
 */
void tl_on_socket(struct tl_net *ns, const struct sock *sk, int old_state,
		  int new_state)
{
	tl_sampler_changed(ns, sk, old_state, new_state);
	tl_time_wait_closed(ns->time_wait, sk, old_state, new_state);
}

/**
 * tl_on_no_port() - connect() has found no port
 * @ns: the namespace
 * @sk: the socket, which knows its destination
 *
 * Context: RCU, any but hard interrupt.
 */
void tl_on_no_port(struct tl_net *ns, const struct sock *sk)
{
	tl_ports_failed(ns, sk);
}

/**
 * tl_on_arrival() - a segment arrives that TCP has not judged yet
 * @ns: the namespace
 * @packet: the packet, at LOCAL_IN
 *
 * Context: RCU, any but hard interrupt.
 */
void tl_on_arrival(struct tl_net *ns, const struct tl_packet *packet)
{
	tl_stragglers_seen(ns, packet);
}

/**
 * tl_wants_segment() - whether a consumer wants to see a plain segment
 * @ns: the namespace
 * @sport: its source port
 * @dport: its destination port
 *
 * Asked for each segment that arrives for an established socket.
 * Context: any.
 */
bool tl_wants_segment(const struct tl_net *ns, __be16 sport, __be16 dport)
{
	return tl_remembered_suspects(ns, sport, dport);
}

/**
 * tl_verdict() - whether a packet is stopped
 * @ns: the namespace
 * @packet: the packet
 *
 * Context: RCU, any but hard interrupt.
 */
bool tl_verdict(struct tl_net *ns, const struct tl_packet *packet)
{
	return tl_police_stops(ns, packet);
}

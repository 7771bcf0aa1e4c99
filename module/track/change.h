/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The door: all that the tracker says to its consumers, and asks of them.
 *
 * The tracker calls these functions and knows nobody behind them. One file above
 * it, module/wait/dispatch.c, defines them, as plain calls in a fixed order: there
 * a reader finds the consumers of each. A consumer reads a row and writes none of its
 * fields; nor does the tracker read the bits that a consumer keeps in it.
 *
 * A row is locked, and bottom halves are off, wherever a function is given one.
 */
#ifndef TCPLAB_TRACK_CHANGE_H
#define TCPLAB_TRACK_CHANGE_H

#include <linux/limits.h>
#include <linux/types.h>

#include "../core/state.h"

struct nf_hook_state;
struct sk_buff;
struct sock;
struct tl_conn;
struct tl_key;
struct tl_net;
struct tl_segment;

/* How a TIME_WAIT socket came to its end. */
enum tl_exit {
	TL_EXIT_EXPIRED,	/* its time was over */
	TL_EXIT_REUSED_OUT,	/* connect() took the 4-tuple (tcp_tw_reuse) */
	TL_EXIT_REUSED_IN,	/* a new SYN from the peer was accepted */
	TL_EXIT_RESET,		/* a RST ended it (RFC 1337) */
	TL_EXIT_SHORTENED,	/* tcplab ended it, earlier than the kernel would */
	TL_EXIT_KILLED,		/* somebody else did: ss -K */
	TL_EXIT_OTHER,		/* it is not there any more, or its row */
	TL_EXITS
};

/**
 * struct tl_change - an end of a connection takes another state
 * @sk: the socket that tells it, of any kind; NULL if it is gone, or segments tell it
 * @since: when it takes the state, low half of jiffies
 * @from_since: when it had taken the state that it leaves, in the same way
 * @end: index of the end
 * @from: the state that it leaves, an &enum tl_state
 * @to: the state that it takes
 * @why: why it leaves TIME_WAIT if it does, an &enum tl_exit, as far as the tracker
 *	knows: it does not know how long TIME_WAIT was to last
 * @adopted: it took the state before it was met
 * @by_process: a process has led it there, and runs
 * @row_goes: nothing happens to the connection: its row goes, or begins anew
 *
 * Callers of tl_life_socket() fill @sk, @end, @to, @why and @by_process.
 */
struct tl_change {
	const struct sock *sk;
	u32 since;
	u32 from_since;
	u8 end;
	u8 from;
	u8 to;
	u8 why;
	u8 adopted:1, by_process:1, row_goes:1;
};

/**
 * struct tl_packet - a packet at a hook
 * @skb: the packet
 * @offset: of its TCP header, which has been parsed
 * @state: of the hook
 * @key: its connection's key
 * @from: index of the end that sent it
 * @segment: the segment in it
 */
struct tl_packet {
	const struct sk_buff *skb;
	unsigned int offset;
	const struct nf_hook_state *state;
	const struct tl_key *key;
	unsigned int from;
	const struct tl_segment *segment;
};

/* No consumer wants a look. */
#define TL_NEVER	UINT_MAX

/* The states in which a consumer may want a look: see tl_wants_look_in(). */
#define TL_STATES_LOOKED_AT	(BIT(TL_CLOSE_WAIT) | BIT(TL_TIME_WAIT))

/* about a connection, by its row */
void tl_on_begin(const struct tl_conn *conn);
void tl_on_met(const struct tl_conn *conn, struct sock *sk, bool locked);
void tl_on_change(struct tl_conn *conn, const struct tl_change *change);
bool tl_on_segment(const struct tl_conn *conn, unsigned int from,
		   const struct tl_segment *segment);
void tl_on_reset_taken(const struct tl_conn *conn);
void tl_on_socket_closed(const struct tl_conn *conn, const struct sock *sk);
void tl_on_mini(const struct tl_conn *conn, unsigned int end, const struct sock *sk);
void tl_on_due(const struct tl_conn *conn);
bool tl_on_look(struct tl_conn *conn, unsigned int end, struct sock *sk,
		enum tl_state state);
void tl_on_row_goes(const struct tl_conn *conn);
void tl_on_row_gone(const struct tl_conn *conn);
unsigned int tl_wants_look_in(const struct tl_conn *conn, unsigned int end);
unsigned int tl_wants_kept_for(const struct tl_conn *conn);
bool tl_wants_remembered(const struct tl_conn *conn);

/* about sockets and packets, which may have no row, and namespaces */
void tl_on_start(void);
void tl_on_follow(struct tl_net *ns);
void tl_on_listen(const struct sock *sk, int old_state, int new_state);
void tl_on_socket(struct tl_net *ns, const struct sock *sk, int old_state,
		  int new_state);
void tl_on_no_port(struct tl_net *ns, const struct sock *sk);
void tl_on_arrival(struct tl_net *ns, const struct tl_packet *packet);
bool tl_wants_segment(const struct tl_net *ns, __be16 sport, __be16 dport);
bool tl_verdict(struct tl_net *ns, const struct tl_packet *packet);

#endif /* TCPLAB_TRACK_CHANGE_H */

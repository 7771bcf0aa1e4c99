// SPDX-License-Identifier: GPL-2.0
/*
 * What segments alone say of an end that has a socket here, compared with that
 * socket: a check of the state machine, not what reports rest on.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <net/tcp.h>

#include "../net.h"
#include "compare.h"
#include "socket.h"
#include "track.h"

/*
 * The FIN of a socket that was closed may wait behind data until that of the
 * peer has come: it becomes CLOSING, and segments alone say CLOSE_WAIT. Once that
 * FIN is sent they say LAST_ACK: they are the segments of a socket that closes
 * after the peer, one for one. That FIN may be the first that is compared, so
 * this is no disagreement, ever. One that was sent before the peer's FIN came
 * leads to CLOSING by segments, too, and there nothing is let pass.
 */
static bool compare_fin_waits(const struct tl_endpoint *end, enum tl_state fact)
{
	if (end->state == TL_LAST_ACK)
		return fact == TL_CLOSING;
	return end->state == TL_CLOSE_WAIT && !end->fin &&
	       (fact == TL_FIN_WAIT_1 || fact == TL_CLOSING);
}

/* Rare and hard to repeat: the kernel's dynamic debug lets all be told that is known. */
static void compare_debug_disagreement(const struct tl_conn *conn, unsigned int end,
				       const struct sock *sk)
{
	const struct tl_endpoint *here = &conn->peers.end[end], *peer = &conn->peers.end[!end];
	const struct tcp_sock *tp = tcp_sk(sk);

	pr_debug("ports %u and %u, origin %u: segments say %s and %s, the socket %u for %u jiffies, of %u\n",
		 ntohs(conn->key.port[end]), ntohs(conn->key.port[!end]), conn->origin,
		 tl_state_name(here->state), tl_state_name(peer->state),
		 READ_ONCE(sk->sk_state), (u32)jiffies - conn->since[end],
		 (u32)jiffies - conn->born);
	pr_debug("here control_end %u acked %u syn %u fin %u, peer control_end %u acked %u syn %u fin %u\n",
		 here->control_end, here->acked, here->syn, here->fin,
		 peer->control_end, peer->acked, peer->syn, peer->fin);
	pr_debug("socket snd_una %u snd_nxt %u write_seq %u rcv_nxt %u, owned %d, segs_in %u out %u\n",
		 READ_ONCE(tp->snd_una), READ_ONCE(tp->snd_nxt), READ_ONCE(tp->write_seq),
		 READ_ONCE(tp->rcv_nxt), sock_owned_by_user_nocheck(sk), tp->segs_in, tp->segs_out);
}

/**
 * tl_compare() - compare what segments alone say with the socket
 * @conn: the connection, one end of which has its socket here
 * @end: index of that end
 * @sk: its full socket, which has just sent a segment
 *
 * A socket is ahead of its segments between close() and the FIN, and behind
 * them while it acknowledges a FIN, has segments in its backlog, or challenges
 * the SYN,ACK of a simultaneous open instead of taking it (older kernels do).
 */
void tl_compare(struct tl_conn *conn, unsigned int end, const struct sock *sk)
{
	enum tl_state fact = tl_socket_full_state(READ_ONCE(sk->sk_state));
	enum tl_state said = conn->peers.end[end].state;

	if (said == fact || READ_ONCE(sk->sk_backlog.tail))
		return;
	if (compare_fin_waits(&conn->peers.end[end], fact)) {
		conn->peers.end[end].state = TL_CLOSING;
		return;
	}
	if (fact == tl_state_next(said, TL_SEND_FIN) ||
	    said == tl_state_next(fact, TL_TAKE_FIN) ||
	    said == tl_state_next(fact, TL_SYN_ACKED))
		return;
	tl_track_note(conn->ns->track, TL_COUNT_DISAGREE_STATE);
	compare_debug_disagreement(conn, end, sk);
	conn->peers.end[end].state = fact;
}

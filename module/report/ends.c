// SPDX-License-Identifier: GPL-2.0
/* Ends of connections that are here, in certain states. */
#include <linux/seq_file.h>

#include "../net.h"
#include "../track/clock.h"
#include "../track/life.h"
#include "../track/socket.h"
#include "ends.h"
#include "view.h"

/* Whether row and socket say so; then the socket is held. */
static bool ends_take(const struct tl_conn *conn, unsigned int index, u32 states,
		      struct tl_end *end)
{
	if (!tl_conn_here(conn, index) || !(states & BIT(conn->state[index])))
		return false;
	end->sk = tl_socket_find(conn, index);
	if (!end->sk)
		return false;
	end->state = tl_socket_state(end->sk);
	if (!(states & BIT(end->state))) {
		sock_gen_put(end->sk);
		return false;
	}
	end->key = conn->key;
	end->end = index;
	end->age_ms = tl_clock_age_ms(conn->since[index]);
	end->remote_state = conn->state[!index];
	return true;
}

/**
 * tl_ends_show() - write about the ends of a connection that are here
 * @seq: the report
 * @conn: the connection, locked; unlocked
 * @states: bit mask of the states (BIT(TL_CLOSE_WAIT)) of ends to write about
 * @write: writes about one
 *
 * Sockets have locks of their own: none is asked while the row is locked.
 * Context: RCU.
 */
void tl_ends_show(struct seq_file *seq, struct tl_conn *conn, u32 states,
		  tl_end_write *write)
{
	struct tl_end ends[2];
	unsigned int count = 0, i;

	for (i = 0; i < 2; i++)
		if (ends_take(conn, i, states, &ends[count]))
			count++;
	tl_life_unlock(conn);
	for (i = 0; i < count; i++) {
		write(seq, &ends[i]);
		sock_gen_put(ends[i].sk);
	}
}

/**
 * tl_ends_addresses() - write where an end and its peer are
 * @seq: the report
 * @end: the end
 */
void tl_ends_addresses(struct seq_file *seq, const struct tl_end *end)
{
	tl_view_address(seq, &end->key, end->end);
	seq_putc(seq, ' ');
	tl_view_address(seq, &end->key, !end->end);
}

/* SPDX-License-Identifier: GPL-2.0 */
/* Ends of connections that are here, in certain states. */
#ifndef TCPLAB_REPORT_ENDS_H
#define TCPLAB_REPORT_ENDS_H

#include "../track/conn.h"

struct sock;

/**
 * struct tl_end - an end of a connection that is here
 * @sk: its socket, full or a mini-socket, with a reference of the report's
 * @key: the connection's key
 * @end: index of the end
 * @state: the socket's state
 * @age_ms: since it took that state
 * @remote_state: state of the other end
 */
struct tl_end {
	struct sock *sk;
	struct tl_key key;
	unsigned int end;
	enum tl_state state;
	u32 age_ms;
	enum tl_state remote_state;
};

/**
 * typedef tl_end_write - what a report writes about an end
 * @seq: the report
 * @end: the end
 */
typedef void tl_end_write(struct seq_file *seq, const struct tl_end *end);

void tl_ends_show(struct seq_file *seq, struct tl_conn *conn, u32 states,
		  tl_end_write *write);
void tl_ends_addresses(struct seq_file *seq, const struct tl_end *end);

#endif /* TCPLAB_REPORT_ENDS_H */

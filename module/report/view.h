/* SPDX-License-Identifier: GPL-2.0 */
/* What reports show of a connection: a copy, taken at one moment. */
#ifndef TCPLAB_REPORT_VIEW_H
#define TCPLAB_REPORT_VIEW_H

#include <linux/seq_file.h>
#include <net/sock.h>

#include "../track/conn.h"
#include "../wait/close_wait/holders.h"

#define TL_VIEW_UNKNOWN	U32_MAX

/**
 * struct tl_view - a connection as a report shows it
 * @key: its key
 * @origin: how it was met
 * @shown: the end that is shown as local; the other is the remote one
 * @here: bit mask of the ends with a socket in this namespace
 * @state: state of both ends
 * @age_ms: since the connection was created or adopted
 * @state_ms: since the end that is shown as local took its state
 * @idle_ms: since the local socket sent or got data, or TL_VIEW_UNKNOWN
 * @uid: owner of the local socket; invalid if there is none
 * @cc: congestion control of the local socket; "-" if there is none
 */
struct tl_view {
	struct tl_key key;
	u8 origin;
	u8 shown;
	u8 here;
	u8 state[2];
	u32 age_ms;
	u32 state_ms;
	u32 idle_ms;
	kuid_t uid;
	char cc[16];
};

void tl_view_take(struct tl_conn *conn, struct tl_view *view);
bool tl_view_over(const struct tl_view *view);
void tl_view_address(struct seq_file *seq, const struct tl_key *key,
		     unsigned int end);
void tl_view_interface(struct seq_file *seq, int ifindex);
void tl_view_host(struct seq_file *seq, const struct in6_addr *address);
void tl_view_word(struct seq_file *seq, const char *word);
void tl_view_value(struct seq_file *seq, const char *text);
void tl_view_number(struct seq_file *seq, u32 number);
void tl_view_uid(struct seq_file *seq, kuid_t uid);
void tl_view_nobody(struct seq_file *seq);
void tl_view_holder(struct seq_file *seq, const struct tl_holder *holder);
void tl_view_path(struct seq_file *seq, const char *path);
void tl_view_cgroup(struct seq_file *seq, const struct sock *sk);

#endif /* TCPLAB_REPORT_VIEW_H */

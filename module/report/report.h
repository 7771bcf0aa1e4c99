/* SPDX-License-Identifier: GPL-2.0 */
/* The reports in /proc/net/tcplab. */
#ifndef TCPLAB_REPORT_REPORT_H
#define TCPLAB_REPORT_REPORT_H

#include <linux/seq_file.h>

struct tl_conn;
struct tl_net;

/**
 * struct tl_report - a report with a row per connection
 * @name: name of the file
 * @columns: its second line
 * @row: writes the rows of a connection, if it has any; called with the
 *	connection locked, and lets go of it
 */
struct tl_report {
	const char *name;
	const char *columns;
	void (*row)(struct seq_file *seq, struct tl_conn *conn);
};

/**
 * struct tl_sheet - a report of `name value` rows
 * @name: name of the file
 * @show: writes the rows
 */
struct tl_sheet {
	const char *name;
	void (*show)(struct seq_file *seq, struct tl_net *ns);
};

extern const struct tl_report tl_report_connections;
extern const struct tl_report tl_report_close_wait;
extern const struct tl_sheet tl_sheet_summary;
extern const struct tl_sheet tl_sheet_time_wait;

void tl_sheet_number(struct seq_file *seq, const char *name, u64 value);
void tl_sheet_unknown(struct seq_file *seq, const char *name);

int tl_report_net_init(struct tl_net *ns);
void tl_report_net_exit(struct tl_net *ns);

#endif /* TCPLAB_REPORT_REPORT_H */

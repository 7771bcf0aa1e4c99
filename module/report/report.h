/* SPDX-License-Identifier: GPL-2.0 */
/* The reports in /proc/net/tcplab. */
#ifndef TCPLAB_REPORT_REPORT_H
#define TCPLAB_REPORT_REPORT_H

#include <linux/limits.h>
#include <linux/list.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>

#include "../wait/close_wait/holders.h"

struct proc_dir_entry;
struct tl_conn;
struct tl_net;
struct tl_report;

/**
 * struct tl_reading - a report that is being read
 * @private: where seq_file_net() looks; first
 * @ns: the namespace
 * @report: the report
 * @privileged: who opened it may know about processes
 * @trusted: who opened it may have them searched at any time
 * @holders: who holds which sockets, if the report wants to know; else empty
 * @lines: what was gathered for a report that is not about connections
 * @path: space for a path
 * @root: space for that of the reader's root
 */
struct tl_reading {
	struct seq_net_private private;
	struct tl_net *ns;
	const struct tl_report *report;
	bool privileged;
	bool trusted;
	struct tl_holders holders;
	struct tl_lines lines;
	char path[PATH_MAX];
	char root[PATH_MAX];
};

/**
 * struct tl_report - a report with a line for each of many things
 * @name: name of the file
 * @columns: its second line
 * @holders_of: states (TCPF_*) of the sockets whose holders are wanted
 * @row: writes the lines of a connection, if it has any; called with the
 *	connection locked, and lets go of it. NULL: the report is not about
 *	connections, but
 * @line_size: bytes of a &struct tl_line_head and what follows it
 * @gather: puts together what it is about, in lines; 0 or an error
 * @line: writes one of them
 */
struct tl_report {
	const char *name;
	const char *columns;
	u32 holders_of;
	void (*row)(struct seq_file *seq, struct tl_conn *conn);
	size_t line_size;
	int (*gather)(struct tl_reading *reading);
	void (*line)(struct seq_file *seq, const void *line);
};

#define TL_REPORTS	14

/**
 * struct tl_reports - the reports of a namespace
 * @ns: the namespace
 * @proc: /proc/net/tcplab
 * @shown: among the namespaces that have reports
 * @file: for each report its place here: an open file is told where that lies, and
 *	finds the report and the namespace by it
 */
struct tl_reports {
	struct tl_net *ns;
	struct proc_dir_entry *proc;
	struct list_head shown;
	u8 file[TL_REPORTS];
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

extern const struct tl_report tl_report_advice;
extern const struct tl_report tl_report_connections;
extern const struct tl_report tl_report_close_wait;
extern const struct tl_report tl_report_close_wait_owner;
extern const struct tl_report tl_report_fin_wait;
extern const struct tl_report tl_report_half_open;
extern const struct tl_report tl_report_listeners;
extern const struct tl_report tl_report_ports;
extern const struct tl_report tl_report_stragglers;
extern const struct tl_report tl_report_time_wait_age;
extern const struct tl_report tl_report_time_wait_owner;
extern const struct tl_report tl_report_time_wait_recycle;
extern const struct tl_report tl_report_time_wait_what_if;
extern const struct tl_report tl_report_tuning;
extern const struct tl_sheet tl_sheet_policy;
extern const struct tl_sheet tl_sheet_summary;
extern const struct tl_sheet tl_sheet_time_wait;

void tl_sheet_number(struct seq_file *seq, const char *name, u64 value);
void tl_sheet_unknown(struct seq_file *seq, const char *name);

int tl_report_net_init(struct tl_net *ns);
void tl_report_net_exit(struct tl_net *ns);
void tl_report_exit(void);

int tl_report_load(void);
void tl_report_open(void);
void tl_report_unload(void);

#endif /* TCPLAB_REPORT_REPORT_H */

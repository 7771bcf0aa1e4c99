// SPDX-License-Identifier: GPL-2.0
/*
 * Many paths at the same time: after each step all rows are compared with the
 * socket table and with what the peers are; later gauges and counters, too.
 */
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "wire.h"

#define SHOWN		20	/* mistakes that are told in full */
#define LOOK_MS		20	/* between two looks */
#define KILL_MS		1500	/* after this RSTs have not helped */

struct verdict verdict = { .patience = 5000 };
struct path paths[PATHS_MAX];
unsigned int path_count;
static struct tally tally;
static unsigned long strays;
static long history;

static void mistake(const char *what, long is, long should)
{
	verdict.wrong++;
	if (!verdict.quiet)
		printf("# WRONG: %s is %ld, should be %ld\n", what, is, should);
}

static struct path *path_of(const struct ends *ends)
{
	unsigned int index = ends->local.port - FIRST_PORT;

	if (ends->local.port < FIRST_PORT || index >= path_count ||
	    !same_host(&paths[index].ends.remote, &ends->remote))
		return NULL;
	return &paths[index];
}

static void note_socket(void *population, const struct ends *ends)
{
	struct path *path = path_of(ends);

	if (path)
		path->ends.local_state = ends->local_state;
	((long *)population)[ends->local_state]++;
}

static void note_row(void *data, const struct ends *ends)
{
	struct path *path = path_of(ends);

	(void)data;
	/* The last word of a peer that breaks the RFC may be refused. */
	if (ends->local_state == TCP_CLOSE && (!path || path->rogue))
		history++;
	else if (!path)
		strays++;
	if (!path)
		return;
	path->row.local_state = ends->local_state;
	path->row.remote_state = ends->remote_state;
}

static void look(long *population)
{
	memset(population, 0, STATES * sizeof(*population));
	strays = 0;
	history = 0;
	for (unsigned int i = 0; i < path_count; i++) {
		paths[i].ends.local_state = STATE_UNKNOWN;
		paths[i].row.local_state = STATE_UNKNOWN;
		paths[i].row.remote_state = STATE_UNKNOWN;
	}
	if (witness_sockets(note_socket, population) ||
	    witness_rows(note_row, NULL)) {
		perror("referee: reports");
		exit(2);
	}
}

/* What the row should say of the peer; a peer that only wants to be is none. */
static bool remote_agrees(const struct path *path)
{
	int state = path->peer.state, row = path->row.remote_state;

	if (path->rogue || row == state)
		return true;
	if (path->ends.local_state != STATE_UNKNOWN ||
	    path->row.local_state != STATE_UNKNOWN)
		return false;
	return state == TCP_CLOSE || state == TCP_SYN_SENT ||
	       state == TCP_SYN_RECV;
}

/* Without a row neither end is anything. */
static bool local_agrees(const struct path *path)
{
	int state = path->ends.local_state;

	if (path->row.local_state == TCP_CLOSE)
		return state == STATE_UNKNOWN;
	return path->row.local_state == state;
}

static bool agrees(const struct path *path)
{
	return local_agrees(path) && remote_agrees(path);
}

static bool all_agree(unsigned int step)
{
	if (strays)
		return false;
	for (unsigned int i = 0; i < path_count; i++)
		if (!paths[i].wrong && paths[i].length >= step &&
		    !agrees(&paths[i]))
			return false;
	return true;
}

static void show(const struct path *path, unsigned int steps)
{
	printf("# %s%s: row %s %s, socket %s, peer %s%s\n",
	       path->wrong ? "WRONG: " : "", path_text(path, steps),
	       state_name(path->row.local_state),
	       state_name(path->row.remote_state),
	       state_name(path->ends.local_state), state_name(path->peer.state),
	       path->rogue ? " (rogue)" : "");
}

static void judge(unsigned int step)
{
	for (unsigned int i = 0; i < path_count; i++) {
		struct path *path = &paths[i];

		if (path->length < step || path->wrong)
			continue;
		verdict.comparisons++;
		if (verdict.talk)
			show(path, step);
		if (agrees(path))
			continue;
		path->wrong = true;
		if (verdict.wrong++ < SHOWN && !verdict.quiet)
			show(path, step);
	}
	if (strays)
		mistake("rows of no connection", strays, 0);
}

/* States that are counted when a socket enters them. */
static void tally_states(const int *before)
{
	for (unsigned int i = 0; i < path_count; i++) {
		int state = paths[i].ends.local_state;

		if (state == before[i])
			continue;
		tally.simultaneous_close += state == TCP_CLOSING;
		tally.time_wait += state == TCP_TIME_WAIT;
	}
}

static void drain(void)
{
	paths_drain(paths, path_count, &tally);
}

/* All rows, once they are right or had time enough to be. */
static void compare(unsigned int step)
{
	long deadline = now_ms() + verdict.patience;
	static int before[PATHS_MAX];
	long population[STATES];

	for (unsigned int i = 0; i < path_count; i++)
		before[i] = paths[i].ends.local_state;
	for (;;) {
		drain();
		look(population);
		if (all_agree(step) || now_ms() > deadline)
			break;
		pause_ms(LOOK_MS);
	}
	tally_states(before);
	judge(step);
}

/* The gauges of the summary against the socket table; -1: all are right. */
static int wrong_gauge(const struct sheet *sheet, const long *population)
{
	char name[32];

	for (int state = 1; state < STATES; state++) {
		if (state == TCP_LISTEN || state == TCP_CLOSE)
			continue;
		snprintf(name, sizeof(name), "state_%s", state_name(state));
		if (sheet_value(sheet, name) != population[state])
			return state;
	}
	return -1;
}

static void read_sheet(struct sheet *sheet, const char *name)
{
	if (sheet_read(sheet, name)) {
		perror("referee: reports");
		exit(2);
	}
}

/**
 * read_summary() - read the report "summary", or end the program
 * @sheet: filled
 */
void read_summary(struct sheet *sheet)
{
	read_sheet(sheet, "summary");
}

/* A request or mini-socket that a RST ends is missed after a moment. */
static void compare_gauges(void)
{
	long deadline = now_ms() + verdict.patience;
	long population[STATES];
	struct sheet sheet;
	char name[32];
	int state;

	for (;;) {
		look(population);
		read_summary(&sheet);
		state = wrong_gauge(&sheet, population);
		if (state < 0)
			return;
		if (now_ms() > deadline)
			break;
		pause_ms(LOOK_MS);
	}
	snprintf(name, sizeof(name), "state_%s", state_name(state));
	mistake(name, sheet_value(&sheet, name), population[state]);
}

static void kill_rest(void)
{
	for (unsigned int i = 0; i < path_count; i++)
		if (paths[i].ends.local_state != STATE_UNKNOWN)
			witness_kill(&paths[i].ends);
}

/* Switches the tracker off and on. */
static void forget_all(void)
{
	for (int on = 0; on < 2; on++) {
		FILE *file = fopen("/sys/kernel/tcplab/track/enabled", "we");

		if (!file || fprintf(file, "%d\n", on) < 0 || fclose(file)) {
			perror("referee: track/enabled");
			exit(2);
		}
	}
}

static bool is_over(int state)
{
	return state == STATE_UNKNOWN || state == TCP_CLOSE;
}

static void note_evidence(void *count, const struct ends *ends)
{
	if (is_over(ends->local_state) && is_over(ends->remote_state))
		(*(long *)count)++;
}

/* Rows that are not there only because their connections were half-open. */
static long rows_left(const struct sheet *summary)
{
	long evidence = 0;

	if (witness_half_open(note_evidence, &evidence)) {
		perror("referee: half_open");
		exit(2);
	}
	return sheet_value(summary, "connections") - evidence;
}

/**
 * end_paths() - end every connection: then nothing but evidence and history of
 * peers that broke the RFC is left of any
 */
void end_paths(void)
{
	long deadline, resets_until = now_ms() + KILL_MS;
	long population[STATES], rows;
	struct sheet sheet;

	for (unsigned int i = 0; i < path_count; i++) {
		path_end(&paths[i]);
		drain();
	}
	deadline = now_ms() + KILL_MS + verdict.patience;
	for (;;) {
		look(population);
		if (now_ms() > resets_until)
			kill_rest();
		read_summary(&sheet);
		rows = rows_left(&sheet) - history;
		if (!rows && wrong_gauge(&sheet, population) < 0)
			break;
		if (now_ms() > deadline) {
			mistake("connections that are left", rows, 0);
			for (unsigned int i = 0; i < path_count; i++)
				if (paths[i].row.local_state)
					show(&paths[i], paths[i].length);
			forget_all();
			break;
		}
		pause_ms(LOOK_MS);
	}
}

static void expect_growth(const struct sheet *before, const struct sheet *after,
			  const char *name, long growth)
{
	long is = sheet_value(after, name) - sheet_value(before, name);

	if (is != growth)
		mistake(name, is, growth);
}

/**
 * compare_counters() - whether as much was counted as was seen
 * @before: the summary before run_paths()
 * @rogue: peers broke the RFC: what segments say may be refused or wrong
 */
void compare_counters(const struct sheet *before, bool rogue)
{
	struct sheet after, accounts;
	long exits = 0;
	static const char * const reasons[] = {
		"exited_expired", "exited_reused_out", "exited_reused_in",
		"exited_reset", "exited_killed", "exited_other",
	};

	read_summary(&after);
	expect_growth(before, &after, "created", tally.opened);
	expect_growth(before, &after, "adopted", 0);
	expect_growth(before, &after, "refused_full", 0);
	expect_growth(before, &after, "simultaneous_open",
		      tally.simultaneous_open);
	expect_growth(before, &after, "simultaneous_close",
		      tally.simultaneous_close);
	expect_growth(before, &after, "time_wait_entered", tally.time_wait);
	expect_growth(before, &after, "disagree_gone", 0);
	expect_growth(before, &after, "disagree_missed", 0);
	expect_growth(before, &after, "bad_checksum", 0);
	if (!rogue) {
		expect_growth(before, &after, "disagree_state", 0);
		expect_growth(before, &after, "invalid", 0);
	}
	read_sheet(&accounts, "time_wait");
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		long count = sheet_value(&accounts, reasons[i]);

		/* Not each kernel tells those that were killed apart. */
		if (count > 0)
			exits += count;
	}
	if (exits != sheet_value(&accounts, "entered"))
		mistake("exits from TIME_WAIT", exits,
			sheet_value(&accounts, "entered"));
}

/**
 * run_paths() - take the steps of all paths, and compare after each
 * @family: AF_INET or AF_INET6
 */
void run_paths(int family)
{
	unsigned int longest = 0;

	memset(&tally, 0, sizeof(tally));
	for (unsigned int i = 0; i < path_count; i++) {
		if (path_begin(&paths[i], family, i)) {
			perror("referee: socket");
			exit(2);
		}
		drain();
		if (longest < paths[i].length)
			longest = paths[i].length;
	}
	compare(0);
	for (unsigned int step = 0; step < longest; step++) {
		for (unsigned int i = 0; i < path_count; i++) {
			if (paths[i].length <= step)
				continue;
			path_step(&paths[i], paths[i].step[step]);
			drain();
		}
		compare(step + 1);
	}
	compare_gauges();
}

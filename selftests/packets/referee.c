// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel as referee: leads its sockets along every path that a peer's
 * segments and an application's acts can make, and compares each step with what
 * tcplab reports: the local state with the kernel's own socket table, the remote
 * state with what the peer is by its own state machine (rfc.c).
 *
 *	referee [OPTION...] active|passive 4|6		all paths
 *	referee [OPTION...] active|passive 4|6 STEP...	one, and tells each step
 *
 *	-d DEVICE	tun device (tun0)
 *	-n STEPS	longest path
 *	-k TIMES	paths go on from the same point only so often
 *	-t SECONDS	begin nothing new after this time
 *	-w SECONDS	wait so long for agreement
 *	-p PATHS	so many at the same time
 *
 * Paths grow step by step. One goes on unless others that came to the same point
 * (see path_signature()) have done so often enough, and so most of the time goes
 * where something is new. Those of peers that break the RFC are taken apart from
 * the others, and later: there only the local state can be told.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "judge.h"
#include "wire.h"

#define SEEN		1048576	/* 2 to the power of 20 */

/**
 * struct list - paths of one length, as steps only
 * @step: their steps
 * @count: how many
 * @room: for how many there is memory
 * @length: of each
 * @rogue: their peers break the RFC
 */
struct list {
	u8 (*step)[STEPS_MAX];
	size_t count;
	size_t room;
	unsigned int length;
	bool rogue;
};

/* What paths are led along, and from which end. */
static struct {
	unsigned int longest;
	unsigned int times;
	unsigned int together;
	long begin;
	long end;
	bool passive;
	int family;
} option = { .longest = 6, .times = 4, .together = PATHS_MAX };

static struct {
	unsigned long paths;
	unsigned long rogue;
	unsigned int deepest;
	bool cut;
	bool accused;
} result;

static void add(struct list *list, const u8 *step)
{
	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 1024;
		list->step = realloc(list->step,
				     list->room * sizeof(*list->step));
		if (!list->step)
			exit(2);
	}
	memcpy(list->step[list->count++], step, STEPS_MAX);
}

/* How often a signature has been met: open addressing, never full. */
static bool goes_on(u64 signature)
{
	static struct {
		u64 signature;
		unsigned int times;
	} seen[SEEN];
	size_t i = (signature * 0x9e3779b97f4a7c15ULL) >> 44;

	signature++;
	while (seen[i].times && seen[i].signature != signature)
		i = (i + 1) % SEEN;
	seen[i].signature = signature;
	return seen[i].times++ < option.times;
}

/*
 * What can follow: those of lawful peers in the list of the next length, the
 * others in one of their own for each length.
 */
static void grow(struct list *lawful, struct list *rogue,
		 const struct path *path)
{
	u8 step[STEPS_MAX];

	if (path->useless || path->wrong || path->length >= option.longest ||
	    !goes_on(path_signature(path)))
		return;
	memcpy(step, path->step, sizeof(step));
	for (int i = 0; i < STEPS; i++) {
		if (!path_may(path, i))
			continue;
		step[path->length] = i;
		if (path->rogue || !path_lawful(path, i))
			add(&rogue[path->length + 1], step);
		else
			add(lawful, step);
	}
}

/* As many as can be under way at the same time, or fewer. */
static void fill(const struct list *list, size_t at, size_t most)
{
	for (path_count = 0; path_count < most && path_count < PATHS_MAX &&
	     at + path_count < list->count; path_count++) {
		struct path *path = &paths[path_count];

		memcpy(path->step, list->step[at + path_count], STEPS_MAX);
		path->length = list->length;
		path->passive = option.passive;
	}
}

/* Leads some paths on; false if the counters are not right then. */
static bool lead(const struct list *list, size_t at, size_t most,
		 struct list *lawful, struct list *rogue)
{
	struct sheet before;
	unsigned long wrong;

	fill(list, at, most);
	read_summary(&before);
	run_paths(option.family);
	for (unsigned int i = 0; rogue && i < path_count; i++)
		grow(lawful, rogue, &paths[i]);
	end_paths();
	wrong = verdict.wrong;
	compare_counters(&before, list->rogue);
	return verdict.wrong == wrong;
}

/* Counters do not tell which path was wrong: look for one by halves. */
static void accuse(const struct list *list, size_t at, size_t left)
{
	unsigned long wrong = verdict.wrong;

	verdict.quiet = true;
	while (left > 1) {
		size_t half = left / 2;

		if (lead(list, at, half, NULL, NULL)) {
			at += half;
			left -= half;
		} else {
			left = half;
		}
	}
	verdict.quiet = false;
	fill(list, at, 1);
	printf("# one of those where that is so: %s\n",
	       path_text(&paths[0], list->length));
	lead(list, at, 1, NULL, NULL);
	verdict.wrong = wrong;
	result.accused = true;
}

static void lead_all(const struct list *list, long until, struct list *lawful,
		     struct list *rogue)
{
	unsigned int done;

	for (size_t at = 0; at < list->count; at += done) {
		bool right;

		if (option.end && now_ms() > until) {
			result.cut = true;
			return;
		}
		right = lead(list, at, option.together, lawful, rogue);
		done = path_count;
		result.paths += done;
		result.rogue += list->rogue ? done : 0;
		if (!right && !result.accused)
			accuse(list, at, done);
	}
	if (list->count && !list->rogue)
		result.deepest = list->length;
}

/* Two thirds of the time are for peers that keep to the RFC. */
static void run_all(void)
{
	long middle = option.begin + (option.end - option.begin) * 2 / 3;
	static const u8 none[STEPS_MAX];
	static struct list rogue[STEPS_MAX + 2];
	struct list now = { NULL };

	add(&now, none);
	while (now.count) {
		struct list next = { .length = now.length + 1 };

		lead_all(&now, middle, &next, rogue);
		free(now.step);
		now = next;
	}
	for (unsigned int i = 0; i <= option.longest; i++) {
		rogue[i].length = i;
		rogue[i].rogue = true;
		lead_all(&rogue[i], option.end, NULL, rogue);
		free(rogue[i].step);
	}
}

static int run_one(char **word)
{
	struct path *path = &paths[0];
	struct sheet before;

	for (; *word && path->length < STEPS_MAX; word++) {
		int step = step_number(*word);

		if (step < 0) {
			fprintf(stderr, "referee: there is no step '%s'\n",
				*word);
			return -1;
		}
		path->step[path->length++] = step;
	}
	path->passive = option.passive;
	verdict.talk = true;
	path_count = 1;
	result.paths = 1;
	result.deepest = path->length;
	read_summary(&before);
	run_paths(option.family);
	result.rogue = path->rogue;
	end_paths();
	compare_counters(&before, path->rogue);
	return 0;
}

static int explain(void)
{
	fprintf(stderr, "usage: referee [OPTION...] active|passive 4|6 [STEP...]\n"
			"-d DEVICE -n STEPS -k TIMES -t SECONDS -w SECONDS -p PATHS\n");
	return 2;
}

/* The name of the device; NULL if an option is none. */
static const char *parse(int argc, char **argv)
{
	const char *device = "tun0";
	int letter;

	while ((letter = getopt(argc, argv, "d:n:k:t:w:p:")) != -1) {
		switch (letter) {
		case 'd':
			device = optarg;
			break;
		case 'n':
			option.longest = atoi(optarg);
			break;
		case 'k':
			option.times = atoi(optarg);
			break;
		case 't':
			option.begin = now_ms();
			option.end = option.begin + 1000 * atol(optarg);
			break;
		case 'w':
			verdict.patience = 1000 * atol(optarg);
			break;
		case 'p':
			option.together = atoi(optarg);
			break;
		default:
			return NULL;
		}
	}
	if (option.longest > STEPS_MAX || !option.together)
		return NULL;
	return device;
}

int main(int argc, char **argv)
{
	const struct rlimit files = { 4 * PATHS_MAX, 4 * PATHS_MAX };
	const char *device = parse(argc, argv);

	if (!device || argc - optind < 2)
		return explain();
	option.passive = !strcmp(argv[optind], "passive");
	option.family = argv[optind + 1][0] == '6' ? AF_INET6 : AF_INET;
	setrlimit(RLIMIT_NOFILE, &files);
	if (wire_open(device)) {
		perror("/dev/net/tun");
		return 2;
	}
	if (argc - optind == 2)
		run_all();
	else if (run_one(argv + optind + 2))
		return explain();
	printf("# %s IPv%s: %lu paths of up to %u steps, %lu rogue; ",
	       argv[optind], argv[optind + 1], result.paths, result.deepest,
	       result.rogue);
	printf("%lu comparisons, %lu wrong%s\n", verdict.comparisons,
	       verdict.wrong, result.cut ? "; stopped by the clock" : "");
	return verdict.wrong || !result.paths;
}

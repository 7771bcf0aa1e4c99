/* SPDX-License-Identifier: GPL-2.0 */
/* Many paths at the same time, and what is compared on their way. */
#ifndef TCPLAB_SELFTESTS_PACKETS_JUDGE_H
#define TCPLAB_SELFTESTS_PACKETS_JUDGE_H

#include "path.h"

/**
 * struct verdict - what has been compared
 * @comparisons: of a row, after a step
 * @wrong: mistakes
 * @patience: milliseconds that the tracker has to be right
 * @talk: tell each comparison
 * @quiet: tell no mistake
 */
struct verdict {
	unsigned long comparisons;
	unsigned long wrong;
	long patience;
	bool talk;
	bool quiet;
};

extern struct verdict verdict;
extern struct path paths[PATHS_MAX];
extern unsigned int path_count;

void run_paths(int family);
void end_paths(void);
void read_summary(struct sheet *sheet);
void compare_counters(const struct sheet *before, bool rogue);

#endif /* TCPLAB_SELFTESTS_PACKETS_JUDGE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* The time, and how much of it the processor was idle. */
#ifndef TCPLAB_LOAD_STAMP_H
#define TCPLAB_LOAD_STAMP_H

#include "load.h"

struct stamp {
	unsigned long long now, idle;
};

/* Of the first processor; only root may read it. */
static inline struct stamp take_stamp(void)
{
	FILE *list = fopen("/proc/timer_list", "r");
	struct stamp stamp = { 0 };
	bool known = false;
	char line[256];

	if (!list)
		die("/proc/timer_list");
	while (!known && fgets(line, sizeof(line), list))
		known = sscanf(line, " .idle_sleeptime : %llu",
			       &stamp.idle) == 1;
	fclose(list);
	if (!known) {
		fprintf(stderr, "the kernel does not tell how long it was idle\n");
		exit(1);
	}
	stamp.now = now_ns();
	return stamp;
}

/* Tells the time passed, and that in which the processor was not idle. */
static inline void tell_since(const struct stamp *before)
{
	/* Asking how long it was idle takes time, but none that is idle. */
	unsigned long long passed = now_ns() - before->now;
	unsigned long long idle = take_stamp().idle - before->idle;

	printf("%llu %llu\n", passed, passed - idle);
}

#endif /* TCPLAB_LOAD_STAMP_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * Sleeps, and tells two times in ns: how long it was, and how much of it the
 * processor was not idle. A program of its own, since starting one, such as
 * sleep, may wait for the disk, and the clock of a VM that counts instructions
 * runs ahead meanwhile.
 *
 * usage: rest SECONDS
 */
#include "stamp.h"

int main(int argc, char **argv)
{
	struct timespec left;
	struct stamp before;

	if (argc != 2) {
		fprintf(stderr, "usage: %s SECONDS\n", argv[0]);
		return 2;
	}
	left = (struct timespec){ .tv_sec = atol(argv[1]) };
	before = take_stamp();
	while (nanosleep(&left, &left))
		;
	tell_since(&before);
	return 0;
}

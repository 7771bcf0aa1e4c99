// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a command, with its output thrown away, and tells the time in ns that
 * the processor spent on it, in the kernel and outside.
 *
 * usage: cost COMMAND [ARGUMENT...]
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "load.h"

static void run(char **command)
{
	int null = must(open("/dev/null", O_WRONLY), "/dev/null");

	must(dup2(null, STDOUT_FILENO), "dup2");
	execvp(command[0], command);
	die(command[0]);
}

static unsigned long long ns(const struct timeval *time)
{
	return time->tv_sec * 1000000000ULL + time->tv_usec * 1000ULL;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 2) {
		fprintf(stderr, "usage: %s COMMAND [ARGUMENT...]\n", argv[0]);
		return 2;
	}
	pid = must(fork(), "fork");
	if (!pid)
		run(argv + 1);
	must(wait4(pid, &status, 0, &usage), "wait4");
	if (status) {
		fprintf(stderr, "%s failed\n", argv[1]);
		return 1;
	}
	printf("%llu\n", ns(&usage.ru_utime) + ns(&usage.ru_stime));
	return 0;
}

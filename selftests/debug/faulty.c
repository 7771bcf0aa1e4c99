// SPDX-License-Identifier: GPL-2.0
/*
 * One system call, or the few that read a file, during which the kernel refuses
 * memory once: the N-th time that it is asked for some. Which requests count is
 * set in debugfs, see faults.sh. Prints "refused" or "spared" (there was no
 * N-th request), and how the call ended: "ok" or an error.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SUMMARY	"/proc/thread-self/net/tcplab/summary"

/* Touched before, so that the kernel needs no memory for it. */
static char buffer[65536];

static int insert(char **args)
{
	int fd = open(args[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	return syscall(SYS_finit_module, fd, args[1] ? args[1] : "", 0);
}

static int withdraw(char **args)
{
	return syscall(SYS_delete_module, args[0], O_NONBLOCK);
}

static int write_file(char **args)
{
	int fd = open(args[0], O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	return write(fd, args[1], strlen(args[1])) < 0 ? -1 : 0;
}

static int read_file(char **args)
{
	int fd = open(args[0], O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -1;
	do {
		got = read(fd, buffer, sizeof(buffer));
	} while (got > 0);
	return got;
}

static int new_namespace(char **args)
{
	(void)args;
	return unshare(CLONE_NEWNET);
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **args);
} calls[] = {
	{ "insmod", 1, insert },
	{ "rmmod", 1, withdraw },
	{ "write", 2, write_file },
	{ "read", 1, read_file },
	{ "netns", 0, new_namespace },
	{ }
};

static int arm(int fd, const char *nth)
{
	ssize_t length = strlen(nth);

	return pwrite(fd, nth, length, 0) == length ? 0 : -1;
}

static const char *name_of(int error)
{
	if (!error)
		return "ok";
	return error == ENOMEM ? "ENOMEM" : strerror(error);
}

static int run(int call, const char *nth, char **args)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	int reports = !access(SUMMARY, R_OK);
	char left[16] = "";
	int error;

	memset(buffer, 0, sizeof(buffer));
	if (fd < 0 || arm(fd, nth)) {
		perror("faulty: fail-nth");
		return 2;
	}
	error = calls[call].run(args) ? errno : 0;
	if (pread(fd, left, sizeof(left) - 1, 0) < 1 || arm(fd, "0")) {
		perror("faulty: fail-nth");
		return 2;
	}
	printf("%s %s\n", atoi(left) ? "spared" : "refused", name_of(error));
	/* A namespace that was made all the same is a whole one. */
	if (reports && !error && access(SUMMARY, R_OK) &&
	    calls[call].run == new_namespace) {
		perror("faulty: " SUMMARY);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int i;

	for (i = 0; argc > 2 && calls[i].name; i++)
		if (!strcmp(argv[2], calls[i].name) &&
		    argc >= 3 + calls[i].args)
			return run(i, argv[1], argv + 3);
	fputs("usage: faulty N insmod FILE [PARAMETERS] | rmmod NAME |\n"
	      "                write FILE VALUE | read FILE | netns\n", stderr);
	return 2;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Uses the module while it is being loaded, each time that it is, until it is killed: root writes
 * VALUE to FILE, and a user's socket takes the congestion control lab, and keeps it until loading
 * has ended. Prints "tried" for each time that the module is being loaded; then the parts that
 * could be used, if there were any, and whether the module was there afterwards: "kept" or "lost".
 * usage: hasty FILE VALUE
 */
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOBODY	65534

enum state { GONE, COMING, LIVE, GOING };

static enum state look(void)
{
	int fd = open("/sys/module/tcplab/initstate", O_RDONLY | O_CLOEXEC);
	char text[16] = "";

	if (fd < 0)
		return GONE;
	if (read(fd, text, sizeof(text) - 1) < 0)
		*text = 0;
	close(fd);
	if (!strncmp(text, "coming", 6))
		return COMING;
	if (!strncmp(text, "going", 5))
		return GOING;
	return *text ? LIVE : GONE;
}

static enum state wait_for_end(void)
{
	enum state state;

	while (state = look(), state == COMING || state == GOING)
		sched_yield();
	return state;
}

/* For root the kernel would look for a module of that name. */
static bool take(int sk)
{
	bool taken;

	if (seteuid(NOBODY))
		err(1, "seteuid");
	taken = !setsockopt(sk, IPPROTO_TCP, TCP_CONGESTION, "lab", 3);
	if (seteuid(0))
		err(1, "seteuid");
	return taken;
}

static bool write_value(const char *file, const char *value)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	bool written;

	if (fd < 0)
		return false;
	written = write(fd, value, strlen(value)) > 0;
	close(fd);
	return written;
}

static void use(const char *file, const char *value)
{
	int sk = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool written = write_value(file, value), taken;
	char name[16];
	socklen_t size = sizeof(name);

	if (sk < 0)
		err(1, "socket");
	/* A module that is taken is not unloaded before this is told. */
	do {
		taken = take(sk);
	} while (written && !taken && look() == COMING);
	if (written || taken) {
		bool lost = wait_for_end() == GONE;

		/* The kernel reads the name where the module has it, or had it. */
		if (getsockopt(sk, IPPROTO_TCP, TCP_CONGESTION, name, &size))
			err(1, "TCP_CONGESTION");
		printf("%s%s%s\n", written ? "knob " : "", taken ? "lab " : "",
		       lost ? "lost" : "kept");
	}
	close(sk);
}

int main(int argc, char **argv)
{
	bool tries = false, tried;

	if (argc != 3)
		errx(2, "usage: hasty FILE VALUE");
	setlinebuf(stdout);
	for (;;) {
		tried = tries;
		tries = look() == COMING;
		if (!tries) {
			sched_yield();
			continue;
		}
		if (!tried)
			puts("tried");
		use(argv[1], argv[2]);
	}
}

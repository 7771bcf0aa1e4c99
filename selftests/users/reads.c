// SPDX-License-Identifier: GPL-2.0
/* How a user reads reports: whole, in pieces, with pauses, into memory that faults for ever. */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user.h"

#define PAGE	4096
/* Longer than a namespace may take to go. */
#define STUCK_S	90

static const char * const reports[] = {
	"close_wait", "close_wait_owner", "advice", "connections", "fin_wait", "half_open",
	"listeners", "policy", "ports", "stragglers", "summary", "time_wait", "time_wait_age",
	"time_wait_owner", "time_wait_recycle", "time_wait_what_if", "tuning",
};

/* Those that search all processes are asked for most. */
static int open_any(struct user *user)
{
	size_t count = sizeof(reports) / sizeof(*reports);
	char path[64];

	snprintf(path, sizeof(path), "/proc/thread-self/net/tcplab/%s",
		 reports[dice_below(&user->dice, dice_percent(&user->dice, 50) ? 2 : count)]);
	return open(path, O_RDONLY);
}

void user_read_whole(struct user *user)
{
	static char buffer[65536];
	int times = 1 + dice_below(&user->dice, 8), file;

	while (times--) {
		file = open_any(user);
		while (read(file, buffer, sizeof(buffer)) > 0)
			;
		close(file);
	}
}

void user_read_pieces(struct user *user)
{
	int file = open_any(user), times = dice_below(&user->dice, 32);
	char buffer[256];

	while (times--) {
		if (read(file, buffer, 1 + dice_below(&user->dice, sizeof(buffer))) <= 0)
			break;
		if (dice_percent(&user->dice, 10))
			lseek(file, dice_below(&user->dice, 1000), SEEK_SET);
		if (dice_percent(&user->dice, 10))
			usleep(dice_below(&user->dice, 100000));
	}
	close(file);
}

/* It may be passed on, be read by a namespace's last process, or outlive that. */
void user_open_report(struct user *user)
{
	int file = open_any(user);

	if (file < 0)
		return;
	user_send(user, file);
	close(file);
}

/* Of one's own report, or of one that was passed on from a namespace that may be gone. */
static void get_stuck(int file)
{
	void *trap = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { .start = (unsigned long)trap, .len = PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int faults = syscall(SYS_userfaultfd, 0);

	alarm(STUCK_S);
	if (!ioctl(faults, UFFDIO_API, &api) && !ioctl(faults, UFFDIO_REGISTER, &range))
		read(file, trap, PAGE);
	_exit(0);
}

/* Nothing else that a child has from its parent keeps a namespace. */
static void close_all_but(struct user *user, int file)
{
	int i;

	for (i = 0; i < FILES; i++)
		if (user->file[i] != file)
			close(user->file[i]);
}

void user_read_stuck(struct user *user)
{
	int file, i;

	for (i = 0; i < 4; i++)
		user_take(user);
	file = dice_percent(&user->dice, 50) ? *user_any(user) : open_any(user);
	if (dice_percent(&user->dice, 15) && !fork()) {
		close_all_but(user, file);
		get_stuck(file);
	}
	for (i = 0; i < FILES; i++)
		if (user->file[i] == file)
			return;
	close(file);
}

/* It leaves the namespace whose report it reads: that may end meanwhile. */
void user_leave_reader(struct user *user)
{
	int file;

	if (fork())
		return;
	file = open_any(user);
	close_all_but(user, file);
	if (!unshare(CLONE_NEWNET))
		get_stuck(file);
	_exit(0);
}

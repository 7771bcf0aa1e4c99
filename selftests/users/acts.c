// SPDX-License-Identifier: GPL-2.0
/* What a user does with processes, threads, namespaces and knobs. */
#include <fcntl.h>
#include <ftw.h>
#include <linux/futex.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user.h"

#define THREADS		24
#define GENERATIONS	3
#define CHILD_ACTS	16
#define KNOBS		128

static char knobs[KNOBS][128];
static unsigned int knob_count;

static int add_knob(const char *path, const struct stat *status, int type, struct FTW *unused)
{
	(void)status;
	(void)unused;
	if (type == FTW_F && knob_count < KNOBS && strlen(path) < sizeof(*knobs))
		strcpy(knobs[knob_count++], path);
	return 0;
}

void user_find_knobs(void)
{
	nftw("/sys/kernel/tcplab", add_knob, 8, FTW_PHYS);
}

static void write_knob(struct user *user)
{
	static const char * const values[] = {
		"0", "1", "2", "60", "100", "350", "1000", "60000", "86400000", "4294967295",
		"4294967296", "-1", "", "\n", "1\n", " 1", "1 2", "off", "observe", "enforce",
		"reno", "cubic", "fixed", "x", "seed\n", "kernel-default", "4096 16384 65536",
		"net.ipv4.tcp_fin_timeout = 30\n", "net.ipv4.conf.lo.forwarding = 1\n-a = b",
	};
	const char *value = values[dice_below(&user->dice, sizeof(values) / sizeof(*values))];
	unsigned long noise = dice_roll(&user->dice);
	int file;

	if (!knob_count)
		return;
	file = open(knobs[dice_below(&user->dice, knob_count)], O_RDWR);
	if (dice_percent(&user->dice, 90))
		pwrite(file, value, strlen(value),
		       dice_percent(&user->dice, 90) ? 0 : dice_below(&user->dice, 9));
	else
		write(file, &noise, sizeof(noise));
	pread(file, &noise, sizeof(noise), dice_below(&user->dice, 9));
	close(file);
}

/* Its table of descriptors is a copy, which goes with it. */
static void *live_and_die(void *may_end)
{
	unshare(CLONE_FILES);
	syscall(SYS_futex, may_end, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	return NULL;
}

static int start_threads(struct user *user, pthread_t *thread, int *may_end)
{
	int count = 1 + dice_below(&user->dice, THREADS), i;

	for (i = 0; i < count; i++)
		if (pthread_create(&thread[i], NULL, live_and_die, may_end))
			break;
	return i;
}

/* They end all at once. */
static void live_in_threads(struct user *user)
{
	int times = 1 + dice_below(&user->dice, 16), count;
	pthread_t thread[THREADS];

	while (times--) {
		int may_end = 0;

		count = start_threads(user, thread, &may_end);
		usleep(dice_below(&user->dice, 2000));
		__atomic_store_n(&may_end, 1, __ATOMIC_SEQ_CST);
		syscall(SYS_futex, &may_end, FUTEX_WAKE_PRIVATE, THREADS, NULL, NULL, 0);
		while (count--)
			pthread_join(thread[count], NULL);
	}
}

/* With descriptors in every state, and perhaps threads. */
static void end(struct user *user)
{
	int may_end = dice_below(&user->dice, 2);
	pthread_t thread[THREADS];

	alarm(1 + dice_below(&user->dice, 3));
	if (dice_percent(&user->dice, 50))
		start_threads(user, thread, &may_end);
	switch (dice_below(&user->dice, 5)) {
	case 0:
		kill(getpid(), SIGKILL);
		break;
	case 1:
		execl("/proc/self/exe", "ending", NULL);
		break;
	case 2:
		/* The first thread ends before the others. */
		pthread_exit(NULL);
	case 3:
		pause();
	}
	_exit(0);
}

static void reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void act_and_end(struct user *user)
{
	int left = dice_below(&user->dice, CHILD_ACTS);

	user->age++;
	while (left--)
		user_act_by_chance(user);
	end(user);
}

static void have_child(struct user *user)
{
	struct dice dice = { dice_roll(&user->dice) };

	reap();
	if (user->age >= GENERATIONS || fork())
		return;
	user->dice = dice;
	act_and_end(user);
}

static void become_root(const char *map, unsigned int id)
{
	int file = open(map, O_WRONLY);

	dprintf(file, "0 %u 1", id);
	close(file);
}

/* Root there, with lo. Without an id of its own it could not make more namespaces of users. */
bool user_enter_namespaces(int flags)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	unsigned int uid = getuid(), gid = getgid();
	int file;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | flags))
		return false;
	file = open("/proc/self/setgroups", O_WRONLY);
	write(file, "deny", 4);
	close(file);
	become_root("/proc/self/uid_map", uid);
	become_root("/proc/self/gid_map", gid);
	file = socket(AF_INET, SOCK_DGRAM, 0);
	ioctl(file, SIOCSIFFLAGS, &lo);
	close(file);
	return true;
}

/* A namespace of its own, of which an open report may outlive it. */
static void have_guest(struct user *user)
{
	struct dice dice = { dice_roll(&user->dice) };

	reap();
	if (user->age >= GENERATIONS || fork())
		return;
	user->dice = dice;
	if (!user_enter_namespaces(dice_percent(&dice, 30) ? CLONE_NEWPID : 0))
		_exit(0);
	user_open_report(user);
	/* Nothing else may keep the namespace that its reader has left. */
	if (dice_percent(&dice, 30)) {
		user_leave_reader(user);
		_exit(0);
	}
	act_and_end(user);
}

void user_new_family(struct user *user)
{
	int i;

	for (i = 0; i < FILES; i++)
		user->file[i] = -1;
	socketpair(AF_UNIX, SOCK_DGRAM, 0, user->box);
}

user_act * const user_acts[] = {
	live_in_threads, live_in_threads, live_in_threads, live_in_threads,
	have_child, have_guest, have_guest, write_knob,
	user_read_whole, user_read_whole, user_read_pieces, user_read_stuck, user_open_report,
	user_listen, user_connect, user_connect, user_connect, user_accept, user_accept,
	user_talk, user_shutdown, user_close, user_abort, user_move, user_pass, user_take,
	user_ring,
};

const size_t user_acts_count = sizeof(user_acts) / sizeof(*user_acts);

void user_act_by_chance(struct user *user)
{
	user_acts[dice_below(&user->dice, user_acts_count)](user);
}

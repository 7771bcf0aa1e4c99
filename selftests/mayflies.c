// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that take a table of descriptors of their own and end all at once, again and again, while
 * a file is read to its end so many times.
 * usage: mayflies FILE TIMES
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#define AT_ONCE	64

static pthread_barrier_t all_there;

static void *live_and_die(void *unused)
{
	if (unshare(CLONE_FILES))
		err(1, "unshare");
	pthread_barrier_wait(&all_there);
	return unused;
}

static void *swarm(void *unused)
{
	pthread_t thread[AT_ONCE];
	int i;

	for (;;) {
		for (i = 0; i < AT_ONCE; i++)
			if (pthread_create(&thread[i], NULL, live_and_die, NULL))
				errx(1, "no thread");
		for (i = 0; i < AT_ONCE; i++)
			pthread_join(thread[i], NULL);
	}
	return unused;
}

static void read_all(const char *name)
{
	static char buffer[65536];
	int file = open(name, O_RDONLY);
	ssize_t got;

	if (file < 0)
		err(1, "%s", name);
	do {
		got = read(file, buffer, sizeof(buffer));
	} while (got > 0);
	if (got < 0)
		err(1, "%s", name);
	close(file);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int times;

	if (argc != 3)
		errx(2, "usage: mayflies FILE TIMES");
	pthread_barrier_init(&all_there, NULL, AT_ONCE);
	if (pthread_create(&thread, NULL, swarm, NULL))
		errx(1, "no thread");
	for (times = atoi(argv[2]); times > 0; times--)
		read_all(argv[1]);
	return 0;
}

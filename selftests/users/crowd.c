// SPDX-License-Identifier: GPL-2.0
/*
 * A crowd of users that do whatever they are allowed to, until they are killed. What each does is
 * told by the seed, its number and its step; what comes of it also by the order in which they run.
 * usage: crowd SEED [guests]
 * Guests are root of a user namespace; else they are the user that runs this.
 */
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user.h"

#define USERS	3

static void live(u64 seed, u64 number, bool guest)
{
	struct user user = { .age = 0 };
	u64 step;

	user_new_family(&user);
	if (guest && !user_enter_namespaces(0))
		err(1, "no user namespace");
	for (step = 0;; step++) {
		user.dice = dice_of(seed + number, step);
		user_act_by_chance(&user);
	}
}

static pid_t start(u64 seed, u64 number, bool guest)
{
	pid_t pid = fork();

	if (!pid)
		live(seed, number, guest);
	return pid;
}

/* Return: USERS if it is none of them. */
static int place_of(const pid_t *users, pid_t pid)
{
	int place = 0;

	if (pid < 0)
		err(1, "nobody is left");
	while (place < USERS && users[place] != pid)
		place++;
	return place;
}

int main(int argc, char **argv)
{
	bool guest = argc == 3;
	pid_t users[USERS];
	u64 seed, number;
	int place;

	/* It has executed itself, and has nothing else to do. */
	if (!strcmp(argv[0], "ending"))
		return 0;
	if (argc < 2 || argc > 3)
		errx(2, "usage: crowd SEED [guests]");
	seed = strtoull(argv[1], NULL, 10) + (guest ? 1000000 : 0);
	signal(SIGPIPE, SIG_IGN);
	user_find_knobs();
	for (number = 0; number < USERS; number++)
		users[number] = start(seed, number, guest);
	/* One that has died is followed by another; orphans come here to be buried, too. */
	for (;;) {
		place = place_of(users, wait(NULL));
		if (place < USERS)
			users[place] = start(seed, number++, guest);
	}
}

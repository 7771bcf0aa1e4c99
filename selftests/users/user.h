/* SPDX-License-Identifier: GPL-2.0 */
/* One of a crowd of users, and what it may do. */
#ifndef TCPLAB_SELFTESTS_USERS_USER_H
#define TCPLAB_SELFTESTS_USERS_USER_H

#include <stdbool.h>
#include <stddef.h>

#include "../packets/dice.h"

#define FILES	24

/**
 * struct user - a process that does as its dice say
 * @dice: of the step that it is at
 * @file: descriptors that it plays with; -1: none
 * @box: a pair of sockets by which its family passes descriptors on
 * @age: how many generations of its family came before it
 */
struct user {
	struct dice dice;
	int file[FILES];
	int box[2];
	int age;
};

/* What a user may do next. */
typedef void user_act(struct user *user);

/* acts.c: processes, threads, namespaces, knobs */
extern user_act * const user_acts[];
extern const size_t user_acts_count;

void user_act_by_chance(struct user *user);
void user_new_family(struct user *user);
bool user_enter_namespaces(int flags);
void user_find_knobs(void);

/* reads.c: reports */
user_act user_read_whole, user_read_pieces, user_read_stuck, user_leave_reader, user_open_report;

/* sockets.c */
user_act user_listen, user_connect, user_accept, user_talk, user_shutdown, user_close, user_abort;
user_act user_move, user_pass, user_take, user_ring;
int *user_any(struct user *user);
void user_send(struct user *user, int file);

#endif /* TCPLAB_SELFTESTS_USERS_USER_H */

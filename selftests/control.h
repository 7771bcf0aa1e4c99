/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A helper process that does for a test what it is told: "PROGRAM CONTROL
 * serve" waits for commands on the Unix socket CONTROL, "PROGRAM CONTROL
 * COMMAND..." has one carried out and prints the answer. A failure is told as
 * what its errno means, with exit status 1.
 */
#ifndef TCPLAB_SELFTESTS_CONTROL_H
#define TCPLAB_SELFTESTS_CONTROL_H

#define CONTROL_ANSWER	512	/* bytes of an answer, with its end */
#define CONTROL_WAIT_MS	10000	/* what a command waits at most */

/**
 * typedef control_command - carry out a command
 * @word: its words, the last followed by NULL; there is at least one
 * @answer: empty; CONTROL_ANSWER bytes for what it has to say
 *
 * Return: 0, or -1 with errno set.
 */
typedef int control_command(char **word, char *answer);

int control_serve(const char *path, control_command *command);
int control_ask(const char *path, char **word, int count);
int control_ready(int fd, int events, int ms);

#endif /* TCPLAB_SELFTESTS_CONTROL_H */

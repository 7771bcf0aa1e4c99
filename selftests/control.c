// SPDX-License-Identifier: GPL-2.0
/* Commands to helper processes, over a Unix socket: one line each way. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"

#define WORDS		16
#define LINE		(CONTROL_ANSWER + 64)

/* An answer is "0 text" or "1 errno text". */
static void serve_one(int fd, control_command *command)
{
	char line[LINE], answer[CONTROL_ANSWER] = "";
	char *word[WORDS + 1] = { NULL };
	ssize_t length = read(fd, line, sizeof(line) - 1);
	int count = 0;

	if (length <= 0)
		return;
	line[length] = 0;
	for (char *next = strtok(line, " "); next && count < WORDS;
	     next = strtok(NULL, " "))
		word[count++] = next;
	if (!count)
		return;
	if (command(word, answer))
		dprintf(fd, "1 %s%s%s\n", strerror(errno),
			*answer ? " " : "", answer);
	else
		dprintf(fd, "0 %s\n", answer);
}

static int unix_socket(const char *path, struct sockaddr_un *to)
{
	memset(to, 0, sizeof(*to));
	to->sun_family = AF_UNIX;
	snprintf(to->sun_path, sizeof(to->sun_path), "%s", path);
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

/**
 * control_serve() - carry out commands until the process is killed
 * @path: the Unix socket to wait on
 * @command: what carries them out
 *
 * Return: an exit status, if there cannot be such a socket.
 */
int control_serve(const char *path, control_command *command)
{
	struct sockaddr_un here;
	int listener = unix_socket(path, &here);

	if (bind(listener, (struct sockaddr *)&here, sizeof(here)) ||
	    listen(listener, 8)) {
		perror(path);
		return 2;
	}
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			continue;
		serve_one(fd, command);
		close(fd);
	}
}

/**
 * control_ask() - have a command carried out, and print the answer
 * @path: the Unix socket that control_serve() waits on
 * @word: the command's words
 * @count: how many
 *
 * Return: an exit status: 0 done, 1 failed, 2 nobody did it.
 */
int control_ask(const char *path, char **word, int count)
{
	char line[LINE] = "";
	struct sockaddr_un there;
	int fd = unix_socket(path, &there);
	ssize_t length;

	if (connect(fd, (struct sockaddr *)&there, sizeof(there))) {
		perror(path);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		strncat(line, word[i], sizeof(line) - strlen(line) - 2);
		strcat(line, " ");
	}
	if (write(fd, line, strlen(line)) < 0)
		return 2;
	length = read(fd, line, sizeof(line) - 1);
	if (length < 3)
		return 2;
	line[length] = 0;
	if (line[2] != '\n')
		fputs(line + 2, stdout);
	return line[0] - '0';
}

/**
 * control_ready() - wait until a file is ready
 * @fd: the file
 * @events: POLLIN or POLLOUT
 * @ms: how long at most
 *
 * Return: 0, or -1 with errno ETIMEDOUT.
 */
int control_ready(int fd, int events, int ms)
{
	struct pollfd poller = { .fd = fd, .events = events };

	if (poll(&poller, 1, ms) == 1)
		return 0;
	errno = ETIMEDOUT;
	return -1;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The client of leaky-server, which does nothing wrong: it connects, asks,
 * waits for the reply and closes, again and again.
 *
 * usage: leaky-client ADDRESS PORT
 */
#include "load.h"

#define MESSAGE	64

int main(int argc, char **argv)
{
	char message[MESSAGE] = "";

	if (argc != 3) {
		fprintf(stderr, "usage: %s ADDRESS PORT\n", argv[0]);
		return 2;
	}
	for (;;) {
		int fd = connect_to(argv[1], atoi(argv[2]));

		must(write(fd, message, MESSAGE), "write");
		must(recv(fd, message, MESSAGE, MSG_WAITALL), "recv");
		close(fd);
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A server that has its one connection in the table of an io_uring and by no descriptor, until it
 * is killed.
 * usage: ring ADDRESS PORT
 * Status 4: this kernel, or this user, has no io_uring.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int accept_one(const char *address, const char *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), connection, on = 1;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (inet_pton(AF_INET, address, &at.sin_addr) != 1 ||
	    bind(listener, (struct sockaddr *)&at, sizeof(at)) || listen(listener, 1))
		err(1, "%s:%s", address, port);
	connection = accept(listener, NULL, NULL);
	close(listener);
	return connection;
}

int main(int argc, char **argv)
{
	struct io_uring_params params = { .flags = 0 };
	int ring, connection;

	if (argc != 3)
		errx(2, "usage: ring ADDRESS PORT");
	ring = syscall(SYS_io_uring_setup, 1, &params);
	if (ring < 0)
		err(4, "io_uring_setup");
	connection = accept_one(argv[1], argv[2]);
	if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &connection, 1))
		err(1, "io_uring_register");
	close(connection);
	pause();
	return 0;
}

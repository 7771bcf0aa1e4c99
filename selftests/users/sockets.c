// SPDX-License-Identifier: GPL-2.0
/* What a user does with sockets, and with the descriptors of them. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user.h"

/* Few ports, so that users meet. */
#define PORT	5000
#define PORTS	8

int *user_any(struct user *user)
{
	return &user->file[dice_below(&user->dice, FILES)];
}

/* Takes the place of another one, which is closed. */
static void keep(struct user *user, int file)
{
	int *place = user_any(user);

	if (file < 0)
		return;
	if (*place >= 0)
		close(*place);
	*place = file;
}

static struct sockaddr_in6 address(struct user *user)
{
	struct sockaddr_in6 at = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(PORT + dice_below(&user->dice, PORTS)),
	};

	inet_pton(AF_INET6, dice_percent(&user->dice, 50) ? "::1" : "::ffff:127.0.0.1",
		  &at.sin6_addr);
	return at;
}

static int new_socket(struct user *user)
{
	int file = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;

	setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (dice_percent(&user->dice, 50))
		setsockopt(file, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	return file;
}

void user_listen(struct user *user)
{
	int file = new_socket(user);
	struct sockaddr_in6 at = address(user);

	bind(file, (struct sockaddr *)&at, sizeof(at));
	listen(file, dice_below(&user->dice, 8));
	keep(user, file);
}

void user_connect(struct user *user)
{
	int file = new_socket(user);
	struct sockaddr_in6 at = address(user);

	connect(file, (struct sockaddr *)&at, sizeof(at));
	keep(user, file);
}

void user_accept(struct user *user)
{
	keep(user, accept4(*user_any(user), NULL, NULL, SOCK_NONBLOCK));
}

void user_talk(struct user *user)
{
	char buffer[512] = "";
	int file = *user_any(user);

	if (dice_percent(&user->dice, 50))
		send(file, buffer, 1 + dice_below(&user->dice, sizeof(buffer)),
		     MSG_NOSIGNAL | MSG_DONTWAIT);
	else
		recv(file, buffer, sizeof(buffer), MSG_DONTWAIT);
}

void user_shutdown(struct user *user)
{
	shutdown(*user_any(user), dice_below(&user->dice, 3));
}

void user_close(struct user *user)
{
	int *place = user_any(user);

	if (*place >= 0)
		close(*place);
	*place = -1;
}

void user_abort(struct user *user)
{
	struct linger linger = { .l_onoff = 1 };
	int *place = user_any(user);

	if (*place < 0)
		return;
	setsockopt(*place, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(*place);
	*place = -1;
}

/*
 * Seldom to a number that makes the table large: each thread and child copies that from
 * then on, and does little else.
 */
void user_move(struct user *user)
{
	int bits = dice_below(&user->dice, dice_percent(&user->dice, 5) ? 14 : 4);

	keep(user, fcntl(*user_any(user), F_DUPFD, 64 << bits));
}

void user_send(struct user *user, int file)
{
	char control[CMSG_SPACE(sizeof(file))] = "", byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(file));
	memcpy(CMSG_DATA(header), &file, sizeof(file));
	sendmsg(user->box[0], &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void user_pass(struct user *user)
{
	user_send(user, *user_any(user));
}

void user_take(struct user *user)
{
	char control[CMSG_SPACE(sizeof(int))] = "", byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	int file;

	if (recvmsg(user->box[1], &message, MSG_DONTWAIT) < 0)
		return;
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return;
	memcpy(&file, CMSG_DATA(header), sizeof(file));
	keep(user, file);
}

/* A table of io_uring holds sockets that no process has a descriptor of. */
void user_ring(struct user *user)
{
	struct io_uring_params params = { .flags = 0 };
	int ring = syscall(SYS_io_uring_setup, 4, &params), file[4], i;

	if (ring < 0)
		return;
	for (i = 0; i < 4; i++)
		file[i] = *user_any(user);
	syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, file, 4);
	keep(user, ring);
}

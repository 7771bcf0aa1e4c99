// SPDX-License-Identifier: GPL-2.0
/*
 * The sockets that are fuzzed. Listeners differ: plain, TCP_DEFER_ACCEPT, Fast
 * Open, MD5 signatures, a backlog of one, and Multipath TCP. What a kernel does
 * not have is a plain one there.
 */
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "victim.h"
#include "wire.h"

#define HELD		192	/* sockets, at most */
#define MPTCP		262	/* IPPROTO_MPTCP, which older headers lack */

enum kind { PLAIN, DEFER, FAST_OPEN, SIGNED, SHORT, MULTIPATH };

static int listener[2 * LISTENERS];
static size_t listeners;
static int held[HELD];
static size_t count;

static void set_tcp(int fd, int name, int value)
{
	setsockopt(fd, IPPROTO_TCP, name, &value, sizeof(value));
}

/* Half of all remote hosts have to sign. */
static void set_signed(int fd, int family)
{
	struct tcp_md5sig key = {
		.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX, .tcpm_keylen = 4,
		.tcpm_key = "sign",
	};
	struct host there = { .family = family, .address = { 198, 18 } };

	if (family == AF_INET6) {
		memcpy(there.address, "\x20\x01\x0d\xb8\0\x01", 6);
		key.tcpm_prefixlen = 112;
	} else {
		key.tcpm_prefixlen = 16;
	}
	to_sockaddr(&there, &key.tcpm_addr);
	setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG_EXT, &key, sizeof(key));
}

static int new_socket(const struct host *here, int protocol)
{
	int fd = socket(here->family, SOCK_STREAM | SOCK_NONBLOCK |
			SOCK_CLOEXEC, protocol);
	struct sockaddr_in6 address;
	int on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	to_sockaddr(here, &address);
	if (!bind(fd, (struct sockaddr *)&address, socklen_of(here->family)))
		return fd;
	close(fd);
	return -1;
}

static int open_listener(const struct host *here, enum kind kind)
{
	int fd = -1;

	if (kind == MULTIPATH)
		fd = new_socket(here, MPTCP);
	if (fd < 0)
		fd = new_socket(here, 0);
	if (fd < 0)
		return -1;
	if (kind == DEFER)
		set_tcp(fd, TCP_DEFER_ACCEPT, 3);
	if (kind == FAST_OPEN)
		set_tcp(fd, TCP_FASTOPEN, 16);
	if (kind == SIGNED)
		set_signed(fd, here->family);
	if (listen(fd, kind == SHORT ? 1 : 64)) {
		close(fd);
		return -1;
	}
	return fd;
}

/**
 * victim_open() - listen
 * @here: an address; ports are LISTEN_PORT and those that follow
 *
 * Return: 0, or -1 with errno set.
 */
int victim_open(const struct host *here)
{
	struct host host = *here;

	for (int kind = 0; kind < LISTENERS; kind++) {
		host.port = LISTEN_PORT + kind;
		listener[listeners] = open_listener(&host, kind);
		if (listener[listeners] < 0)
			return -1;
		listeners++;
	}
	return 0;
}

static void abort_socket(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

static void hold(int fd)
{
	if (fd < 0)
		return;
	if (count == HELD)
		abort_socket(held[--count]);
	held[count++] = fd;
}

/**
 * victim_connect() - begin to connect
 * @here: what to be bound to
 * @there: where to
 */
void victim_connect(const struct host *here, const struct host *there)
{
	struct sockaddr_in6 address;
	int fd = new_socket(here, 0);

	if (fd < 0)
		return;
	to_sockaddr(there, &address);
	connect(fd, (struct sockaddr *)&address, socklen_of(there->family));
	hold(fd);
}

static void accept_all(void)
{
	for (size_t i = 0; i < listeners; i++)
		for (int fd = 0; fd >= 0;) {
			fd = accept4(listener[i], NULL, NULL,
				     SOCK_NONBLOCK | SOCK_CLOEXEC);
			hold(fd);
		}
}

static void let_go(size_t which, bool reset)
{
	int fd = held[which];

	held[which] = held[--count];
	if (reset)
		abort_socket(fd);
	else
		close(fd);
}

static void read_some(int fd, size_t bytes)
{
	char buffer[65536];

	while (bytes && recv(fd, buffer, sizeof(buffer), 0) > 0)
		bytes--;
}

static void write_some(int fd, size_t bytes)
{
	static const char zeros[4096];

	send(fd, zeros, bytes, MSG_NOSIGNAL);
}

/**
 * victim_act() - accept what has come, and do something with a socket
 * @dice: chance
 */
void victim_act(struct dice *dice)
{
	u32 which = dice_roll(dice), act = dice_below(dice, 100);
	u32 bytes = dice_below(dice, 4096);

	if (dice_percent(dice, 60))
		accept_all();
	if (!count)
		return;
	which %= count;
	if (act < 40) {
		read_some(held[which], bytes / 1024);
	} else if (act < 65) {
		write_some(held[which], bytes);
	} else if (act < 75) {
		shutdown(held[which], SHUT_WR);
	} else if (act < 78) {
		shutdown(held[which], SHUT_RD);
	} else if (act < 80) {
		set_tcp(held[which], TCP_LINGER2, -1);
		let_go(which, false);
	} else {
		let_go(which, act >= 93);
	}
}

/**
 * victim_close() - end all, listeners too
 */
void victim_close(void)
{
	while (count)
		let_go(count - 1, true);
	while (listeners)
		close(listener[--listeners]);
}

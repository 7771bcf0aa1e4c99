// SPDX-License-Identifier: GPL-2.0
/*
 * A process that holds TCP sockets for a test, and does with them what it is
 * told (see control.h): "endpoint CONTROL serve", "endpoint CONTROL COMMAND...".
 *
 *	listen NAME ADDRESS PORT [BACKLOG]
 *	relisten NAME BACKLOG			listens again, with another one
 *	connect NAME ADDRESS PORT [LOCAL-PORT]	port 0: any; waits
 *	start NAME ADDRESS PORT [LOCAL-PORT]	connects, but does not wait
 *	accept NAME LISTENER			waits
 *	send NAME BYTES
 *	recv NAME				waits; prints bytes, or "eof"
 *	shutdown NAME				closes the sending side
 *	close NAME
 *	abort NAME				closes by RST
 *	port NAME				prints the local port
 *	cc NAME [ALGORITHM]			sets or prints it
 *	device NAME INTERFACE			for the next connect or listen
 *	fastopen				for the next connect or listen
 *	transparent ADDRESS			for the next connect, which leaves from
 *						it, or the next listen, for any
 *	reuseport				for the next listen
 *	md5 ADDRESS KEY				of a peer, for the next connect or listen
 *	protocol tcp|mptcp			for all that follow
 *	netns NAME				for all that follow; "-" is the first
 *	rebind NAME INTERFACE			binds an open socket to an interface
 *	keepalive NAME SECONDS			probes an idle peer, three times
 *	usertimeout NAME MILLISECONDS		waits no longer for an acknowledgment
 *	silence NAME				its close sends no segment
 *	sockmap|kcm|tls NAME			lets the kernel read for the program
 *	probe sockmap|kcm|tls			fails if the kernel cannot
 *	ttl NAME LEAST				takes no packets with fewer hops left
 *	deaf NAME 0|1				takes no packets at all
 *	hold NAME				is in send() until let_go: all that comes
 *						waits in the backlog
 *	let_go					that send() returns
 *	freeze NAME				notes what it is, and silences it
 *	thaw NAME				a new socket goes on from there
 *	pending LISTENER			fails if no connection waits
 *	pid					prints the process's number
 *	fork COMMAND				a child of that name holds all, too;
 *						prints its number
 *
 * An ADDRESS of a link ends with "%INTERFACE". What waits, waits ten seconds
 * at most.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"
#include "special.h"

#define SOCKETS		4096
/* The C library of some releases does not know it. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

struct named {
	char name[32];
	int fd;
};

static struct named sockets[SOCKETS];
static char device[16];
static char transparent[48];
static char md5_key[32];
static struct sockaddr_storage md5_peer;
static int fastopen;
static int reuseport;
static int protocol;

static struct named *find(const char *name)
{
	for (int i = 0; i < SOCKETS; i++)
		if (sockets[i].name[0] && !strcmp(sockets[i].name, name))
			return &sockets[i];
	return NULL;
}

static int fd_of(const char *name)
{
	struct named *named = find(name);

	errno = ENOENT;
	return named ? named->fd : -1;
}

static int keep(const char *name, int fd)
{
	if (fd < 0)
		return -1;
	for (int i = 0; i < SOCKETS; i++) {
		if (sockets[i].name[0])
			continue;
		snprintf(sockets[i].name, sizeof(sockets[i].name), "%s", name);
		sockets[i].fd = fd;
		return 0;
	}
	close(fd);
	errno = EMFILE;
	return -1;
}

static int fail_close(int fd)
{
	int err = errno;

	close(fd);
	errno = err;
	return -1;
}

static int address(struct sockaddr_storage *storage, const char *host,
		   int port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)storage;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)storage;
	char bare[64], *link;

	memset(storage, 0, sizeof(*storage));
	if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		return sizeof(*in);
	}
	snprintf(bare, sizeof(bare), "%s", host);
	link = strchr(bare, '%');
	if (link)
		*link++ = 0;
	if (inet_pton(AF_INET6, bare, &in6->sin6_addr) != 1)
		return 0;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	in6->sin6_scope_id = link ? if_nametoindex(link) : 0;
	return sizeof(*in6);
}

static int bind_device(int fd, const char *name)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name));
}

/* What was said about the next socket, and holds for that one only. */
static int prepare(int fd, int connects)
{
	int err = 0;

	if (device[0])
		err |= bind_device(fd, device);
	if (transparent[0])
		err |= special_transparent(fd);
	if (md5_key[0])
		err |= special_md5(fd, &md5_peer, md5_key);
	if (fastopen)
		err |= special_fastopen(fd, connects);
	if (reuseport)
		err |= setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &reuseport,
				  sizeof(reuseport));
	device[0] = 0;
	transparent[0] = 0;
	reuseport = 0;
	md5_key[0] = 0;
	fastopen = 0;
	return err;
}

static int new_socket(int family, int connects)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	int on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (prepare(fd, connects))
		return fail_close(fd);
	return fd;
}

static int do_listen(const char *host, int port, int backlog)
{
	struct sockaddr_storage to;
	int length = address(&to, host, port);
	int fd = new_socket(to.ss_family, 0);

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&to, length) || listen(fd, backlog))
		return fail_close(fd);
	return fd;
}

static int ready(int fd, int events)
{
	return control_ready(fd, events, CONTROL_WAIT_MS);
}

static int bind_from(int fd, int family, const char *host, int port)
{
	const char *any = family == AF_INET ? "0.0.0.0" : "::";
	struct sockaddr_storage from;
	int length = address(&from, host[0] ? host : any, port);

	return bind(fd, (struct sockaddr *)&from, length);
}

static int connected(int fd)
{
	socklen_t length = sizeof(int);
	int err = 0;

	if (ready(fd, POLLOUT))
		return -1;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &length);
	errno = err;
	return err ? -1 : 0;
}

static int do_connect(const char *host, int port, int local, int wait)
{
	struct sockaddr_storage to;
	int length = address(&to, host, port), fd;
	char from[sizeof(transparent)];

	memcpy(from, transparent, sizeof(from));
	fd = new_socket(to.ss_family, 1);
	if (fd < 0)
		return -1;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if ((local || from[0]) && bind_from(fd, to.ss_family, from, local))
		return fail_close(fd);
	if (connect(fd, (struct sockaddr *)&to, length) && errno != EINPROGRESS)
		return fail_close(fd);
	if (wait && connected(fd))
		return fail_close(fd);
	return fd;
}

static int do_accept(int listener)
{
	if (listener < 0 || ready(listener, POLLIN))
		return -1;
	return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static int do_send(int fd, long bytes)
{
	static const char zeros[65536];

	while (bytes > 0) {
		long chunk = bytes > (long)sizeof(zeros) ? (long)sizeof(zeros) :
							   bytes;
		ssize_t sent;

		if (ready(fd, POLLOUT))
			return -1;
		sent = send(fd, zeros, chunk, MSG_NOSIGNAL);
		if (sent < 0)
			return -1;
		bytes -= sent;
	}
	return 0;
}

static int do_recv(int fd, char *answer)
{
	char buffer[65536];
	ssize_t got;

	if (ready(fd, POLLIN))
		return -1;
	got = recv(fd, buffer, sizeof(buffer), 0);
	if (got < 0)
		return -1;
	if (got)
		sprintf(answer, "%zd", got);
	else
		sprintf(answer, "eof");
	return 0;
}

static int do_close(struct named *named, int reset)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (!named) {
		errno = ENOENT;
		return -1;
	}
	if (reset)
		setsockopt(named->fd, SOL_SOCKET, SO_LINGER, &linger,
			   sizeof(linger));
	named->name[0] = 0;
	return close(named->fd);
}

static int do_port(int fd, char *answer)
{
	struct sockaddr_in6 own;	/* the port lies where IPv4 has it */
	socklen_t length = sizeof(own);

	if (getsockname(fd, (struct sockaddr *)&own, &length))
		return -1;
	sprintf(answer, "%d", ntohs(own.sin6_port));
	return 0;
}

static int do_cc(int fd, const char *name, char *answer)
{
	socklen_t length = 16;

	if (name)
		return setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name,
				  strlen(name));
	return getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, answer, &length);
}

static int do_md5(const char *host, const char *key)
{
	if (!address(&md5_peer, host, 0) || !key) {
		errno = EINVAL;
		return -1;
	}
	snprintf(md5_key, sizeof(md5_key), "%s", key);
	return 0;
}

static int do_protocol(const char *name)
{
	protocol = strcmp(name, "mptcp") ? 0 : IPPROTO_MPTCP;
	return 0;
}

static int number(const char *word, int fallback)
{
	return word ? atoi(word) : fallback;
}

/* The child closes what is not a socket of the test: its parent's callers. */
static int do_fork(const char *comm, char *answer)
{
	int fd, i;
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid) {
		sprintf(answer, "%d", pid);
		return 0;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, comm);
	for (fd = 0; fd < SOCKETS + 16; fd++) {
		for (i = 0; i < SOCKETS; i++)
			if (sockets[i].name[0] && sockets[i].fd == fd)
				break;
		if (i == SOCKETS)
			close(fd);
	}
	for (;;)
		pause();
}

static int rare_command(char **word, const char *name, char *answer)
{
	if (!strcmp(word[0], "fastopen")) {
		fastopen = 1;
		return 0;
	}
	if (!strcmp(word[0], "transparent")) {
		snprintf(transparent, sizeof(transparent), "%s", name);
		return 0;
	}
	if (!strcmp(word[0], "reuseport")) {
		reuseport = 1;
		return 0;
	}
	if (!strcmp(word[0], "md5"))
		return do_md5(name, word[2]);
	if (!strcmp(word[0], "protocol"))
		return do_protocol(name);
	if (!strcmp(word[0], "netns"))
		return special_netns(name);
	if (!strcmp(word[0], "rebind"))
		return bind_device(fd_of(name), word[2]);
	if (!strcmp(word[0], "keepalive"))
		return special_keepalive(fd_of(name), number(word[2], 1));
	if (!strcmp(word[0], "usertimeout"))
		return special_user_timeout(fd_of(name), number(word[2], 0));
	if (!strcmp(word[0], "silence"))
		return special_silence(fd_of(name));
	if (!strcmp(word[0], "ttl"))
		return special_ttl(fd_of(name), number(word[2], 0));
	if (!strcmp(word[0], "deaf"))
		return special_deaf(fd_of(name), number(word[2], 0));
	if (!strcmp(word[0], "hold"))
		return special_hold(fd_of(name));
	if (!strcmp(word[0], "let_go"))
		return special_let_go();
	if (!strcmp(word[0], "freeze"))
		return special_freeze(fd_of(name));
	if (!strcmp(word[0], "thaw"))
		return keep(name, special_thaw());
	if (!strcmp(word[0], "pending"))
		return control_ready(fd_of(name), POLLIN, 0);
	if (!strcmp(word[0], "pid"))
		return sprintf(answer, "%d", getpid()) < 0;
	if (!strcmp(word[0], "fork"))
		return do_fork(name, answer);
	return special_reader(word[0], name, fd_of(name));
}

/* The answer is empty unless a command has something to say. */
static int command(char **word, char *answer)
{
	const char *name = word[1] ? word[1] : "";

	if (!strcmp(word[0], "listen"))
		return keep(name, do_listen(word[2], number(word[3], 0),
					    number(word[4], 128)));
	if (!strcmp(word[0], "relisten"))
		return listen(fd_of(name), number(word[2], 128));
	if (!strcmp(word[0], "connect"))
		return keep(name, do_connect(word[2], number(word[3], 0),
					     number(word[4], 0), 1));
	if (!strcmp(word[0], "start"))
		return keep(name, do_connect(word[2], number(word[3], 0),
					     number(word[4], 0), 0));
	if (!strcmp(word[0], "accept"))
		return keep(name, do_accept(fd_of(word[2])));
	if (!strcmp(word[0], "send"))
		return do_send(fd_of(name), number(word[2], 1));
	if (!strcmp(word[0], "recv"))
		return do_recv(fd_of(name), answer);
	if (!strcmp(word[0], "shutdown"))
		return shutdown(fd_of(name), SHUT_WR);
	if (!strcmp(word[0], "close") || !strcmp(word[0], "abort"))
		return do_close(find(name), word[0][0] == 'a');
	if (!strcmp(word[0], "port"))
		return do_port(fd_of(name), answer);
	if (!strcmp(word[0], "cc"))
		return do_cc(fd_of(name), word[2], answer);
	if (!strcmp(word[0], "device")) {
		snprintf(device, sizeof(device), "%s", name);
		return 0;
	}
	return rare_command(word, name, answer);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: endpoint CONTROL serve | COMMAND...\n");
		return 2;
	}
	if (!strcmp(argv[2], "serve"))
		return control_serve(argv[1], command);
	return control_ask(argv[1], argv + 2, argc - 2);
}

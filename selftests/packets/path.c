// SPDX-License-Identifier: GPL-2.0
/* One connection between a socket of the kernel and a scripted peer. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "path.h"
#include "wire.h"

#define DATA	10

static const char * const names[STEPS] = {
	[SEND_SYN]		= "S",
	[SEND_SYN_ACK]		= "S.",
	[SEND_ACK]		= ".",
	[SEND_STOP]		= "stop",
	[SEND_DATA]		= "data",
	[SEND_FIN]		= "F.",
	[SEND_FIN_CROSSED]	= "F.crossed",
	[SEND_RST]		= "R",
	[SEND_RST_ACK]		= "R.",
	[SEND_AGAIN]		= "again",
	[STEP_SEND]		= "send",
	[STEP_READ]		= "read",
	[STEP_SHUTDOWN]		= "shutdown",
	[STEP_CLOSE]		= "close",
	[STEP_ABORT]		= "abort",
	[STEP_ACCEPT]		= "accept",
	[STEP_UNLISTEN]		= "unlisten",
};

/**
 * step_number() - find a step by its name
 * @name: as path_text() has it
 *
 * Return: an &enum step, or -1.
 */
int step_number(const char *name)
{
	for (int i = 0; i < STEPS; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/**
 * path_text() - the steps of a path in words
 * @path: the path
 * @steps: only so many
 *
 * Return: a text that stands until the next call.
 */
const char *path_text(const struct path *path, unsigned int steps)
{
	static char text[STEPS_MAX * 12];
	size_t used;

	used = sprintf(text, "%s", path->passive ? "listen" : "connect");
	for (unsigned int i = 0; i < steps; i++)
		used += sprintf(text + used, " %s", names[path->step[i]]);
	return text;
}

/* Each path has a peer of its own, so that 4-tuples never come back. */
static void choose_ends(struct ends *ends, int family, unsigned int index)
{
	static u32 serial;
	struct host *remote = &ends->remote;

	serial++;
	memset(ends, 0, sizeof(*ends));
	ends->local.family = family;
	ends->local.port = FIRST_PORT + index;
	remote->family = family;
	remote->port = 40000 + serial % 20000;
	if (family == AF_INET) {
		inet_pton(AF_INET, "192.0.2.1", ends->local.address);
		inet_pton(AF_INET, "198.18.0.0", remote->address);
		remote->address[1] += serial >> 16 & 1;
		remote->address[2] = serial >> 8;
		remote->address[3] = serial;
	} else {
		inet_pton(AF_INET6, "2001:db8::1", ends->local.address);
		inet_pton(AF_INET6, "2001:db8:1::", remote->address);
		remote->address[12] = 1;
		remote->address[13] = serial >> 16;
		remote->address[14] = serial >> 8;
		remote->address[15] = serial;
	}
}

/* Every second one is so near to the end that its sequence numbers wrap. */
static u32 choose_iss(unsigned int index)
{
	return index & 1 ? index * 2654435761U : 0U - index % 24;
}

static int bound_socket(const struct host *host)
{
	int fd = socket(host->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0);
	struct sockaddr_in6 address;
	int on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	to_sockaddr(host, &address);
	if (!bind(fd, (struct sockaddr *)&address, socklen_of(host->family)))
		return fd;
	close(fd);
	return -1;
}

/**
 * path_begin() - connect or listen
 * @path: the path, with its steps; the rest is filled
 * @family: AF_INET or AF_INET6
 * @index: its number among those at the same time
 *
 * Return: 0, or -1 with errno set.
 */
int path_begin(struct path *path, int family, unsigned int index)
{
	struct sockaddr_in6 there;
	int fd;

	choose_ends(&path->ends, family, index);
	path->row = path->ends;
	memset(&path->peer, 0, sizeof(path->peer));
	path->peer.iss = choose_iss(index);
	path->peer.next = path->peer.iss;
	path->fd = -1;
	path->listener = -1;
	path->rogue = false;
	path->useless = false;
	path->wrong = false;
	path->is_shut = false;
	path->unread = false;
	path->sent = false;
	path->crossed = false;

	fd = bound_socket(&path->ends.local);
	if (fd < 0)
		return -1;
	if (path->passive) {
		path->listener = fd;
		return listen(fd, 8);
	}
	path->fd = fd;
	to_sockaddr(&path->ends.remote, &there);
	if (!connect(fd, (struct sockaddr *)&there, socklen_of(family)) ||
	    errno != EINPROGRESS)
		return -1;
	return 0;
}

/*
 * A SYN of a connection that only the peer still has. A listener takes it for a
 * new one; without one, TCP answers by a RST of sequence number 0, and whether
 * that is in the peer's window nobody but the peer knows.
 */
static bool is_too_late(const struct path *path, const struct segment *segment)
{
	return path->ends.local_state == STATE_UNKNOWN &&
	       path->peer.syn && path->peer.state != TCP_SYN_SENT &&
	       (segment->flags & (SYN | ACK)) == SYN &&
	       segment->seq == path->peer.iss;
}

/* False if no TCP would send it, or the network would have lost it by then. */
static bool make_segment(const struct path *path, enum kind kind,
			 struct segment *segment)
{
	return rfc_make(&path->peer, kind, segment) &&
	       !is_too_late(path, segment);
}

static void send_segment(struct path *path, enum kind kind)
{
	struct segment segment;
	bool lawful = make_segment(path, kind, &segment);

	if (kind == SEND_AGAIN && !path->peer.any) {
		path->useless = true;
		return;
	}
	if (!lawful)
		path->rogue = true;
	if (kind != SEND_AGAIN)
		rfc_sent(&path->peer, &segment);
	if (segment.data)
		path->unread = true;
	wire_send_segment(&segment, &path->ends.remote, &path->ends.local);
}

static void close_socket(int *fd, bool reset)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (reset)
		setsockopt(*fd, SOL_SOCKET, SO_LINGER, &linger,
			   sizeof(linger));
	close(*fd);
	*fd = -1;
}

static bool do_accept(struct path *path)
{
	if (path->fd >= 0 || path->listener < 0)
		return false;
	path->fd = accept4(path->listener, NULL, NULL,
			   SOCK_NONBLOCK | SOCK_CLOEXEC);
	return path->fd >= 0;
}

static bool do_read(struct path *path)
{
	char buffer[256];
	bool any = false;

	while (recv(path->fd, buffer, sizeof(buffer), 0) > 0)
		any = true;
	path->unread = false;
	return any;
}

static bool do_shutdown(struct path *path)
{
	if (path->is_shut || shutdown(path->fd, SHUT_WR))
		return false;
	path->is_shut = true;
	return true;
}

static bool do_send(struct path *path)
{
	static const char data[DATA];

	if (send(path->fd, data, sizeof(data), MSG_NOSIGNAL) < 0)
		return false;
	path->sent = true;
	return true;
}

/* False if it makes no sense here. */
static bool act(struct path *path, int step)
{
	if (step == STEP_ACCEPT)
		return do_accept(path);
	if (step == STEP_UNLISTEN) {
		if (path->listener < 0)
			return false;
		close_socket(&path->listener, false);
		return true;
	}
	if (path->fd < 0)
		return false;
	switch (step) {
	case STEP_SEND:
		return do_send(path);
	case STEP_READ:
		return do_read(path);
	case STEP_SHUTDOWN:
		return do_shutdown(path);
	default:
		close_socket(&path->fd, step == STEP_ABORT);
		return true;
	}
}

/**
 * path_may() - whether a step makes sense as the next
 * @path: the path, with all its steps taken
 * @step: which
 */
bool path_may(const struct path *path, int step)
{
	const struct rfc_peer *peer = &path->peer;

	switch (step) {
	case SEND_AGAIN:
		return peer->any;
	case SEND_FIN_CROSSED:
		return peer->kernel_fin && peer->acked != peer->kernel_next;
	case STEP_ACCEPT:
		return path->listener >= 0 && path->fd < 0;
	case STEP_UNLISTEN:
		return path->listener >= 0;
	case STEP_READ:
		return path->fd >= 0 && path->unread;
	case STEP_SHUTDOWN:
		return path->fd >= 0 && !path->is_shut;
	case STEP_SEND:
	case STEP_CLOSE:
	case STEP_ABORT:
		return path->fd >= 0;
	default:
		return true;
	}
}

/**
 * path_lawful() - whether a step keeps to the RFC
 * @path: the path, with all its steps taken
 * @step: which
 */
bool path_lawful(const struct path *path, int step)
{
	struct segment segment;

	return step >= STEP_SEGMENTS ||
	       make_segment(path, (enum kind)step, &segment);
}

/**
 * path_step() - take a step
 * @path: the path
 * @step: which
 */
void path_step(struct path *path, int step)
{
	if (step < STEP_SEGMENTS)
		send_segment(path, (enum kind)step);
	else if (!act(path, step))
		path->useless = true;
}

/**
 * path_end() - end a connection at both ends, as far as a RST can
 * @path: the path
 */
void path_end(struct path *path)
{
	struct segment reset = { .flags = RST, .seq = path->peer.next };

	if (path->fd >= 0)
		close_socket(&path->fd, true);
	if (path->listener >= 0)
		close_socket(&path->listener, false);
	if (path->peer.heard)
		reset.seq = path->peer.told;
	wire_send_segment(&reset, &path->ends.remote, &path->ends.local);
}

/* A SYN that has not been seen begins a connection, an answer may end one. */
static void tally_syn(struct path *path, const struct segment *segment,
		      struct tally *tally)
{
	const struct rfc_peer *peer = &path->peer;

	if (!peer->kernel_syn || peer->kernel_iss != segment->seq) {
		tally->opened++;
		path->crossed = false;
	} else if (segment->flags & ACK && peer->kernel_open &&
		   !path->crossed) {
		tally->simultaneous_open++;
		path->crossed = true;
	}
}

/**
 * paths_drain() - let the peers take what the kernel has sent
 * @paths: all paths
 * @count: how many
 * @tally: counts what begins
 */
void paths_drain(struct path *paths, unsigned int count, struct tally *tally)
{
	struct segment segment;
	struct host from, to;
	struct path *path;

	while (wire_receive_segment(&segment, &from, &to)) {
		unsigned int index = from.port - FIRST_PORT;

		if (from.port < FIRST_PORT || index >= count)
			continue;
		path = &paths[index];
		if (!same_host(&path->ends.remote, &to))
			continue;
		if (segment.flags & SYN)
			tally_syn(path, &segment, tally);
		rfc_take(&path->peer, &segment);
	}
}

/**
 * path_signature() - all that decides what the next steps will do
 * @path: the path
 *
 * Paths that come to the same signature can be expected to go on alike.
 */
u64 path_signature(const struct path *path)
{
	const struct rfc_peer *peer = &path->peer;
	const bool bits[] = {
		path->passive, path->fd >= 0, path->listener >= 0, path->rogue,
		path->is_shut, path->unread, path->sent, peer->syn,
		peer->syn_acked, peer->fin, peer->fin_acked, peer->kernel_syn,
		peer->kernel_fin, peer->acked == peer->kernel_next,
		peer->told == peer->next, peer->shut,
	};
	u64 signature = path->ends.local_state;

	signature = signature << 4 | peer->state;
	signature = signature << 8 | (peer->any ? peer->last.flags : 0);
	for (size_t i = 0; i < sizeof(bits); i++)
		signature = signature << 1 | bits[i];
	return signature;
}

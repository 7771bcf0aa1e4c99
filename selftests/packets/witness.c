// SPDX-License-Identifier: GPL-2.0
/* The kernel's socket table by netlink, and the reports of tcplab. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "witness.h"

#define REPORTS		"/proc/net/tcplab/"

static const char * const names[STATES] = {
	[STATE_UNKNOWN]		= "-",
	[TCP_ESTABLISHED]	= "ESTABLISHED",
	[TCP_SYN_SENT]		= "SYN_SENT",
	[TCP_SYN_RECV]		= "SYN_RECEIVED",
	[TCP_FIN_WAIT1]		= "FIN_WAIT_1",
	[TCP_FIN_WAIT2]		= "FIN_WAIT_2",
	[TCP_TIME_WAIT]		= "TIME_WAIT",
	[TCP_CLOSE]		= "CLOSED",
	[TCP_CLOSE_WAIT]	= "CLOSE_WAIT",
	[TCP_LAST_ACK]		= "LAST_ACK",
	[TCP_LISTEN]		= "LISTEN",
	[TCP_CLOSING]		= "CLOSING",
};

/**
 * state_name() - the name that reports give a state
 * @state: its number
 */
const char *state_name(int state)
{
	return names[state];
}

static int state_number(const char *name)
{
	for (int i = 0; i < STATES; i++)
		if (!strcmp(names[i], name))
			return i;
	return STATE_UNKNOWN;
}

static int diag_socket(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			    NETLINK_SOCK_DIAG);
	return fd;
}

struct diag_request {
	struct nlmsghdr head;
	struct inet_diag_req_v2 body;
};

static int diag_send(struct diag_request *request)
{
	request->head.nlmsg_len = sizeof(*request);
	request->body.sdiag_protocol = IPPROTO_TCP;
	if (send(diag_socket(), request, sizeof(*request), 0) < 0)
		return -1;
	return 0;
}

static void set_host(struct host *host, int family, const __be32 *address,
		     __be16 port)
{
	memset(host, 0, sizeof(*host));
	host->family = family;
	host->port = ntohs(port);
	memcpy(host->address, address, family == AF_INET ? 4 : 16);
}

static void visit_socket(const struct inet_diag_msg *message,
			 witness_visit *visit, void *data)
{
	struct ends ends = { .local_state = message->idiag_state };

	if (message->idiag_state == TCP_LISTEN || !message->id.idiag_dport)
		return;
	set_host(&ends.local, message->idiag_family, message->id.idiag_src,
		 message->id.idiag_sport);
	set_host(&ends.remote, message->idiag_family, message->id.idiag_dst,
		 message->id.idiag_dport);
	visit(data, &ends);
}

/* One answer of a dump; 1: the last one. */
static int diag_receive(witness_visit *visit, void *data)
{
	static union {
		struct nlmsghdr head;
		char bytes[65536];
	} buffer;
	ssize_t left = recv(diag_socket(), &buffer, sizeof(buffer), 0);
	struct nlmsghdr *head = &buffer.head;

	if (left < 0)
		return -1;
	for (; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left)) {
		if (head->nlmsg_type == NLMSG_DONE)
			return 1;
		if (head->nlmsg_type == NLMSG_ERROR)
			return -1;
		visit_socket(NLMSG_DATA(head), visit, data);
	}
	return 0;
}

static int dump(int family, witness_visit *visit, void *data)
{
	struct diag_request request = {
		.head.nlmsg_type = SOCK_DIAG_BY_FAMILY,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.body.sdiag_family = family,
		.body.idiag_states = ~0U,
	};
	int done;

	if (diag_send(&request))
		return -1;
	do
		done = diag_receive(visit, data);
	while (!done);
	return done < 0 ? -1 : 0;
}

/**
 * witness_sockets() - visit the sockets of this namespace that have two ends
 * @visit: called for each
 * @data: for @visit
 *
 * Return: 0, or -1 if the kernel does not tell.
 */
int witness_sockets(witness_visit *visit, void *data)
{
	return dump(AF_INET, visit, data) || dump(AF_INET6, visit, data);
}

/**
 * witness_kill() - end a socket from outside
 * @ends: which
 *
 * Return: 0, or -1 if the kernel refuses.
 */
int witness_kill(const struct ends *ends)
{
	struct diag_request request = {
		.head.nlmsg_type = SOCK_DESTROY,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.body.sdiag_family = ends->local.family,
		.body.id.idiag_sport = htons(ends->local.port),
		.body.id.idiag_dport = htons(ends->remote.port),
		.body.id.idiag_cookie = {
			INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE
		},
	};
	char answer[1024];

	memcpy(request.body.id.idiag_src, ends->local.address, 16);
	memcpy(request.body.id.idiag_dst, ends->remote.address, 16);
	if (diag_send(&request))
		return -1;
	return recv(diag_socket(), answer, sizeof(answer), 0) < 0 ? -1 : 0;
}

/* "192.0.2.1:80" or "[2001:db8::1]:80" */
static int parse_host(struct host *host, char *word)
{
	char *port = strrchr(word, ':');

	memset(host, 0, sizeof(*host));
	if (!port)
		return -1;
	*port++ = 0;
	host->port = atoi(port);
	host->family = *word == '[' ? AF_INET6 : AF_INET;
	if (*word == '[') {
		word[strlen(word) - 1] = 0;
		word++;
	}
	return inet_pton(host->family, word, host->address) == 1 ? 0 : -1;
}

static int parse_row(struct ends *ends, const char *line, const char *format)
{
	char local[80], remote[80], states[2][20];

	if (sscanf(line, format, local, remote, states[0], states[1]) != 4)
		return -1;
	ends->local_state = state_number(states[0]);
	ends->remote_state = state_number(states[1]);
	return parse_host(&ends->local, local) ||
	       parse_host(&ends->remote, remote);
}

/* The format takes the ends and their states from a row. */
static int visit_rows(const char *path, const char *format,
		      witness_visit *visit, void *data)
{
	FILE *file = fopen(path, "re");
	struct ends ends;
	char line[256];
	int err = 0;

	if (!file)
		return -1;
	while (!err && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "# ", 2) || !strncmp(line, "local ", 6))
			continue;
		err = parse_row(&ends, line, format);
		if (!err)
			visit(data, &ends);
	}
	fclose(file);
	return err;
}

/**
 * witness_rows() - visit the rows of the report "connections"
 * @visit: called for each
 * @data: for @visit
 *
 * Return: 0, or -1 if there is no such report, or a row is not one.
 */
int witness_rows(witness_visit *visit, void *data)
{
	return visit_rows(REPORTS "connections",
			  "%79s %79s %*s %19s %19s", visit, data);
}

/**
 * witness_half_open() - visit the rows of the report "half_open"
 * @visit: called for each
 * @data: for @visit
 *
 * Return: 0, or -1 if there is no such report, or a row is not one.
 */
int witness_half_open(witness_visit *visit, void *data)
{
	return visit_rows(REPORTS "half_open",
			  "%79s %79s %*s %*s %19s %19s", visit, data);
}

/**
 * sheet_read() - read a report of names and values
 * @sheet: filled
 * @name: the file
 *
 * Return: 0, or -1 with errno set.
 */
int sheet_read(struct sheet *sheet, const char *name)
{
	char path[64];
	size_t used;
	FILE *file;

	snprintf(path, sizeof(path), REPORTS "%s", name);
	file = fopen(path, "re");
	if (!file)
		return -1;
	used = fread(sheet->text, 1, sizeof(sheet->text) - 1, file);
	sheet->text[used] = 0;
	fclose(file);
	return 0;
}

/**
 * sheet_value() - a value of a report
 * @sheet: the report
 * @name: the value's name
 *
 * Return: the value; -1 if there is none, or nobody knows it.
 */
long sheet_value(const struct sheet *sheet, const char *name)
{
	size_t length = strlen(name);
	const char *at = sheet->text;

	while ((at = strchr(at, '\n'))) {
		at++;
		if (!strncmp(at, name, length) && at[length] == ' ' &&
		    at[length + 1] != '-')
			return atol(at + length + 1);
	}
	return -1;
}

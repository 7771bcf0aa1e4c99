// SPDX-License-Identifier: GPL-2.0
/*
 * One program under many names: "names ADDRESS PORT UID FIRST LAST" connects as
 * that user under the names nFIRST to nLAST, one after the other, and closes
 * first. Its peer is "churn serve". Waits for the peer's end of each.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int close_first(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char byte;

	if (fd < 0 || connect(fd, (const struct sockaddr *)to, sizeof(*to)) ||
	    shutdown(fd, SHUT_WR) || read(fd, &byte, 1))
		return -1;
	return close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	char name[16];
	int i;

	if (argc != 6 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: names ADDRESS PORT UID FIRST LAST\n");
		return 2;
	}
	to.sin_port = htons(atoi(argv[2]));
	if (setuid(atoi(argv[3]))) {
		perror("setuid");
		return 1;
	}
	for (i = atoi(argv[4]); i <= atoi(argv[5]); i++) {
		snprintf(name, sizeof(name), "n%d", i);
		if (prctl(PR_SET_NAME, name) || close_first(&to)) {
			fprintf(stderr, "%s: %s\n", name, strerror(errno));
			return 1;
		}
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A wire between two namespaces: "wire NS NS" makes a device tun0 in each, and
 * what leaves by one comes in by the other. The namespaces are known to ip(8).
 */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PACKET	65536

static int enter(const char *name)
{
	char path[256];
	int fd, err;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	err = setns(fd, CLONE_NEWNET);
	close(fd);
	return err;
}

static int device_in(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	if (enter(name))
		return -1;
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	strcpy(request.ifr_name, "tun0");
	if (fd >= 0 && ioctl(fd, TUNSETIFF, &request))
		return -1;
	return fd;
}

/* A packet that cannot be delivered is lost, as on any wire. */
static void carry(int from, int to)
{
	static char packet[PACKET];
	ssize_t length = read(from, packet, sizeof(packet));

	if (length > 0 && write(to, packet, length) < 0)
		return;
}

int main(int argc, char **argv)
{
	struct pollfd end[2];

	if (argc != 3) {
		fprintf(stderr, "usage: wire NAMESPACE NAMESPACE\n");
		return 2;
	}
	for (int i = 0; i < 2; i++) {
		end[i].fd = device_in(argv[1 + i]);
		end[i].events = POLLIN;
		if (end[i].fd < 0) {
			perror(argv[1 + i]);
			return 1;
		}
	}
	while (poll(end, 2, -1) > 0)
		for (int i = 0; i < 2; i++)
			if (end[i].revents)
				carry(end[i].fd, end[!i].fd);
	return 0;
}

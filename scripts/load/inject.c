// SPDX-License-Identifier: GPL-2.0
/*
 * Puts segments of connections between other hosts into a tun device, for the
 * kernel to forward, and tells how long one takes: an acknowledgment of either
 * end of each connection, in turn.
 *
 * usage: inject DEVICE CONNECTIONS PASSES	tells ns per segment
 */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

#include "load.h"
#include "packet.h"

#define PER_HOST	50000	/* connections of a client */
#define FIRST_PORT	10000

static int open_tun(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = must(open("/dev/net/tun", O_RDWR), "/dev/net/tun");

	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	must(ioctl(fd, TUNSETIFF, &request), name);
	return fd;
}

/* 10.1.0.1 and the next are clients, 10.2.0.1 is their server. */
static void ends_of(long connection, struct host *client, struct host *server)
{
	long host = connection / PER_HOST + 1;

	*client = (struct host){
		.family = AF_INET,
		.address = { 10, 1, host >> 8, host & 255 },
		.port = FIRST_PORT + connection % PER_HOST,
	};
	*server = (struct host){
		.family = AF_INET, .address = { 10, 2, 0, 1 }, .port = 80,
	};
}

static void send_ack(int tun, const struct host *from, const struct host *to)
{
	const struct segment ack = {
		.seq = 1, .ack = 1, .flags = ACK, .window = 1000,
	};
	u8 segment[PACKET_MAX], packet[PACKET_MAX];
	const struct piece whole = {
		.from = segment,
		.length = segment_write(segment, &ack, from, to),
	};
	size_t length = packet_write(packet, &whole, 0, from, to);

	must(write(tun, packet, length), "tun");
}

int main(int argc, char **argv)
{
	long connections, passes, i, pass;
	struct host client, server;
	unsigned long long start;
	int tun;

	if (argc != 4) {
		fprintf(stderr, "usage: %s DEVICE CONNECTIONS PASSES\n",
			argv[0]);
		return 2;
	}
	tun = open_tun(argv[1]);
	connections = atol(argv[2]);
	passes = atol(argv[3]);
	start = now_ns();
	for (pass = 0; pass < passes; pass++) {
		for (i = 0; i < connections; i++) {
			ends_of(i, &client, &server);
			send_ack(tun, &client, &server);
			send_ack(tun, &server, &client);
		}
	}
	printf("%.2f\n", (double)(now_ns() - start) / connections / passes / 2);
	return 0;
}

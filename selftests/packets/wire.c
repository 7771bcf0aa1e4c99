// SPDX-License-Identifier: GPL-2.0
/*
 * The tun device behind which the remote hosts are. The kernel is done with a
 * packet when the write that brings it returns, and what it answers at once
 * can be read by then.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

static int tun = -1;

/**
 * wire_open() - be the host behind a device
 * @device: name of the tun device, which is made if there is none
 *
 * Return: 0, or -1 with errno set.
 */
int wire_open(const char *device)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tun < 0)
		return -1;
	return ioctl(tun, TUNSETIFF, &request);
}

/**
 * wire_send() - let a packet arrive
 * @packet: the packet
 * @length: bytes of it
 *
 * Return: 0, or -1 if the device refuses it.
 */
int wire_send(const u8 *packet, size_t length)
{
	return write(tun, packet, length) == (ssize_t)length ? 0 : -1;
}

/**
 * wire_receive() - take a packet that the kernel has sent
 * @packet: PACKET_MAX bytes for it
 *
 * Return: bytes of it; 0: there is none.
 */
size_t wire_receive(u8 *packet)
{
	ssize_t length = read(tun, packet, PACKET_MAX);

	return length > 0 ? length : 0;
}

/**
 * wire_send_segment() - let a segment arrive in a plain packet
 * @segment: the segment
 * @from: the end that sends it
 * @to: the kernel's end
 *
 * Return: 0, or -1 if the device refuses it.
 */
int wire_send_segment(const struct segment *segment, const struct host *from,
		      const struct host *to)
{
	u8 whole[PACKET_MAX], packet[PACKET_MAX];
	struct piece piece = {
		.from = whole,
		.length = segment_write(whole, segment, from, to),
	};

	return wire_send(packet, packet_write(packet, &piece, 0, from, to));
}

/**
 * wire_receive_segment() - take a segment that the kernel has sent
 * @segment: filled
 * @from: filled: the kernel's end
 * @to: filled: the other end
 *
 * Return: false if there is none.
 */
bool wire_receive_segment(struct segment *segment, struct host *from,
			  struct host *to)
{
	u8 packet[PACKET_MAX];
	size_t length;

	while ((length = wire_receive(packet)))
		if (packet_read(packet, length, segment, from, to))
			return true;
	return false;
}

/**
 * same_host() - whether two are one
 * @a: an end
 * @b: another
 */
bool same_host(const struct host *a, const struct host *b)
{
	return a->family == b->family && a->port == b->port &&
	       !memcmp(a->address, b->address, sizeof(a->address));
}

/**
 * now_ms() - a clock
 */
long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/**
 * pause_ms() - between two looks at something that will change
 * @ms: how long
 */
void pause_ms(long ms)
{
	struct timespec length = { .tv_nsec = ms * 1000000 };

	nanosleep(&length, NULL);
}

/**
 * socklen_of() - size of a family's address
 * @family: AF_INET or AF_INET6
 */
int socklen_of(int family)
{
	return family == AF_INET ? sizeof(struct sockaddr_in) :
				   sizeof(struct sockaddr_in6);
}

/**
 * to_sockaddr() - an end as the sockets API has it
 * @host: the end
 * @address: filled: a struct sockaddr_in or sockaddr_in6
 */
void to_sockaddr(const struct host *host, void *address)
{
	struct sockaddr_in6 *in6 = address;
	struct sockaddr_in *in = address;

	memset(address, 0, socklen_of(host->family));
	if (host->family == AF_INET) {
		in->sin_family = AF_INET;
		in->sin_port = htons(host->port);
		memcpy(&in->sin_addr, host->address, 4);
		return;
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(host->port);
	memcpy(&in6->sin6_addr, host->address, 16);
}

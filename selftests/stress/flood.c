// SPDX-License-Identifier: GPL-2.0
/*
 * Many packets through tun devices, as fast as the kernel takes them:
 *
 *	flood syn DEVICE COUNT PORT V6-PERCENT
 *		a SYN from each of COUNT addresses to 192.0.2.1 or 2001:db8::1
 *	flood open NEAR FAR PATTERN COUNT
 *		handshakes between hosts behind two devices, to be forwarded
 *	flood ack NEAR PATTERN COUNT
 *		one ACK each of connections that were open before
 *	flood probe NEAR BATCHES BATCH COUNT SET SET
 *		time of packets of two sets, in turns: a set is a pattern, whose
 *		first COUNT connections are visited in no order, or "udp", which
 *		no tracker of TCP minds
 *
 * A pattern says how addresses and ports of a connection follow from its
 * number:
 *	random	there is none
 *	serial	one port of a host after the other, one host after the other
 *	xor	the exclusive or of addresses and ports is always the same
 *	jhash:N	Jenkins' hash of them, with zero as its secret, falls always
 *		into the first of N buckets
 *
 * Prints "PACKETS MILLISECONDS"; probe prints PACKETS and, for each set, the
 * nanoseconds of processor time for a packet: of the best batch, which nobody
 * disturbed, and of the median.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../packet.h"

#define SLOT	64	/* bytes for a packet: headers without options */
#define BATCHES	1000
#define STRIDE	2654435761U	/* odd: no order, but each one once */

typedef unsigned long long u64;

struct flow {
	u32 source;
	u32 destination;
	u16 sport;
	u16 dport;
};

static u32 *found;	/* numbers of the connections that jhash:N asks for */
static u64 packets;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static u64 now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static int open_tun(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request))
		die(name);
	return fd;
}

/* The kernel takes a packet at once, and has done with it on return. */
static void emit(int fd, const u8 *packet, size_t length)
{
	if (write(fd, packet, length) != (ssize_t)length)
		die("write");
	packets++;
}

static u32 mix(u32 x)
{
	x = (x ^ x >> 16) * 0x7feb352dU;
	x = (x ^ x >> 15) * 0x846ca68bU;
	return x ^ x >> 16;
}

static void random_flow(struct flow *flow, u32 i)
{
	u32 other = mix(i);

	flow->source = 0x0a000000 | (i * STRIDE & 0xffffff);
	flow->destination = 0x0b000000 | (other & 0xffffff);
	flow->sport = 1024 + mix(other) % 60000;
	flow->dport = 1024 + (other >> 16) % 60000;
}

static void serial_flow(struct flow *flow, u32 i)
{
	flow->source = 0x0a000001 + i / 60000;
	flow->destination = 0x0b000001;
	flow->sport = 1024 + i % 60000;
	flow->dport = 80;
}

static void xor_flow(struct flow *flow, u32 i)
{
	flow->source = 0x0a000000 | (i & 0xffffff);
	flow->destination = flow->source ^ 0x01000000;
	flow->sport = 0x1111;
	flow->dport = 80;
}

static u32 turn(u32 word, unsigned int by)
{
	return word << by | word >> (32 - by);
}

/* Jenkins' lookup3, its last round, of three words and a secret of zero. */
static u32 jhash3(u32 a, u32 b, u32 c)
{
	const u32 start = 0xdeadbeef + (3 << 2);

	a += start;
	b += start;
	c += start;
	c = (c ^ b) - turn(b, 14);
	a = (a ^ c) - turn(c, 11);
	b = (b ^ a) - turn(a, 25);
	c = (c ^ b) - turn(b, 16);
	a = (a ^ c) - turn(c, 4);
	b = (b ^ a) - turn(a, 14);
	return (c ^ b) - turn(b, 24);
}

static void candidate(struct flow *flow, u32 i)
{
	flow->source = 0x0a000000 | (i & 0xffff);
	flow->destination = 0x0b000000 | i >> 16;
	flow->sport = 0x1111;
	flow->dport = 81;
}

static void jhash_flow(struct flow *flow, u32 i)
{
	candidate(flow, found[i]);
}

static void search(u32 count, u32 buckets)
{
	struct flow flow;
	u32 have = 0;

	found = calloc(count, sizeof(*found));
	if (!found)
		die("memory");
	for (u32 i = 0; have < count && i != ~0U; i++) {
		candidate(&flow, i);
		if (jhash3(htonl(flow.source), htonl(flow.destination),
			   htons(flow.sport) | htons(flow.dport) << 16) %
		    buckets == 0)
			found[have++] = i;
	}
}

typedef void pattern(struct flow *flow, u32 i);

static pattern *find_pattern(const char *name, u32 count)
{
	if (!strcmp(name, "random") || !strcmp(name, "udp"))
		return random_flow;
	if (!strcmp(name, "serial"))
		return serial_flow;
	if (!strcmp(name, "xor"))
		return xor_flow;
	if (!strncmp(name, "jhash:", 6)) {
		search(count, atoi(name + 6));
		return jhash_flow;
	}
	fprintf(stderr, "flood: no pattern '%s'\n", name);
	exit(2);
}

static void set_host(struct host *host, u32 address, u16 port)
{
	u32 wire = htonl(address);

	*host = (struct host){ .family = AF_INET, .port = port };
	memcpy(host->address, &wire, sizeof(wire));
}

static size_t write_packet(u8 *packet, const struct segment *segment,
			   const struct host *from, const struct host *to)
{
	u8 whole[PACKET_MAX];
	struct piece piece = {
		.from = whole,
		.length = segment_write(whole, segment, from, to),
	};

	return packet_write(packet, &piece, 0, from, to);
}

static void send_segment(int fd, u8 flags, u32 seq, u32 ack,
			 const struct host *from, const struct host *to)
{
	struct segment segment = {
		.seq = seq, .ack = ack, .flags = flags, .window = 60000,
	};
	u8 packet[PACKET_MAX];

	emit(fd, packet, write_packet(packet, &segment, from, to));
}

/* The address of IPv4 in the last words of one of IPv6. */
static void make_v6(struct host *host)
{
	memcpy(host->address + 12, host->address, 4);
	memset(host->address, 0, 4);
	memcpy(host->address, "\x20\x01\x0d\xb8\x00\x01", 6);
	host->family = AF_INET6;
}

static void syn(int fd, u32 count, u16 port, u32 percent)
{
	struct host to4 = { .family = AF_INET, .port = port };
	struct host to6 = { .family = AF_INET6, .port = port };
	struct host from;

	inet_pton(AF_INET, "192.0.2.1", to4.address);
	inet_pton(AF_INET6, "2001:db8::1", to6.address);
	for (u32 i = 0; i < count; i++) {
		bool v6 = i % 100 < percent;

		set_host(&from, 0x0a000000 | (i * STRIDE & 0xffffff),
			 1024 + mix(i) % 60000);
		if (v6)
			make_v6(&from);
		send_segment(fd, SYN, mix(~i), 0, &from, v6 ? &to6 : &to4);
	}
}

static void open_all(int near, int far, pattern *flow_of, u32 count)
{
	struct flow flow;
	struct host a, b;

	for (u32 i = 0; i < count; i++) {
		flow_of(&flow, i);
		set_host(&a, flow.source, flow.sport);
		set_host(&b, flow.destination, flow.dport);
		if (far < 0) {
			send_segment(near, ACK, 1001, 2001, &a, &b);
			continue;
		}
		send_segment(near, SYN, 1000, 0, &a, &b);
		send_segment(far, SYN | ACK, 2000, 1001, &b, &a);
		send_segment(near, ACK, 1001, 2001, &a, &b);
	}
}

/* The same packet, but of another protocol: the header's checksum says so. */
static void make_udp(u8 *packet)
{
	const int more = IPPROTO_UDP - IPPROTO_TCP;
	int sum = packet[10] << 8 | packet[11];

	packet[9] = IPPROTO_UDP;
	sum = sum >= more ? sum - more : sum - more + 0xffff;
	packet[10] = sum >> 8;
	packet[11] = sum;
}

/**
 * struct set - packets whose time is taken
 * @flow_of: makes a connection of its number
 * @count: connections
 * @udp: the packets are no TCP
 * @at: number of packets so far
 * @ns: of a packet, for each batch
 */
struct set {
	pattern *flow_of;
	u32 count;
	bool udp;
	u32 at;
	u64 ns[BATCHES];
};

static void time_batch(int fd, struct set *set, u8 *buffer, u32 batch, u32 turn)
{
	const struct segment ack = {
		.seq = 1001, .ack = 2001, .flags = ACK, .window = 60000,
	};
	size_t length = 0;
	struct flow flow;
	struct host a, b;
	u64 start;

	for (u32 i = 0; i < batch; i++) {
		set->flow_of(&flow, mix(set->at++) % set->count);
		set_host(&a, flow.source, flow.sport);
		set_host(&b, flow.destination, flow.dport);
		length = write_packet(buffer + i * SLOT, &ack, &a, &b);
		if (set->udp)
			make_udp(buffer + i * SLOT);
	}
	start = now_ns(CLOCK_THREAD_CPUTIME_ID);
	for (u32 i = 0; i < batch; i++)
		emit(fd, buffer + i * SLOT, length);
	set->ns[turn] = (now_ns(CLOCK_THREAD_CPUTIME_ID) - start) / batch;
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static int probe(int fd, u32 batches, u32 batch, struct set *set)
{
	u8 *buffer = malloc((size_t)batch * SLOT + PACKET_MAX);

	if (!buffer || batches > BATCHES || !batches)
		return 2;
	for (u32 turn = 0; turn < batches; turn++)
		for (int i = 0; i < 2; i++)
			time_batch(fd, &set[i], buffer, batch, turn);
	printf("%llu", packets);
	for (int i = 0; i < 2; i++) {
		qsort(set[i].ns, batches, sizeof(u64), compare);
		printf(" %llu %llu", set[i].ns[0], set[i].ns[batches / 2]);
	}
	puts("");
	free(buffer);
	return 0;
}

static int do_probe(char **word)
{
	static struct set set[2];
	u32 count = atoi(word[3]);

	for (int i = 0; i < 2; i++) {
		set[i].flow_of = find_pattern(word[4 + i], count);
		set[i].udp = !strcmp(word[4 + i], "udp");
		set[i].count = count;
	}
	return probe(open_tun(word[0]), atoi(word[1]), atoi(word[2]), set);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	u64 start = now_ns(CLOCK_MONOTONIC);

	if (argc == 8 && !strcmp(what, "probe"))
		return do_probe(argv + 2);
	if (argc == 6 && !strcmp(what, "syn")) {
		syn(open_tun(argv[2]), atoi(argv[3]), atoi(argv[4]),
		    atoi(argv[5]));
	} else if (argc == 6 && !strcmp(what, "open")) {
		open_all(open_tun(argv[2]), open_tun(argv[3]),
			 find_pattern(argv[4], atoi(argv[5])), atoi(argv[5]));
	} else if (argc == 5 && !strcmp(what, "ack")) {
		open_all(open_tun(argv[2]), -1,
			 find_pattern(argv[3], atoi(argv[4])), atoi(argv[4]));
	} else {
		fprintf(stderr, "usage: flood syn|open|ack|probe ..., see flood.c\n");
		return 2;
	}
	printf("%llu %llu\n", packets, (now_ns(CLOCK_MONOTONIC) - start) / 1000000);
	return 0;
}

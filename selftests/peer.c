// SPDX-License-Identifier: GPL-2.0
/*
 * A remote host behind a tun device whose TCP is the test's: it sends the
 * segments it is told to and nothing else (see control.h): "peer CONTROL serve
 * DEVICE", "peer CONTROL COMMAND...". It is 192.0.2.2 and 2001:db8::2; the
 * kernel's end is 192.0.2.1 or 2001:db8::1.
 *
 *	meet 4|6 PORT KERNEL-PORT [ISN]	what follows is of this connection;
 *				kernel port 0: that of the next SYN to PORT
 *	send FLAGS [FIELD...]	sends a segment
 *	forge FLAGS [FIELD...]	has a raw socket of the kernel's side send one,
 *				and waits until it has come out unchanged
 *	expect FLAGS [FIELD...]	waits until the kernel sends such a segment;
 *				others that come before are taken, too
 *	silence MS		fails if the kernel sends anything in this time
 *
 * Flags are as tcpdump has them: S F R P U and . for ACK; - is none. Fields:
 *
 *	seq=N	relative to the next sequence number: what follows all that the
 *		sender has sent, but RST and what is malformed do not count
 *	ack=N	relative to the acknowledgment of all that has come
 *	data=N win=N
 *	off=N	data offset in words; cut=N: only so many bytes; sum=bad
 *	frag=N	in two IP fragments, the first of N bytes
 *	ext=N	with so many IPv6 destination options headers; kind=N: of another
 *		kind, which nobody lets pass
 *	hops=N	that it may still make
 *
 * What is not said is right (send) or may be anything (expect); PSH, and the
 * bits of ECN, may always be anything. What waits, waits ten seconds at most.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "packet.h"

#define WINDOW	60000
#define FLAGS	(FIN | SYN | RST | ACK | URG)

/* A direction: who sends, and what follows all that it has sent. */
struct side {
	struct host host;
	u32 next;
};

static int tun;
static struct side own, kernel;

enum field { SEQ, ACKED, DATA, WIN, OFF, CUT, SUM, FRAG, EXT, KIND, HOPS, FIELDS };

static const char * const fields[FIELDS] = {
	[SEQ] = "seq", [ACKED] = "ack", [DATA] = "data", [WIN] = "win",
	[OFF] = "off", [CUT] = "cut", [SUM] = "sum", [FRAG] = "frag",
	[EXT] = "ext", [KIND] = "kind", [HOPS] = "hops",
};

struct order {
	u8 flags;
	bool said[FIELDS];
	long value[FIELDS];
};

static int refuse(int err)
{
	errno = err;
	return -1;
}

static int parse_flags(const char *word)
{
	static const char letters[] = "FSRP.U";
	int flags = 0;

	if (!word)
		return -1;
	if (!strcmp(word, "-"))
		return 0;
	for (; *word; word++) {
		const char *letter = strchr(letters, *word);

		if (!letter)
			return -1;
		flags |= 1 << (letter - letters);
	}
	return flags;
}

static int parse_field(struct order *order, const char *word)
{
	size_t name = strcspn(word, "=");

	for (int i = 0; i < FIELDS; i++) {
		if (strlen(fields[i]) != name || strncmp(fields[i], word, name))
			continue;
		order->said[i] = true;
		order->value[i] = strtol(word + name + 1, NULL, 10);
		return 0;
	}
	return refuse(EINVAL);
}

static int parse(struct order *order, char **word)
{
	int flags = parse_flags(*word);

	memset(order, 0, sizeof(*order));
	if (flags < 0)
		return refuse(EINVAL);
	order->flags = flags;
	while (*++word)
		if (parse_field(order, *word))
			return -1;
	return 0;
}

/* The sequence number behind a segment. */
static u32 end_of(const struct segment *segment)
{
	return segment->seq + segment->data + !!(segment->flags & SYN) +
	       !!(segment->flags & FIN);
}

/* What no TCP sends takes no place in the sequence space. */
static bool counts(u8 flags)
{
	if (flags & SYN)
		return !(flags & (FIN | RST));
	return (flags & ACK) && !(flags & RST);
}

static void advance(struct side *side, const struct segment *segment)
{
	u32 end = end_of(segment);

	if (!counts(segment->flags))
		return;
	if (segment->flags & SYN || (s32)(end - side->next) > 0)
		side->next = end;
}

static bool same_host(const struct host *a, const struct host *b)
{
	return a->family == b->family && a->port == b->port &&
	       !memcmp(a->address, b->address, sizeof(a->address));
}

/* Whether a segment is of the connection; its SYN may tell the kernel's port. */
static bool ours(const struct host *from, const struct host *to,
		 const struct segment *segment)
{
	if (!kernel.host.port && (segment->flags & (SYN | ACK)) == SYN &&
	    same_host(to, &own.host))
		kernel.host.port = from->port;
	return same_host(from, &kernel.host) && same_host(to, &own.host);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The next packet that the kernel sends before the deadline; 0: none. */
static size_t receive(u8 *packet, long deadline)
{
	long left = deadline - now_ms();
	ssize_t length;

	if (left < 0 || control_ready(tun, POLLIN, left))
		return 0;
	length = read(tun, packet, PACKET_MAX);
	return length > 0 ? length : 0;
}

/* The next segment of the connection, likewise. */
static bool receive_segment(struct segment *segment, long deadline)
{
	u8 packet[PACKET_MAX];
	struct host from, to;
	size_t length;

	while ((length = receive(packet, deadline)))
		if (packet_read(packet, length, segment, &from, &to) &&
		    ours(&from, &to, segment))
			return true;
	return false;
}

static int emit_tun(const u8 *packet, size_t length)
{
	return write(tun, packet, length) == (ssize_t)length ? 0 : -1;
}

static int send_raw(const u8 *packet, size_t length)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	int family = own.host.family;
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	bool v4 = family == AF_INET;
	ssize_t sent;

	if (fd < 0)
		return -1;
	memcpy(&in.sin_addr, own.host.address, 4);
	memcpy(&in6.sin6_addr, own.host.address, 16);
	sent = sendto(fd, packet, length, 0,
		      v4 ? (void *)&in : (void *)&in6,
		      v4 ? sizeof(in) : sizeof(in6));
	close(fd);
	return sent == (ssize_t)length ? 0 : -1;
}

/* Out of a raw socket, through the kernel, and here again as it was. */
static int emit_raw(const u8 *packet, size_t length)
{
	long deadline = now_ms() + CONTROL_WAIT_MS;
	u8 seen[PACKET_MAX];
	size_t got;

	if (send_raw(packet, length))
		return -1;
	while ((got = receive(seen, deadline)))
		if (got == length && !memcmp(seen, packet, length))
			return 0;
	return refuse(ETIMEDOUT);
}

static int transmit(const struct order *order, const struct segment *segment,
		    const struct side *from, const struct side *to)
{
	int (*emit)(const u8 *packet, size_t length) =
		from == &own ? emit_tun : emit_raw;
	u8 whole[PACKET_MAX], packet[PACKET_MAX];
	size_t length = segment_write(whole, segment, &from->host, &to->host);
	size_t step = order->said[FRAG] ? order->value[FRAG] & ~7L : 0;
	struct piece piece = {
		.fragment = step && step < length,
		.extensions = order->value[EXT],
		.kind = order->value[KIND],
		.hops = order->value[HOPS],
	};

	if (!piece.fragment)
		step = length;
	for (size_t at = 0; at < length; at += piece.length) {
		piece.from = whole + at;
		piece.more = !at && step < length;
		piece.length = at ? length - at : step;
		if (emit(packet, packet_write(packet, &piece, at, &from->host,
					      &to->host)))
			return -1;
	}
	return 0;
}

static int do_send(char **word, struct side *from, struct side *to)
{
	struct segment segment;
	struct order order;

	if (parse(&order, word))
		return -1;
	if (!kernel.host.port)
		return refuse(EDESTADDRREQ);
	if (order.value[DATA] < 0 || order.value[DATA] > DATA_MAX ||
	    order.value[EXT] < 0 || order.value[EXT] > 8)
		return refuse(ERANGE);
	segment = (struct segment){
		.seq = from->next + order.value[SEQ],
		.flags = order.flags,
		.window = order.said[WIN] ? order.value[WIN] : WINDOW,
		.data = order.value[DATA],
		.offset = order.value[OFF],
		.cut = order.value[CUT],
		.bad_checksum = order.said[SUM],
	};
	if (order.flags & ACK || order.said[ACKED])
		segment.ack = to->next + order.value[ACKED];
	if (transmit(&order, &segment, from, to))
		return -1;
	if (from == &own && !order.said[OFF] && !order.said[CUT] &&
	    !order.said[SUM] && !order.said[KIND])
		advance(from, &segment);
	return 0;
}

/* What a segment is, in the words of an order. */
static void describe(char *answer, const struct segment *segment)
{
	size_t used = strlen(answer);
	int flags = segment->flags;

	snprintf(answer + used, CONTROL_ANSWER - used,
		 "[%s%s%s%s%s seq=%d ack=%d data=%zu]", flags & SYN ? "S" : "",
		 flags & FIN ? "F" : "", flags & RST ? "R" : "",
		 flags & PSH ? "P" : "", flags & ACK ? "." : "",
		 (s32)(segment->seq - kernel.next),
		 (s32)(segment->ack - own.next), segment->data);
}

static bool field_is(const struct order *order, enum field field, long value)
{
	return !order->said[field] || order->value[field] == value;
}

static bool fits(const struct order *order, const struct segment *segment)
{
	return !((order->flags ^ segment->flags) & FLAGS) &&
	       field_is(order, SEQ, (s32)(segment->seq - kernel.next)) &&
	       field_is(order, ACKED, (s32)(segment->ack - own.next)) &&
	       field_is(order, DATA, segment->data) &&
	       field_is(order, WIN, segment->window);
}

/* Of a failure the answer says what came instead. */
static int do_expect(char **word, char *answer)
{
	long deadline = now_ms() + CONTROL_WAIT_MS;
	struct segment segment;
	struct order order;

	if (parse(&order, word))
		return -1;
	while (receive_segment(&segment, deadline)) {
		bool found = fits(&order, &segment);

		describe(answer, &segment);
		advance(&kernel, &segment);
		if (found) {
			*answer = 0;
			return 0;
		}
	}
	return refuse(ETIMEDOUT);
}

static int do_silence(const char *ms, char *answer)
{
	struct segment segment;

	if (!receive_segment(&segment, now_ms() + (ms ? atol(ms) : 0)))
		return 0;
	describe(answer, &segment);
	return refuse(EPROTO);
}

static int do_meet(char **word)
{
	bool v6 = *word && !strcmp(*word, "6");
	int family = v6 ? AF_INET6 : AF_INET;

	if (!*word || !word[1] || !word[2])
		return refuse(EINVAL);
	memset(&own, 0, sizeof(own));
	memset(&kernel, 0, sizeof(kernel));
	own.host.family = family;
	kernel.host.family = family;
	inet_pton(family, v6 ? "2001:db8::2" : "192.0.2.2", own.host.address);
	inet_pton(family, v6 ? "2001:db8::1" : "192.0.2.1",
		  kernel.host.address);
	own.host.port = atoi(word[1]);
	kernel.host.port = atoi(word[2]);
	own.next = word[3] ? strtoul(word[3], NULL, 10) : 1000;
	return 0;
}

static int command(char **word, char *answer)
{
	if (!strcmp(word[0], "meet"))
		return do_meet(word + 1);
	if (!strcmp(word[0], "send"))
		return do_send(word + 1, &own, &kernel);
	if (!strcmp(word[0], "forge"))
		return do_send(word + 1, &kernel, &own);
	if (!strcmp(word[0], "expect"))
		return do_expect(word + 1, answer);
	if (!strcmp(word[0], "silence"))
		return do_silence(word[1], answer);
	return refuse(EINVAL);
}

static int open_tun(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request)) {
		perror("/dev/net/tun");
		return -1;
	}
	return fd;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr,
			"usage: peer CONTROL serve DEVICE | COMMAND...\n");
		return 2;
	}
	if (strcmp(argv[2], "serve"))
		return control_ask(argv[1], argv + 2, argc - 2);
	tun = open_tun(argc > 3 ? argv[3] : "tun0");
	return tun < 0 ? 2 : control_serve(argv[1], command);
}

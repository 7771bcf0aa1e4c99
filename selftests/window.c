// SPDX-License-Identifier: GPL-2.0
/*
 * What the window of a real socket under `lab` does when segments are lost at
 * known points: "window cubic|reno 4|6 RTT-MS". Writes a line for each figure
 * that is wrong, and fails if there is any.
 *
 * The remote host is behind tun0, and this program: it acknowledges each segment
 * after the same time, and takes as lost what the test wants to be lost. There
 * are neither SACK nor timestamps, so that nothing but the third duplicate
 * acknowledgment, or the retransmission timer, tells of a loss. What the window
 * should be is computed here, from the formulas of RFC 5681 and RFC 9438.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/tcp.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "packet.h"

#define MSS		500
#define SEGMENTS	100000	/* more than are ever sent */
#define PORT		5000
#define WAIT		60.0	/* seconds, for anything */

#define FIRST_WINDOW	10	/* RFC 6928 */
#define INFINITE	0x7fffffffU
#define LOST_FIRST	90	/* so many have come before */

/* of struct tcp_info */
enum { OPEN, DISORDER, CWR, RECOVERY, LOSS };

/* An acknowledgment on its way. */
struct due {
	double when;
	u32 segments;	/* all that it acknowledges */
};

static struct {
	bool cubic;
	double beta;
	double rtt;
} law;

static int tun, sk;
static struct host remote, local;
static u32 isn = 1000, first;	/* of the remote host; the kernel's first byte */
static u64 acked_before;	/* bytes that the kernel counts as such: its SYN */

/* The receiver. */
static bool got[SEGMENTS];
static u32 in_order;		/* segments that have come without a gap */
static u32 sent;		/* segments that were sent once, at least */
static u32 repeated;		/* segments that were sent again */
static u32 to_lose = SEGMENTS;	/* this one is lost when it is sent first */
static bool lose_new;		/* and so is each that is sent first */

static struct due pipe_of[1024];
static unsigned int pipe_in, pipe_out;

/* The sender, when the last acknowledgment had come. */
static u32 cwnd, ssthresh, state, acked;
static int failures;

static void wrong(const char *format, ...)
{
	va_list arguments;

	failures++;
	printf("# FAILED: ");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

static void die(const char *what)
{
	printf("# FAILED: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void check(const char *what, double is, double lowest, double highest)
{
	if (is < lowest || is > highest)
		wrong("%s: is %g, should be from %g to %g; %u segments are acknowledged",
		      what, is, lowest, highest, acked);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* ---- the sender ---- */

static void ask(struct tcp_info *info)
{
	socklen_t size = sizeof(*info);

	memset(info, 0, sizeof(*info));
	if (getsockopt(sk, IPPROTO_TCP, TCP_INFO, info, &size))
		die("TCP_INFO");
	cwnd = info->tcpi_snd_cwnd;
	ssthresh = info->tcpi_snd_ssthresh;
	state = info->tcpi_ca_state;
}

/* There is always something to send: only the window limits it. */
static void fill(void)
{
	static const char zeros[100 * MSS];

	while (send(sk, zeros, sizeof(zeros), MSG_DONTWAIT) > 0)
		;
}

/* The kernel mostly is ready when the acknowledgment is written; or soon. */
static void observe(u32 segments)
{
	double deadline = now() + WAIT;
	struct tcp_info info;

	fill();
	ask(&info);
	while (info.tcpi_bytes_acked < acked_before + (u64)segments * MSS) {
		if (now() > deadline)
			die("the kernel does not take an acknowledgment");
		poll(NULL, 0, 1);
		ask(&info);
	}
	acked = segments;
}

/* ---- the remote host ---- */

static void transmit(u8 flags, u32 seq, u32 ack)
{
	const struct segment segment = {
		.seq = seq, .ack = ack, .flags = flags, .window = 65535,
	};
	u8 whole[PACKET_MAX], packet[PACKET_MAX];
	struct piece piece = { .from = whole };
	size_t length;

	piece.length = segment_write(whole, &segment, &remote, &local);
	length = packet_write(packet, &piece, 0, &remote, &local);
	if (write(tun, packet, length) != (ssize_t)length)
		die("tun0");
}

/* Waits for a segment of the kernel's, until then. */
static bool receive(struct segment *segment, double until)
{
	struct pollfd ready = { .fd = tun, .events = POLLIN };
	u8 packet[PACKET_MAX];
	struct host from, to;
	ssize_t length;

	for (;;) {
		double left = until - now();

		if (poll(&ready, 1, left > 0 ? ceil(left * 1000) : 0) <= 0)
			return false;
		length = read(tun, packet, sizeof(packet));
		if (length > 0 && packet_read(packet, length, segment, &from, &to) &&
		    to.port == PORT && to.family == remote.family) {
			local = from;
			return true;
		}
	}
}

static void arrive(const struct segment *segment)
{
	u32 number = (segment->seq - first) / MSS;
	bool again = number < sent;

	if (segment->data != MSS || (segment->seq - first) % MSS || number >= SEGMENTS)
		die("a segment is not of full size");
	repeated += again;
	if (!again)
		sent = number + 1;
	if (!again && (lose_new || number == to_lose))
		return;
	got[number] = true;
	while (got[in_order])
		in_order++;
	pipe_of[pipe_in++ % 1024] = (struct due){ now() + law.rtt, in_order };
}

/* The next thing happens. True if that is an acknowledgment. */
static bool step(void)
{
	bool waiting = pipe_in != pipe_out;
	struct due *due = &pipe_of[pipe_out % 1024];
	struct segment segment;

	if (waiting && due->when <= now()) {
		transmit(ACK, isn + 1, first + due->segments * MSS);
		pipe_out++;
		observe(due->segments);
		return true;
	}
	if (receive(&segment, waiting ? due->when : now() + WAIT))
		arrive(&segment);
	else if (!waiting)
		die("the kernel sends nothing");
	return false;
}

static void acknowledge_next(void)
{
	while (!step())
		;
}

/* ---- what should be ---- */

/* RFC 5681 section 3.1 (4), RFC 9438 section 4.6: of the window at the loss. */
static void check_reduction(const char *what, double window)
{
	check(what, ssthresh, floor(window * law.beta), floor(window * law.beta));
}

/* RFC 5681 section 3.1: one for each that is acknowledged. */
static void slow_start(void)
{
	to_lose = LOST_FIRST;
	check("the first window", cwnd, FIRST_WINDOW, FIRST_WINDOW);
	do {
		acknowledge_next();
		if (state >= RECOVERY)
			break;
		check("cwnd in slow start", cwnd, FIRST_WINDOW + acked, FIRST_WINDOW + acked);
		check("ssthresh in slow start", ssthresh, INFINITE, INFINITE);
	} while (failures < 10);
	check("segments acknowledged at the first loss", acked, LOST_FIRST, LOST_FIRST);
	check_reduction("ssthresh after the first loss", FIRST_WINDOW + LOST_FIRST);
}

/* RFC 6582: until all is acknowledged that was sent before. */
static void recover(void)
{
	while (state == RECOVERY)
		acknowledge_next();
	check("state after the recovery", state, OPEN, OPEN);
	check("cwnd after the recovery", cwnd, ssthresh, ssthresh);
}

/* RFC 5681 section 3.1 (2): one for each window. */
static void avoid_reno(u32 more)
{
	u32 window = cwnd, to = cwnd + more, count = 0, before;

	while (window < to && failures < 10) {
		before = acked;
		acknowledge_next();
		for (count += acked - before; count >= window; count -= window++)
			;
		check("cwnd in congestion avoidance", cwnd, window - 1.0, window + 1.0);
	}
}

/* RFC 9438 section 4.2, figure 1. */
static double w_cubic(double t, double k, double w_max)
{
	return 0.4 * pow(t - k, 3) + w_max;
}

/*
 * RFC 9438 sections 4.2 to 4.5. The kernel's window is an integer, and its clock
 * and this one differ by some milliseconds.
 */
static void avoid_cubic(double w_max, double cwnd_prior, double seconds)
{
	double w = cwnd, w_est = cwnd, k = cbrt((w_max - cwnd) / 0.4), target;
	double alpha = 3 * (1 - law.beta) / (1 + law.beta);
	double begun = now(), t = 0;
	struct tcp_info info;
	u32 before;

	while (t < seconds && failures < 10) {
		before = acked;
		acknowledge_next();
		t = now() - begun;
		ask(&info);
		w_est += (w_est < cwnd_prior ? alpha : 1) * (acked - before) / w;
		target = w_cubic(t + info.tcpi_rtt / 1e6, k, w_max);
		target = fmin(fmax(target, w), 1.5 * w);
		if (w_cubic(t, k, w_max) < w_est)
			w = fmax(w, w_est);
		else
			w += (acked - before) * (target - w) / w;
		check("cwnd on the curve", cwnd, w - 1.5, w + 0.5);
	}
}

/* The window when the next segment that is sent first is lost. */
static u32 lose_next(void)
{
	u32 window = cwnd;

	to_lose = sent;
	while (state < RECOVERY) {
		window = cwnd;
		acknowledge_next();
	}
	return window;
}

/* RFC 5681 section 3.1 (5) and figure 4; RFC 9438 section 4.8. */
static void time_out(void)
{
	u32 window = cwnd, before;
	struct tcp_info info;

	lose_new = true;
	repeated = 0;
	while (!repeated) {
		window = cwnd;
		step();
	}
	lose_new = false;
	ask(&info);
	check("state after the timeout", state, LOSS, LOSS);
	check("cwnd after the timeout", cwnd, 1, 1);
	check_reduction("ssthresh after the timeout", window);
	before = acked;
	while (cwnd < ssthresh && failures < 10) {
		acknowledge_next();
		check("cwnd in slow start after the timeout", cwnd, 1 + acked - before,
		      1 + acked - before);
	}
}

static void follow(void)
{
	double w_max = FIRST_WINDOW + LOST_FIRST;
	u32 window;

	slow_start();
	recover();
	if (!law.cubic) {
		avoid_reno(8);
		window = lose_next();
		check_reduction("ssthresh after the second loss", window);
		recover();
		avoid_reno(4);
		time_out();
		return;
	}
	avoid_cubic(w_max, w_max, 2);
	window = lose_next();
	check_reduction("ssthresh after the second loss", window);
	/* Section 4.7, fast convergence: it was lost below W_max. */
	check("the window at the second loss", window, w_max * law.beta, w_max - 1);
	recover();
	avoid_cubic(window * (1 + law.beta) / 2, window, 3);
	time_out();
}

/* ---- set-up ---- */

static void attach(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI, .ifr_name = "tun0" };

	tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request))
		die("/dev/net/tun");
}

static void meet(int family)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	/* Whatever happens, its end is a RST: nothing is left that uses the module. */
	struct linger linger = { .l_onoff = 1 };
	int mss = MSS, room = 1 << 20;

	remote.family = family;
	remote.port = PORT;
	inet_pton(AF_INET, "192.0.2.2", &in.sin_addr);
	inet_pton(AF_INET6, "2001:db8::2", &in6.sin6_addr);
	if (family == AF_INET)
		memcpy(remote.address, &in.sin_addr, 4);
	else
		memcpy(remote.address, &in6.sin6_addr, 16);
	sk = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (sk < 0 || setsockopt(sk, IPPROTO_TCP, TCP_CONGESTION, "lab", 3) ||
	    setsockopt(sk, IPPROTO_TCP, TCP_MAXSEG, &mss, sizeof(mss)) ||
	    setsockopt(sk, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) ||
	    setsockopt(sk, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		die("socket");
	if (family == AF_INET)
		connect(sk, (struct sockaddr *)&in, sizeof(in));
	else
		connect(sk, (struct sockaddr *)&in6, sizeof(in6));
}

/* The handshake takes as long as all: from it TCP knows how long to wait for an answer. */
static void let_round_trip_pass(void)
{
	double end = now() + law.rtt;
	struct segment repeated_syn;

	while (receive(&repeated_syn, end))
		;
}

static void open_connection(void)
{
	struct segment segment;
	struct tcp_info info;

	do {
		if (!receive(&segment, now() + WAIT))
			die("no SYN");
	} while (segment.flags != SYN);
	first = segment.seq + 1;
	let_round_trip_pass();
	transmit(SYN | ACK, isn, first);
	do {
		if (!receive(&segment, now() + WAIT))
			die("no ACK");
	} while (segment.flags & SYN);
	ask(&info);
	acked_before = info.tcpi_bytes_acked;
	fill();
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: window cubic|reno 4|6 RTT-MS\n");
		return 2;
	}
	law.cubic = !strcmp(argv[1], "cubic");
	law.beta = law.cubic ? 0.7 : 0.5;
	law.rtt = atoi(argv[3]) / 1000.0;
	attach();
	meet(*argv[2] == '4' ? AF_INET : AF_INET6);
	open_connection();
	follow();
	printf("# %u segments, of which %u again\n", sent, repeated);
	return failures ? 1 : 0;
}

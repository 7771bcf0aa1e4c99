// SPDX-License-Identifier: GPL-2.0
/* Sockets with options that few sockets have. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/kcm.h>
#include <linux/tls.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "special.h"

#define FASTOPEN_QUEUE	16
#define OPTIONS		4
#define PAGE		4096

/* All that a connection without data under way is. */
static struct {
	struct sockaddr_storage here, there;
	struct tcp_repair_window window;
	struct tcp_repair_opt option[OPTIONS];
	int options;
	int stamp;
	unsigned int seq[2];
} frozen;

static const int queues[2] = { TCP_SEND_QUEUE, TCP_RECV_QUEUE };

static int set(int fd, int name, int value)
{
	return setsockopt(fd, IPPROTO_TCP, name, &value, sizeof(value));
}

static int get(int fd, int name, void *value, socklen_t length)
{
	return getsockopt(fd, IPPROTO_TCP, name, value, &length);
}

/**
 * special_md5() - sign segments to and from a peer (RFC 2385)
 * @fd: the socket
 * @peer: its address
 * @key: the key they share
 */
int special_md5(int fd, const struct sockaddr_storage *peer, const char *key)
{
	struct tcp_md5sig md5 = { .tcpm_keylen = strlen(key) };

	memcpy(&md5.tcpm_addr, peer, sizeof(*peer));
	memcpy(md5.tcpm_key, key, strlen(key));
	return setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &md5, sizeof(md5));
}

/**
 * special_fastopen() - let data go with the SYN (RFC 7413)
 * @fd: the socket
 * @connects: it will connect; else it will listen
 */
int special_fastopen(int fd, int connects)
{
	if (connects)
		return set(fd, TCP_FASTOPEN_CONNECT, 1);
	return set(fd, TCP_FASTOPEN, FASTOPEN_QUEUE);
}

/* Addresses of other hosts are its own. */
int special_transparent(int fd)
{
	int on = 1;

	return setsockopt(fd, SOL_IPV6, IPV6_TRANSPARENT, &on, sizeof(on)) &&
	       setsockopt(fd, SOL_IP, IP_TRANSPARENT, &on, sizeof(on));
}

/**
 * special_netns() - make the process, but no socket of it, live elsewhere
 * @name: a namespace that ip(8) knows, or "-" for the first
 */
int special_netns(const char *name)
{
	char path[256] = "/proc/1/ns/net";
	int fd, err;

	if (strcmp(name, "-"))
		snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	err = setns(fd, CLONE_NEWNET);
	close(fd);
	return err;
}

/**
 * special_silence() - let close() send nothing
 * @fd: the socket
 */
int special_silence(int fd)
{
	return set(fd, TCP_REPAIR, TCP_REPAIR_ON);
}

static void add_option(unsigned int code, unsigned int value)
{
	frozen.option[frozen.options].opt_code = code;
	frozen.option[frozen.options++].opt_val = value;
}

static int take_options(int fd)
{
	struct tcp_info info;

	if (get(fd, TCP_INFO, &info, sizeof(info)))
		return -1;
	frozen.options = 0;
	add_option(TCPOPT_MAXSEG, info.tcpi_snd_mss);
	if (info.tcpi_options & TCPI_OPT_WSCALE)
		add_option(TCPOPT_WINDOW, info.tcpi_snd_wscale | info.tcpi_rcv_wscale << 16);
	if (info.tcpi_options & TCPI_OPT_SACK)
		add_option(TCPOPT_SACK_PERMITTED, 0);
	if (info.tcpi_options & TCPI_OPT_TIMESTAMPS)
		add_option(TCPOPT_TIMESTAMP, 0);
	return 0;
}

/**
 * special_freeze() - take down what a connection is
 * @fd: its socket, whose queues are empty; close() sends nothing afterwards
 */
int special_freeze(int fd)
{
	socklen_t here = sizeof(frozen.here), there = sizeof(frozen.there);

	if (special_silence(fd) || take_options(fd) ||
	    getsockname(fd, (struct sockaddr *)&frozen.here, &here) ||
	    getpeername(fd, (struct sockaddr *)&frozen.there, &there))
		return -1;
	for (int i = 0; i < 2; i++)
		if (set(fd, TCP_REPAIR_QUEUE, queues[i]) ||
		    get(fd, TCP_QUEUE_SEQ, &frozen.seq[i], sizeof(frozen.seq[i])))
			return -1;
	if (get(fd, TCP_TIMESTAMP, &frozen.stamp, sizeof(frozen.stamp)))
		return -1;
	return get(fd, TCP_REPAIR_WINDOW, &frozen.window, sizeof(frozen.window));
}

static int restore(int fd)
{
	int on = 1;

	if (special_silence(fd) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&frozen.here, sizeof(frozen.here)))
		return -1;
	for (int i = 0; i < 2; i++)
		if (set(fd, TCP_REPAIR_QUEUE, queues[i]) || set(fd, TCP_QUEUE_SEQ, frozen.seq[i]))
			return -1;
	if (connect(fd, (struct sockaddr *)&frozen.there, sizeof(frozen.there)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_OPTIONS, frozen.option,
		       frozen.options * sizeof(frozen.option[0])) ||
	    set(fd, TCP_TIMESTAMP, frozen.stamp) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_WINDOW, &frozen.window, sizeof(frozen.window)))
		return -1;
	return set(fd, TCP_REPAIR, TCP_REPAIR_OFF);
}

/**
 * special_thaw() - make a socket that goes on where the frozen one stood
 *
 * Return: it, or -1 with errno set.
 */
int special_thaw(void)
{
	int fd = socket(frozen.here.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0 || !restore(fd))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

/**
 * special_keepalive() - let a socket probe an idle peer
 * @fd: the socket
 * @seconds: idle for so long, and then between three probes
 */
int special_keepalive(int fd, int seconds)
{
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)))
		return -1;
	return set(fd, TCP_KEEPIDLE, seconds) || set(fd, TCP_KEEPINTVL, seconds) ||
	       set(fd, TCP_KEEPCNT, 3) ? -1 : 0;
}

/**
 * special_user_timeout() - bound how long a socket waits for an acknowledgment (RFC 5482)
 * @fd: the socket
 * @milliseconds: after that it gives up
 */
int special_user_timeout(int fd, int milliseconds)
{
	return set(fd, TCP_USER_TIMEOUT, milliseconds);
}

/**
 * special_ttl() - refuse packets from afar (RFC 5082)
 * @fd: the socket
 * @least: hops that must be left; 0: any
 */
int special_ttl(int fd, int least)
{
	int family;
	socklen_t length = sizeof(family);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length))
		return -1;
	if (family == AF_INET6)
		return setsockopt(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &least,
				  sizeof(least));
	return setsockopt(fd, IPPROTO_IP, IP_MINTTL, &least, sizeof(least));
}

/**
 * special_deaf() - refuse all packets, by a filter
 * @fd: the socket
 * @on: 0 takes the filter away
 */
int special_deaf(int fd, int on)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog filter = { .len = 1, .filter = &nothing };

	return setsockopt(fd, SOL_SOCKET, on ? SO_ATTACH_FILTER : SO_DETACH_FILTER,
			  &filter, sizeof(filter));
}

/* How long a thread may take to come to its fault. */
#define HOLD_MS	30000

/* A thread that sends one byte out of a page whose fault waits for an answer. */
static struct {
	pthread_t thread;
	void *trap;
	int faults;
	int fd;
} held;

static void *send_held(void *unused)
{
	send(held.fd, held.trap, 1, MSG_NOSIGNAL);
	return unused;
}

/**
 * special_hold() - lock a socket, as send() does while it copies
 * @fd: the socket; one at a time
 */
int special_hold(int fd)
{
	struct uffdio_register range = {
		.range.len = PAGE,
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct pollfd fault = { .events = POLLIN };
	struct uffdio_api api = { .api = UFFD_API };

	held.fd = fd;
	held.trap = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	range.range.start = (unsigned long)held.trap;
	held.faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (held.faults < 0 || held.trap == MAP_FAILED)
		return -1;
	if (ioctl(held.faults, UFFDIO_API, &api) || ioctl(held.faults, UFFDIO_REGISTER, &range) ||
	    pthread_create(&held.thread, NULL, send_held, NULL))
		return -1;
	fault.fd = held.faults;
	switch (poll(&fault, 1, HOLD_MS)) {
	case 0:
		errno = ETIMEDOUT;
		return -1;
	case 1:
		return 0;
	default:
		return -1;
	}
}

/**
 * special_let_go() - answer the fault, and wait until the socket is unlocked
 */
int special_let_go(void)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (unsigned long)held.trap, .len = PAGE },
	};

	if (ioctl(held.faults, UFFDIO_ZEROPAGE, &zero) || pthread_join(held.thread, NULL))
		return -1;
	close(held.faults);
	return munmap(held.trap, PAGE);
}

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(__NR_bpf, command, attr, sizeof(*attr));
}

/* A program that says 1 whatever comes: a verdict "pass", or a length. */
static int say_one(enum bpf_prog_type type)
{
	static const struct bpf_insn one[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = type,
		.insns = (unsigned long)one,
		.insn_cnt = 2,
		.license = (unsigned long)"GPL",
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

/* What reads stays open: it goes with the process. */
static int sockmap(int fd)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_SOCKMAP,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1,
	};
	int map = bpf(BPF_MAP_CREATE, &attr);
	int key = 0;

	if (map < 0)
		return -1;
	memset(&attr, 0, sizeof(attr));
	attr.target_fd = map;
	attr.attach_bpf_fd = say_one(BPF_PROG_TYPE_SK_SKB);
	attr.attach_type = BPF_SK_SKB_STREAM_VERDICT;
	if (bpf(BPF_PROG_ATTACH, &attr))
		return -1;
	if (fd < 0)
		return 0;
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (unsigned long)&key;
	attr.value = (unsigned long)&fd;
	return bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

static int kcm(int fd)
{
	struct kcm_attach attach = {
		.fd = fd,
		.bpf_fd = say_one(BPF_PROG_TYPE_SOCKET_FILTER),
	};
	int reader = socket(AF_KCM, SOCK_SEQPACKET | SOCK_CLOEXEC, KCMPROTO_CONNECTED);

	if (reader < 0 || fd < 0)
		return reader < 0 ? -1 : 0;
	return ioctl(reader, SIOCKCMATTACH, &attach);
}

static int tls(int fd)
{
	struct tls12_crypto_info_aes_gcm_128 info = {
		.info.version = TLS_1_2_VERSION,
		.info.cipher_type = TLS_CIPHER_AES_GCM_128,
	};

	/* Only a connected socket takes it: another tells whether there is any. */
	if (fd < 0) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", 3);
		close(fd);
		return errno == ENOENT ? -1 : 0;
	}
	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", 3))
		return -1;
	return setsockopt(fd, SOL_TLS, TLS_RX, &info, sizeof(info));
}

/**
 * special_reader() - let the kernel read for the program
 * @command: sockmap, kcm or tls; or "probe": whether the kernel can
 * @name: of the socket; of a probe, one of those
 * @fd: the socket; of a probe, -1
 */
int special_reader(const char *command, const char *name, int fd)
{
	if (!strcmp(command, "probe"))
		command = name;
	if (!strcmp(command, "sockmap"))
		return sockmap(fd);
	if (!strcmp(command, "kcm"))
		return kcm(fd);
	if (!strcmp(command, "tls"))
		return tls(fd);
	errno = EINVAL;
	return -1;
}

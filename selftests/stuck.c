// SPDX-License-Identifier: GPL-2.0
/*
 * Reads into memory whose faults nobody answers: the system call returns only when the program is
 * killed.
 * usage: stuck FILE|-r READY
 * It reads FILE, or with -r the addresses of interfaces, while it holds the lock that every change
 * of an interface takes (rtnl); it needs one that has an address.
 * READY is made once the fault is there. Status 4: this kernel, or this user, cannot.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIZE	4096

static const char *name;

static void *read_into(void *trap)
{
	int file = open(name, O_RDONLY);

	if (file < 0)
		err(1, "%s", name);
	errx(1, "read() returned %zd", read(file, trap, SIZE));
	return NULL;
}

static void *list_into(void *trap)
{
	struct ifconf list = { .ifc_len = SIZE, .ifc_buf = trap };
	int any = socket(AF_INET, SOCK_DGRAM, 0);

	if (any < 0)
		err(1, "socket");
	errx(1, "SIOCGIFCONF returned %d", ioctl(any, SIOCGIFCONF, &list));
	return NULL;
}

/* Return: a descriptor that tells of faults in the page at @trap. */
static int watch(void *trap)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { .start = (unsigned long)trap, .len = SIZE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int faults = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (faults < 0 || ioctl(faults, UFFDIO_API, &api))
		err(4, "userfaultfd");
	if (ioctl(faults, UFFDIO_REGISTER, &range))
		err(1, "userfaultfd");
	return faults;
}

int main(int argc, char **argv)
{
	void *trap = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct pollfd fault = { .events = POLLIN };
	pthread_t thread;

	if (argc != 3)
		errx(2, "usage: stuck FILE|-r READY");
	if (trap == MAP_FAILED)
		err(1, "mmap");
	name = argv[1];
	fault.fd = watch(trap);
	if (pthread_create(&thread, NULL, strcmp(name, "-r") ? read_into : list_into, trap))
		errx(1, "no thread");
	if (poll(&fault, 1, -1) != 1 || close(creat(argv[2], 0600)))
		err(1, "%s", argv[2]);
	pause();
	return 0;
}

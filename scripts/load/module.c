// SPDX-License-Identifier: GPL-2.0
/*
 * Loads or unloads a kernel module and tells two times in ns: that of the
 * system call, and that in which the processor was not idle meanwhile.
 *
 * The file is read before: reading it from a slow disk is not the module's.
 *
 * usage: module load FILE [PARAMETERS]
 *        module unload NAME
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "load.h"

struct stamp {
	unsigned long long now, idle;
};

/* Of the first processor; only root may read it. */
static struct stamp take_stamp(void)
{
	FILE *list = fopen("/proc/timer_list", "r");
	struct stamp stamp = { 0 };
	bool known = false;
	char line[256];

	if (!list)
		die("/proc/timer_list");
	while (!known && fgets(line, sizeof(line), list))
		known = sscanf(line, " .idle_sleeptime : %llu",
			       &stamp.idle) == 1;
	fclose(list);
	if (!known) {
		fprintf(stderr, "the kernel does not tell how long it was idle\n");
		exit(1);
	}
	stamp.now = now_ns();
	return stamp;
}

static char *read_file(const char *path, size_t *length)
{
	int fd = must(open(path, O_RDONLY), path);
	struct stat file;
	char *image;
	long got;

	must(fstat(fd, &file), path);
	image = malloc(file.st_size);
	if (!image)
		die(path);
	for (*length = 0; *length < (size_t)file.st_size; *length += got) {
		got = must(read(fd, image + *length, file.st_size - *length),
			   path);
		if (!got)
			break;
	}
	close(fd);
	return image;
}

static void tell(const struct stamp *before)
{
	/* Asking how long it was idle takes time, but none that is idle. */
	unsigned long long passed = now_ns() - before->now;
	unsigned long long idle = take_stamp().idle - before->idle;

	printf("%llu %llu\n", passed, passed - idle);
}

static void load(const char *path, const char *parameters)
{
	size_t length;
	char *image = read_file(path, &length);
	struct stamp before = take_stamp();

	must(syscall(SYS_init_module, image, length, parameters), path);
	tell(&before);
	free(image);
}

static void unload(const char *name)
{
	struct stamp before = take_stamp();

	must(syscall(SYS_delete_module, name, O_NONBLOCK), name);
	tell(&before);
}

int main(int argc, char **argv)
{
	if (argc >= 3 && !strcmp(argv[1], "load"))
		load(argv[2], argc > 3 ? argv[3] : "");
	else if (argc == 3 && !strcmp(argv[1], "unload"))
		unload(argv[2]);
	else
		return 2;
	return 0;
}

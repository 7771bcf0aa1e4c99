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
#include "stamp.h"

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

static void load(const char *path, const char *parameters)
{
	size_t length;
	char *image = read_file(path, &length);
	struct stamp before = take_stamp();

	must(syscall(SYS_init_module, image, length, parameters), path);
	tell_since(&before);
	free(image);
}

static void unload(const char *name)
{
	struct stamp before = take_stamp();

	must(syscall(SYS_delete_module, name, O_NONBLOCK), name);
	tell_since(&before);
}

static int misused(const char *name)
{
	fprintf(stderr, "usage: %s load FILE [PARAMETERS]\n       %s unload NAME\n",
		name, name);
	return 2;
}

int main(int argc, char **argv)
{
	if (argc >= 3 && !strcmp(argv[1], "load"))
		load(argv[2], argc > 3 ? argv[3] : "");
	else if (argc == 3 && !strcmp(argv[1], "unload"))
		unload(argv[2]);
	else
		return misused(argv[0]);
	return 0;
}

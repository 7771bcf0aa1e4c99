// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's sysctls, by files of a procfs of our own, which the kernel does
 * likewise for `sysctl.*=` of its command line. No path of the caller leads
 * there: no chroot, no other file bound over one, and no missing /proc.
 *
 * A lookup finds the files of the network namespace of current. An open file
 * keeps to its namespace, from any writer, but does not keep the namespace:
 * when that has gone, the file answers ENOENT.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../compat.h"
#include "../core/fields.h"
#include "sysctl.h"

/* Tries of a write that finds another busy, and the time between two. */
#define SYSCTL_TRIES		100
#define SYSCTL_PAUSE_MS		10

static struct vfsmount *sysctl_proc;

/**
 * tl_sysctl_mount() - make the files reachable
 *
 * The mount keeps the PID namespace of the caller.
 * Context: process; sleeps.
 * Return: 0 or an error.
 */
int tl_sysctl_mount(void)
{
	struct file_system_type *type = get_fs_type("proc");

	if (!type)
		return -ENODEV;
	/* procfs is part of the kernel: its type needs no reference. */
	sysctl_proc = kern_mount(type);
	return PTR_ERR_OR_ZERO(sysctl_proc);
}

/**
 * tl_sysctl_unmount() - the end of it, after the last file was closed
 *
 * Context: process; sleeps.
 */
void tl_sysctl_unmount(void)
{
	/* Files that a worker closed are closed by another worker. */
	flush_delayed_fput();
	kern_unmount(sysctl_proc);
}

/**
 * tl_sysctl_open() - open the file of a sysctl, as the caller may
 * @path: from the root of a procfs
 * @write: also for writing
 *
 * Context: process; sleeps.
 * Return: the file, or an error: -ENOENT, -EACCES and others.
 */
struct file *tl_sysctl_open(const char *path, bool write)
{
	return tl_compat_file_open_root(sysctl_proc, path,
					write ? O_RDWR : O_RDONLY);
}

/**
 * tl_sysctl_close() - close it
 * @file: the file
 */
void tl_sysctl_close(struct file *file)
{
	fput(file);
}

/* Reads all of it into @size bytes, without the newline; -E2BIG if there is no room. */
static int sysctl_read_into(struct file *file, char *text, size_t size)
{
	loff_t pos = 0;
	ssize_t got = kernel_read(file, text, size - 1, &pos);

	if (got < 0)
		return got;
	if (got == size - 1)
		return -E2BIG;
	text[got] = '\0';
	if (got && text[got - 1] == '\n')
		text[got - 1] = '\0';
	return 0;
}

/* A text that is kept takes no more memory than it needs. */
static char *sysctl_shrink(char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = kvmalloc(size, GFP_KERNEL_ACCOUNT);

	if (copy)
		memcpy(copy, text, size);
	kvfree(text);
	return copy ?: ERR_PTR(-ENOMEM);
}

/**
 * tl_sysctl_read() - read a sysctl
 * @file: its file
 *
 * Context: process; sleeps.
 * Return: its text without the newline, for kvfree(), or an error; -ENOENT if
 * it has gone.
 */
char *tl_sysctl_read(struct file *file)
{
	size_t size;

	for (size = PAGE_SIZE; size <= TL_SYSCTL_MOST; size *= 4) {
		char *text = kvmalloc(size, GFP_KERNEL_ACCOUNT);
		int err;

		if (!text)
			return ERR_PTR(-ENOMEM);
		err = sysctl_read_into(file, text, size);
		if (!err)
			return sysctl_shrink(text);
		kvfree(text);
		if (err != -E2BIG)
			return ERR_PTR(err);
	}
	return ERR_PTR(-E2BIG);
}

/**
 * tl_sysctl_write() - write a sysctl
 * @file: its file
 * @text: its text, without a newline
 *
 * After an error a part may be written.
 * Context: process; sleeps.
 * Return: 0 or the kernel's error; -EINVAL if it takes less than all.
 */
int tl_sysctl_write(struct file *file, const char *text)
{
	size_t length = strlen(text), sent = 0;
	ssize_t done;
	loff_t pos = 0;

	/* The kernel takes nothing for no value; an empty line is an empty list. */
	if (!length)
		return min_t(ssize_t, kernel_write(file, "\n", 1, &pos), 0);
	do {
		/* Not all sysctls move the position. */
		pos = sent;
		done = kernel_write(file, text + sent, length - sent, &pos);
		if (done < 0)
			return done;
		sent += done;
		/* Of a long list the kernel takes a page at a time. */
	} while (done && sent < length && length >= PAGE_SIZE);
	return sent < length ? -EINVAL : 0;
}

/* The kernel marks a signal where there is none, to have a system call repeated. */
static void sysctl_unmark_signal(void)
{
	/* Nobody takes it from a task that runs. */
	struct sighand_struct *sighand =
		rcu_dereference_protected(current->sighand, true);

	if (current->flags & PF_KTHREAD) {
		flush_signals(current);
		return;
	}
	spin_lock_irq(&sighand->siglock);
	recalc_sigpending();
	spin_unlock_irq(&sighand->siglock);
}

/* The write was not done: the kernel is busy, or a signal is pending. */
static bool sysctl_is_interrupted(int err)
{
	return err == -ERESTARTNOINTR || err == -ERESTARTSYS ||
	       err == -ERESTARTNOHAND || err == -EINTR;
}

/**
 * tl_sysctl_write_patiently() - write a sysctl, and wait if the kernel is busy
 * @file: its file
 * @text: its text, without a newline
 * @heed_signals: a signal ends the waiting
 *
 * Context: process; sleeps, for a second or a little more at most.
 * Without @heed_signals a writer that is killed tries as often as any other.
 * Return: as tl_sysctl_write(), but -EBUSY where no try was done; -EINTR after a
 * signal, with @heed_signals.
 */
int tl_sysctl_write_patiently(struct file *file, const char *text,
			      bool heed_signals)
{
	unsigned int try;
	int err;

	for (try = 0; try < SYSCTL_TRIES; try++) {
		err = tl_sysctl_write(file, text);
		if (!sysctl_is_interrupted(err))
			return err;
		sysctl_unmark_signal();
		if (heed_signals && signal_pending(current))
			return -EINTR;
		msleep(SYSCTL_PAUSE_MS);
	}
	return -EBUSY;
}

/**
 * tl_sysctl_put() - give a sysctl a text back that a part of it may have lost
 * @file: its file
 * @text: the text
 *
 * Writing the same value might still do something to interfaces.
 * Context: process; sleeps, for a second or a little more at most.
 * Return: 0 if it has the text; an error of tl_sysctl_write_patiently().
 */
int tl_sysctl_put(struct file *file, const char *text)
{
	char *now = tl_sysctl_read(file);
	bool same = !IS_ERR(now) && tl_fields_equal(now, text);

	if (!IS_ERR(now))
		kvfree(now);
	return same ? 0 : tl_sysctl_write_patiently(file, text, false);
}

/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's sysctls, by files of a procfs of our own. */
#ifndef TCPLAB_TUNING_SYSCTL_H
#define TCPLAB_TUNING_SYSCTL_H

#include <linux/types.h>

struct file;

/* Bytes that no sysctl of the catalogue exceeds, with its end: every other port. */
#define TL_SYSCTL_MOST	(256 * 1024)

int tl_sysctl_mount(void);
void tl_sysctl_unmount(void);
struct file *tl_sysctl_open(const char *path, bool write);
void tl_sysctl_close(struct file *file);
char *tl_sysctl_read(struct file *file);
int tl_sysctl_write(struct file *file, const char *text);
int tl_sysctl_write_patiently(struct file *file, const char *text,
			      bool heed_signals);
int tl_sysctl_put(struct file *file, const char *text);

#endif /* TCPLAB_TUNING_SYSCTL_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Names of sysctls, and where their files are. */
#ifndef TCPLAB_TUNING_NAME_H
#define TCPLAB_TUNING_NAME_H

#include "../core/set_line.h"
#include "catalogue.h"

/* Bytes of a name, or of the path to its file, with its end. */
#define TL_NAME_SIZE	96

/**
 * struct tl_name - a sysctl, perhaps of an interface
 * @sysctl: its row; for an interface, that of interfaces to come
 * @device: the interface; empty: none
 */
struct tl_name {
	const struct tl_sysctl *sysctl;
	char device[TL_DEVICE_SIZE];
};

bool tl_name_find(const char *text, size_t length, struct tl_name *name);
bool tl_name_equal(const struct tl_name *a, const struct tl_name *b);
void tl_name_text(const struct tl_name *name, char *text);
void tl_name_path(const struct tl_name *name, char *path);

#endif /* TCPLAB_TUNING_NAME_H */

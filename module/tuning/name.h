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

/**
 * enum tl_reach - which names may change with one, in the order to write them
 * @TL_REACH_ALL: it is of conf.all: those of conf.default and of all interfaces
 * @TL_REACH_DEFAULT: it is of conf.default: those of interfaces
 * @TL_REACH_OWN: none
 * @TL_REACHES: how many ways there are
 */
enum tl_reach {
	TL_REACH_ALL,
	TL_REACH_DEFAULT,
	TL_REACH_OWN,
	TL_REACHES
};

bool tl_name_find(const char *text, size_t length, struct tl_name *name);
bool tl_name_equal(const struct tl_name *a, const struct tl_name *b);
enum tl_reach tl_name_reach(const struct tl_name *name);
bool tl_name_is_reached(const struct tl_name *name);
bool tl_name_reaches(const struct tl_name *name, const struct tl_name *other);
void tl_name_text(const struct tl_name *name, char *text);
void tl_name_path(const struct tl_name *name, char *path);

#endif /* TCPLAB_TUNING_NAME_H */

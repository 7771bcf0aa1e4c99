/* SPDX-License-Identifier: GPL-2.0 */
/* A line of a set of sysctls, and names of interfaces in it. */
#ifndef TCPLAB_CORE_SET_LINE_H
#define TCPLAB_CORE_SET_LINE_H

#include "port.h"

/* Bytes of the name of an interface, with its end: IFNAMSIZ. */
#define TL_DEVICE_SIZE	16

/**
 * struct tl_set_line - a line `name = value`
 * @name: the name
 * @name_length: bytes of it
 * @value: the value, without blanks around it
 * @value_length: bytes of it
 * @may_fail: a hyphen stands before the name
 */
struct tl_set_line {
	const char *name;
	size_t name_length;
	const char *value;
	size_t value_length;
	bool may_fail;
};

/**
 * struct tl_conf_name - a sysctl of an interface
 * @device: the interface, with its dots
 * @leaf: what of it
 * @leaf_length: bytes of @leaf
 */
struct tl_conf_name {
	char device[TL_DEVICE_SIZE];
	const char *leaf;
	size_t leaf_length;
};

int tl_set_line_parse(const char *text, size_t length, struct tl_set_line *line);
bool tl_set_line_conf(const char *name, size_t length,
		      struct tl_conf_name *conf);

#endif /* TCPLAB_CORE_SET_LINE_H */

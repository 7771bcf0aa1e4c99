/* SPDX-License-Identifier: GPL-2.0 */
/* The knobs in /sys/kernel/tcplab. */
#ifndef TCPLAB_REPORT_KNOBS_H
#define TCPLAB_REPORT_KNOBS_H

#include <linux/sysfs.h>

struct tl_net;

/* Bytes of a value, with a newline and a NUL. */
#define TL_KNOB_SIZE	64

/**
 * struct tl_knob - a file
 * @attr: for sysfs
 * @show: writes the value and a newline to TL_KNOB_SIZE bytes; returns its
 *	length
 * @store: takes a value; called with the namespace's mutex held; 0 or an error
 * @get: the value, if it is a number
 * @set: takes a number in [@min, @max]
 * @min: least number
 * @max: greatest number
 */
struct tl_knob {
	struct bin_attribute attr;
	int (*show)(const struct tl_knob *knob, const struct tl_net *ns,
		    char *text);
	int (*store)(const struct tl_knob *knob, struct tl_net *ns,
		     const char *text);
	unsigned int (*get)(const struct tl_net *ns);
	int (*set)(struct tl_net *ns, unsigned int value);
	unsigned int min;
	unsigned int max;
};

/* How they are read and written is added when the file is made. */
#define TL_KNOB_ATTR(knob_name)	{ .attr = { .name = knob_name, .mode = 0666 } }

int tl_knob_show_number(const struct tl_knob *knob, const struct tl_net *ns,
			char *text);
int tl_knob_store_number(const struct tl_knob *knob, struct tl_net *ns,
			 const char *text);

extern struct tl_knob * const tl_knobs_time_wait[];

struct kobject *tl_knobs_root(void);
int tl_knobs_init(void);
void tl_knobs_exit(void);

#endif /* TCPLAB_REPORT_KNOBS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Telling of each change. */
#ifndef TCPLAB_TUNING_EVENT_H
#define TCPLAB_TUNING_EVENT_H

#include <linux/types.h>

struct tl_name;
struct tl_net;

void tl_trace_knob(const struct tl_net *ns, const struct tl_name *name,
		   const char *old, const char *new, const char *cause, int err,
		   u32 line);

void tl_trace_line(const struct tl_net *ns, const char *text, int err, u32 line);

#endif /* TCPLAB_TUNING_EVENT_H */

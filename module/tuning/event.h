/* SPDX-License-Identifier: GPL-2.0 */
/* Telling of each change. */
#ifndef TCPLAB_TUNING_EVENT_H
#define TCPLAB_TUNING_EVENT_H

#include <linux/types.h>

struct tl_name;
struct tl_net;
struct tl_trace_knob;

void tl_trace_knob(const struct tl_net *ns, const struct tl_name *name,
		   const struct tl_trace_knob *knob);
void tl_trace_line(const struct tl_net *ns, const char *text, int err, u32 line);

#endif /* TCPLAB_TUNING_EVENT_H */

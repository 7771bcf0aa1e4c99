// SPDX-License-Identifier: GPL-2.0
/* Telling of each change: the trace event. */
#include "../trace/trace.h"
#include "event.h"
#include "name.h"

/**
 * tl_trace_knob() - tell of a change, or of one that was refused
 * @ns: the namespace
 * @name: the name
 * @knob: the rest, see &struct tl_trace_knob: its own name is not looked at; its new
 *	text is the one that it was to have, or the old one if it was left alone; its
 *	cause is write, apply, undo, rollback, expire or unload
 */
void tl_trace_knob(const struct tl_net *ns, const struct tl_name *name,
		   const struct tl_trace_knob *knob)
{
	struct tl_trace_knob named;
	char text[TL_NAME_SIZE];

	if (!trace_knob_enabled())
		return;
	tl_name_text(name, text);
	named = *knob;
	named.name = text;
	trace_knob(ns, &named);
}

/**
 * tl_trace_line() - tell of a line of a set that is refused
 * @ns: the namespace
 * @text: how it begins
 * @err: why
 * @line: its number
 */
void tl_trace_line(const struct tl_net *ns, const char *text, int err, u32 line)
{
	const struct tl_trace_knob knob = {
		.name = text,
		.old = "-",
		.new = "-",
		.cause = "apply",
		.error = err,
		.line = line,
	};

	trace_knob(ns, &knob);
}

// SPDX-License-Identifier: GPL-2.0
/* Telling of each change: the trace event. */
#include "../trace/trace.h"
#include "event.h"
#include "name.h"

/**
 * tl_trace_knob() - tell of a change, or of one that was refused
 * @ns: the namespace
 * @name: the name
 * @knob: the rest: the text before; the text that it was to have, or the one before
 *	if it was left alone; a cause (write, apply, undo, rollback, expire or unload);
 *	an error; the number of the line of a set, or 0
 */
void tl_trace_knob(const struct tl_net *ns, const struct tl_name *name,
		   struct tl_trace_knob *knob)
{
	char text[TL_NAME_SIZE];

	if (!trace_knob_enabled())
		return;
	tl_name_text(name, text);
	knob->name = text;
	trace_knob(ns, knob);
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

// SPDX-License-Identifier: GPL-2.0
/* The lines of a set of sysctls, as sysctl.d has them. */
#include "set_line.h"

#define SET_LINE_CONF	"net.ipv4.conf."

static bool set_line_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Narrows [*@begin, *@end) to the text between blanks. */
static void set_line_trim(const char **begin, const char **end)
{
	while (*begin < *end && set_line_is_blank(**begin))
		++*begin;
	while (*begin < *end && set_line_is_blank((*end)[-1]))
		--*end;
}

/**
 * tl_set_line_parse() - take a line apart
 * @text: the line
 * @length: bytes of it
 * @line: filled with pointers into @text if it is `name = value`
 *
 * Return: 1 if it is; 0 if it is empty or a comment; -EINVAL else.
 */
int tl_set_line_parse(const char *text, size_t length, struct tl_set_line *line)
{
	const char *end = text + length, *sign, *name_end;

	set_line_trim(&text, &end);
	if (text == end || *text == '#' || *text == ';')
		return 0;
	line->may_fail = *text == '-';
	text += line->may_fail;
	sign = memchr(text, '=', (size_t)(end - text));
	if (!sign)
		return -EINVAL;
	name_end = sign;
	set_line_trim(&text, &name_end);
	if (text == name_end)
		return -EINVAL;
	line->name = text;
	line->name_length = (size_t)(name_end - text);
	line->value = sign + 1;
	set_line_trim(&line->value, &end);
	line->value_length = (size_t)(end - line->value);
	return 1;
}

/* A name that the kernel takes for an interface, and no way out of a directory. */
static bool set_line_device(const char *text, size_t length, char *device)
{
	size_t i;

	if (!length || length >= TL_DEVICE_SIZE)
		return false;
	for (i = 0; i < length; i++) {
		char c = text[i];

		if (set_line_is_blank(c) || c == '.' || c == ':' || !c)
			return false;
		device[i] = c == '/' ? '.' : c;
	}
	device[length] = '\0';
	return strcmp(device, ".") && strcmp(device, "..");
}

/**
 * tl_set_line_conf() - take the name of an interface's sysctl apart
 * @name: `net.ipv4.conf.<interface>.<leaf>`, where the dots of the interface are
 *	slashes
 * @length: bytes of it
 * @conf: filled if it is such a name; the leaf points into @name
 *
 * Return: whether it is.
 */
bool tl_set_line_conf(const char *name, size_t length,
		      struct tl_conf_name *conf)
{
	const size_t prefix = sizeof(SET_LINE_CONF) - 1;
	const char *end = name + length, *dot;

	if (length <= prefix || memcmp(name, SET_LINE_CONF, prefix))
		return false;
	name += prefix;
	dot = memchr(name, '.', (size_t)(end - name));
	if (!dot || !set_line_device(name, (size_t)(dot - name), conf->device))
		return false;
	conf->leaf = dot + 1;
	conf->leaf_length = (size_t)(end - conf->leaf);
	return true;
}

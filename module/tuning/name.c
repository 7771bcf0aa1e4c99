// SPDX-License-Identifier: GPL-2.0
/* Names of sysctls: pure C, too, for the unit tests. */
#include "name.h"

#define NAME_CONF	"net.ipv4.conf."
#define NAME_ALL	"all."
#define NAME_DEFAULT	"default."

static bool name_is(const char *name, const char *text, size_t length)
{
	return name && strlen(name) == length && !memcmp(name, text, length);
}

static const struct tl_sysctl *name_catalogued(const char *text, size_t length)
{
	unsigned int i, j;

	for (i = 0; i < TL_SYSCTLS; i++) {
		const struct tl_sysctl *sysctl = &tl_sysctls[i];

		if (name_is(sysctl->name, text, length))
			return sysctl;
		for (j = 0; j < TL_OLD_NAMES; j++)
			if (name_is(sysctl->old[j], text, length))
				return sysctl;
	}
	return NULL;
}

/* Interfaces have the same leaves as those to come. */
static const struct tl_sysctl *name_of_device(const char *leaf, size_t length)
{
	const size_t prefix = sizeof(NAME_CONF NAME_DEFAULT) - 1;
	unsigned int i;

	for (i = 0; i < TL_SYSCTLS; i++) {
		const char *name = tl_sysctls[i].name;

		if (!strncmp(name, NAME_CONF NAME_DEFAULT, prefix) &&
		    name_is(name + prefix, leaf, length))
			return &tl_sysctls[i];
	}
	return NULL;
}

/* As sysctl does: where the first separator is a slash, dots are part of names. */
static bool name_has_slashes(const char *text, size_t length)
{
	for (; length; text++, length--)
		if (*text == '.' || *text == '/')
			return *text == '/';
	return false;
}

static void name_turn(const char *text, size_t length, char *turned)
{
	for (; length; text++, length--)
		*turned++ = *text == '/' ? '.' : *text == '.' ? '/' : *text;
}

/**
 * tl_name_find() - find a name in the catalogue
 * @text: the name with dots, or an old name; in that of an interface the dots of
 *	the interface are slashes. Or all of it the other way round
 * @length: bytes of it
 * @name: filled if it is there
 *
 * Return: whether it is.
 */
bool tl_name_find(const char *text, size_t length, struct tl_name *name)
{
	char turned[TL_NAME_SIZE];
	struct tl_conf_name conf;

	if (name_has_slashes(text, length)) {
		if (length > sizeof(turned))
			return false;
		name_turn(text, length, turned);
		text = turned;
	}
	name->sysctl = name_catalogued(text, length);
	name->device[0] = '\0';
	if (name->sysctl)
		return true;
	if (!tl_set_line_conf(text, length, &conf))
		return false;
	name->sysctl = name_of_device(conf.leaf, conf.leaf_length);
	memcpy(name->device, conf.device, sizeof(conf.device));
	return name->sysctl;
}

/**
 * tl_name_equal() - whether two names are the same
 * @a: a name
 * @b: another
 */
bool tl_name_equal(const struct tl_name *a, const struct tl_name *b)
{
	return a->sysctl == b->sysctl && !strcmp(a->device, b->device);
}

static const char *name_leaf(const struct tl_name *name)
{
	return strrchr(name->sysctl->name, '.') + 1;
}

static bool name_begins(const struct tl_name *name, const char *prefix)
{
	return !strncmp(name->sysctl->name, prefix, strlen(prefix));
}

/**
 * tl_name_reach() - which names may change with one
 * @name: the name
 */
enum tl_reach tl_name_reach(const struct tl_name *name)
{
	if (name->device[0])
		return TL_REACH_OWN;
	if (name_begins(name, NAME_CONF NAME_ALL))
		return TL_REACH_ALL;
	return name_begins(name, NAME_CONF NAME_DEFAULT) ? TL_REACH_DEFAULT :
							   TL_REACH_OWN;
}

/**
 * tl_name_is_reached() - whether it may change with another one
 * @name: the name
 */
bool tl_name_is_reached(const struct tl_name *name)
{
	return name_begins(name, NAME_CONF) &&
	       tl_name_reach(name) != TL_REACH_ALL;
}

/**
 * tl_name_reaches() - whether the kernel may change a name with another one
 * @name: the name that is written
 * @other: the name that may change
 */
bool tl_name_reaches(const struct tl_name *name, const struct tl_name *other)
{
	return tl_name_reach(name) < tl_name_reach(other) &&
	       tl_name_is_reached(other) &&
	       !strcmp(name_leaf(name), name_leaf(other));
}

/* Copies @text to @to, each @from as @as; returns where its end is. */
static char *name_copy(char *to, const char *text, char from, char as)
{
	for (; *text; text++)
		*to++ = *text == from ? as : *text;
	*to = '\0';
	return to;
}

/**
 * tl_name_text() - write a name as people do
 * @name: the name
 * @text: TL_NAME_SIZE bytes; filled with the name with dots
 */
void tl_name_text(const struct tl_name *name, char *text)
{
	if (!name->device[0]) {
		name_copy(text, name->sysctl->name, '\0', '\0');
		return;
	}
	text = name_copy(text, NAME_CONF, '\0', '\0');
	text = name_copy(text, name->device, '.', '/');
	*text++ = '.';
	name_copy(text, name_leaf(name), '\0', '\0');
}

/**
 * tl_name_path() - where the file of a sysctl is
 * @name: the name
 * @path: TL_NAME_SIZE bytes; filled with the path below the root of a procfs
 */
void tl_name_path(const struct tl_name *name, char *path)
{
	path = name_copy(path, "sys/", '\0', '\0');
	if (!name->device[0]) {
		name_copy(path, name->sysctl->name, '.', '/');
		return;
	}
	path = name_copy(path, NAME_CONF, '.', '/');
	path = name_copy(path, name->device, '\0', '\0');
	*path++ = '/';
	name_copy(path, name_leaf(name), '.', '/');
}

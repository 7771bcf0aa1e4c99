// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the parsers of sysctls and of sets of them. A value that is taken is
 * its own normal form, and each number of it is in range; so is a list that is
 * joined; a line points into itself; the name of an interface leads nowhere else.
 * The input is a letter that chooses the bounds, and the text.
 */
#include "fields.h"
#include "fuzz.h"
#include "set_line.h"

static const struct tl_bounds bounds[] = {
	{ TL_FORM_NUMBER, false, 0, 255 },
	{ TL_FORM_NUMBER, false, -5, 9223372036854775807LL },
	{ TL_FORM_PAIR, true, 1, 65535 },
	{ TL_FORM_TRIPLE, false, 1, 2147483647 },
	{ TL_FORM_LIST, true, 0, 65535 },
	{ TL_FORM_WORD, false, 0, 0 },
};

/* Each number of a value, exact below 2^53, which is enough for these bounds. */
static void check_numbers(const struct tl_bounds *bound, const char *text)
{
	unsigned int count = 0;
	double number, last = bound->min;

	while (*text) {
		char *end;

		number = strtod(text, &end);
		HOLDS(end != text);
		HOLDS(number >= bound->min && number <= bound->max);
		HOLDS(!bound->ordered || number >= last);
		last = number;
		text = end + (*end == '\t');
		count++;
	}
	HOLDS(count == (bound->form == TL_FORM_TRIPLE ? 3 :
			bound->form == TL_FORM_PAIR ? 2 : 1));
}

/* A list that is joined is its own normal form, in order, and no longer. */
static void check_joined(char *list)
{
	u8 ports[TL_FIELDS_PORTS] = { 0 }, same[TL_FIELDS_PORTS] = { 0 };
	size_t length = strlen(list);
	char *again;

	tl_fields_join(list, ports);
	HOLDS(strlen(list) <= length);
	again = strdup(list);
	if (!again)
		abort();
	tl_fields_join(again, same);
	HOLDS(!strcmp(list, again));
	HOLDS(!memcmp(ports, same, sizeof(ports)));
	free(again);
}

static void check_value(const struct tl_bounds *bound, const char *text,
			size_t length)
{
	char *out = malloc(length + 1), *again = malloc(length + 1);
	int err;

	if (!out || !again)
		abort();
	err = tl_fields_check(text, length, bound, out, length + 1);
	HOLDS(err == 0 || err == -EINVAL || err == -ERANGE);
	if (!err) {
		HOLDS(strlen(out) <= length);
		HOLDS(!tl_fields_check(out, strlen(out), bound, again, length + 1));
		HOLDS(!strcmp(out, again));
		HOLDS(tl_fields_equal(out, again));
		if (bound->form < TL_FORM_LIST)
			check_numbers(bound, out);
		if (bound->form == TL_FORM_LIST)
			check_joined(out);
	}
	free(out);
	free(again);
}

static bool is_inside(const char *part, size_t length, const char *text, size_t size)
{
	return part >= text && part + length <= text + size;
}

static void check_line(const char *text, size_t length)
{
	struct tl_conf_name conf;
	struct tl_set_line line;

	if (tl_set_line_parse(text, length, &line) == 1) {
		HOLDS(line.name_length);
		HOLDS(is_inside(line.name, line.name_length, text, length));
		HOLDS(is_inside(line.value, line.value_length, text, length));
	}
	if (!tl_set_line_conf(text, length, &conf))
		return;
	HOLDS(strlen(conf.device) && strlen(conf.device) < TL_DEVICE_SIZE);
	HOLDS(!strchr(conf.device, '/'));
	HOLDS(strcmp(conf.device, ".") && strcmp(conf.device, ".."));
	HOLDS(is_inside(conf.leaf, conf.leaf_length, text, length));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input input = { data, size };
	const struct tl_bounds *bound = &bounds[take(&input) % ARRAY_SIZE(bounds)];
	/* No longer than the text: reading beyond it is an error. */
	char *text = malloc(input.left ? input.left : 1);

	if (!text)
		return 0;
	memcpy(text, input.next, input.left);
	check_value(bound, text, input.left);
	check_line(text, input.left);
	free(text);
	return 0;
}

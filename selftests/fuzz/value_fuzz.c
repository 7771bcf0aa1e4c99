// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes what knobs are parsed with: numbers against digits summed up in
 * floating point, words against a search from both ends, and the look-up of
 * laws. The input is a letter that chooses the range, and the text.
 */
#include "fuzz.h"
#include "law.h"
#include "value.h"

#define WORD	16

static const struct {
	u32 min, max;
} ranges[] = {
	{ 0, 1 }, { 1, 86400000 }, { 0, ~0U }, { ~0U, ~0U }, { 0, 0 }, { 5, 4 },
};

/* RFC-like grammar: ["+"] 1*DIGIT [LF] */
static bool is_number(const char *text, size_t length)
{
	size_t plus = length && text[0] == '+';
	size_t digits = strspn(text + plus, "0123456789");
	size_t rest = length - plus - digits;

	return digits && (!rest || (rest == 1 && text[length - 1] == '\n'));
}

/* Exact below 2^53, and more than any u32 above. */
static double amount(const char *text)
{
	double sum = 0;

	for (text += text[0] == '+'; *text >= '0' && *text <= '9'; text++)
		sum = sum * 10 + (*text - '0');
	return sum;
}

static void check_number(const char *text, u32 min, u32 max)
{
	u32 value = 12345;
	int err = tl_value_number(text, min, max, &value);

	if (!is_number(text, strlen(text))) {
		HOLDS(err == -EINVAL);
	} else if (amount(text) < min || amount(text) > max) {
		HOLDS(err == -ERANGE);
	} else {
		HOLDS(err == 0);
		HOLDS(value == amount(text));
		return;
	}
	HOLDS(value == 12345);
}

static void check_word(const char *text)
{
	static const char blanks[] = " \t\n\v\f\r";
	char word[WORD] = "untouched";
	int err = tl_value_word(text, word, sizeof(word));
	const char *first = text + strspn(text, blanks);
	const char *last = NULL, *c;

	for (c = first; *c; c++)
		if (!strchr(blanks, *c))
			last = c;
	if (!last || last - first >= WORD - 1) {
		HOLDS(err == -EINVAL);
		HOLDS(!strcmp(word, "untouched"));
		return;
	}
	HOLDS(err == 0);
	HOLDS(strlen(word) == (size_t)(last - first) + 1);
	HOLDS(!strncmp(word, first, strlen(word)));
}

static void check_law(const char *name)
{
	const struct tl_law_setup *setup = tl_law_find(name);

	if (!setup)
		HOLDS(strcmp(name, "cubic") && strcmp(name, "reno"));
	else
		HOLDS(!strcmp(setup->law->name, name));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input input = { data, size };
	unsigned int range = take(&input) % ARRAY_SIZE(ranges);
	/* No longer than the text: reading beyond its end is an error. */
	char *text = strndup((const char *)input.next, input.left);

	if (!text)
		return 0;
	check_number(text, ranges[range].min, ranges[range].max);
	check_word(text);
	check_law(text);
	free(text);
	return 0;
}

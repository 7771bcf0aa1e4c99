// SPDX-License-Identifier: GPL-2.0
/* Parsing of values that users write. */
#include "value.h"

static bool value_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool value_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/**
 * tl_value_number() - read a decimal number
 * @text: digits, perhaps a plus before and a newline behind them, as the
 *	kernel's own parsers take them; ends with NUL
 * @min: least value
 * @max: greatest value
 * @value: set if the number is in range, else untouched
 *
 * Return: 0; -EINVAL if @text is no number; -ERANGE if it is one outside
 * [@min, @max], however long it is.
 */
int tl_value_number(const char *text, u32 min, u32 max, u32 *value)
{
	u64 number = 0;

	if (*text == '+')
		text++;
	if (!value_is_digit(*text))
		return -EINVAL;
	/* Too large stays too large, whatever digits follow. */
	for (; value_is_digit(*text); text++)
		number = min_t(u64, number * 10 + (u64)(*text - '0'),
			       1ULL << 32);
	if (*text == '\n')
		text++;
	if (*text)
		return -EINVAL;
	if (number < min || number > max)
		return -ERANGE;
	*value = (u32)number;
	return 0;
}

/**
 * tl_value_word() - read what stands between blanks
 * @text: the word, perhaps with white space around it; ends with NUL
 * @word: filled with the word and a NUL, else untouched
 * @size: bytes at @word
 *
 * White space inside is part of the word: a look-up of the word will not find
 * it.
 *
 * Return: 0, or -EINVAL if there is no word or it is too long.
 */
int tl_value_word(const char *text, char *word, size_t size)
{
	size_t length;

	while (value_is_blank(*text))
		text++;
	length = strlen(text);
	while (length && value_is_blank(text[length - 1]))
		length--;
	if (!length || length >= size)
		return -EINVAL;
	memcpy(word, text, length);
	word[length] = '\0';
	return 0;
}

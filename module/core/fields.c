// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a sysctl. The kernel's own parsers take a part of a value that is
 * refused, and ignore the rest behind one that is taken. So a value is checked
 * whole before the kernel sees it.
 */
#include "fields.h"

/* Above every bound. */
#define FIELDS_TOO_LARGE	0x8000000000000000ULL

#define FIELDS_PORTS		(TL_FIELDS_PORTS * 8)

static bool fields_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool fields_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/**
 * struct fields_number - a number of a text
 * @negative: a minus stands before it
 * @amount: the rest of it; FIELDS_TOO_LARGE if it is more than that
 */
struct fields_number {
	bool negative;
	u64 amount;
};

/*
 * Reads decimal digits from @text to @end. The kernel takes 010 for 8, and people
 * take it for 10: such a number is refused. Returns its end, or NULL.
 */
static const char *fields_number(const char *text, const char *end,
				 struct fields_number *number)
{
	const char *first;

	number->negative = text < end && *text == '-';
	text += number->negative;
	number->amount = 0;
	first = text;
	for (; text < end && fields_is_digit(*text); text++) {
		u64 digit = (u64)(*text - '0');

		/* Once too large, it stays so. */
		if (number->amount > (FIELDS_TOO_LARGE - digit) / 10)
			number->amount = FIELDS_TOO_LARGE;
		else
			number->amount = number->amount * 10 + digit;
	}
	if (text == first || (*first == '0' && (text - first > 1 || number->negative)))
		return NULL;
	return text;
}

static bool fields_below(const struct fields_number *number, s64 bound)
{
	if (bound < 0)
		return number->negative && number->amount > 0ULL - (u64)bound;
	return number->negative || number->amount < (u64)bound;
}

static bool fields_above(const struct fields_number *number, s64 bound)
{
	if (bound < 0)
		return !number->negative || number->amount < 0ULL - (u64)bound;
	return !number->negative && number->amount > (u64)bound;
}

static bool fields_in_range(const struct fields_number *number,
			    const struct tl_bounds *bounds)
{
	return !fields_below(number, bounds->min) &&
	       !fields_above(number, bounds->max);
}

/* Of two numbers in range. */
static bool fields_less(const struct fields_number *a, const struct fields_number *b)
{
	if (a->negative != b->negative)
		return a->negative;
	return a->negative ? a->amount > b->amount : a->amount < b->amount;
}

static unsigned int fields_wanted(enum tl_form form)
{
	return form == TL_FORM_TRIPLE ? 3 : form == TL_FORM_PAIR ? 2 : 1;
}

static const char *fields_skip_blanks(const char *text, const char *end)
{
	while (text < end && fields_is_blank(*text))
		text++;
	return text;
}

/* Blanks, or a comma, which reports write between numbers; NULL if it is neither. */
static const char *fields_separator(const char *text, const char *end)
{
	const char *next = fields_skip_blanks(text, end);

	if (next < end && *next == ',')
		return fields_skip_blanks(next + 1, end);
	return next > text ? next : NULL;
}

/* So many numbers, with something between them. */
static int fields_check_numbers(const char *text, const char *end,
				const struct tl_bounds *bounds, char *out)
{
	unsigned int left = fields_wanted(bounds->form);
	struct fields_number number, last = { .amount = 0 };
	bool first = true, in_range = true, in_order = true;

	for (; left; left--) {
		const char *begin = text;

		text = fields_number(text, end, &number);
		if (!text)
			return -EINVAL;
		memcpy(out, begin, (size_t)(text - begin));
		out += text - begin;
		*out++ = left > 1 ? '\t' : '\0';
		in_range = in_range && fields_in_range(&number, bounds);
		in_order = in_order && (first || !fields_less(&number, &last));
		last = number;
		first = false;
		if (left > 1)
			text = fields_separator(text, end);
		if (!text)
			return -EINVAL;
	}
	if (text < end)
		return -EINVAL;
	if (!in_range)
		return -ERANGE;
	return bounds->ordered && !in_order ? -EINVAL : 0;
}

/* One number of a list, or two with a hyphen between them. */
static const char *fields_item(const char *text, const char *end,
			       struct fields_number *low, struct fields_number *high)
{
	text = fields_number(text, end, low);
	if (!text || low->negative)
		return NULL;
	*high = *low;
	if (text < end && *text == '-') {
		text = fields_number(text + 1, end, high);
		if (!text || high->negative)
			return NULL;
	}
	return fields_less(high, low) ? NULL : text;
}

static int fields_check_list(const char *text, const char *end,
			     const struct tl_bounds *bounds, char *out)
{
	const char *begin = text;
	struct fields_number low, high;
	bool in_range = true;

	while (text < end) {
		text = fields_item(text, end, &low, &high);
		if (!text || (text < end && (*text != ',' || text + 1 == end)))
			return -EINVAL;
		in_range = in_range && fields_in_range(&low, bounds) &&
			   fields_in_range(&high, bounds);
		text += text < end;
	}
	memcpy(out, begin, (size_t)(end - begin));
	out[end - begin] = '\0';
	return in_range ? 0 : -ERANGE;
}

static bool fields_in_word(char c)
{
	return fields_is_digit(c) || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
}

static int fields_check_word(const char *text, const char *end, char *out)
{
	const char *c;

	/* The kernel would cut a longer one. */
	if (text == end || end - text >= TL_FIELDS_WORD)
		return -EINVAL;
	for (c = text; c < end; c++)
		if (!fields_in_word(*c))
			return -EINVAL;
	memcpy(out, text, (size_t)(end - text));
	out[end - text] = '\0';
	return 0;
}

/**
 * tl_fields_check() - check a value, and write it as the kernel does, but a list
 * @text: the value, perhaps with blanks around it
 * @length: bytes of it
 * @bounds: what it may be
 * @out: filled with the value: a tab between two numbers, NUL at its end;
 *	undefined after an error
 * @size: bytes at @out
 *
 * Numbers are decimal, without leading zeros; between two there are blanks or a comma.
 * The form goes before the range.
 *
 * Return: 0; -EINVAL if it has another form, or is too long for @out; -ERANGE if
 * one of its numbers is out of bounds.
 */
int tl_fields_check(const char *text, size_t length,
		    const struct tl_bounds *bounds, char *out, size_t size)
{
	const char *end = text + length;

	while (text < end && fields_is_blank(*text))
		text++;
	while (text < end && fields_is_blank(end[-1]))
		end--;
	if ((size_t)(end - text) >= size)
		return -EINVAL;
	if (bounds->form == TL_FORM_WORD)
		return fields_check_word(text, end, out);
	if (bounds->form == TL_FORM_LIST)
		return fields_check_list(text, end, bounds, out);
	return fields_check_numbers(text, end, bounds, out);
}

static void fields_mark(u8 *ports, u32 low, u32 high)
{
	u8 from = (u8)(0xff << low % 8), to = (u8)(0xff >> (7 - high % 8));
	u32 first = low / 8, last = high / 8;

	if (first == last) {
		ports[first] |= from & to;
		return;
	}
	ports[first] |= from;
	memset(ports + first + 1, 0xff, last - first - 1);
	ports[last] |= to;
}

/* The first port from @port on that is marked, or is not; past the last if none. */
static u32 fields_next(const u8 *ports, u32 port, bool marked)
{
	while (port < FIELDS_PORTS) {
		u8 eight = marked ? ports[port / 8] : (u8)~ports[port / 8];

		if (eight >> port % 8 & 1)
			break;
		port = eight >> port % 8 ? port + 1 : (port / 8 + 1) * 8;
	}
	return port;
}

static char *fields_write(char *out, u32 port)
{
	u32 unit = 1;

	while (port / unit >= 10)
		unit *= 10;
	for (; unit; unit /= 10)
		*out++ = (char)('0' + port / unit % 10);
	return out;
}

/**
 * tl_fields_join() - write a list as the kernel does: in order, ranges joined
 * @text: a list of ports that was checked; changed, and no longer than before
 * @ports: TL_FIELDS_PORTS bytes, all 0
 */
void tl_fields_join(char *text, u8 *ports)
{
	const char *at = text, *end = text + strlen(text);
	struct fields_number number, last;
	u32 low, high;

	while (at < end) {
		at = fields_item(at, end, &number, &last);
		fields_mark(ports, (u32)number.amount, (u32)last.amount);
		at += at < end;
	}
	at = text;
	for (low = 0; (low = fields_next(ports, low, true)) < FIELDS_PORTS;
	     low = high) {
		high = fields_next(ports, low, false);
		if (text > at)
			*text++ = ',';
		text = fields_write(text, low);
		if (high - 1 == low)
			continue;
		*text++ = '-';
		text = fields_write(text, high - 1);
	}
	*text = '\0';
}

static const char *fields_skip(const char *text)
{
	while (fields_is_blank(*text))
		text++;
	return text;
}

/**
 * tl_fields_equal() - whether two values are the same but for blanks
 * @a: a value; ends with NUL
 * @b: another one
 *
 * Any blanks are as good as any others, but not as none, between fields.
 */
bool tl_fields_equal(const char *a, const char *b)
{
	a = fields_skip(a);
	b = fields_skip(b);
	while (*a && *b) {
		if (fields_is_blank(*a) != fields_is_blank(*b))
			break;
		if (fields_is_blank(*a)) {
			a = fields_skip(a);
			b = fields_skip(b);
			continue;
		}
		if (*a++ != *b++)
			return false;
	}
	return !*fields_skip(a) && !*fields_skip(b);
}

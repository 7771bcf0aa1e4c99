/* SPDX-License-Identifier: GPL-2.0 */
/* The text of a sysctl: one number, several, a list of ranges, or a word. */
#ifndef TCPLAB_CORE_FIELDS_H
#define TCPLAB_CORE_FIELDS_H

#include "port.h"

/* Bytes of a value that users write, with its end. */
#define TL_FIELDS_SIZE	4096
/* Bytes of a word, with its end: names of algorithms and of queues. */
#define TL_FIELDS_WORD	16
/* Bytes of the marks of all ports. */
#define TL_FIELDS_PORTS	(65536 / 8)

/**
 * enum tl_form - what a value is made of
 * @TL_FORM_NUMBER: one number
 * @TL_FORM_PAIR: two
 * @TL_FORM_TRIPLE: three
 * @TL_FORM_LIST: numbers and ranges of them between commas, perhaps none
 * @TL_FORM_WORD: a word
 */
enum tl_form {
	TL_FORM_NUMBER,
	TL_FORM_PAIR,
	TL_FORM_TRIPLE,
	TL_FORM_LIST,
	TL_FORM_WORD
};

/**
 * struct tl_bounds - what values there may be
 * @form: their form
 * @ordered: no number is less than the one before it
 * @min: least number
 * @max: greatest number
 */
struct tl_bounds {
	enum tl_form form;
	bool ordered;
	s64 min;
	s64 max;
};

int tl_fields_check(const char *text, size_t length,
		    const struct tl_bounds *bounds, char *out, size_t size);
void tl_fields_join(char *text, u8 *ports);
bool tl_fields_equal(const char *a, const char *b);

#endif /* TCPLAB_CORE_FIELDS_H */

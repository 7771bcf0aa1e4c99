/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzz harnesses share: reading choices from the input, and stopping
 * where an invariant does not hold.
 */
#ifndef TCPLAB_FUZZ_H
#define TCPLAB_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "port.h"

/* The one function of a harness; libFuzzer and replay.c call it. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Ends the program, and so names the input, unless @condition holds. */
#define HOLDS(condition) do {						\
	if (!(condition)) {						\
		fprintf(stderr, "%s:%d: does not hold: %s\n",		\
			__FILE__, __LINE__, #condition);		\
		abort();						\
	}								\
} while (0)

/**
 * struct input - what is left of an input
 * @next: the next byte
 * @left: bytes left
 */
struct input {
	const u8 *next;
	size_t left;
};

/* The next byte; 0 behind the end. */
static inline u8 take(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->next++;
}

static inline u32 take_u32(struct input *input)
{
	u32 value = take(input);

	value = value << 8 | take(input);
	value = value << 8 | take(input);
	return value << 8 | take(input);
}

#endif /* TCPLAB_FUZZ_H */

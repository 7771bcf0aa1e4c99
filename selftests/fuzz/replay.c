// SPDX-License-Identifier: GPL-2.0
/* Gives a harness the inputs in the files that are named, without libFuzzer. */
#include "fuzz.h"

#define INPUT_MAX	65536

static int replay(const char *name)
{
	u8 *exact, buffer[INPUT_MAX];
	FILE *file = fopen(name, "rb");
	size_t size;

	if (!file) {
		perror(name);
		return 1;
	}
	size = fread(buffer, 1, sizeof(buffer), file);
	fclose(file);
	/* As long as the input, so that reading beyond it is seen. */
	exact = malloc(size ? size : 1);
	if (!exact)
		return 1;
	for (size_t i = 0; i < size; i++)
		exact[i] = buffer[i];
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	return failed;
}

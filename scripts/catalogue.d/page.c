// SPDX-License-Identifier: GPL-2.0
/* Prints the catalogue of sysctls as definitions of reStructuredText. */
#include <stdio.h>

#include "catalogue.h"

/* The kernel's fastest clock decides of bounds that are kept as its ticks. */
static void print_range(const struct tl_sysctl *sysctl)
{
	const struct tl_bounds *bounds = &sysctl->bounds;

	if (bounds->form == TL_FORM_WORD)
		printf("a word");
	else if (sysctl->seconds)
		printf("%lld to %lld / CONFIG_HZ", bounds->min, bounds->max);
	else
		printf("%lld to %lld", bounds->min, bounds->max);
}

static const char *form_of(const struct tl_sysctl *sysctl)
{
	static const char * const forms[] = {
		[TL_FORM_NUMBER] = "number", [TL_FORM_PAIR] = "two numbers",
		[TL_FORM_TRIPLE] = "three numbers", [TL_FORM_LIST] = "list of ranges",
		[TL_FORM_WORD] = "word",
	};

	return forms[sysctl->bounds.form];
}

static const char *scope_of(const struct tl_sysctl *sysctl)
{
	static const char * const scopes[] = {
		[TL_SCOPE_NS] = "network namespace", [TL_SCOPE_GLOBAL] = "machine",
		[TL_SCOPE_EITHER] = "machine; network namespace since 6.8",
	};

	return scopes[sysctl->scope];
}

static void print_seeds(const struct tl_sysctl *sysctl)
{
	unsigned int i;

	for (i = 0; i < TL_SEEDS; i++)
		if (sysctl->seed[i])
			printf("\t:seed-%u: %s\n", i + 1, sysctl->seed[i]);
}

static void print_names(const struct tl_sysctl *sysctl)
{
	unsigned int i;

	for (i = 0; i < TL_OLD_NAMES && sysctl->old[i]; i++)
		printf("\t:old name: %s\n", sysctl->old[i]);
	if (sysctl->module)
		printf("\t:module: %s\n", sysctl->module);
	if (sysctl->since)
		printf("\t:since: Linux %s\n", sysctl->since);
	if (sysctl->until)
		printf("\t:removed: in Linux %s\n", sysctl->until);
}

static void print_sysctl(const struct tl_sysctl *sysctl)
{
	printf("``%s``\n\t%s\n\n", sysctl->name, sysctl->about);
	print_names(sysctl);
	if (!sysctl->never && !sysctl->until) {
		printf("\t:scope: %s\n\t:value: %s", scope_of(sysctl), form_of(sysctl));
		if (sysctl->unit && strcmp(sysctl->unit, "count"))
			printf(", %s", sysctl->unit);
		printf("\n\t:range: ");
		print_range(sysctl);
		printf("\n\t:default: %s\n",
		       *sysctl->standard_text ? sysctl->standard_text : "empty");
	}
	print_seeds(sysctl);
	if (sysctl->risky)
		printf("\t:risky: a set with it ends unless it is confirmed\n");
	if (sysctl->residue)
		printf("\t:rollback: %s\n", sysctl->residue);
	printf("\n");
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < TL_SYSCTLS; i++)
		print_sysctl(&tl_sysctls[i]);
	return 0;
}

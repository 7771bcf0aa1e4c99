/* SPDX-License-Identifier: GPL-2.0 */
/* The sysctls that tuning templates set. */
#ifndef TCPLAB_TUNING_CATALOGUE_H
#define TCPLAB_TUNING_CATALOGUE_H

#include "../core/fields.h"

/**
 * enum tl_scope - whom a sysctl is about
 * @TL_SCOPE_NS: a network namespace
 * @TL_SCOPE_GLOBAL: the machine; writable in the initial namespace only
 * @TL_SCOPE_EITHER: the machine on older kernels, a namespace on newer ones
 */
enum tl_scope {
	TL_SCOPE_NS,
	TL_SCOPE_GLOBAL,
	TL_SCOPE_EITHER
};

/**
 * enum tl_standard - where the kernel's default comes from
 * @TL_STANDARD_TEXT: it is the same everywhere
 * @TL_STANDARD_UNKNOWN: it cannot be told from outside
 * @TL_STANDARD_EHASH_HALF: half the buckets of the table of connections
 * @TL_STANDARD_SYN_BACKLOG: a 128th of them, at least 128
 * @TL_STANDARD_TCP_MEM: a part of memory
 * @TL_STANDARD_TCP_RMEM: the maximum is a part of memory
 * @TL_STANDARD_TCP_WMEM: likewise
 * @TL_STANDARD_BUFFER_MAX: a constant of the kernel
 * @TL_STANDARD_OPTMEM: likewise
 * @TL_STANDARD_CONGESTION: the kernel's configuration
 * @TL_STANDARD_QDISC: likewise
 */
enum tl_standard {
	TL_STANDARD_TEXT,
	TL_STANDARD_UNKNOWN,
	TL_STANDARD_EHASH_HALF,
	TL_STANDARD_SYN_BACKLOG,
	TL_STANDARD_TCP_MEM,
	TL_STANDARD_TCP_RMEM,
	TL_STANDARD_TCP_WMEM,
	TL_STANDARD_BUFFER_MAX,
	TL_STANDARD_OPTMEM,
	TL_STANDARD_CONGESTION,
	TL_STANDARD_QDISC
};

/**
 * enum tl_in_use - things that a sysctl bounds, and that may be more than an old bound
 * @TL_IN_USE_NOTHING: nothing, or nobody counts it
 * @TL_IN_USE_CONNTRACK: connections that nf_conntrack knows
 * @TL_IN_USE_TCP_MEM: pages that TCP has
 * @TL_IN_USE_TIME_WAIT: TIME_WAIT sockets
 */
enum tl_in_use {
	TL_IN_USE_NOTHING,
	TL_IN_USE_CONNTRACK,
	TL_IN_USE_TCP_MEM,
	TL_IN_USE_TIME_WAIT
};

/* The two templates of the article that templates are copied from. */
#define TL_SEEDS	2
/* Old names that a sysctl may have. */
#define TL_OLD_NAMES	2

/**
 * struct tl_sysctl - a sysctl
 * @name: its name, with dots
 * @old: names that it had once
 * @scope: whom it is about
 * @module: the module that it comes with, if it is one
 * @bounds: what it may be, on the kernel that takes most
 * @seconds: @bounds count seconds, which the kernel keeps as jiffies
 * @unit: unit of its numbers; NULL: none
 * @standard: where its default comes from
 * @standard_text: the default, or how it is computed
 * @seed: what the templates set it to
 * @since: the kernel that it is new in, where a kernel of today may be older
 * @until: the kernel that it was removed in; it is in none of today's
 * @never: Linux never had it
 * @risky: a bad value may cut off its own author
 * @in_use: what it bounds
 * @residue: what remains when an old value is put back; NULL: nothing
 * @about: what it does, and what it is mistaken for
 */
struct tl_sysctl {
	const char *name;
	const char *old[TL_OLD_NAMES];
	enum tl_scope scope;
	const char *module;
	struct tl_bounds bounds;
	bool seconds;
	const char *unit;
	enum tl_standard standard;
	const char *standard_text;
	const char *seed[TL_SEEDS];
	const char *since;
	const char *until;
	bool never;
	bool risky;
	enum tl_in_use in_use;
	const char *residue;
	const char *about;
};

#define TL_SYSCTLS	59

extern const struct tl_sysctl tl_sysctls[TL_SYSCTLS];

#endif /* TCPLAB_TUNING_CATALOGUE_H */

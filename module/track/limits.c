// SPDX-License-Identifier: GPL-2.0
/*
 * How many rows there may be: of a namespace, and of all. Root says so when the module
 * is loaded.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/user_namespace.h>

#include "../net.h"
#include "conn.h"
#include "limits.h"
#include "track.h"

/* What a signed counter holds, with room to spare. */
#define ROWS_MAX		0x40000000U
#define HASH_SIZE_MIN		16U
#define HASH_SIZE_MAX		4194304U
/* More would be slower to walk for a report than it is quicker to search. */
#define HASH_SIZE_DEFAULT	262144U
/* Which part of max_total, 1/n, namespaces of other users cannot have. */
#define RESERVED_FROM_GUESTS	4
/* Mean length of the chains of a full table, at most: they are walked whole. */
#define CHAIN_MAX		256
/* A limit is near while a smaller part of it than this, 1/n, is free. */
#define NEAR			16U

static unsigned int max_connections = 262144;
module_param(max_connections, uint, 0444);
MODULE_PARM_DESC(max_connections, "rows per network namespace");

static unsigned int max_total;
module_param(max_total, uint, 0444);
MODULE_PARM_DESC(max_total, "rows of all network namespaces (default: 1/16 of memory)");

static unsigned int hash_size;
module_param(hash_size, uint, 0444);
MODULE_PARM_DESC(hash_size, "buckets of the table (default: max_total, at most 262144)");

static atomic_t limits_total;

static bool limits_is_within(const char *name, unsigned int value,
			     unsigned int lowest, unsigned int highest)
{
	if (value >= lowest && value <= highest)
		return true;
	pr_err("%s=%u is out of range: it is from %u to %u\n", name,
	       value, lowest, highest);
	return false;
}

/* 0 is the default where that depends on the machine. */
static bool limits_check(void)
{
	return limits_is_within("max_connections", max_connections, 1, ROWS_MAX) &&
	       limits_is_within("max_total", max_total, 0, ROWS_MAX) &&
	       (!hash_size ||
		limits_is_within("hash_size", hash_size, HASH_SIZE_MIN, HASH_SIZE_MAX));
}

/**
 * tl_limits_init() - take the limits from the module's parameters
 *
 * Return: 0, or -EINVAL if one is out of range, which the log tells.
 */
int tl_limits_init(void)
{
	u64 bytes = (u64)totalram_pages() << PAGE_SHIFT;

	if (!limits_check())
		return -EINVAL;
	if (!max_total)
		max_total = min_t(u64, ROWS_MAX,
				  div_u64(bytes, 16 * TL_CONN_SHARE));
	if (!hash_size)
		hash_size = clamp(max_total, HASH_SIZE_MIN, HASH_SIZE_DEFAULT);
	hash_size = rounddown_pow_of_two(hash_size);
	while (hash_size < max_total / CHAIN_MAX)
		hash_size *= 2;
	return 0;
}

/**
 * tl_limits_buckets() - buckets that the table has
 *
 * Return: a power of two.
 */
unsigned int tl_limits_buckets(void)
{
	return hash_size;
}

/* A user who may make user namespaces may have made this network namespace. */
static bool limits_is_guest(const struct tl_net *ns)
{
	return ns->net->user_ns != &init_user_ns;
}

/* The last rows are not for guests. */
static unsigned int limits_of_guests(void)
{
	return max_total - max_total / RESERVED_FROM_GUESTS;
}

/* As many guests as CPUs may pass at once. */
static bool limits_has_place(const struct tl_net *ns)
{
	return !limits_is_guest(ns) ||
	       (unsigned int)atomic_read(&limits_total) < limits_of_guests();
}

/**
 * tl_limits_take() - take a place for one row, if there is one
 * @ns: the namespace that it is for
 *
 * The limits are never exceeded.
 * Context: any.
 */
bool tl_limits_take(struct tl_net *ns)
{
	if (!atomic_add_unless(&ns->track->rows, 1, max_connections))
		return false;
	if (limits_has_place(ns) && atomic_add_unless(&limits_total, 1, max_total))
		return true;
	atomic_dec(&ns->track->rows);
	return false;
}

/**
 * tl_limits_give() - give a place back
 * @ns: the namespace that it was for
 *
 * A CPU that sees that sees the row gone.
 * Context: any.
 */
void tl_limits_give(struct tl_net *ns)
{
	atomic_dec(&limits_total);
	atomic_dec_return_release(&ns->track->rows);
}

/**
 * tl_limits_own_only() - whether only rows of its own may go for one of a namespace
 * @ns: the namespace
 *
 * One at its own limit gives up its own rows, never another's; nor does a guest.
 */
bool tl_limits_own_only(const struct tl_net *ns)
{
	return (unsigned int)atomic_read(&ns->track->rows) >= max_connections ||
	       limits_is_guest(ns);
}

/**
 * tl_limits_has_room() - whether a row could be made without giving up another
 * @ns: the namespace that it would be for
 */
bool tl_limits_has_room(const struct tl_net *ns)
{
	return (unsigned int)atomic_read(&ns->track->rows) < max_connections &&
	       (unsigned int)atomic_read(&limits_total) < max_total && limits_has_place(ns);
}

static bool limits_near(const atomic_t *rows, unsigned int most)
{
	return (unsigned int)atomic_read(rows) > most - max(most / NEAR, 1U);
}

/**
 * tl_limits_are_near() - whether few more rows can be had
 * @ns: the namespace; NULL: any
 */
bool tl_limits_are_near(const struct tl_net *ns)
{
	if (!ns)
		return limits_near(&limits_total, max_total);
	return limits_near(&ns->track->rows, max_connections) ||
	       (limits_is_guest(ns) && limits_near(&limits_total, limits_of_guests()));
}

/**
 * tl_limits_of_one() - rows that a namespace may have
 */
unsigned int tl_limits_of_one(void)
{
	return max_connections;
}

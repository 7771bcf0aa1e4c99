/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What core/ needs from its surroundings, in the kernel and in user space:
 * fixed-width types, min/max, 64-bit division and error numbers.
 */
#ifndef TCPLAB_CORE_PORT_H
#define TCPLAB_CORE_PORT_H

#ifdef __KERNEL__

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/types.h>

#else /* user space: unit tests and fuzzers */

#include <errno.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

#define U16_MAX ((u16)~0U)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define min(a, b) ({			\
	__typeof__(a) min_a_ = (a);	\
	__typeof__(b) min_b_ = (b);	\
	min_a_ < min_b_ ? min_a_ : min_b_; })

#define max(a, b) ({			\
	__typeof__(a) max_a_ = (a);	\
	__typeof__(b) max_b_ = (b);	\
	max_a_ > max_b_ ? max_a_ : max_b_; })

#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define clamp(v, lo, hi) min(max(v, lo), hi)

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = (u32)(dividend % divisor);
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline s64 div64_s64(s64 dividend, s64 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

#endif /* __KERNEL__ */

#endif /* TCPLAB_CORE_PORT_H */

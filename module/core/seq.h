/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Serial arithmetic on 32-bit sequence numbers (RFC 9293 section 3.4).
 *
 * Sequence numbers wrap, so "before" only has a meaning for numbers less than
 * 2^31 apart: the sign of the difference decides.
 */
#ifndef TCPLAB_CORE_SEQ_H
#define TCPLAB_CORE_SEQ_H

#include "port.h"

/**
 * seq_before() - whether @a precedes @b in sequence space
 * @a: a sequence number
 * @b: another, less than 2^31 away
 */
static inline bool seq_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

/**
 * seq_in_window() - whether @seq lies in [@from, @from + @size)
 * @seq: the sequence number to place
 * @from: left edge of the window
 * @size: bytes in the window; an empty window still accepts its left edge
 *        (RFC 9293 section 3.10.7.4, first row of the acceptability table)
 */
static inline bool seq_in_window(u32 seq, u32 from, u32 size)
{
	return seq - from < (size ? size : 1);
}

#endif /* TCPLAB_CORE_SEQ_H */

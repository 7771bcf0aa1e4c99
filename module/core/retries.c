// SPDX-License-Identifier: GPL-2.0
/* What is sent again, and for how long: the arithmetic of tcp_timer.c. */
#include "retries.h"

/**
 * tl_retries_ms() - how long something is sent again
 * @retries: how often
 * @first_ms: the first timeout, in milliseconds
 * @most_ms: the longest, likewise, not below the first
 *
 * Each timeout is twice the one before it. Source: tcp_model_timeout().
 * Return: milliseconds from the first time until the last timeout.
 */
u64 tl_retries_ms(u32 retries, u32 first_ms, u32 most_ms)
{
	u64 timeout = first_ms, sum = first_ms;
	u32 i;

	for (i = 0; i < retries; i++) {
		timeout = min_t(u64, timeout * 2, most_ms);
		sum += timeout;
	}
	return sum;
}

/**
 * tl_retries_syns() - SYNs that connect() sends before it fails
 * @retries: tcp_syn_retries
 * @linear: tcp_syn_linear_timeouts; 0 where the kernel has none
 * @most_ms: the longest timeout, in milliseconds
 *
 * So many timeouts are one second each, and then they double. The end comes after
 * both of these numbers of retries, or after the time that @retries that double would
 * take. Source: tcp_write_timeout(), tcp_retransmit_timer().
 * Return: their number, with the first.
 */
u32 tl_retries_syns(u32 retries, u32 linear, u32 most_ms)
{
	u64 end = tl_retries_ms(retries, TL_RETRIES_SYN_MS, most_ms);
	u64 timeout = TL_RETRIES_SYN_MS, now = TL_RETRIES_SYN_MS;
	u32 syns = 1;

	while (syns <= retries + linear && (syns == 1 || now < end)) {
		if (syns > linear)
			timeout = min_t(u64, timeout * 2, most_ms);
		now += timeout;
		syns++;
	}
	return syns;
}

/* SPDX-License-Identifier: GPL-2.0 */
/* The CLOSE_WAIT watch: since when, why, and whether it is a leak. */
#ifndef TCPLAB_WAIT_CLOSE_WAIT_CLOSE_WAIT_H
#define TCPLAB_WAIT_CLOSE_WAIT_CLOSE_WAIT_H

#include <linux/atomic.h>
#include <linux/types.h>

struct sock;

#define TL_LEAK_MS_DEFAULT	60000
#define TL_LEAK_MS_MAX		86400000

/**
 * struct tl_close_wait - the watch of a namespace
 * @leak_ms: age in milliseconds from which a CLOSE_WAIT socket is a leak
 * @leaks: sockets that are leaks now
 */
struct tl_close_wait {
	unsigned int leak_ms;
	atomic_t leaks;
};

/* Why a socket stays in CLOSE_WAIT; see tl_close_wait_look() for which comes first. */
enum tl_cause {
	TL_CAUSE_NOT_ACCEPTED,	/* it waits in the accept queue */
	TL_CAUSE_SENDING,	/* a half-close: it still transmits */
	TL_CAUSE_UNREAD_DATA,	/* data before the FIN is not read */
	TL_CAUSE_UNREAD_EOF,	/* the FIN is not read */
	TL_CAUSE_EOF_READ,	/* all is read, close() is missing */
	TL_CAUSE_INDIRECT,	/* the kernel reads for the program */
	TL_CAUSES
};

#define TL_UNREAD_UNKNOWN	U32_MAX

/**
 * struct tl_wait - how a socket in CLOSE_WAIT stands at one moment
 * @cause: why it stays
 * @unread: bytes that wait to be read, without the FIN, or %TL_UNREAD_UNKNOWN
 * @leak: it is a leak
 */
struct tl_wait {
	enum tl_cause cause;
	u32 unread;
	bool leak;
};

void tl_close_wait_init(struct tl_close_wait *watch);
unsigned int tl_close_wait_leak_ms(const struct tl_close_wait *watch);
void tl_close_wait_set_leak_ms(struct tl_close_wait *watch, unsigned int ms);
void tl_close_wait_count(struct tl_close_wait *watch, bool is_leak);
unsigned int tl_close_wait_leaks(const struct tl_close_wait *watch);
const char *tl_cause_name(enum tl_cause cause);
void tl_close_wait_look(const struct tl_close_wait *watch, const struct sock *sk,
			unsigned int age_ms, struct tl_wait *wait);

#endif /* TCPLAB_WAIT_CLOSE_WAIT_CLOSE_WAIT_H */

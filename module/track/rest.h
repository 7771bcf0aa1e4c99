/* SPDX-License-Identifier: GPL-2.0 */
/* Searches of a full table that rest after they have found nothing. */
#ifndef TCPLAB_TRACK_REST_H
#define TCPLAB_TRACK_REST_H

#include <linux/jiffies.h>
#include <linux/types.h>

struct tl_conn;
struct tl_net;

/* After searches that found nothing, none is made for up to so long. */
#define TL_REST_MAX	msecs_to_jiffies(1000)

/**
 * struct tl_rest - the rest of searches
 * @failed: when the last one found nothing, low half of jiffies
 * @misses: how many in a row have found nothing, up to a bound
 * @resting: and since then nothing has come that it would find
 */
struct tl_rest {
	u32 failed;
	unsigned int misses;
	bool resting;
};

struct tl_rest *tl_rest_of(const struct tl_net *ns);
bool tl_rest_lasts(const struct tl_rest *rest);
void tl_rest_begin(struct tl_rest *rest);
void tl_rest_end(struct tl_rest *rest);
void tl_rest_wake(const struct tl_conn *conn);

#endif /* TCPLAB_TRACK_REST_H */

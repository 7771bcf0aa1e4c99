/* SPDX-License-Identifier: GPL-2.0 */
/* Searches of a full table pause after one that has found nothing. */
#ifndef TCPLAB_TRACK_SEARCH_PAUSE_H
#define TCPLAB_TRACK_SEARCH_PAUSE_H

#include <linux/jiffies.h>
#include <linux/types.h>

struct tl_conn;
struct tl_net;

/* The longest pause, after several searches that have found nothing. */
#define TL_SEARCH_PAUSE_MAX	msecs_to_jiffies(1000)

/**
 * struct tl_search_pause - the pause of searches
 * @failed: when the last one found nothing, low half of jiffies
 * @misses: how many in a row have found nothing, up to a bound
 * @pausing: and since then nothing has come that it would find
 */
struct tl_search_pause {
	u32 failed;
	unsigned int misses;
	bool pausing;
};

struct tl_search_pause *tl_search_pause_of(const struct tl_net *ns);
bool tl_search_pause_lasts(const struct tl_search_pause *pause);
void tl_search_pause_begin(struct tl_search_pause *pause);
void tl_search_pause_reset(struct tl_search_pause *pause);
void tl_search_pause_wake(const struct tl_conn *conn);

#endif /* TCPLAB_TRACK_SEARCH_PAUSE_H */

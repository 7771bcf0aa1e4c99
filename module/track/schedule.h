/* SPDX-License-Identifier: GPL-2.0 */
/* How long a row is kept, when it is looked at, and what it is worth. */
#ifndef TCPLAB_TRACK_SCHEDULE_H
#define TCPLAB_TRACK_SCHEDULE_H

#include "conn.h"

/* Soon enough to be seen as at once, late enough for TCP to have decided. */
#define TL_SCHEDULE_SOON	msecs_to_jiffies(256)

/* Which row a full table gives up. */
enum tl_worth {
	TL_WORTH_NOTHING,	/* the first to go */
	TL_WORTH_LITTLE,	/* goes if there is nothing else */
	TL_WORTH_KEEPING,	/* stays */
};

unsigned int tl_schedule_look_in(const struct tl_conn *conn);
bool tl_schedule_looks_soon(const struct tl_conn *conn);
enum tl_worth tl_schedule_worth(const struct tl_conn *conn);

#endif /* TCPLAB_TRACK_SCHEDULE_H */

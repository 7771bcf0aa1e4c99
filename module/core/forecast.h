/* SPDX-License-Identifier: GPL-2.0 */
/* When a host will have no port left for another connection. */
#ifndef TCPLAB_CORE_FORECAST_H
#define TCPLAB_CORE_FORECAST_H

#include "port.h"

/* Sockets in TIME_WAIT are known by the second in which they entered. */
#define TL_FORECAST_SECONDS	64
/* So far is looked ahead. */
#define TL_FORECAST_HORIZON	600
#define TL_FORECAST_NEVER	((u32)-1)

/**
 * struct tl_forecast - what is known of the ports towards a destination
 * @range: ports that connect() may choose from
 * @open: ports of connections that are not in TIME_WAIT
 * @entered: sockets in TIME_WAIT, by how many seconds ago they entered; the last
 *	are all that are older
 * @length_ms: length of TIME_WAIT
 * @rate_milli: connections per 1000 seconds
 * @growth_milli: how much more they are each second, per 1000 seconds
 * @life_ms: how long a connection is open, on average
 * @reuses: connect() takes the ports of TIME_WAIT that are older than a second
 */
struct tl_forecast {
	u32 range;
	u32 open;
	u32 entered[TL_FORECAST_SECONDS];
	u32 length_ms;
	u32 rate_milli;
	s32 growth_milli;
	u32 life_ms;
	bool reuses;
};

/**
 * struct tl_play - where the play has come to
 * @closed: sockets that entered TIME_WAIT in each second, of the play and before
 * @open: ports of open connections
 * @waiting: ports in TIME_WAIT
 */
struct tl_play {
	u64 closed[TL_FORECAST_HORIZON + TL_FORECAST_SECONDS];
	u64 open;
	u64 waiting;
};

u32 tl_forecast_ms(const struct tl_forecast *forecast, struct tl_play *play);

void tl_forecast_trend(const u32 *counts, u32 seconds, u32 *rate_milli,
		       s32 *growth_milli);

#endif /* TCPLAB_CORE_FORECAST_H */

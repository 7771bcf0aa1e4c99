/* SPDX-License-Identifier: GPL-2.0 */
/* When a host will have no port left for another connection. */
#ifndef TCPLAB_CORE_FORECAST_H
#define TCPLAB_CORE_FORECAST_H

#include "port.h"

/* Open connections are known by age in seconds, up to this. */
#define TL_FORECAST_AGES	48
/* Ends are known for so many parts of the time that lies behind, of so many seconds. */
#define TL_FORECAST_PARTS	3
#define TL_FORECAST_PART	4
/* TIME_WAIT sockets are known by age in seconds, up to this: no TIME_WAIT is longer. */
#define TL_FORECAST_WAITS	640
/* So far is looked ahead, in seconds. */
#define TL_FORECAST_HORIZON	600
#define TL_FORECAST_NEVER	((u32)-1)

/**
 * struct tl_forecast - what is known of the ports towards a destination
 * @range: ports that connect() may choose from
 * @open: ports of connections that are not in TIME_WAIT, in thousandths, by age
 *	in seconds; the last are all that are older
 * @ended: connections that ceased to be open, by how many parts ago (the first
 *	part is the running one), and by how many seconds they were open
 * @part_ms: how much of the running part has passed
 * @share: the part of those who end that enters TIME_WAIT, of 65536
 * @brief_ms: how long those were open that ended within a second, on average
 * @entered: sockets in TIME_WAIT, in thousandths, by how many seconds ago they
 *	entered
 * @length_ms: length of TIME_WAIT
 * @rate_milli: connections per 1000 seconds
 * @growth_milli: how much more they are each second, per 1000 seconds
 * @reused_after_ms: connect() takes the ports of TIME_WAIT that are older; 0: it takes
 *	none
 */
struct tl_forecast {
	u32 range;
	u32 open[TL_FORECAST_AGES];
	u32 ended[TL_FORECAST_PARTS][TL_FORECAST_AGES];
	u32 part_ms;
	u32 share;
	u32 brief_ms;
	u32 entered[TL_FORECAST_WAITS];
	u32 length_ms;
	u32 rate_milli;
	s32 growth_milli;
	u32 reused_after_ms;
};

/**
 * struct tl_play - where the play has come to; ports are counted in thousandths
 * @chance: that a connection of an age ends before it is a second older, of 65536
 * @at_risk: connections that came to an age, in thousandths, twice: the chances
 *	are found in it
 * @young: the part of those opened in a second that is open at its end, of 65536
 * @stays: the part of those of an age that is open a second later, of 65536
 * @open: ports of open connections, by age in seconds
 * @closed: sockets that entered TIME_WAIT in each second, of the play and before
 * @waiting: ports in TIME_WAIT
 */
struct tl_play {
	u32 chance[TL_FORECAST_AGES];
	u64 at_risk[TL_FORECAST_AGES];
	u32 young;
	u32 stays[TL_FORECAST_AGES];
	u64 open[TL_FORECAST_AGES];
	u64 closed[TL_FORECAST_HORIZON + TL_FORECAST_WAITS];
	u64 waiting;
};

u32 tl_forecast_ms(const struct tl_forecast *forecast, struct tl_play *play);

#endif /* TCPLAB_CORE_FORECAST_H */

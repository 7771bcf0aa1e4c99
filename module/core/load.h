/* SPDX-License-Identifier: GPL-2.0 */
/* What connections to a destination do: how many, how long, and how they end. */
#ifndef TCPLAB_CORE_LOAD_H
#define TCPLAB_CORE_LOAD_H

#include "forecast.h"

#define TL_LOAD_SECONDS		64	/* that the trend is taken from */
#define TL_LOAD_PARTS		16	/* of TL_FORECAST_PART seconds */
#define TL_LOAD_WAITS		64	/* seconds, and tens of seconds */
#define TL_LOAD_COARSE		10

/**
 * struct tl_load - what is counted of connections to a destination
 * @first: second in which counting began
 * @second: the second that the rings have come to
 * @open: connections that are open
 * @waiting: those in TIME_WAIT
 * @brief_ms: how long those were open, together, that ended within a second, by
 *	part
 * @ends: how many ended, by part
 * @waits: how many of these are in TIME_WAIT then, by part
 * @opened: connections opened in each second
 * @born: those that are open, by the second in which they were opened
 * @ended: ends, by part and by seconds that the connection was open
 * @entered: those in TIME_WAIT, by the second in which they entered
 * @entered_long: the same, by ten seconds
 *
 * All are rings: what is older than a turn is cleared as time goes on.
 */
struct tl_load {
	u32 first;
	u32 second;
	u32 open;
	u32 waiting;
	u32 brief_ms[TL_FORECAST_PARTS];
	u16 ends[TL_LOAD_PARTS];
	u16 waits[TL_LOAD_PARTS];
	u16 opened[TL_LOAD_SECONDS];
	u16 born[TL_FORECAST_AGES];
	u16 ended[TL_FORECAST_PARTS][TL_FORECAST_AGES];
	u16 entered[TL_LOAD_WAITS];
	u16 entered_long[TL_LOAD_WAITS];
};

void tl_load_init(struct tl_load *load, u64 now_ms);
void tl_load_opened(struct tl_load *load, u64 now_ms, u64 born_ms, bool connects);
void tl_load_ended(struct tl_load *load, u64 now_ms, u64 born_ms, bool waits);
void tl_load_waits(struct tl_load *load, u64 now_ms, u64 since_ms);
void tl_load_left(struct tl_load *load, u64 now_ms, u64 since_ms);
u32 tl_load_rate(struct tl_load *load, u64 now_ms);
u32 tl_load_young(struct tl_load *load, u64 now_ms, u32 age_ms);
void tl_load_forecast(struct tl_load *load, u64 now_ms, struct tl_forecast *forecast);

void tl_load_trend(const u32 *counts, u32 seconds, u32 *rate_milli,
		   s32 *growth_milli);

#endif /* TCPLAB_CORE_LOAD_H */

// SPDX-License-Identifier: GPL-2.0
/* The knobs in /sys/kernel/tcplab/time_wait. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../core/value.h"
#include "../net.h"
#include "../track/track.h"
#include "../wait/policy/policy.h"
#include "../wait/time_wait/remembered.h"
#include "../wait/time_wait/stragglers.h"
#include "../wait/time_wait/tw_length.h"
#include "../wait/time_wait/tw_recycle.h"
#include "../wait/time_wait/what_if.h"
#include "knobs.h"

static unsigned int knobs_time_wait_length_ms_get(const struct tl_net *ns)
{
	return tl_policy_length_ms(ns->policy);
}

/* Another length is in force: what is said of the length of now begins anew. */
static void knobs_time_wait_length_changed(struct tl_net *ns)
{
	tl_stragglers_length(ns->stragglers);
	tl_what_if_length(ns);
	tl_tw_length_apply(ns);
}

static int knobs_time_wait_length_ms_set(struct tl_net *ns, unsigned int value)
{
	tl_policy_set_length_ms(ns->policy, value);
	knobs_time_wait_length_changed(ns);
	return 0;
}

static struct tl_knob knobs_time_wait_length_ms = {
	.attr = TL_KNOB_ATTR("length_ms"),
	.show = tl_knob_show_number,
	.store = tl_knob_store_number,
	.get = knobs_time_wait_length_ms_get,
	.set = knobs_time_wait_length_ms_set,
	.max = TL_LENGTH_MS_MAX,
};

static unsigned int knobs_time_wait_length_rto_percent_get(const struct tl_net *ns)
{
	return tl_policy_length_rto_percent(ns->policy);
}

static int knobs_time_wait_length_rto_percent_set(struct tl_net *ns, unsigned int value)
{
	if (value && value < TL_LENGTH_PERCENT_MIN)
		return -ERANGE;
	tl_policy_set_length_rto_percent(ns->policy, value);
	knobs_time_wait_length_changed(ns);
	return 0;
}

static struct tl_knob knobs_time_wait_length_rto_percent = {
	.attr = TL_KNOB_ATTR("length_rto_percent"),
	.show = tl_knob_show_number,
	.store = tl_knob_store_number,
	.get = knobs_time_wait_length_rto_percent_get,
	.set = knobs_time_wait_length_rto_percent_set,
	.max = TL_LENGTH_PERCENT_MAX,
};

static int knobs_time_wait_show_recycle(const struct tl_knob *knob, const struct tl_net *ns,
					char *text)
{
	return scnprintf(text, TL_KNOB_SIZE, "%s\n",
			 tl_policy_recycle_name(tl_policy_recycle(ns->policy)));
}

static int knobs_time_wait_choose_recycle(struct tl_net *ns, enum tl_tw_recycle recycle)
{
	int err = recycle == TL_TW_RECYCLE_OFF ? 0 :
		  tl_tw_recycle_prepare(ns);

	if (err)
		return err;
	tl_policy_set_recycle(ns->policy, recycle);
	knobs_time_wait_length_changed(ns);
	/* Nothing was remembered for a policy that is off. */
	if (recycle == TL_TW_RECYCLE_OFF)
		tl_tw_recycle_forget(ns->tw_recycle_peers);
	return 0;
}

static int knobs_time_wait_store_recycle(const struct tl_knob *knob, struct tl_net *ns,
					 const char *text)
{
	char name[16];
	int err = tl_value_word(text, name, sizeof(name));
	enum tl_tw_recycle recycle;

	for (recycle = 0; !err && recycle < TL_TW_RECYCLES; recycle++) {
		if (!strcmp(name, tl_policy_recycle_name(recycle)))
			return knobs_time_wait_choose_recycle(ns, recycle);
	}
	return -EINVAL;
}

static struct tl_knob knobs_time_wait_recycle = {
	.attr = TL_KNOB_ATTR("recycle"),
	.show = knobs_time_wait_show_recycle,
	.store = knobs_time_wait_store_recycle,
};

static unsigned int knobs_time_wait_enforce_ms_get(const struct tl_net *ns)
{
	return tl_policy_enforce_ms(ns->policy);
}

static int knobs_time_wait_enforce_ms_set(struct tl_net *ns, unsigned int value)
{
	tl_policy_set_enforce_ms(ns->policy, value);
	return 0;
}

static struct tl_knob knobs_time_wait_enforce_ms = {
	.attr = TL_KNOB_ATTR("enforce_ms"),
	.show = tl_knob_show_number,
	.store = tl_knob_store_number,
	.get = knobs_time_wait_enforce_ms_get,
	.set = knobs_time_wait_enforce_ms_set,
	.min = 1,
	.max = TL_ENFORCE_MS_MAX,
};

static unsigned int knobs_time_wait_quiet_ms_get(const struct tl_net *ns)
{
	return tl_policy_quiet_ms(ns->policy);
}

static int knobs_time_wait_quiet_ms_set(struct tl_net *ns, unsigned int value)
{
	tl_policy_set_quiet_ms(ns->policy, value);
	return 0;
}

static struct tl_knob knobs_time_wait_quiet_ms = {
	.attr = TL_KNOB_ATTR("quiet_ms"),
	.show = tl_knob_show_number,
	.store = tl_knob_store_number,
	.get = knobs_time_wait_quiet_ms_get,
	.set = knobs_time_wait_quiet_ms_set,
	.max = TL_QUIET_MS_MAX,
};

static unsigned int knobs_time_wait_buckets_get(const struct tl_net *ns)
{
	return tl_what_if_buckets(ns);
}

static int knobs_time_wait_buckets_set(struct tl_net *ns, unsigned int value)
{
	tl_what_if_set_buckets(ns, value);
	return 0;
}

static struct tl_knob knobs_time_wait_what_if_buckets = {
	.attr = TL_KNOB_ATTR("what_if_buckets"),
	.show = tl_knob_show_number,
	.store = tl_knob_store_number,
	.get = knobs_time_wait_buckets_get,
	.set = knobs_time_wait_buckets_set,
	.max = INT_MAX,
};

static unsigned int knobs_time_wait_remember_get(const struct tl_net *ns)
{
	return tl_remembered_most(ns->remembered);
}

static int knobs_time_wait_remember_set(struct tl_net *ns, unsigned int value)
{
	tl_remembered_set_most(ns->remembered, value);
	return 0;
}

static struct tl_knob knobs_time_wait_remember = {
	.attr = TL_KNOB_ATTR("remember"),
	.show = tl_knob_show_number,
	.store = tl_knob_store_number,
	.get = knobs_time_wait_remember_get,
	.set = knobs_time_wait_remember_set,
	.max = TL_REMEMBER_MAX,
};

static unsigned int knobs_time_wait_horizon_ms_get(const struct tl_net *ns)
{
	return tl_remembered_horizon_ms(ns->remembered);
}

static int knobs_time_wait_horizon_ms_set(struct tl_net *ns, unsigned int value)
{
	tl_remembered_set_horizon_ms(ns->remembered, value);
	return 0;
}

static struct tl_knob knobs_time_wait_horizon_ms = {
	.attr = TL_KNOB_ATTR("horizon_ms"),
	.show = tl_knob_show_number,
	.store = tl_knob_store_number,
	.get = knobs_time_wait_horizon_ms_get,
	.set = knobs_time_wait_horizon_ms_set,
	.max = TL_HORIZON_MS_MAX,
};

static unsigned int knobs_time_wait_reset_get(const struct tl_net *ns)
{
	return 0;
}

static int knobs_time_wait_reset_set(struct tl_net *ns, unsigned int value)
{
	tl_stragglers_reset(ns->stragglers);
	tl_remembered_reset(ns->remembered);
	tl_what_if_reset(ns);
	return 0;
}

static struct tl_knob knobs_time_wait_reset = {
	.attr = TL_KNOB_ATTR("reset"),
	.show = tl_knob_show_number,
	.store = tl_knob_store_number,
	.get = knobs_time_wait_reset_get,
	.set = knobs_time_wait_reset_set,
	.min = 1,
	.max = 1,
};

struct tl_knob * const tl_knobs_time_wait[] = {
	&knobs_time_wait_length_ms,
	&knobs_time_wait_length_rto_percent,
	&knobs_time_wait_recycle,
	&knobs_time_wait_enforce_ms,
	&knobs_time_wait_quiet_ms,
	&knobs_time_wait_what_if_buckets,
	&knobs_time_wait_remember,
	&knobs_time_wait_horizon_ms,
	&knobs_time_wait_reset,
	NULL
};

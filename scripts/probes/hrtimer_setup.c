// SPDX-License-Identifier: GPL-2.0
/* A timer is given its function when it is set up (6.13). */
#include <linux/hrtimer.h>
typedef enum hrtimer_restart timer_function(struct hrtimer *timer);
void probe(struct hrtimer *timer, timer_function *function);
void probe(struct hrtimer *timer, timer_function *function)
{
	hrtimer_setup(timer, function, CLOCK_BOOTTIME, HRTIMER_MODE_ABS);
}

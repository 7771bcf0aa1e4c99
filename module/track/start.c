// SPDX-License-Identifier: GPL-2.0
/* The tracker in all namespaces: its two rungs of the ladder. */
#include "change.h"
#include "check.h"
#include "evict.h"
#include "memory.h"
#include "mini.h"
#include "probe.h"
#include "scope.h"
#include "start.h"
#include "sweep.h"
#include "table.h"
#include "wheel.h"

/**
 * tl_track_load() - set up what all namespaces share
 *
 * Return: 0, -ENOMEM, or -EINVAL if a module parameter is out of range.
 */
int tl_track_load(void)
{
	int err;

	tl_memory_init();
	err = tl_wheel_init(tl_check_due);
	if (err)
		return err;
	err = tl_table_init();
	if (err)
		tl_wheel_exit();
	return err;
}

/**
 * tl_track_start() - follow what sockets tell; all namespaces have been set up
 *
 * Meets the sockets that were there before.
 * Context: process; sleeps.
 * Return: 0, -ENOENT if the kernel has no such tracepoint, or another error.
 */
int tl_track_start(void)
{
	int err = tl_scope_init();

	if (err)
		return err;
	err = tl_probe_init();
	if (err) {
		tl_scope_exit();
		return err;
	}
	tl_mini_init();
	tl_on_start();
	tl_probe_adopt(NULL);
	tl_sweep_init();
	return 0;
}

/**
 * tl_track_stop() - follow no more what sockets tell; no namespace is gone before
 *
 * Context: process; sleeps.
 */
void tl_track_stop(void)
{
	tl_sweep_exit();
	tl_mini_exit();
	tl_probe_exit();
	tl_scope_exit();
}

/**
 * tl_track_unload() - free what all namespaces shared; none has rows any more
 */
void tl_track_unload(void)
{
	tl_evict_exit();
	tl_wheel_exit();
	tl_table_exit();
}

// SPDX-License-Identifier: GPL-2.0
/* Set-up and removal of the parts that consumers share in all namespaces. */
#include "close_wait/holders_shared.h"
#include "close_wait/owners.h"
#include "listeners.h"
#include "policy/policy.h"
#include "time_wait/remembered.h"
#include "wait.h"

/**
 * tl_wait_load() - set it up, before there is any namespace
 *
 * Context: process; sleeps.
 * Return: 0, -ENOMEM, or -EINVAL if a module parameter is out of range.
 */
int tl_wait_load(void)
{
	int err = tl_policy_load();

	if (err)
		return err;
	err = tl_remembered_load();
	if (err)
		return err;
	err = tl_listeners_init();
	if (err)
		tl_remembered_unload();
	return err;
}

/**
 * tl_wait_unload() - end it; no namespace is there any more
 *
 * Context: process; sleeps.
 */
void tl_wait_unload(void)
{
	tl_owners_stop();
	tl_holders_shared_stop();
	tl_listeners_exit();
	tl_remembered_unload();
}

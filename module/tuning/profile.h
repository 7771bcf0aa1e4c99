/* SPDX-License-Identifier: GPL-2.0 */
/* Sets: written line by line, applied, confirmed. */
#ifndef TCPLAB_TUNING_PROFILE_H
#define TCPLAB_TUNING_PROFILE_H

#include <linux/types.h>

struct file;
struct list_head;
struct tl_net;

/* Bytes of a set. */
#define TL_STAGE_MOST	65536

/* Bytes of the description of the last set. */
#define TL_PROFILE_SIZE	128

int tl_profile_write(struct tl_net *ns, const struct file *writer,
		     const char *text, loff_t pos, size_t count);
int tl_profile_show(const struct tl_net *ns, char *text);
int tl_profile_apply(struct tl_net *ns);
int tl_profile_confirm(struct tl_net *ns);
int tl_profile_rollback(struct tl_net *ns);
int tl_profile_built_in(const struct tl_net *ns, const char *set,
			struct list_head *wishes);

#endif /* TCPLAB_TUNING_PROFILE_H */

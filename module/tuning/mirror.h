/* SPDX-License-Identifier: GPL-2.0 */
/* A sysctl as it is now. */
#ifndef TCPLAB_TUNING_MIRROR_H
#define TCPLAB_TUNING_MIRROR_H

#include <linux/types.h>

#include "changes.h"

struct tl_net;
struct tl_sysctl;

/**
 * struct tl_mirror - a sysctl as it is now
 * @status: live, removed, never, absent or global; NULL if that is not known here
 * @value: its text, for kvfree(); NULL: it has none
 * @before: the text that rollback would put back, for kvfree(); NULL: none
 * @outcome: how putting it back has ended, of enum tl_outcome
 * @of_devices: for how many interfaces that have such a leaf it has ended so
 */
struct tl_mirror {
	const char *status;
	char *value;
	char *before;
	u8 outcome;
	u32 of_devices[TL_OUTCOMES];
};

bool tl_mirror_is_here(const struct tl_net *ns);
unsigned long tl_mirror_conntracks(void);
char *tl_mirror_read(const struct tl_net *ns, const struct tl_sysctl *sysctl);
int tl_mirror_write(struct tl_net *ns, const struct tl_sysctl *sysctl,
		    const char *text, size_t count);
int tl_mirror_look(struct tl_net *ns, const struct tl_sysctl *sysctl,
		   struct tl_mirror *mirror);
void tl_mirror_free(struct tl_mirror *mirror);

#endif /* TCPLAB_TUNING_MIRROR_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* The tuning room: a mirror of sysctls, whose changes can be taken back. */
#ifndef TCPLAB_TUNING_TUNING_H
#define TCPLAB_TUNING_TUNING_H

#include <linux/types.h>

struct tl_net;
struct tl_changes;

/* Time after which a set ends that is not confirmed. */
#define TL_CONFIRM_MS		600000
#define TL_CONFIRM_MS_MAX	86400000

/**
 * struct tl_tuning - the part of a namespace
 * @changes: the changes; NULL before the first change or stage. Under the
 *	namespace's mutex of knobs
 * @confirm_ms: how long a set lasts without being confirmed; 0: for ever
 * @keep: unloading puts nothing back
 */
struct tl_tuning {
	struct tl_changes *changes;
	u32 confirm_ms;
	bool keep;
};

void tl_tuning_init(struct tl_net *ns);
void tl_tuning_exit(struct tl_net *ns);
u32 tl_tuning_confirm_ms(const struct tl_net *ns);
void tl_tuning_set_confirm_ms(struct tl_net *ns, u32 confirm_ms);
bool tl_tuning_keeps(const struct tl_net *ns);
void tl_tuning_set_keep(struct tl_net *ns, bool keep);
int tl_tuning_load(void);
void tl_tuning_stop(void);
void tl_tuning_unload(void);

#endif /* TCPLAB_TUNING_TUNING_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Putting back changes. */
#ifndef TCPLAB_TUNING_RESTORE_H
#define TCPLAB_TUNING_RESTORE_H

struct tl_changes;

/**
 * enum tl_restore - causes of putting back
 * @TL_RESTORE_ROLLBACK: a program that writes to rollback
 * @TL_RESTORE_EXPIRE: the clock
 * @TL_RESTORE_UNLOAD: unloading
 */
enum tl_restore {
	TL_RESTORE_ROLLBACK,
	TL_RESTORE_EXPIRE,
	TL_RESTORE_UNLOAD
};

int tl_restore_all(struct tl_changes *changes, enum tl_restore who);
void tl_restore_unload(struct tl_changes *changes);
void tl_restore_set(struct tl_changes *changes);

#endif /* TCPLAB_TUNING_RESTORE_H */

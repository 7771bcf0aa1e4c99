/* SPDX-License-Identifier: GPL-2.0 */
/* The slow walk that looks for sockets without a row. */
#ifndef TCPLAB_TRACK_RECONCILE_H
#define TCPLAB_TRACK_RECONCILE_H

void tl_reconcile_init(void);
void tl_reconcile_exit(void);

#endif /* TCPLAB_TRACK_RECONCILE_H */

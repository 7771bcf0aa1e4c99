/* SPDX-License-Identifier: GPL-2.0 */
/* The slow walk that looks for sockets without a row. */
#ifndef TCPLAB_TRACK_SWEEP_H
#define TCPLAB_TRACK_SWEEP_H

void tl_sweep_init(void);
void tl_sweep_exit(void);

#endif /* TCPLAB_TRACK_SWEEP_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* The consumers of the tracker, as a whole. */
#ifndef TCPLAB_WAIT_WAIT_H
#define TCPLAB_WAIT_WAIT_H

int tl_wait_load(void);
void tl_wait_unload(void);

#endif /* TCPLAB_WAIT_WAIT_H */

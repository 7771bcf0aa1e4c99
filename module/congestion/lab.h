/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The congestion control `lab`.
 */
#ifndef TCPLAB_CONGESTION_LAB_H
#define TCPLAB_CONGESTION_LAB_H

int tl_lab_register(void);
void tl_lab_unregister(void);

#endif /* TCPLAB_CONGESTION_LAB_H */

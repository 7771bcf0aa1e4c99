/* SPDX-License-Identifier: GPL-2.0 */
/* The knobs in /sys/kernel/tcplab. */
#ifndef TCPLAB_REPORT_KNOBS_H
#define TCPLAB_REPORT_KNOBS_H

int tl_knobs_init(void);
void tl_knobs_exit(void);

#endif /* TCPLAB_REPORT_KNOBS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* The knobs in /sys/kernel/tcplab/tuning. */
#ifndef TCPLAB_REPORT_KNOBS_TUNING_H
#define TCPLAB_REPORT_KNOBS_TUNING_H

int tl_knobs_tuning_init(void);
void tl_knobs_tuning_open(void);
void tl_knobs_tuning_exit(void);

#endif /* TCPLAB_REPORT_KNOBS_TUNING_H */

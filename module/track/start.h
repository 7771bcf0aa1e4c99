/* SPDX-License-Identifier: GPL-2.0 */
/* The tracker in all namespaces: its two rungs of the ladder. */
#ifndef TCPLAB_TRACK_START_H
#define TCPLAB_TRACK_START_H

int tl_track_load(void);
int tl_track_start(void);
void tl_track_stop(void);
void tl_track_unload(void);

#endif /* TCPLAB_TRACK_START_H */

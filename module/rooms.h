/* SPDX-License-Identifier: GPL-2.0 */
/* The contexts of network namespaces: their set-up and removal. */
#ifndef TCPLAB_ROOMS_H
#define TCPLAB_ROOMS_H

int tl_rooms_load(void);
void tl_rooms_unload(void);

#endif /* TCPLAB_ROOMS_H */

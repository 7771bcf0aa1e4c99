/* SPDX-License-Identifier: GPL-2.0 */
/* Memory for what is remembered beside the rows: one bound for all namespaces. */
#ifndef TCPLAB_TRACK_MEMORY_H
#define TCPLAB_TRACK_MEMORY_H

#include <linux/types.h>

struct tl_net;

void tl_memory_init(void);
bool tl_memory_take(struct tl_net *ns, unsigned int bytes);
void tl_memory_give(unsigned int bytes);
void *tl_memory_zalloc(struct tl_net *ns, unsigned int bytes);
void tl_memory_free(const void *memory, unsigned int bytes);

#endif /* TCPLAB_TRACK_MEMORY_H */

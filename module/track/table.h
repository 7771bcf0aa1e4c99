/* SPDX-License-Identifier: GPL-2.0 */
/* The table of connections: one for all namespaces, bounded in each. */
#ifndef TCPLAB_TRACK_TABLE_H
#define TCPLAB_TRACK_TABLE_H

#include "conn.h"

int tl_table_init(void);
void tl_table_exit(void);

struct tl_conn *tl_table_find(struct tl_net *ns, const struct tl_key *key);
struct tl_conn *tl_table_add(struct tl_net *ns, const struct tl_key *key, bool *fresh);
void tl_table_remove(struct tl_conn *conn);

unsigned int tl_table_buckets(void);
bool tl_table_bucket_empty(unsigned int bucket);
u64 tl_table_memory(unsigned int rows);

/**
 * typedef tl_table_visit - what a walk does with a connection
 * @conn: the connection, locked; the visitor unlocks or removes it
 * @data: as given to the walk
 *
 * Return: whether this bucket's next connection is to be visited.
 */
typedef bool tl_table_visit(struct tl_conn *conn, void *data);

void tl_table_walk_bucket(unsigned int bucket, const struct tl_net *ns,
			  tl_table_visit *visit, void *data);
void tl_table_walk(const struct tl_net *ns, tl_table_visit *visit, void *data);

#endif /* TCPLAB_TRACK_TABLE_H */

// SPDX-License-Identifier: GPL-2.0
/* Listeners hang in inet_hashinfo.listening_hash, by nulls lists. */
#include <net/inet_hashtables.h>
struct hlist_nulls_head *probe(struct inet_hashinfo *table);
struct hlist_nulls_head *probe(struct inet_hashinfo *table)
{
	return &table->listening_hash[0].nulls_head;
}

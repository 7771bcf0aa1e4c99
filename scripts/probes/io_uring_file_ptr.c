// SPDX-License-Identifier: GPL-2.0
/* The table of descriptors of an io_uring can be read (6.0 to 6.12); else it is private. */
#include <linux/io_uring_types.h>
unsigned long probe(struct io_ring_ctx *ring);
unsigned long probe(struct io_ring_ctx *ring)
{
	if (!ring->nr_user_files || !mutex_trylock(&ring->uring_lock))
		return 0;
	return ring->file_table.files[0].file_ptr;
}

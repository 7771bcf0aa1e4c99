// SPDX-License-Identifier: GPL-2.0
/* The bound on SO_RCVBUF and SO_SNDBUF is 212,992 bytes; it is 4 MiB since 6.18. */
#include <net/sock.h>
unsigned int probe(void);
unsigned int probe(void)
{
	return SK_RMEM_MAX + SK_WMEM_MAX;
}

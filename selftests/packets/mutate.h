/* SPDX-License-Identifier: GPL-2.0 */
/* How a sound packet becomes one that nobody would send. */
#ifndef TCPLAB_SELFTESTS_PACKETS_MUTATE_H
#define TCPLAB_SELFTESTS_PACKETS_MUTATE_H

#include "craft.h"

/**
 * struct expected - what packets must, or may, be counted as
 * @packets: packets
 * @fragments4: IPv4 fragments that surely arrive
 * @fragments4_maybe: and others that may
 * @fragments6: IPv6 fragments that surely arrive
 * @fragments6_maybe: and others that may
 * @malformed: segments that tcplab surely counts as invalid
 * @malformed_maybe: and others that it may
 * @checksum: segments that tcplab surely counts as bad_checksum
 * @checksum_maybe: and others that it may
 * @kernel_checksum: those that the kernel surely counts so
 * @kernel_checksum_maybe: and others that it may
 */
struct expected {
	long packets;
	long fragments4;
	long fragments4_maybe;
	long fragments6;
	long fragments6_maybe;
	long malformed;
	long malformed_maybe;
	long checksum;
	long checksum_maybe;
	long kernel_checksum;
	long kernel_checksum_maybe;
};

void mutate(struct craft *craft, struct dice *dice);
void pack(struct craft *craft, struct dice *dice);
void expect(struct expected *expected, const struct craft *craft,
	    unsigned int packets);

#endif /* TCPLAB_SELFTESTS_PACKETS_MUTATE_H */

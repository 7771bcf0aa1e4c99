/* SPDX-License-Identifier: GPL-2.0 */
/* Owners that leak CLOSE_WAIT: programs rather than sockets, and their past. */
#ifndef TCPLAB_WAIT_CLOSE_WAIT_OWNERS_H
#define TCPLAB_WAIT_CLOSE_WAIT_OWNERS_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

#include "../lines.h"
#include "close_wait.h"

struct tl_holders;
struct tl_net;

/* Longest path of a cgroup that is remembered, with its NUL. */
#define TL_OWNER_CGROUP	256
/* There is nothing to compare with yet. */
#define TL_OWNER_GROWTH_UNKNOWN	S32_MIN
/* Counts of the past that growth is computed from. */
#define TL_OWNER_SAMPLES	5

/**
 * struct tl_owner - sockets in CLOSE_WAIT that have the same owner
 * @list: among the owners of a namespace, those last seen with sockets first
 * @uid: owner of the sockets
 * @comm: command of the process that holds them; empty: none is known
 * @pid_ns: number of that process's PID namespace
 * @cgroup: path of their cgroup, from the root of the hierarchy; empty: unknown
 * @local_port: their local port; 0: the connections were opened from here
 * @now: how many there are
 * @leaks: how many of them are leaks
 * @oldest_ms: longest time in CLOSE_WAIT
 * @causes: how many there are of each cause
 * @now_max: most that were seen at once
 * @leaks_max: most leaks that were seen at once
 * @seen: when it was last seen with a socket, in jiffies
 * @sample: what @now was at the last times, the newest first
 * @samples: how many of them there are
 */
struct tl_owner {
	struct list_head list;
	kuid_t uid;
	char comm[TASK_COMM_LEN];
	unsigned int pid_ns;
	u16 local_port;
	u32 now;
	u32 leaks;
	u32 oldest_ms;
	u32 causes[TL_CAUSES];
	u32 now_max;
	u32 leaks_max;
	u64 seen;
	struct {
		u32 now;
		u64 when;
	} sample[TL_OWNER_SAMPLES];
	unsigned int samples;
	char cgroup[TL_OWNER_CGROUP];
};

/**
 * struct tl_owner_line - a copy of an owner
 * @head: not looked for
 * @owner: the owner; its @list means nothing
 */
struct tl_owner_line {
	struct tl_line_head head;
	struct tl_owner owner;
};

/**
 * struct tl_owners - the owners of a namespace
 * @all: among those of all namespaces
 * @ns: the namespace
 * @list: the owners
 * @count: how many there are
 * @others: sockets that are of no owner, since there are too many
 * @taken: when the last census was taken, in jiffies
 */
struct tl_owners {
	struct list_head all;
	struct tl_net *ns;
	struct list_head list;
	unsigned int count;
	u32 others;
	u64 taken;
};

int tl_owners_copy(const struct tl_owners *owners, struct tl_lines *lines);
void tl_owners_init(struct tl_owners *owners, struct tl_net *ns);
void tl_owners_follow(struct tl_owners *owners);
void tl_owners_exit(struct tl_owners *owners);
void tl_owners_stop(void);
u64 tl_owners_memory(const struct tl_owners *owners);
void tl_owners_watch(void);
int tl_owners_census(struct tl_owners *owners);
int tl_owners_count(struct tl_holders *holders);
s32 tl_owner_growth_per_min(const struct tl_owner *owner);

#endif /* TCPLAB_WAIT_CLOSE_WAIT_OWNERS_H */

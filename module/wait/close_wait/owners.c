// SPDX-License-Identifier: GPL-2.0
/*
 * Owners that leak CLOSE_WAIT: programs rather than sockets, and their past.
 *
 * A census asks all processes for the sockets that they hold, and goes through
 * all rows. One of a namespace is taken when a privileged user reads its report,
 * one of all for other readers, who share it (holders_shared.c), and one of all
 * from time to time while any socket is in CLOSE_WAIT, so that the dead are known
 * by name afterwards. They ask at the same time, and count one at a time. A
 * namespace is made without waiting for any of it.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/tcp.h>

#include "../../net.h"
#include "../../track/clock.h"
#include "../../track/memory.h"
#include "../../track/opener.h"
#include "../../track/socket.h"
#include "../../track/table.h"
#include "../../track/track.h"
#include "cgroup.h"
#include "holders.h"
#include "owners.h"

#define CENSUS_MS	15000
/* One of all that takes long is followed by a rest, so many times as long. */
#define REST_FACTOR	400
/* Growth is told over no shorter time. */
#define STALE_MS	1000
/* Samples that are older say nothing of the last minute. */
#define SAMPLE_MS_MAX	(2 * TL_OWNER_SAMPLES * CENSUS_MS)
/* Owners remembered in a namespace, in those of other users, and in all. */
#define OWNERS_MAX	256
#define GUESTS_OWNERS_MAX	3072
#define ALL_OWNERS_MAX	4096

static LIST_HEAD(owners_all);	/* the owners of all namespaces */
static DEFINE_MUTEX(owners_all_lock);	/* of that list; held for a moment */
static DEFINE_MUTEX(owners_lock);	/* of the owners; held while they are counted */
static unsigned int owners_known;	/* how many there are in all */
static atomic_t owners_active;	/* censuses are taken from time to time */

/**
 * struct owners_census - one that is being taken
 * @holders: who holds the sockets
 * @path: space for the path of a cgroup
 */
struct owners_census {
	struct tl_holders *holders;
	char path[TL_OWNER_CGROUP];
};

/**
 * struct owners_found - a socket in CLOSE_WAIT
 * @wait: how it stands
 * @age_ms: since when
 * @uid: its owner
 * @local_port: its local port, or 0 if that means nothing
 * @holder: its holder, or NULL
 */
struct owners_found {
	struct tl_wait wait;
	u32 age_ms;
	kuid_t uid;
	u16 local_port;
	const struct tl_holder *holder;
};

static bool owners_is_same(const struct tl_owner *owner, const struct owners_found *found,
			   const char *cgroup)
{
	const struct tl_holder *holder = found->holder;

	return uid_eq(owner->uid, found->uid) &&
	       owner->local_port == found->local_port &&
	       owner->pid_ns == (holder ? holder->pid_ns : 0) &&
	       !strcmp(owner->comm, holder ? holder->comm : "") &&
	       !strcmp(owner->cgroup, cgroup);
}

static void owners_forget(struct tl_owners *owners, struct tl_owner *owner)
{
	list_del(&owner->list);
	owners->count--;
	owners_known--;
	tl_memory_free(owner, sizeof(*owner));
}

/*
 * Forgets the owner that had no socket at the last census, and was seen with
 * one longest ago.
 */
static bool owners_make_room(struct tl_owners *owners)
{
	struct tl_owner *last;

	if (list_empty(&owners->list))
		return false;
	last = list_last_entry(&owners->list, struct tl_owner, list);
	if (last->now || last->seen == owners->taken)
		return false;
	owners_forget(owners, last);
	return true;
}

static bool owners_has_room(const struct tl_owners *owners)
{
	bool guest = owners->ns->net->user_ns != &init_user_ns;

	return owners->count < OWNERS_MAX &&
	       owners_known < (guest ? GUESTS_OWNERS_MAX : ALL_OWNERS_MAX);
}

static struct tl_owner *owners_make(struct tl_owners *owners, const struct owners_found *found,
				    const char *cgroup)
{
	struct tl_owner *owner;

	if (!owners_has_room(owners) && !owners_make_room(owners))
		return NULL;
	owner = tl_memory_zalloc(owners->ns, sizeof(*owner));
	if (!owner)
		return NULL;
	owners->count++;
	owners_known++;
	owner->uid = found->uid;
	owner->local_port = found->local_port;
	if (found->holder) {
		owner->pid_ns = found->holder->pid_ns;
		strscpy(owner->comm, found->holder->comm, sizeof(owner->comm));
	}
	strscpy(owner->cgroup, cgroup, sizeof(owner->cgroup));
	list_add(&owner->list, &owners->list);
	return owner;
}

static struct tl_owner *owners_find_or_make(struct tl_owners *owners,
					    const struct owners_found *found, const char *cgroup)
{
	struct tl_owner *owner;

	list_for_each_entry(owner, &owners->list, list)
		if (owners_is_same(owner, found, cgroup))
			return owner;
	return owners_make(owners, found, cgroup);
}

static void owners_count(struct owners_census *census, struct tl_owners *owners,
			 const struct owners_found *found, const struct sock *sk)
{
	struct tl_owner *owner;

	if (tl_cgroup_path(sk, census->path, sizeof(census->path)))
		census->path[0] = 0;
	owner = owners_find_or_make(owners, found, census->path);
	if (!owner) {
		owners->others++;
		return;
	}
	list_move(&owner->list, &owners->list);
	owner->now++;
	owner->leaks += found->wait.leak;
	owner->oldest_ms = max(owner->oldest_ms, found->age_ms);
	owner->causes[found->wait.cause]++;
}

static void owners_look_at(struct owners_census *census, struct tl_owners *owners,
			   struct sock *sk, struct owners_found *found)
{
	if (READ_ONCE(sk->sk_state) != TCP_CLOSE_WAIT)
		return;
	tl_close_wait_look(owners->ns->close_wait, sk, found->age_ms, &found->wait);
	found->uid = READ_ONCE(sk->sk_uid);
	found->holder = tl_holders_blame(census->holders, sk);
	owners_count(census, owners, found, sk);
}

static bool owners_visit(struct tl_conn *conn, void *census)
{
	struct tl_owners *owners = conn->ns->owners;
	struct sock *sk[2] = { NULL, NULL };
	struct owners_found found[2];
	unsigned int end;

	for (end = 0; end < 2; end++) {
		if (!tl_conn_here(conn, end) ||
		    conn->state[end] != TL_CLOSE_WAIT)
			continue;
		sk[end] = tl_socket_find(conn, end);
		found[end].age_ms = tl_clock_age_ms(conn->since[end]);
		found[end].local_port = tl_opener_service_port(conn, end);
	}
	/* Sockets have locks of their own. */
	tl_conn_unlock(conn);
	for (end = 0; end < 2; end++) {
		if (!sk[end])
			continue;
		owners_look_at(census, owners, sk[end], &found[end]);
		sock_gen_put(sk[end]);
	}
	return true;
}

static void owners_begin_count(struct tl_owners *owners)
{
	struct tl_owner *owner;

	owners->others = 0;
	list_for_each_entry(owner, &owners->list, list) {
		owner->now = 0;
		owner->leaks = 0;
		owner->oldest_ms = 0;
		memset(owner->causes, 0, sizeof(owner->causes));
	}
}

/* Readers may take a census at any time: samples keep their distance. */
static void owners_sample(struct tl_owner *owner, u64 now)
{
	if (owner->samples &&
	    now - owner->sample[0].when < msecs_to_jiffies(CENSUS_MS))
		return;
	memmove(&owner->sample[1], &owner->sample[0],
		sizeof(owner->sample) - sizeof(owner->sample[0]));
	owner->samples = min_t(unsigned int, owner->samples + 1,
			       TL_OWNER_SAMPLES);
	owner->sample[0].now = owner->now;
	owner->sample[0].when = now;
}

/*
 * A socket may come after its process was asked: an owner without a name is no
 * program, and nothing to remember.
 */
static void owners_end_count(struct tl_owners *owners)
{
	struct tl_owner *owner, *next;
	u64 now = get_jiffies_64();

	owners->taken = now;
	list_for_each_entry_safe(owner, next, &owners->list, list) {
		if (!owner->now && !*owner->comm) {
			owners_forget(owners, owner);
			continue;
		}
		owner->now_max = max(owner->now_max, owner->now);
		owner->leaks_max = max(owner->leaks_max, owner->leaks);
		if (owner->now)
			owner->seen = now;
		owners_sample(owner, now);
	}
}

static void owners_of_each(struct tl_owners *only, void (*act)(struct tl_owners *owners))
{
	struct tl_owners *owners;

	mutex_lock(&owners_all_lock);
	list_for_each_entry(owners, &owners_all, all)
		if (!only || owners == only)
			act(owners);
	mutex_unlock(&owners_all_lock);
}

/* Of one namespace, or of all. */
static int owners_count_rows(struct tl_holders *holders, struct tl_owners *only)
{
	struct owners_census *census = kvmalloc(sizeof(*census), GFP_KERNEL);

	if (!census)
		return -ENOMEM;
	census->holders = holders;
	mutex_lock(&owners_lock);
	owners_of_each(only, owners_begin_count);
	tl_table_walk(only ? only->ns : NULL, owners_visit, census);
	owners_of_each(only, owners_end_count);
	mutex_unlock(&owners_lock);
	kvfree(census);
	return 0;
}

/* Nothing is touched unless all is known. */
static int owners_take_census(struct tl_owners *only)
{
	struct tl_holders holders;
	int err;

	tl_holders_init(&holders);
	err = tl_holders_gather(&holders, only ? only->ns->net : NULL,
				&init_pid_ns, TCPF_CLOSE_WAIT | TCPF_LISTEN) ?:
	      owners_count_rows(&holders, only);
	tl_holders_free(&holders);
	return err;
}

/* With the lock held, and room for all. */
static void owners_copy(const struct tl_owners *owners, struct tl_lines *lines)
{
	const struct tl_owner *owner;
	struct tl_owner_line *line;

	list_for_each_entry(owner, &owners->list, list) {
		line = tl_lines_add(lines, 0, U32_MAX);
		line->owner = *owner;
	}
	/* Sockets of whom there was no room for. */
	if (owners->others) {
		line = tl_lines_add(lines, 0, U32_MAX);
		memset(&line->owner, 0, sizeof(line->owner));
		line->owner.uid = INVALID_UID;
		line->owner.now = owners->others;
		line->owner.seen = owners->taken;
	}
}

/**
 * tl_owners_copy() - learn of all owners
 * @owners: of a namespace
 * @lines: an empty list of &struct tl_owner_line, to be filled
 *
 * A census waits for the lock: memory is had before, however long that takes.
 * Context: process; sleeps.
 * Return: 0, -ENOMEM, or -EINTR if the caller is being killed.
 */
int tl_owners_copy(const struct tl_owners *owners, struct tl_lines *lines)
{
	bool room;
	int err;

	do {
		err = tl_lines_reserve(lines, READ_ONCE(owners->count) + 1) ?:
		      mutex_lock_killable(&owners_lock);
		if (err)
			return err;
		room = owners->count < lines->room;
		if (room)
			owners_copy(owners, lines);
		mutex_unlock(&owners_lock);
	} while (!room);
	return 0;
}

/**
 * tl_owners_census() - find out who has sockets in CLOSE_WAIT
 * @owners: of the namespace
 *
 * Searches all processes: for those who may do this as often as they like.
 * Context: process; sleeps.
 * Return: 0, -ENOMEM, or -EINTR if the caller is being killed; then owners are
 * as they were.
 */
int tl_owners_census(struct tl_owners *owners)
{
	return owners_take_census(owners);
}

static bool owners_any_waits(void)
{
	struct tl_owners *owners;
	bool any = false;

	mutex_lock(&owners_all_lock);
	list_for_each_entry(owners, &owners_all, all)
		any = any || tl_track_in_state(owners->ns, TL_CLOSE_WAIT);
	mutex_unlock(&owners_all_lock);
	return any;
}

static bool owners_is_counted(const struct tl_owners *owners)
{
	struct tl_owner *owner;

	list_for_each_entry(owner, &owners->list, list)
		if (owner->now)
			return true;
	return owners->others;
}

/* An owner that had sockets at the last census has to be told to have none. */
static bool owners_any_counted(void)
{
	struct tl_owners *owners;
	bool any = false;

	mutex_lock(&owners_lock);
	mutex_lock(&owners_all_lock);
	list_for_each_entry(owners, &owners_all, all)
		any = any || owners_is_counted(owners);
	mutex_unlock(&owners_all_lock);
	mutex_unlock(&owners_lock);
	return any;
}

/**
 * tl_owners_count() - take a census of all with a search that was made for others
 * @holders: who holds the sockets of all namespaces
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM; then owners are as they were.
 */
int tl_owners_count(struct tl_holders *holders)
{
	return owners_any_waits() || owners_any_counted() ? owners_count_rows(holders, NULL) : 0;
}

static void owners_work(struct work_struct *unused);
static DECLARE_DELAYED_WORK(owners_census_work, owners_work);

static void owners_take_again(u64 ms)
{
	queue_delayed_work(system_unbound_wq, &owners_census_work,
			   msecs_to_jiffies(max_t(u64, ms, CENSUS_MS)));
}

/* Of a machine without room for a census the next one may be taken. */
static void owners_work(struct work_struct *unused)
{
	ktime_t begun = ktime_get();

	/* Most are closed at once, and gone by now. */
	if (owners_any_waits() || owners_any_counted())
		owners_take_census(NULL);
	if (owners_any_waits()) {
		owners_take_again(REST_FACTOR * ktime_ms_delta(ktime_get(), begun));
	} else {
		atomic_set(&owners_active, 0);
		/* One may have come meanwhile: see tl_owners_watch(). */
		smp_mb__after_atomic();
		if (owners_any_waits())
			tl_owners_watch();
	}
}

/**
 * tl_owners_watch() - a socket is in CLOSE_WAIT, and counted
 *
 * Context: any.
 */
void tl_owners_watch(void)
{
	/* Either this is seen to be active, or the census sees the socket. */
	smp_mb();
	if (!atomic_read(&owners_active) && !atomic_xchg(&owners_active, 1))
		owners_take_again(0);
}

/**
 * tl_owners_stop() - take no more censuses
 *
 * Nothing is followed any more.
 * Context: process; sleeps.
 */
void tl_owners_stop(void)
{
	cancel_delayed_work_sync(&owners_census_work);
}

/**
 * tl_owner_growth_per_min() - how fast an owner's sockets become more
 * @owner: the owner
 *
 * Return: sockets per minute, over some two minutes, or since the owner is known,
 * or since the last census but one, if those are far between; less than 0 if they
 * become fewer; %TL_OWNER_GROWTH_UNKNOWN at first sight.
 */
s32 tl_owner_growth_per_min(const struct tl_owner *owner)
{
	unsigned int i = owner->samples;
	u64 ms;

	while (i--) {
		ms = jiffies64_to_msecs(get_jiffies_64() -
					owner->sample[i].when);
		if (ms < STALE_MS)
			break;
		if (ms <= SAMPLE_MS_MAX || !i)
			return div64_s64(60000LL * ((s32)owner->now -
						    (s32)owner->sample[i].now),
					 ms);
	}
	return TL_OWNER_GROWTH_UNKNOWN;
}

/**
 * tl_owners_init() - nobody is known yet
 * @owners: of a namespace
 * @ns: the namespace
 */
void tl_owners_init(struct tl_owners *owners, struct tl_net *ns)
{
	owners->ns = ns;
	INIT_LIST_HEAD(&owners->all);
	INIT_LIST_HEAD(&owners->list);
}

/**
 * tl_owners_follow() - let censuses count the namespace
 * @owners: of a namespace that is tracked: they ask whether any socket waits
 *
 * Context: process; sleeps for a moment.
 */
void tl_owners_follow(struct tl_owners *owners)
{
	mutex_lock(&owners_all_lock);
	list_add(&owners->all, &owners_all);
	mutex_unlock(&owners_all_lock);
	/* What has come already was not known to a census meanwhile. */
	if (tl_track_in_state(owners->ns, TL_CLOSE_WAIT))
		tl_owners_watch();
}

/**
 * tl_owners_exit() - forget all
 * @owners: of a namespace in which nothing is followed any more
 *
 * Waits until a census has counted. May be called again, and where none was followed.
 * Context: process; sleeps.
 */
void tl_owners_exit(struct tl_owners *owners)
{
	struct tl_owner *owner, *next;

	mutex_lock(&owners_lock);
	mutex_lock(&owners_all_lock);
	list_del_init(&owners->all);
	mutex_unlock(&owners_all_lock);
	list_for_each_entry_safe(owner, next, &owners->list, list)
		owners_forget(owners, owner);
	mutex_unlock(&owners_lock);
}

/**
 * tl_owners_memory() - what the owners take
 * @owners: of the namespace
 *
 * Return: bytes.
 */
u64 tl_owners_memory(const struct tl_owners *owners)
{
	return (u64)READ_ONCE(owners->count) * sizeof(struct tl_owner);
}

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two crowds of users, without privileges and as root of user namespaces, do whatever they may (see crowd.c), while
# namespaces come and go. Afterwards the tracker must be of one mind with the kernel, and unload. FUZZ_SECONDS says how
# long, FUZZ_SEED repeats.
# shellcheck disable=SC2154 # names of namespaces are set by setup_ns

selftests=..
. ../lib.sh
. ../memory.sh

enter_ns
seconds=${FUZZ_SECONDS:-160}
seed=${FUZZ_SEED:-$(od -An -tu4 -N4 /dev/urandom | tr -d ' ')}
load_module && setup_ns home || exit 1
# Readers may be caught in faults that nobody answers; where root only may, these do not happen.
sysctl -qw vm.unprivileged_userfaultfd=1 user.max_user_namespaces=10000 2>/dev/null
echo "# seed $seed"
begin_accounts || exit 1

# crowd ARGUMENT...: in a PID namespace, which is killed with all that came of it. We go first.
crowd() {
	start nice prlimit --nproc=400 --nofile=1048576 unshare --pid --fork --kill-child \
		setpriv --reuid 65534 --regid 65534 --clear-groups ./crowd "$@"
	crowds="${crowds-} $started"
}

gone() {
	! ip -n "$home" link show passing >/dev/null 2>&1
}

# An administrator's monitor, which has all processes searched at once and as often as it reads.
watch_owners() {
	while cat /proc/net/tcplab/close_wait /proc/net/tcplab/close_wait_owner /proc/net/tcplab/listeners; do
		:
	done >/dev/null
}

# Its device goes with the namespace, which the one worker removes that frees them all.
namespace_comes_and_goes() {
	ip netns add "passing-$$" && ip -n "$home" link add passing type veth peer name veth0 netns "passing-$$" ||
		fail "no namespace can be made"
	ip netns delete "passing-$$"
	wait_for 20 gone || fail "a namespace is not removed"
}

crowds_live() {
	local process
	for process in $crowds; do
		kill -0 "$process" 2>/dev/null || return 1
	done
}

# Where nobody can make a user namespace, the crowd of guests is none.
guests_live() {
	[ "$(find /proc/[0-9]*/ns/user -printf '%l\n' 2>/dev/null | sort -u | wc -l)" -gt 1 ]
}

let_live() {
	local deadline watcher rounds=0 guests=0 created
	created=$(summary_value created)
	crowd "$seed"
	crowd "$seed" guests
	start watch_owners
	watcher=$started
	deadline=$(($(summary_value uptime_ms) + seconds * 1000))
	while [ "$checks_failed" = 0 ] && [ "$(summary_value uptime_ms)" -lt "$deadline" ]; do
		namespace_comes_and_goes
		crowds_live || fail "a crowd has ended"
		kill -0 "$watcher" || fail "a report of owners cannot be read"
		cat /proc/net/tcplab/* >/dev/null || fail "a report cannot be read"
		rounds=$((rounds + 1))
		! guests_live || guests=$((guests + 1))
	done
	kill "$watcher"
	[ "$guests" -gt 0 ] || fail "no guest has lived"
	[ "$(summary_value created)" -gt "$created" ] || fail "nobody has made a connection"
	echo "# $rounds namespaces came and went; $(summary_value created) connections," \
		"$(pgrep -c -U 65534) processes at the end"
	[ "$checks_failed" = 0 ] || fail "repeat with the seed $seed"
}

all_dead() {
	! pgrep -U 65534 >/dev/null
}

nothing_open() {
	[ -z "$(gauges_by_state)" ] && [ -z "$(ss -Htan state all exclude listening)" ]
}

sound_afterwards() {
	local process
	for process in $crowds; do
		pkill -9 -P "$process"
	done
	wait_for 30 all_dead || fail "not all can be killed: $(ps -o pid,stat,wchan,args -U 65534)"
	assert_states_agree "" 30
	wait_for 90 nothing_open || fail "still there: $(gauges_by_state | xargs); ss: $(ss_by_state "" | xargs)"
	namespace_comes_and_goes
	echo 0 >/sys/kernel/tcplab/track/enabled
	assert_eq "$(summary_value connections)" 0 "rows of a tracker that is off"
	assert_memory_accounted_for
	echo 1 >/sys/kernel/tcplab/track/enabled
	echo "# memory_bytes was $memory_base, is $(summary_value memory_bytes), with $(destinations) destinations" \
		"and $(closers) closers"
}

# What is asked for as ever is answered as ever.
# shellcheck disable=SC2016 # awk's fields
works_afterwards() {
	start_endpoint late "$home"
	assert late listen l 127.0.0.1 80
	assert late connect c 127.0.0.1 80
	assert late accept s l
	assert late close c
	assert_eq "$(in_ns "$home" awk 'NR == 3 { print $4, $9, $10 }' /proc/net/tcplab/close_wait)" \
		"unread-eof $(late pid) endpoint" "cause, PID and command of a socket in CLOSE_WAIT"
	assert_states_agree "$home"
}

unloads() {
	assert wait_for 60 unload_module
}

run_tests \
	"what a destination and a closer take" learn_sizes \
	"users do what they may" let_live \
	"all that they had is gone" sound_afterwards \
	"reports are right" works_afterwards \
	"the module unloads" unloads

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Network namespaces of another user namespace than the initial one get none of the last quarter of all rows, and nobody's
# history has to make room for them. The others get all rows.
# shellcheck disable=SC2154 # a, b and c are set by setup_ns; endpoints by start_endpoint

. ./lib.sh

await_room
# 8 rows of all: 6 of them for guests, too.
load_module max_total=8 hash_size=16 && setup_ns a b c && link_ns "$a" "$b" && start_endpoint sa "$a" &&
	start_endpoint sb "$b" && start_endpoint sc "$c" || exit 1

start unshare --user --map-root-user --net sh -c 'ip link set lo up && exec "$@"' sh "$selftests/endpoint" "$scratch/guest" serve
guest_pid=$started
guest() { "$selftests/endpoint" "$scratch/guest" "$@"; }
guest_summary() { awk -v name="$1" '$1 == name { print $2 }' "/proc/$guest_pid/net/tcplab/summary"; }

# open ENDPOINT FIRST LAST: connections over lo; each has a row.
open() {
	for i in $(seq "$2" "$3"); do
		assert "$1" connect "c$i" ::1 80
		assert "$1" accept "s$i" l
	done
}

# A row of the client, TIME_WAIT, and one of the server, which is history.
history() {
	assert sb listen l 192.0.2.2 5000
	assert sa connect c 192.0.2.2 5000
	assert sb accept s l
	assert sa close c
	assert sb close s
	wait_for 5 sh -c "ip netns exec $b grep -q 'CLOSED TIME_WAIT' /proc/net/tcplab/connections" ||
		fail "no history at the server"
}

guests_bound() {
	history
	wait_for 5 test -S "$scratch/guest" || fail "no endpoint in another user namespace"
	assert guest listen l ::1 80
	open guest 1 5
	assert_eq "$(guest_summary connections)" 4 "connections of the guest"
	assert_between "$(guest_summary refused_full)" 1 2 "refused_full of the guest, whose two ends are one row"
	assert_eq "$(summary_value evicted "$b")" 0 evicted
}

others_have_more() {
	assert sc listen l ::1 80
	open sc 1 3
	assert_eq "$(summary_value connections "$c")" 3 "connections of another namespace"
	assert_eq "$(summary_value refused_full "$c")" 0 "refused_full of another namespace"
	assert_eq "$(summary_value evicted "$b")" 1 "evicted, for the ninth row"
	assert_eq "$(guest_summary connections)" 4 "connections of the guest, still"
}

run_tests \
	"a guest gets none of the last quarter, nor another's history" guests_bound \
	"others get all rows, and a history's, too" others_have_more

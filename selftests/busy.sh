#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Connections come and go on all processors at once while reports are read; when it is quiet again, all that was counted
# is true. The witnesses are the number of connections that the programs made, and ss.
# shellcheck disable=SC2154 # server and client are set by setup_ns

. ./lib.sh

setup_ns server client && link_ns "$server" "$client" && load_module || exit 1

count=$(scaled 2000)

readers() {
	while :; do
		in_ns "$server" sh -c 'cat /proc/net/tcplab/*'
		in_ns "$client" head -c 4096 /proc/net/tcplab/connections
	done >/dev/null 2>&1
}

servers() {
	in_ns "$server" ./churn serve 192.0.2.1 5000 &
	in_ns "$server" ./churn serve 2001:db8::1 5000 &
	in_ns "$server" ./churn serve 127.0.0.1 5001 &
	wait
}

listening() {
	[ "$(in_ns "$server" ss -Hltn | wc -l)" = 3 ]
}

load() {
	local pids=() pid
	start servers
	start readers
	assert wait_for 5 listening
	in_ns "$client" ./churn connect 192.0.2.1 5000 "$count" & pids+=($!)
	in_ns "$client" ./churn connect 2001:db8::1 5000 "$count" & pids+=($!)
	in_ns "$server" ./churn connect 127.0.0.1 5001 "$count" & pids+=($!)
	for pid in "${pids[@]}"; do assert wait "$pid"; done
}

counted() {
	# Nothing shall expire while rows and sockets are counted, however long the load took.
	for ns in "$server" "$client"; do
		echo 600000 | in_ns "$ns" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null || fail "length_ms cannot be set"
	done
	assert_states_agree "$server"
	assert_states_agree "$client"
	assert_eq "$(summary_value created "$client")" $((2 * count)) "connections created at the client"
	assert_eq "$(summary_value created "$server")" $((3 * count)) "connections created at the server"
	for ns in "$client" "$server"; do
		assert_eq "$(summary_value adopted "$ns")" 0 adopted
		assert_eq "$(summary_value refused_full "$ns")" 0 refused_full
		assert_eq "$(summary_value close_wait "$ns")" 0 close_wait
	done
}

undisputed() {
	for ns in "$client" "$server"; do
		look_twice "$ns"
		assert_eq "$(summary_value stack_disagreements "$ns")" 0 stack_disagreements
		assert_eq "$(summary_value invalid "$ns")" 0 invalid
	done
}

run_tests \
	"connections on all processors while reports are read" load \
	"all of them were counted, and none twice" counted \
	"sockets and segments never disagreed" undisputed

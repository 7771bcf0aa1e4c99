#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Everything at once, on all processors: connections open and close over loopback and a link, every report is read, knobs
# are switched and namespaces come and go. What is judged is the kernel's log, which must hold no complaint, and that the
# rows agree with the sockets afterwards.
# shellcheck disable=SC2154 # server and client are set by setup_ns

selftests=..
. ../lib.sh

load_module && setup_ns server client && link_ns "$server" "$client" || exit 1
knobs=/sys/kernel/tcplab

serve() {
	start in_ns "$server" ../churn serve 192.0.2.1 5000
	start in_ns "$server" ../churn serve 2001:db8::1 5000
	start in_ns "$server" ../churn serve 127.0.0.1 5001
}

# connect NUMBER: the clients, and waits for them.
connect() {
	local client_pids=() pid
	in_ns "$client" timeout 600 ../churn connect 192.0.2.1 5000 "$1" &
	client_pids+=($!)
	in_ns "$client" timeout 600 ../churn connect 2001:db8::1 5000 "$1" &
	client_pids+=($!)
	in_ns "$server" timeout 600 ../churn connect 127.0.0.1 5001 "$1" &
	client_pids+=($!)
	for pid in "${client_pids[@]}"; do
		wait "$pid" || fail "a client failed with status $?"
	done
}

# turn WHAT: counts one that has succeeded.
turn() {
	echo >>"$scratch/$1"
}

read_reports() {
	while :; do
		in_ns "$server" sh -c 'cat /proc/net/tcplab/*'
		in_ns "$client" sh -c 'head -c 200 /proc/net/tcplab/connections; cat /proc/net/tcplab/*' && turn reads
	done >/dev/null
}

switch_knobs() {
	local value recycle=(off observe)
	while :; do
		for value in 0 1; do
			in_ns "$server" sh -c "echo $value >$knobs/track/forward; echo $((value * 5000 + 1000)) >$knobs/close_wait/leak_ms"
			in_ns "$server" sh -c "echo $((value * 500)) >$knobs/time_wait/length_ms; echo ${recycle[value]} >$knobs/time_wait/recycle"
			in_ns "$client" sh -c "echo $((value * 1000)) >$knobs/time_wait/remember; echo 1 >$knobs/time_wait/reset"
			# A sysctl that this kernel does not have cannot be read.
			in_ns "$client" sh -c "cat $knobs/tuning/*"
			in_ns "$client" sh -c "echo $value >$knobs/track/enabled &&
				find $knobs -path $knobs/tuning -prune -o -type f -exec cat {} +" &&
				turn writes
		done
	done >/dev/null 2>&1
}

come_and_go() {
	while :; do
		# Whoever is killed here takes along what it has started.
		unshare -n --pid --kill-child sh -c 'ip link set lo up; ../churn serve 127.0.0.1 5000 & ../churn connect 127.0.0.1 5000 3; kill $!' &&
			turn namespaces
	done
}

together() {
	serve
	start read_reports
	start switch_knobs
	start come_and_go
	connect "$(scaled 2000)"
	wait_for 30 all_had_turns || fail "some did nothing: $(wc -l "$scratch/reads" "$scratch/writes" "$scratch/namespaces" 2>&1 | xargs)"
}

all_had_turns() {
	[ -s "$scratch/reads" ] && [ -s "$scratch/writes" ] && [ -s "$scratch/namespaces" ]
}

settle() {
	local process
	for process in $processes; do
		pkill -STOP -P "$process"
		kill -STOP "$process"
	done 2>/dev/null
	in_ns "$client" sh -c "echo 1 >$knobs/track/enabled"
	assert_states_agree "$client"
	assert_states_agree "$server"
	assert_eq "$(summary_value refused_full "$server")" 0 refused_full
}

run_tests \
	"connections, readers, writers and namespaces at once" together \
	"the rows agree afterwards" settle

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What is said of another length of TIME_WAIT comes true when that length is applied to the same load.
# shellcheck disable=SC2154 # a is set by setup_ns

. ./lib.sh

load_module && setup_ns a || exit 1
start in_ns "$a" ./churn serve 127.0.0.1 80
# Two of three that it makes close in order.
start in_ns "$a" ./churn connect 127.0.0.1 80 0 90

# population FILE LENGTH: what a copy of time_wait_what_if says.
# shellcheck disable=SC2016 # awk's variables
population() {
	awk -v wanted="$2" '$1 == wanted { print $2; exit }' "$1"
}

# look: both reports and the kernel's own count, at the same moment as far as that can be.
look() {
	in_ns "$a" cat /proc/net/tcplab/time_wait_what_if >"$scratch/what_if"
	in_ns "$a" cat /proc/net/tcplab/time_wait >"$scratch/time_wait"
	# shellcheck disable=SC2034 # for real()
	kernel=$(in_ns "$a" awk '$1 == "TCP:" { print $7 }' /proc/net/sockstat)
}

real() {
	awk '$1 == "now" { print $2 }' "$scratch/time_wait"
}

set_length() {
	echo "$1" | in_ns "$a" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
}

# The oldest are longer there than the length, so that its row counts all that it can.
old_enough() {
	look
	[ "$(population "$scratch/what_if" 60000)" -gt $(($(population "$scratch/what_if" 5000) * 13 / 10)) ]
}

# Some have left since, and as many as come.
steady() {
	[ "$(in_ns "$a" awk '$1 == "exited_shortened" { print $2 }' /proc/net/tcplab/time_wait)" -gt $((promised * 12 / 10)) ]
}

within_5_percent() {
	assert_between "$1" $((promised * 95 / 100)) $((promised * 105 / 100)) "$2"
}

comes_true() {
	local turn
	wait_for 60 old_enough || fail "the load does not come to life"
	promised=$(population "$scratch/what_if" 5000)
	set_length 5000
	wait_for 60 steady || fail "none is shortened"
	for turn in 1 2 3; do
		look
		within_5_percent "$(real)" "sockets under the length, look $turn"
		within_5_percent "$kernel" "sockets under the length, as the kernel counts them, look $turn"
		within_5_percent "$(population "$scratch/what_if" 5000)" "said of the length that holds, look $turn"
	done
}

run_tests "the population of another length comes true" comes_true

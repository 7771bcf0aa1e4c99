#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What is said of another length of TIME_WAIT comes true when that length is applied to the same load.
# shellcheck disable=SC2154 # a is set by setup_ns

. ./lib.sh

load_module && setup_ns a || exit 1
start in_ns "$a" ./churn serve 127.0.0.1 80
# Two of three that it makes close in order.
start in_ns "$a" ./churn connect 127.0.0.1 80 0 45

# said LENGTH: the population that time_wait_what_if has for it.
# shellcheck disable=SC2016 # awk's variables
said() {
	report time_wait_what_if "$a" | awk -v wanted="$1" '$1 == wanted { print $2; exit }'
}

# The gauge, what the kernel counts, and what is said of the length that holds.
# shellcheck disable=SC2016
real() {
	in_ns "$a" awk '$1 == "now" { print $2 }' /proc/net/tcplab/time_wait
	in_ns "$a" awk '$1 == "TCP:" { print $7 }' /proc/net/sockstat
	said 5000
}

set_length() {
	echo "$1" | in_ns "$a" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
}

# The oldest are longer there than the length, so that its row counts all that it can; and nothing else on this machine
# holds up the load just now: as many have come in the last five seconds as in the five before.
even() {
	local now
	now=$(said 5000)
	[ "$(said 60000)" -gt $((now * 23 / 10)) ] || return
	is_near "$(said 10000)" $((now * 2))
}

# is_near NUMBER WANTED: within 2 percent.
is_near() {
	[ $(($1 * 100)) -ge $(($2 * 98)) ] && [ $(($1 * 100)) -le $(($2 * 102)) ]
}

# Some have left since, and as many as come.
# shellcheck disable=SC2016
steady() {
	[ "$(in_ns "$a" awk '$1 == "exited_shortened" { print $2 }' /proc/net/tcplab/time_wait)" -gt $((promised * 12 / 10)) ]
}

# All at one look: a process that is held up for a moment makes a gap in the load.
# shellcheck disable=SC2016
within_5_percent() {
	real | awk -v promised="$promised" '$1 >= promised * 0.95 && $1 <= promised * 1.05 { near++ } END { exit near != 3 }'
}

comes_true() {
	wait_for 60 even || { fail "the load is not even: $(said 5000) in 5 s, $(said 10000) in 10 s"; return; }
	promised=$(said 5000)
	set_length 5000
	wait_for 60 steady || fail "none is shortened"
	wait_for 20 within_5_percent || fail "$promised were promised; the gauge, the kernel and the report have $(real | xargs)"
}

run_tests "the population of another length comes true" comes_true

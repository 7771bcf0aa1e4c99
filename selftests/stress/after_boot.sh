#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The low half of jiffies wraps 300 s after each boot. What is counted by it goes on: the population of TIME_WAIT, its
# ages, what other lengths would have done, and the forecast for ports. To be run in a VM that was just booted; it waits
# for up to five minutes. (A VM that counts instructions passes the wrap while it boots.)
# shellcheck shell=dash disable=SC2016,SC2154 # awk's variables; variables that functions set

. ./stress.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"

wrap_ms=300000
closes=$(scaled 400)

[ "$(now_ms)" -lt $((wrap_ms - 20000)) ] || skip_all "this machine has passed the wrap"
load_module && setup_ns a || exit 1

tw() {
	in_ns "$a" awk -v name="$1" '$1 == name { print $2 }' /proc/net/tcplab/time_wait
}

# would LENGTH COLUMN: of time_wait_what_if.
would() {
	report time_wait_what_if "$a" | awk -v length_ms="$1" -v name="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$1 == length_ms { print $column[name] }'
}

passed() {
	[ "$(now_ms)" -ge "$1" ]
}

# Every third resets its connection, the others close first or second.
close_some() {
	assert in_ns "$a" ../churn connect 127.0.0.1 80 "$closes"
}

crosses() {
	local before
	start in_ns "$a" ../churn serve 127.0.0.1 80
	wait_for 300 passed $((wrap_ms - 9000)) || fail "the time does not pass"
	close_some
	before=$(tw now)
	assert [ "$before" -gt 0 ]
	assert_eq "$(would 60000 population_now)" "$before" "what would be in TIME_WAIT now, before the wrap"
	passed "$wrap_ms" && fail "the wrap came before it was awaited"
	wait_for 60 passed $((wrap_ms + 1500)) || fail "the time does not pass"
	# The first that closes behind the wrap is when the slots move on.
	close_some
	assert_eq "$(would 60000 population_now)" "$(tw now)" "what would be in TIME_WAIT now, behind the wrap"
	assert_eq "$(would 120000 population_peak)" "$(tw now)" "the peak of another length"
	assert_between "$(would 5000 population_now)" 1 $(($(tw now) - before)) "a length that reaches back to the wrap"
	assert_eq "$(report time_wait_age "$a" | awk 'NR > 1 { sum += $3 } END { print sum }')" "$(tw now)" "all ages"
	assert_eq "$(report time_wait_age "$a" | awk '$1 >= 10000 && NR > 1 { sum += $3 } END { print sum }')" "$before" \
		"those from before the wrap, by age"
}

# The oldest go when their time is over, and are not taken for young ones.
ends() {
	wait_for 90 passed $((wrap_ms + 70000)) || fail "the time does not pass"
	close_some
	assert_eq "$(would 30000 population_now)" "$(tw now)" "what is in TIME_WAIT when all older ones are gone"
	assert_eq "$(summary_value stack_disagreements "$a")" 0 stack_disagreements
}

run_tests \
	"the wrap loses nothing" crosses \
	"nor is anything kept for it" ends

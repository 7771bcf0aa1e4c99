#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A processor goes and comes back under traffic. Counters and gauges are sums over all processors, those that are away
# included: they stay true.
# shellcheck shell=dash disable=SC2154 # variables that functions set

. ./stress.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
switch=/sys/devices/system/cpu/cpu1/online
[ -w $switch ] || skip_all "this kernel cannot take a second processor away"

turns=$(sized 100 5)
held=$(sized 200 20)

load_module && setup_ns server client && link_ns "$server" "$client" || exit 1

# The kernel's counters, from before the first connection, and ours.
all_counted() {
	[ "$(summary_value created "$client")" = "$(kernel_count TcpActiveOpens "$client")" ] &&
		[ "$(summary_value created "$server")" = "$(kernel_count TcpPassiveOpens "$server")" ]
}

# As connections_by_state, but from the gauges.
gauges() {
	report summary "$1" | sed -n 's/^state_//p' | grep -vE '^(LISTEN|CLOSED) | 0$' | sort
}

gauges_agree() {
	[ "$(gauges "$1")" = "$(ss_by_state "$1")" ]
}

switched() {
	local i start_ms
	start_crowd "$server" 192.0.2.1 5002
	crowd held "$held" "$client" 5002 192.0.2.1
	assert_eq "$made" "$held" "connections that are held"
	start_readers "$server" "$client"
	start in_ns "$server" ../churn serve 192.0.2.1 5000
	start in_ns "$client" ../churn connect 192.0.2.1 5000
	churn=$started
	start_ms=$(now_ms)
	for i in $(seq "$turns"); do
		echo 0 >"$switch" && echo 1 >"$switch" || fail "turn $i: the processor cannot be switched"
	done
	figure "turns" "$turns"
	figure "ms for a turn" "$(per $(($(now_ms) - start_ms)) "$turns")"
	assert_eq "$(cat "$switch")" 1 "the processor at the end"
}

# An end that was counted on a processor may leave on another. A TIME_WAIT that is over is noticed a second later: as long
# as they end, gauges and sockets agree now and then only.
gauges_are_true() {
	pkill -9 -P "$churn"
	wait_for 90 gauges_agree "$server" ||
		fail "gauges are $(gauges "$server" | xargs), ss counts $(ss_by_state "$server" | xargs)"
	wait_for 90 gauges_agree "$client" ||
		fail "gauges are $(gauges "$client" | xargs), ss counts $(ss_by_state "$client" | xargs)"
	assert_states_agree "$server"
	assert_states_agree "$client"
	# One that was away: what it counted counts.
	echo 0 >"$switch"
	assert wait_for 90 gauges_agree "$client"
	echo 1 >"$switch"
	assert_between "$(summary_value state_ESTABLISHED "$client")" "$held" $((held + 1)) "gauge of what is held"
}

counters_are_true() {
	assert wait_for 5 all_counted
	figure "connections opened, as the kernel counts them" "$(kernel_count TcpActiveOpens "$client")"
	figure "created" "$(summary_value created "$client")"
	assert_eq "$(summary_value created "$client")" "$(kernel_count TcpActiveOpens "$client")" created
	assert_eq "$(summary_value created "$server")" "$(kernel_count TcpPassiveOpens "$server")" "created at the server"
	assert_eq "$(summary_value refused_full "$client")" 0 refused_full
	assert_eq "$(summary_value stack_disagreements "$client")" 0 stack_disagreements
	readers_worked
}

run_tests \
	"a processor goes and comes under traffic" switched \
	"the gauges are those of ss" gauges_are_true \
	"the counters are those of the kernel" counters_are_true

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The module is loaded while a hundred thousand sockets are open: fifty thousand connections over lo, with both ends here.
# All are adopted, and followed to their end.
# shellcheck shell=dash disable=SC2154 # variables that functions set

. ./stress.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"

connections=$(sized 50000 200)
addresses=4

setup_ns a || exit 1
in_ns "$a" sysctl -qw net.ipv4.ip_local_port_range="1024 65535" net.core.somaxconn=65535
start_readers "$a"

made() {
	start_crowd "$a" 0.0.0.0 80
	crowd all "$connections" "$a" 80 127.0.0.1 "$addresses"
	client=$started
	assert_eq "$made" "$connections" "connections made"
	figure "connections made per second" "$(per $((made * 1000)) "$ms")"
	assert wait_for 60 all_are_open
}

all_are_open() {
	[ "$(sockets established "$a")" = $((2 * connections)) ]
}

adopted() {
	timed load_module || { fail "it does not load"; return; }
	figure "sockets, as ss counts them" "$(sockets established "$a")"
	figure "loading, ms" "$ms"
	figure "sockets adopted per ms" "$(per $((2 * connections)) "$ms")"
	assert_eq "$(summary_value adopted "$a")" "$connections" adopted
	assert_eq "$(summary_value created "$a")" 0 created
	assert_eq "$(summary_value connections "$a")" "$connections" connections
	assert_eq "$(summary_value state_ESTABLISHED "$a")" "$(sockets established "$a")" state_ESTABLISHED
	assert_eq "$(summary_value refused_full "$a")" 0 refused_full
	timed in_ns "$a" cat /proc/net/tcplab/connections >"$scratch/connections"
	figure "connections, ms" "$ms"
	assert_eq "$(grep -c ' adopted ESTABLISHED ESTABLISHED ' "$scratch/connections")" "$connections" "rows in the report"
	assert_states_agree "$a"
	figure "slab of rows, KiB" "$(($(slab_bytes tcplab_conn) / 1024))"
}

# The client's process ends, and with it all its sockets.
all_are_over() {
	[ "$(in_ns "$a" ss -Htan state connected | wc -l)" = 0 ]
}

followed() {
	pkill -9 -P "$client"
	wait_for 300 none_is_open || fail "open are still $(sockets established "$a")"
	# So many end in each second that nobody counts the same number of them twice.
	wait_for 300 all_are_over || fail "$(sockets time-wait "$a") are still in TIME_WAIT"
	assert_states_agree "$a"
	assert_eq "$(summary_value time_wait "$a")" 0 time_wait
	assert_eq "$(summary_value state_ESTABLISHED "$a")" 0 state_ESTABLISHED
	assert_eq "$(summary_value stack_disagreements "$a")" 0 stack_disagreements
	readers_worked
}

none_is_open() {
	[ "$(sockets established "$a")" = 0 ]
}

unloaded() {
	timed unload_module || fail "it does not unload"
	figure "unloading, ms" "$ms"
	assert_eq "$(slab_objects tcplab_conn)" "" "slab of rows after that"
}

run_tests \
	"fifty thousand connections" made \
	"all are adopted" adopted \
	"all are followed to their end" followed \
	"unloading" unloaded

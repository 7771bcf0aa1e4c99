#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module is unloaded under load, while reports are read and namespaces come and go, fifty times (fewer on a slow
# kernel); and while `lab` is in use the kernel refuses.
# shellcheck disable=SC2154 # server is set by setup_ns

. ./lib.sh

setup_ns server client && link_ns "$server" "$client" || exit 1

traffic() {
	in_ns "$server" ./churn serve 192.0.2.1 5000 &
	in_ns "$client" ./churn connect 192.0.2.1 5000 &
	in_ns "$server" ./churn serve ::1 5001 &
	in_ns "$server" ./churn connect ::1 5001 &
	wait
}

readers() {
	while :; do
		cat /proc/net/tcplab/*
		in_ns "$server" head -c 100 /proc/net/tcplab/connections
		in_ns "$server" cat /proc/net/tcplab/connections
	done >/dev/null 2>&1
}

tracking() {
	[ "$(summary_value created "$server")" -gt 0 ]
}

again_and_again() {
	local i rounds
	rounds=$(scaled 50)
	start traffic
	start readers
	# What loads and unloads shall not wait for its turn behind the load.
	renice -n -10 -p $$ >"$scratch/ignored"
	for ((i = 1; i <= rounds; i++)); do
		assert load_module
		wait_for 20 tracking || fail "round $i: nothing was tracked"
		ip netns add passing-$$
		ip netns delete passing-$$
		wait_for 10 unload_module || fail "round $i: it does not unload"
	done
}

in_use() {
	assert load_module
	start_endpoint sa "$server"
	assert sa listen l 127.0.0.1 7000
	assert sa connect c 127.0.0.1 7000
	assert sa cc c lab
	refute rmmod tcplab 2>/dev/null
	assert sa abort c
	assert wait_for 10 unload_module
}

as_default() {
	assert load_module
	before=$(sysctl -n net.ipv4.tcp_congestion_control)
	assert sysctl -qw net.ipv4.tcp_congestion_control=lab
	refute rmmod tcplab 2>/dev/null
	assert sysctl -qw "net.ipv4.tcp_congestion_control=$before"
	assert wait_for 10 unload_module
}

open_report() {
	assert load_module
	exec 3</proc/net/tcplab/connections
	read -r _ <&3
	assert unload_module
	refute cat <&3 >/dev/null 2>&1
	exec 3<&-
}

run_tests \
	"a socket that uses lab holds the module" in_use \
	"the default congestion control holds the module" as_default \
	"a report that is open does not" open_report \
	"it unloads again and again under load" again_and_again

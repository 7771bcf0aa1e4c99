#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A million 4-tuples whose connections were closed are remembered: what that takes, that the oldest go first when there is
# room for fewer, and that all go at once when nothing is to be remembered.
# shellcheck shell=dash disable=SC2154 # variables that functions set

. ./stress.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"

many=$(sized 1000000 1000)
# The longest that there is: what is older is forgotten, however slow the machine is.
horizon_ms=600000

load_module max_connections=$((many + 1000)) max_total=$((many * 2 + 2000)) && setup_ns server client && link_ns "$server" "$client" || exit 1
# Where there is no room for a TIME_WAIT there is nothing to remember.
in_ns "$client" sysctl -qw net.ipv4.ip_local_port_range="1024 65535" net.ipv4.tcp_max_tw_buckets=1048576

# set_knob NAME VALUE: of time_wait, where connections are closed first.
set_knob() {
	echo "$2" | in_ns "$client" tee "/sys/kernel/tcplab/time_wait/$1" >/dev/null
}

gauge() {
	summary_value "$1" "$client"
}

# close_first HOST COUNT: so many connections, to one address after the other: so few to each that none of their ports is
# free again meanwhile, and no 4-tuple comes twice.
close_first() {
	local host=$1 left=$2 turn
	while [ "$left" -gt 0 ]; do
		turn=$((left < 10000 ? left : 10000))
		ip -n "$server" address add "192.0.2.$host/24" dev veth0
		in_ns "$client" ./connloop "192.0.2.$host" 80 "$turn" 0 "$server" >/dev/null || return
		left=$((left - turn))
		host=$((host + 1))
	done
}

# The rest of a table is empty: it doubles when it is three quarters full.
table_bytes() {
	awk -v count="$1" 'BEGIN { n = 64; while (count > n * 3 / 4) n *= 2; print n * 8 }'
}

million() {
	local begun bytes slab first second
	set_knob remember $((many * 2))
	set_knob horizon_ms "$horizon_ms"
	begun=$(now_ms)
	close_first 10 $((many / 2)) &
	first=$!
	close_first 100 $((many - many / 2)) &
	second=$!
	wait "$first" || fail "connections failed"
	wait "$second" || fail "connections failed"
	ms=$(($(now_ms) - begun))
	figure "closes per second" "$(per $((many * 1000)) "$ms")"
	is "$ms < $horizon_ms" || fail "this machine takes $ms ms for $many closes: some are forgotten by then"
	assert_eq "$(gauge remembered)" "$many" remembered
	assert_eq "$(gauge remembered_forgotten)" 0 remembered_forgotten
	slab=$(slab_bytes tcplab_closed)
	is "${slab:-0} > 0" || fail "4-tuples are remembered, and the slab tcplab_closed has '$slab' bytes"
	bytes=$((slab + $(table_bytes "$many")))
	figure "4-tuples remembered" "$many"
	figure "bytes each, with the shares of slab and table" "$(per "$bytes" "$many" 1)"
	is "$bytes <= $many * 128" || fail "$bytes bytes for $many"
}

fewer() {
	set_knob remember $((many / 2))
	assert_eq "$(gauge remembered)" $((many / 2)) "remembered of them"
	assert_eq "$(gauge remembered_forgotten)" $((many - many / 2)) "forgotten for want of room"
}

none() {
	timed set_knob horizon_ms 0
	figure "forgetting $((many / 2)) of them, ms" "$ms"
	assert_eq "$(gauge remembered)" 0 remembered
	timed unload_module || fail "it does not unload"
	figure "unloading, ms" "$ms"
}

run_tests \
	"a million are remembered" million \
	"the oldest go where there is room for fewer" fewer \
	"all go at once" none

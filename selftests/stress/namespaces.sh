#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A thousand network namespaces come and go, with connections of their own, under traffic. Together they want more rows
# than max_total allows: that bound holds, each connection has a row or is counted, and nothing is left behind.
# shellcheck shell=dash disable=SC2154 # variables that functions set

. ./stress.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"

spaces=$(sized 1000 20)
at_once=20
each=50
limit=600

load_module max_total="$limit" && setup_ns server client && link_ns "$server" "$client" || exit 1

# A slab that a processor works on counts as full.
# The kernel frees the namespaces that went together when the next ones go.
spaces_are_gone() {
	ip netns add next-$$ && ip netns delete next-$$
	echo 1 >/sys/kernel/slab/net_namespace/shrink
	[ "$(slab_objects net_namespace)" -le $((spaces_before + 20)) ]
}

total_rows_are_few() {
	[ "$(summary_value connections "$server")" -lt "$limit" ]
}

check_round() {
	rounds=$((rounds + 1)) made=$((made + $2)) refused=$((refused + $4)) created=$((created + $5))
	[ "$3" -le "$most" ] || most=$3
	assert_eq "$2" $((now * each)) "round $1: connections made"
	assert_between "$3" 1 "$limit" "round $1: rows of all namespaces"
	# A connection that found no room may have a row once it is open, where there is some again.
	assert_between $(($3 + $4)) "$2" $((2 * $2)) "round $1: rows, and connections refused one"
	[ "$5" -ge "$3" ] || fail "round $1: $5 created, but $3 rows"
}

come_and_go() {
	rounds=0 made=0 refused=0 created=0 most=0 left=$spaces
	spaces_before=$(slab_objects net_namespace)
	# Or their TIME_WAIT sockets would have all the rows.
	in_ns "$server" sysctl -qw net.ipv4.tcp_max_tw_buckets=50
	in_ns "$client" sysctl -qw net.ipv4.tcp_max_tw_buckets=50
	start in_ns "$server" ../churn serve 192.0.2.1 5000
	start in_ns "$client" ../churn connect 192.0.2.1 5000
	start_readers "$server"
	timed ./crowd spaces "$spaces" "$at_once" "$each" >"$scratch/rounds" || fail "namespaces are missing"
	while read -r line; do
		now=$at_once
		[ "$left" -ge "$at_once" ] || now=$left
		left=$((left - at_once))
		# shellcheck disable=SC2086 # a list of words
		check_round $line
	done <"$scratch/rounds"
	assert_eq "$rounds" $(((spaces + at_once - 1) / at_once)) rounds
	assert_eq "$made" $((spaces * each)) "connections made"
	assert_between "$refused" 1 "$made" "connections refused a row"
	figure "namespaces, and at once" "$spaces, $at_once"
	figure "namespaces per second" "$(per $((spaces * 1000)) "$ms" 1)"
	figure "connections made in them, refused a row, rows created" "$made, $refused, $created"
	figure "rows of the namespaces at most, of $limit for all" "$most"
	readers_worked
}

nothing_left() {
	wait_for 120 spaces_are_gone || fail "namespaces are left: $(slab_objects net_namespace), before $spaces_before"
	wait_for 10 total_rows_are_few
	before=$(summary_value created "$server")
	sleep 2
	assert_between $(($(summary_value created "$server") - before)) 1 100000 "created, when there is room again"
	timed unload_module || fail "it does not unload"
	figure "unloading, ms" "$ms"
	assert_eq "$(slab_objects tcplab_conn)" "" "slab of rows after that"
}

run_tests \
	"a thousand namespaces, and the bound on rows" come_and_go \
	"nothing is left behind" nothing_left

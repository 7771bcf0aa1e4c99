#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A full table: connections work, are counted as not tracked, and no row of a living socket is given up for them. History
# (our end is gone, the other is in TIME_WAIT) makes room.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint

. ./lib.sh

await_room
# One bucket group is searched for history: few buckets, so that all are.
load_module max_connections=4 max_total=64 hash_size=16 && setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" &&
	start_endpoint sb "$b" && sb listen l 192.0.2.2 5000 || exit 1

open() {
	assert sa connect "c$1" 192.0.2.2 5000
	assert sb accept "s$1" l
}

fill() {
	for i in 1 2 3 4; do open "$i"; done
	assert_states_agree "$a"
	assert_eq "$(summary_value connections "$a")" 4 connections
	assert_eq "$(summary_value connections_max "$a")" 4 connections_max
	assert_eq "$(summary_value refused_full "$a")" 0 refused_full
}

refuse() {
	open 5
	assert sa send c5 1000
	assert_eq "$(sb recv s5)" 1000 "bytes over the connection without a row"
	assert_eq "$(summary_value connections "$a")" 4 connections
	assert_eq "$(summary_value refused_full "$a")" 1 refused_full
	assert_eq "$(summary_value refused_full "$b")" 1 "refused_full of the server"
	assert_eq "$(summary_value evicted "$a")" 0 evicted
	refute knows_fin_wait_2
	assert sa close c5
	assert sb close s5
}

# How many FIN_WAIT_2 mini-sockets there are follows from the rows, if none is missing.
# shellcheck disable=SC2016 # awk's variables
knows_fin_wait_2() {
	[ "$(in_ns "$a" awk '$1 == "now_fin_wait_2" { print $2 }' /proc/net/tcplab/time_wait)" != - ]
}

# A walk that the last search in vain has asked for may give it up at once.
history_has_come() {
	[ "$(summary_value evicted "$b")" = 1 ] || in_ns "$b" grep -q 'CLOSED TIME_WAIT' /proc/net/tcplab/connections
}

# The server's row of a connection that its client closed first is history.
history() {
	assert sa close c1
	assert sb close s1
	wait_for 5 history_has_come || fail "no history at the server"
	open 6
	assert_eq "$(summary_value evicted "$b")" 1 "evicted at the server"
	assert_states_agree "$b"
}

# searches_of FIRST LAST: how often a row was sought for connections of these numbers, and in $took how many seconds that
# took, rounded up.
searches_of() {
	local before start end number
	before=$(calls tl_wheel_soon)
	read -r start _ </proc/uptime
	for number in $(seq "$1" "$2"); do
		refute sa connect "r$number" 192.0.2.2 5999
	done
	read -r end _ </proc/uptime
	took=$((${end%.*} - ${start%.*} + 1))
	searches=$(($(calls tl_wheel_soon) - before))
}

# Where nothing will go, a search that found nothing is not made again for each connection. The witness is the kernel: how
# often the last part of a search was called.
rests() {
	local took searches
	count_calls tl_wheel_soon || { skip "needs kprobes"; return; }
	assert_eq "$(summary_value connections "$a")" 4 connections
	# The rest doubles with each search in vain, from two ticks to a second: that is ten searches with 1,000 ticks.
	searches_of 1 40
	assert_between "$searches" 1 $((10 + took + 1)) "searches for 40 connections, in $took seconds"
	# From then on there is one in a second, and one at the beginning.
	searches_of 41 60
	assert_between "$searches" 0 $((took + 1)) "searches for 20 connections, in $took seconds"
	forget_calls
}

# The rows of other namespaces, of which a search meets many, are not looked at for one that may go.
crowded() {
	local name number
	assert unload_module
	assert load_module max_connections=4 max_total=64 hash_size=16
	setup_ns x y && link_ns "$x" "$y" && start_endpoint sx "$x" && start_endpoint sy "$y" || { fail "no hosts"; return; }
	for name in o1 o2 o3 o4 o5 o6 o7 o8 o9 o10 o11; do
		setup_ns "$name"
		eval "assert sx netns \$$name"
		assert sx listen "l$name" 127.0.0.1 80
		for number in 1 2 3 4; do assert sx connect "$name.$number" 127.0.0.1 80; done
	done
	assert sx netns "$x"
	assert sy listen l 192.0.2.2 5000
	for number in 1 2 3 4; do
		assert sx connect "c$number" 192.0.2.2 5000
		assert sy accept "s$number" l
	done
	for number in 1 2 3; do
		assert sx close "c$number"
		assert sy close "s$number"
		wait_for 5 sh -c "ip netns exec $y grep -q 'CLOSED TIME_WAIT' /proc/net/tcplab/connections" || fail "no history"
		assert sx connect "d$number" 192.0.2.2 5000
		assert sy accept "t$number" l
		assert_eq "$(summary_value evicted "$y")" "$number" "evicted in a crowd"
	done
	assert_eq "$(summary_value refused_full "$y")" 0 refused_full
}

# A search finds little history in a large table; then a walk makes room, a sixteenth of what the namespace may have.
sparse() {
	local number
	assert unload_module
	assert load_module max_connections=64
	setup_ns v w && link_ns "$v" "$w" && start_endpoint sv "$v" && start_endpoint sw "$w" || { fail "no hosts"; return; }
	assert sw listen l 192.0.2.2 5000
	for number in $(seq 64); do
		assert sv connect c 192.0.2.2 5000
		assert sw accept s l
		assert sv close c
		assert sw close s
	done
	wait_for 10 history_is 64 || fail "rows of history: $(report connections "$w" | grep -c "CLOSED TIME_WAIT")"
	for number in 1 2 3 4 5; do
		assert sv connect "d$number" 192.0.2.2 5000
		! wait_for 2 has_evicted 4 || break
	done
	assert_between "$(summary_value evicted "$w")" 4 12 "rows of history that made room"
	assert sv connect last 192.0.2.2 5000
	assert_states 192.0.2.2:5000 "192.0.2.1:$(sv port last)" "ESTABLISHED ESTABLISHED" "$w"
}

history_is() {
	[ "$(report connections "$w" | grep -c "CLOSED TIME_WAIT")" = "$1" ]
}

has_evicted() {
	[ "$(summary_value evicted "$w")" -ge "$1" ]
}

# A connection that was refused its row gets one when there is room: the walk through the socket table comes round in a
# minute. That corrects no mistake.
regained() {
	refute states_agree "$a"
	assert sa abort c2
	wait_for 130 states_agree "$a" || fail "rows say $(connections_by_state "$a" | xargs), ss says $(ss_by_state "$a" | xargs)"
	assert_between "$(summary_value adopted "$a")" 1 2 adopted
	assert_eq "$(summary_value stack_disagreements "$a")" 0 stack_disagreements
	assert_eq "$(summary_value evicted "$a")" 0 evicted
	# Not all have been found before it has been all around.
	wait_for 130 knows_fin_wait_2 || fail "the number of FIN_WAIT_2 sockets stays unknown"
}

others() {
	# shellcheck disable=SC2154
	setup_ns other && start_endpoint so "$other" || fail "no other namespace"
	assert so listen l ::1 80
	assert so connect c ::1 80
	assert_eq "$(summary_value connections "$other")" 1 "connections of another namespace"
}

total() {
	assert unload_module
	assert load_module max_total=2
	assert_between "$(summary_value connections "$b")" 0 2 "connections of one of all namespaces"
	all=0
	for ns in "$a" "$b" "$other"; do
		all=$((all + $(summary_value connections "$ns")))
	done
	assert_eq "$all" 2 "connections of all namespaces"
}

run_tests \
	"the table fills" fill \
	"a connection without a row works and is counted" refuse \
	"a search that finds nothing rests" rests \
	"history makes room" history \
	"a connection gets its row when there is room" regained \
	"another namespace has room of its own" others \
	"max_total bounds all namespaces" total \
	"history is found among the rows of others" crowded \
	"history is found in a large table" sparse

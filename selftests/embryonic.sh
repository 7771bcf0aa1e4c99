#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A full table gives up rows of connections that their peer never completed, before any that is open; history still goes
# first. Who completes the handshake after that gets a row again.
# shellcheck shell=dash disable=SC2119,SC2154 # load_module takes parameters; variables that functions set

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
enter_ns
# Few buckets, so that a search sees them all.
load_module max_connections=2 max_total=64 hash_size=16 && start_endpoint kernel && start_peer peer &&
	kernel listen open 127.0.0.1 6000 || exit 1

# open NAME: a connection over lo, which takes one row. shut NAME: closes it, without a trace.
open() {
	assert kernel connect "c$1" 127.0.0.1 6000
	assert kernel accept "s$1" open
}

shut() {
	assert kernel abort "c$1"
	assert kernel close "s$1"
	wait_for 5 row_count_is "$2" || fail "rows are $(summary_value connections), should be $2"
}

row_count_is() {
	[ "$(report connections | grep -vc ^local)" = "$1" ]
}

# A row that was given up leaves a socket without one: ss cannot be compared with all rows.
embryo() {
	meet passive 5000
	assert peer send S
	assert peer expect S.
	assert_states "$here" "$there" "SYN_RECEIVED SYN_SENT"
}

# reset: the request socket goes, too.
reset_embryo() {
	assert peer send R
	assert kernel close l
}

displaced() {
	mark_counts
	embryo
	open 1
	assert_counted evicted 0
	open 2
	assert_counted evicted 1
	assert_counted refused_full 0
	assert_eq "$(states "$here" "$there")" "" "embryonic row"
	assert_eq "$(report connections | grep -c 'ESTABLISHED ESTABLISHED')" 2 "rows of open connections"
	assert_eq "$(ss -Htan state syn-recv | wc -l)" 1 "request sockets"

	# Nobody who is open goes for an embryonic one, or for another that opens.
	open 3
	assert_counted evicted 1
	assert_counted refused_full 1
	shut 3 2

	# The handshake is completed: with room again there is a row.
	shut 2 1
	assert_counted created 3
	assert peer send .
	assert kernel accept s l
	assert_states "$here" "$there" "ESTABLISHED ESTABLISHED"
	assert_eq "$(row "$here" "$there" | awk '{ print $3 }')" passive origin
	assert_counted created 4
	assert_counted evicted 1
	assert_states_agree ""
	assert peer send R.
	assert kernel close s
	assert kernel close l
	shut 1 0
	assert_undisputed
}

# While the table is full the SYN,ACK is sent again, which displaces nobody.
repeated() {
	mark_counts
	embryo
	open 1
	open 2
	shut 2 1
	assert_counted evicted 1
	assert peer expect S.
	assert_counted created 3
	assert_eq "$(states "$here" "$there")" "" "embryonic row after the SYN,ACK came again"
	reset_embryo
	shut 1 0
}

# Two rows: a peer that closes after our end is history.
after_history() {
	mark_counts
	meet_open passive 5000
	assert peer send F.
	assert peer expect .
	assert kernel close s
	assert peer expect F.
	assert peer send .
	assert_states "$here" "$there" "CLOSED TIME_WAIT"
	past="$here $there"
	embryo
	open 1
	assert_counted evicted 1
	# shellcheck disable=SC2086 # two words
	assert_eq "$(states $past)" "" history
	assert_states "$here" "$there" "SYN_RECEIVED SYN_SENT"
	reset_embryo
	shut 1 0
}

read_on() {
	while cat /proc/net/tcplab/connections; do :; done >/dev/null
}

# A request socket ends without a word. Who reads without end must not put off the look that finds it out.
abandoned() {
	local retries
	retries=$(cat /proc/sys/net/ipv4/tcp_synack_retries)
	echo 0 >/proc/sys/net/ipv4/tcp_synack_retries
	mark_counts
	embryo
	start read_on
	wait_for 10 gauge_is 0 || fail "connections is $(summary_value connections) while reports are read"
	kill "$started"
	wait "$started" 2>/dev/null
	assert kernel close l
	assert_undisputed
	echo "$retries" >/proc/sys/net/ipv4/tcp_synack_retries
}

# Requests end without a word, and anybody can make them: each is looked for in one place, not at every interface.
searched() {
	local retries before i lookup=__inet_lookup_established
	[ "$family" = 4 ] || lookup=__inet6_lookup_established
	count_calls "$lookup" || { skip "needs kprobes"; return; }
	for i in $(seq 100); do ip link add "dummy$i" type dummy || break; done
	retries=$(cat /proc/sys/net/ipv4/tcp_synack_retries)
	echo 0 >/proc/sys/net/ipv4/tcp_synack_retries
	embryo
	before=$(calls "$lookup")
	wait_for 10 gauge_is 0 || fail "connections is $(summary_value connections)"
	assert_between $(($(calls "$lookup") - before)) 1 20 "look-ups of one request"
	assert kernel close l
	echo "$retries" >/proc/sys/net/ipv4/tcp_synack_retries
	for i in $(seq 100); do ip link delete "dummy$i"; done
	forget_calls
}

gauge_is() {
	[ "$(summary_value connections)" = "$1" ]
}

run_tests_46 \
	"an embryonic row goes with its socket, however often rows are read" abandoned \
	"a request that expires is not sought at every interface" searched \
	"an embryonic row makes room, and comes back when the connection opens" displaced \
	"a SYN,ACK that is sent again makes no row anew" repeated \
	"history makes room first" after_history

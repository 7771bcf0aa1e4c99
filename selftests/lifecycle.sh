#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Connections open and close in every ordinary way, over loopback and between two namespaces, and each row says what the
# sockets say. The witness is ss.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
load_module && setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

# Sets $client and $server as a report shows them. usage: open ADDRESS-OF-SERVER PORT CLIENT-ADDRESS
open() {
	assert sb listen l "$1" "$2"
	assert sa connect c "$1" "$2"
	assert sb accept s l
	assert sb close l
	client=$3:$(sa port c)
	server=$1:$2
	case $1 in
	*:*) client=[$3]:$(sa port c) server=[$1]:$2 ;;
	esac
}

both_agree() {
	assert_states_agree "$a"
	assert_states_agree "$b"
}

origin_is() {
	assert_eq "$(row "$1" "$2" "$4" | awk '{ print $3 }')" "$3" "origin of $1 $2"
}

active_close() {
	open "$1" "$2" "$3"
	assert_states "$client" "$server" "ESTABLISHED ESTABLISHED" "$a"
	assert_states "$server" "$client" "ESTABLISHED ESTABLISHED" "$b"
	origin_is "$client" "$server" active "$a"
	origin_is "$server" "$client" passive "$b"
	both_agree
	assert sa close c
	assert_states "$client" "$server" "FIN_WAIT_2 CLOSE_WAIT" "$a"
	assert_states "$server" "$client" "CLOSE_WAIT FIN_WAIT_2" "$b"
	both_agree
	assert sb close s
	assert_states "$client" "$server" "TIME_WAIT CLOSED" "$a"
	assert_states "$server" "$client" "CLOSED TIME_WAIT" "$b"
	both_agree
}

active_close_4() {
	active_close 192.0.2.2 5001 192.0.2.1
}

active_close_6() {
	active_close 2001:db8::2 5001 2001:db8::1
}

passive_close() {
	open 192.0.2.2 5002 192.0.2.1
	assert sb close s
	assert_states "$client" "$server" "CLOSE_WAIT FIN_WAIT_2" "$a"
	both_agree
	assert sa close c
	assert_states "$server" "$client" "TIME_WAIT CLOSED" "$b"
	both_agree
}

# What the end that has closed receives, and acknowledges, tells nothing: it is not examined segment by segment.
half_close() {
	local before
	open 192.0.2.2 5003 192.0.2.1
	assert sa shutdown c
	assert_states "$server" "$client" "CLOSE_WAIT FIN_WAIT_2" "$b"
	assert_eq "$(sb recv s)" eof "what the server reads"
	before=$(summary_value segments_examined "$a")
	assert sb send s 100000
	received=0
	while [ "$received" -lt 100000 ]; do
		chunk=$(sa recv c) || break
		received=$((received + chunk))
	done
	assert_eq "$received" 100000 "bytes after the half-close"
	assert_eq "$(summary_value segments_examined "$a")" "$before" "segments_examined of the end that has closed"
	assert_states "$client" "$server" "FIN_WAIT_2 CLOSE_WAIT" "$a"
	both_agree
	assert sb close s
	assert sa close c
	assert_states "$client" "$server" "TIME_WAIT CLOSED" "$a"
	both_agree
}

examined() {
	echo "$(summary_value segments_examined "$a") $(summary_value segments_examined "$b")"
}

# What an open connection carries leaves the hooks at once. What opens and closes it does not.
plain_data() {
	local before
	open 192.0.2.2 5008 192.0.2.1
	before=$(examined)
	assert sa send c 100000
	received=0
	while [ "$received" -lt 100000 ]; do
		chunk=$(sb recv s) || break
		received=$((received + chunk))
	done
	assert_eq "$received" 100000 "bytes of an open connection"
	assert_eq "$(examined)" "$before" "segments_examined of both ends"
	assert sa close c
	assert sb close s
	assert_states "$client" "$server" "TIME_WAIT CLOSED" "$a"
	assert_between $(($(summary_value segments_examined "$a") - ${before% *})) 2 4 "segments_examined for a close"
}

syn_sent() {
	# Nobody answers: the address is on the link, but unused.
	ip -n "$a" neigh replace 192.0.2.9 lladdr 02:00:00:00:00:09 dev veth0
	assert sa start n 192.0.2.9 80
	assert_states "192.0.2.1:$(sa port n)" 192.0.2.9:80 "SYN_SENT -" "$a"
	both_agree
	assert sa close n
	both_agree
	assert_eq "$(report connections "$a" | grep -c 192.0.2.9)" 0 "rows after giving up"
}

loopback() {
	assert sa listen ll "$1" 6000
	assert sa connect lc "$1" 6000
	assert sa accept ls ll
	local client server
	client=$2$(sa port lc)
	server=${2}6000
	assert_states "$client" "$server" "ESTABLISHED ESTABLISHED" "$a"
	origin_is "$client" "$server" loopback "$a"
	assert_states_agree "$a"
	assert sa close lc
	assert_states "$client" "$server" "FIN_WAIT_2 CLOSE_WAIT" "$a"
	assert_states_agree "$a"
	assert sa close ls
	assert_states "$client" "$server" "TIME_WAIT CLOSED" "$a"
	assert sa close ll
	assert_states_agree "$a"
}

loopback_4() {
	loopback 127.0.0.1 127.0.0.1:
}

loopback_6() {
	loopback ::1 '[::1]:'
}

dual_stack() {
	assert sb listen l ::ffff:192.0.2.2 5004
	assert sa connect c 192.0.2.2 5004
	assert sb accept s l
	assert_states 192.0.2.2:5004 "192.0.2.1:$(sa port c)" "ESTABLISHED ESTABLISHED" "$b"
	both_agree
	assert sa close c
	assert sb close s
	assert sb close l
	both_agree
}

# A link-local connection and one bound to an interface are found by their interface.
interfaces() {
	assert sb listen l 192.0.2.2 5005
	assert sa device veth0
	assert sa connect c 192.0.2.2 5005
	assert sb accept s l
	assert_states "192.0.2.1:$(sa port c)" 192.0.2.2:5005 "ESTABLISHED ESTABLISHED" "$a"
	both_agree
	assert sa close c
	assert sb close s
	assert sb close l
	both_agree
}

isolation() {
	assert_eq "$(report connections | grep -c 192.0.2)" 0 "rows of other namespaces in the first one"
	assert_eq "$(report connections "$b" | grep -c '^127')" 0 "rows of a's loopback in b"
}

quiet() {
	local ns name
	for ns in "$a" "$b"; do
		for name in stack_disagreements invalid bad_checksum refused_full; do
			assert_eq "$(summary_value "$name" "$ns")" 0 "$name"
		done
	done
}

columns() {
	open 192.0.2.2 5006 192.0.2.1
	assert sa cc c lab
	assert_eq "$(row "$client" "$server" "$a" | awk '{ print $9, $10 }')" "lab 0" "cc and uid"
	assert_between "$(row "$client" "$server" "$a" | awk '{ print $6 }')" 0 60000 age_ms
	assert sa close c
	assert sb close s
}

run_tests \
	"the client closes first, IPv4" active_close_4 \
	"the client closes first, IPv6" active_close_6 \
	"the server closes first" passive_close \
	"half-close, with data afterwards" half_close \
	"data of an open connection is not examined" plain_data \
	"a SYN that nobody answers" syn_sent \
	"loopback, IPv4" loopback_4 \
	"loopback, IPv6" loopback_6 \
	"IPv4 on a dual-stack socket" dual_stack \
	"a socket bound to an interface" interfaces \
	"congestion control and owner" columns \
	"namespaces do not see each other's rows" isolation \
	"segments and sockets never disagreed" quiet

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A 4-tuple is used again while its last connection is in TIME_WAIT, by a connection that leaves and by one that comes. The
# accounts of time_wait always balance. The witness is ss.
# shellcheck shell=dash disable=SC2119,SC2154 # load_module takes parameters; variables that functions set

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
enter_ns
load_module && start_endpoint kernel && start_peer peer || exit 1
# Two more hosts, joined by a link.
setup_ns c d && link_ns "$c" "$d" && start_endpoint sc "$c" && start_endpoint sd "$d" || exit 1

# shellcheck disable=SC2016 # awk's variables
time_wait() {
	in_ns "${2-}" awk -v name="$1" '$1 == name { print $2 }' /proc/net/tcplab/time_wait
}

# Who entered is still there or has left for some reason.
assert_balanced() {
	# shellcheck disable=SC2016 # awk's variables
	assert in_ns "${1-}" awk '
		$1 == "now" || $1 ~ /^exited_/ && $2 != "-" { sum += $2 }
		$1 == "entered" { entered = $2 }
		END { exit sum != entered }' /proc/net/tcplab/time_wait
}

# TIME_WAIT at the kernel's end.
close_first() {
	assert kernel close s
	assert peer expect F.
	assert peer send F.
	assert peer expect .
	row_is "TIME_WAIT CLOSED"
}

reused_in() {
	local before
	before=$(time_wait exited_reused_in)
	mark_counts
	meet_open passive 5000
	close_first
	if [ "$family" = 4 ]; then assert kernel listen l 192.0.2.1 5000; else assert kernel listen l 2001:db8::1 5000; fi
	assert peer send S seq=+100000
	assert peer expect S.
	row_is "SYN_RECEIVED SYN_SENT"
	assert peer send .
	assert kernel accept s l
	row_is "ESTABLISHED ESTABLISHED"
	assert_counted created 2
	assert_eq "$(time_wait exited_reused_in)" $((before + 1)) exited_reused_in
	assert_balanced
	close_first
	assert kernel close l
	assert_undisputed
}

# A SYN with an old number is answered by an ACK; the RST that the peer has to answer ends TIME_WAIT (RFC 1337).
not_reused() {
	local reused reset
	reused=$(time_wait exited_reused_in)
	reset=$(time_wait exited_reset)
	mark_counts
	meet_open passive 5000
	close_first
	assert peer send S seq=-2
	assert peer expect . ack=+1
	row_is "TIME_WAIT SYN_SENT"
	assert peer send R seq=+1
	row_is ""
	assert_counted created 1
	assert_eq "$(time_wait exited_reused_in)" "$reused" exited_reused_in
	assert_eq "$(time_wait exited_reset)" $((reset + 1)) exited_reset
	assert_balanced
}

# Twice from the same port. usage: reuse_out NS CLIENT SERVER CLIENT-ADDRESS SERVER-ADDRESS
reuse_out() {
	local before created from="$4:7000" to="$5:8000"
	[ "$family" = 4 ] || { from="[$4]:7000" to="[$5]:8000"; }
	before=$(time_wait exited_reused_out "$1")
	created=$(summary_value created "$1")
	assert "$3" listen rl "$5" 8000
	for _ in 1 2; do
		assert "$2" connect c "$5" 8000 7000
		assert "$3" accept s rl
		assert_states "$from" "$to" "ESTABLISHED ESTABLISHED" "$1"
		assert_states_agree "$1"
		assert "$2" close c
		assert "$3" close s
		assert_states "$from" "$to" "TIME_WAIT CLOSED" "$1"
		assert_states_agree "$1"
		# The kernel wants TIME_WAIT to be older than a second.
		sleep 2.1
	done
	assert "$3" close rl
	assert_eq "$(time_wait exited_reused_out "$1")" $((before + 1)) exited_reused_out
	assert_eq "$(summary_value created "$1")" $((created + 2)) created
	assert_eq "$(summary_value stack_disagreements "$1")" 0 stack_disagreements
	assert_balanced "$1"
}

reused_out() {
	in_ns "$c" sysctl -qw net.ipv4.tcp_tw_reuse=1
	if [ "$family" = 4 ]; then
		reuse_out "$c" sc sd 192.0.2.1 192.0.2.2
	else
		reuse_out "$c" sc sd 2001:db8::1 2001:db8::2
	fi
	assert_states_agree "$d"
}

# The default of tcp_tw_reuse: only there.
reused_on_loopback() {
	sysctl -qw net.ipv4.tcp_tw_reuse=2
	if [ "$family" = 4 ]; then
		reuse_out "" kernel kernel 127.0.0.1 127.0.0.1
	else
		reuse_out "" kernel kernel ::1 ::1
	fi
}

run_tests_46 \
	"a SYN that comes opens TIME_WAIT anew" reused_in \
	"an old SYN does not" not_reused \
	"connect() takes the port of a TIME_WAIT" reused_out \
	"connect() takes it on the loopback device" reused_on_loopback

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Simultaneous open and close, with the peer and between two kernels over a slow link; a socket connected to itself. Each
# is counted once, and the witness is ss.
# shellcheck shell=dash disable=SC2119,SC2154 # load_module takes parameters; variables that functions set

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
enter_ns
load_module && start_endpoint kernel && start_peer peer || exit 1
# Two more hosts, joined by a link.
setup_ns c d && link_ns "$c" "$d" && start_endpoint sc "$c" && start_endpoint sd "$d" || exit 1
for ns in "$c" "$d"; do
	in_ns "$ns" tc qdisc add dev veth0 root netem delay 700ms || skip_all "no netem"
done

peer_open() {
	mark_counts
	meet active 80
	assert peer expect S
	assert peer send S
	assert peer expect S. seq=-1
	row_is "SYN_RECEIVED SYN_SENT"
	assert peer send S. seq=-1
	# Older kernels challenge it, and open by the ACK that answers the challenge.
	wait_for 1 states_are "$here" "$there" "ESTABLISHED ESTABLISHED" || assert peer send .
	row_is "ESTABLISHED ESTABLISHED"
	assert_counted simultaneous_open 1
	assert_counted created 1
	assert kernel send s 10
	assert peer expect . data=10
	assert peer send .
	row_is "ESTABLISHED ESTABLISHED"
	assert_undisputed
	assert peer send R
	row_is ""
	assert kernel close s
}

# The kernel challenges a SYN that comes again: an ACK alone, from SYN_RECEIVED.
peer_again() {
	mark_counts
	meet active 80
	assert peer expect S
	assert peer send S
	assert peer expect S. seq=-1
	assert peer send S seq=-1
	assert peer expect . ack=0
	row_is "SYN_RECEIVED SYN_SENT"
	assert_counted simultaneous_open 1
	assert_counted created 1
	assert_undisputed
	assert kernel close s
	row_is "FIN_WAIT_1 SYN_SENT"
	assert peer send R
	row_is ""
	assert_undisputed
}

peer_close() {
	mark_counts
	meet_open active 80
	assert kernel close s
	assert peer expect F.
	assert peer send F. ack=-1
	assert peer expect . ack=0
	row_is "CLOSING FIN_WAIT_2"
	assert peer send .
	row_is "TIME_WAIT TIME_WAIT"
	assert_counted simultaneous_close 1
	assert_undisputed
}

# The FIN of the kernel waits behind data for a window that is closed, and meets that of the peer all the same.
waiting_close() {
	mark_counts
	meet_open active 80
	assert peer send . win=0
	assert kernel send s 10
	assert kernel close s
	row_is "FIN_WAIT_1 ESTABLISHED"
	assert peer send F. win=0
	assert peer expect . data=0
	row_is "CLOSING FIN_WAIT_2"
	assert peer send .
	assert peer expect F. data=10
	assert peer send .
	row_is "TIME_WAIT TIME_WAIT"
	assert_counted simultaneous_close 1
	assert_undisputed
}

# Both FINs carry an ACK of what came before: the second closes the first side in two steps, but is not simultaneous.
crossed_ack() {
	mark_counts
	meet_open active 80
	assert kernel close s
	assert peer expect F.
	assert peer send F.
	assert peer expect . ack=0
	row_is "TIME_WAIT CLOSED"
	assert_counted simultaneous_close 0
	assert_undisputed
}

two_kernels() {
	local one=192.0.2.1 other=192.0.2.2 ns
	times=$((${times:-0} + 1))
	[ "$family" = 4 ] || { one=2001:db8::1 other=2001:db8::2; }
	assert sc start s "$other" 7002 7001
	assert sd start s "$one" 7001 7002
	# Both ends end up open, and each was SYN_RECEIVED.
	[ "$family" = 4 ] || { one="[$one]" other="[$other]"; }
	wait_for 10 states_are "$one:7001" "$other:7002" "ESTABLISHED ESTABLISHED" "$c" || fail "no open connection"
	assert_states "$other:7002" "$one:7001" "ESTABLISHED ESTABLISHED" "$d"
	for ns in "$c" "$d"; do
		assert_eq "$(summary_value simultaneous_open "$ns")" "$times" simultaneous_open
		assert_eq "$(summary_value created "$ns")" "$times" created
		assert_states_agree "$ns"
	done
	assert sc close s &
	assert sd close s
	wait $!
	wait_for 10 states_are "$one:7001" "$other:7002" "TIME_WAIT TIME_WAIT" "$c" || fail "not closed"
	assert_states "$other:7002" "$one:7001" "TIME_WAIT TIME_WAIT" "$d"
	for ns in "$c" "$d"; do
		assert_eq "$(summary_value simultaneous_close "$ns")" "$times" simultaneous_close
		assert_eq "$(summary_value stack_disagreements "$ns")" 0 stack_disagreements
		assert_eq "$(summary_value invalid "$ns")" 0 invalid
		assert_states_agree "$ns"
	done
}

# The other end of such a row is the same socket.
report_says() {
	[ "$(states "$1" "$1" | cut -d' ' -f1)" = "$2" ]
}

itself() {
	local address=127.0.0.1 end
	mark_counts
	[ "$family" = 4 ] || address=::1
	assert kernel start s "$address" 7000 7000
	end=$address:7000
	[ "$family" = 4 ] || end="[$address]":7000
	wait_for 5 report_says "$end" ESTABLISHED || fail "the row is '$(row "$end" "$end")'"
	assert_states_agree ""
	assert_counted created 1
	assert_counted simultaneous_open 1
	assert kernel send s 10
	assert_eq "$(kernel recv s)" 10 "bytes from itself"
	assert kernel close s
	assert_states_agree ""
	assert_counted created 1
	assert_undisputed
}

run_tests_46 \
	"simultaneous open with the peer" peer_open \
	"simultaneous open with the peer, whose SYN comes twice" peer_again \
	"simultaneous close with the peer" peer_close \
	"simultaneous close with the peer, whose window is closed" waiting_close \
	"a close in three segments is not simultaneous" crossed_ack \
	"simultaneous open and close between two kernels" two_kernels \
	"a socket connected to itself" itself

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Segments that are lost, repeated, reordered or do two things at once: the rows follow the sockets, a connection is
# counted once, nothing is called invalid, and sockets and segments never disagree. The witness is ss.
# shellcheck shell=dash disable=SC2119,SC2154 # load_module takes parameters; variables that functions set

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
enter_ns
load_module && start_endpoint kernel && start_peer peer || exit 1

# A test is counted as one connection, and leaves no socket.
once() {
	mark_counts
	"$@"
	kernel close s >"$scratch/ignored"
	kernel close l >"$scratch/ignored"
	assert_states_agree ""
	assert_counted created 1
	assert_undisputed
}

syn_sent_again() {
	meet active 80
	assert peer expect S
	assert peer expect S seq=-1
	row_is "SYN_SENT -"
	assert peer send S.
	assert peer expect .
	row_is "ESTABLISHED ESTABLISHED"
}

syn_came_again() {
	meet passive 5000
	assert peer send S
	assert peer expect S.
	assert peer send S seq=-1
	assert peer expect S. seq=-1
	row_is "SYN_RECEIVED SYN_SENT"
	assert peer send .
	assert kernel accept s l
	row_is "ESTABLISHED ESTABLISHED"
}

syn_ack_sent_again() {
	meet passive 5000
	assert peer send S
	assert peer expect S.
	assert peer expect S. seq=-1
	row_is "SYN_RECEIVED SYN_SENT"
	assert peer send .
	assert kernel accept s l
	row_is "ESTABLISHED ESTABLISHED"
}

# Our acknowledgment of it was lost; the kernel repeats that.
syn_ack_came_again() {
	meet_open active 80
	assert peer send S. seq=-1
	assert peer expect . ack=0
	row_is "ESTABLISHED ESTABLISHED"
}

# The third segment of the handshake is lost, the fourth does for it.
data_open() {
	meet passive 5000
	assert peer send S
	assert peer expect S.
	assert peer send . seq=+100 data=100
	assert peer send . seq=-200 data=100
	assert kernel accept s l
	row_is "ESTABLISHED ESTABLISHED"
}

fin_opens() {
	meet passive 5000
	assert peer send S
	assert peer expect S.
	assert peer send F. data=10
	assert peer expect . ack=0
	assert kernel accept s l
	row_is "CLOSE_WAIT FIN_WAIT_2"
}

fin_sent_again() {
	meet_open active 80
	assert kernel close s
	assert peer expect F.
	assert peer expect F. seq=-1
	row_is "FIN_WAIT_1 ESTABLISHED"
	assert peer send .
	row_is "FIN_WAIT_2 CLOSE_WAIT"
	assert peer send F.
	assert peer expect .
	row_is "TIME_WAIT CLOSED"
}

fin_came_again() {
	meet_open passive 5000
	assert peer send F.
	assert peer expect . ack=0
	assert peer send F. seq=-1
	assert peer expect . ack=0
	row_is "CLOSE_WAIT FIN_WAIT_2"
	assert kernel close s
	assert peer expect F.
	assert peer send .
	row_is "CLOSED TIME_WAIT"
}

# The kernel's last acknowledgment is lost: the FIN comes again, and TIME_WAIT is there to answer it.
last_ack_sent_lost() {
	fin_sent_again
	assert peer send F. seq=-1
	assert peer expect . ack=0
	row_is "TIME_WAIT CLOSED"
}

last_ack_to_come_lost() {
	meet_open passive 5000
	assert peer send F.
	assert peer expect .
	assert kernel close s
	assert peer expect F.
	assert peer expect F. seq=-1
	row_is "LAST_ACK FIN_WAIT_2"
	assert peer send .
	row_is "CLOSED TIME_WAIT"
}

# fin_with_data BYTES: the kernel's FIN carries data, since a closed window held both back. Data that waits for an
# acknowledgment would do so only until its retransmission.
fin_with_data() {
	meet_open active 80
	assert peer send . win=0
	assert kernel send s "$1"
	assert kernel shutdown s
	assert peer send .
	assert peer expect F. data="$1"
	row_is "FIN_WAIT_1 ESTABLISHED"
}

# The first ACK stops before the FIN.
fin_half_acknowledged() {
	fin_with_data 10
	assert peer send . ack=-1
	row_is "FIN_WAIT_1 ESTABLISHED"
	assert peer send .
	row_is "FIN_WAIT_2 CLOSE_WAIT"
}

fin_with_data_came() {
	meet_open active 80
	assert peer send F. data=100
	assert peer expect . ack=0
	row_is "CLOSE_WAIT FIN_WAIT_2"
	assert_eq "$(kernel recv s)" 100 "bytes read"
	assert_eq "$(kernel recv s)" eof "then"
}

# Nagle's algorithm holds the second write until the FIN goes with it.
fin_with_data_sent() {
	fin_with_data 20
	assert peer send .
	row_is "FIN_WAIT_2 CLOSE_WAIT"
}

fin_before_data() {
	meet_open active 80
	assert peer send F. seq=+100
	assert peer expect . ack=-101
	row_is "ESTABLISHED FIN_WAIT_1"
	assert peer send . seq=-101 data=100
	assert peer expect . ack=0
	row_is "CLOSE_WAIT FIN_WAIT_2"
}

# The same for a socket that has closed: it stays FIN_WAIT_2 until the hole is filled.
second_fin_before_data() {
	meet_open active 80
	assert kernel shutdown s
	assert peer expect F.
	assert peer send F. seq=+100
	assert peer expect . ack=-101
	row_is "FIN_WAIT_2 LAST_ACK"
	assert peer send . seq=-101 data=100
	assert peer expect . ack=0
	row_is "TIME_WAIT CLOSED"
}

half_closed_there() {
	meet_open passive 5000
	assert peer send F.
	assert peer expect .
	assert kernel send s 500
	assert peer expect . data=500
	assert peer send .
	row_is "CLOSE_WAIT FIN_WAIT_2"
	assert kernel send s 500
	assert kernel close s
	assert peer expect F.
	assert peer send .
	row_is "CLOSED TIME_WAIT"
}

half_closed_here() {
	meet_open active 80
	assert kernel shutdown s
	assert peer expect F.
	assert peer send .
	assert peer send . data=500
	assert peer send . seq=-500 data=500
	assert peer expect . ack=0
	row_is "FIN_WAIT_2 CLOSE_WAIT"
	assert_eq "$(kernel recv s)" 500 "bytes after the half-close"
	assert peer send F.
	assert peer expect .
	row_is "TIME_WAIT CLOSED"
}

tests() {
	set --
	while read -r function name; do
		eval "once_$function() { once $function; }"
		set -- "$@" "$name" "once_$function"
	done <<-END
		syn_sent_again the kernel's SYN is repeated
		syn_came_again the peer's SYN is repeated
		syn_ack_sent_again the kernel's SYN,ACK is repeated
		syn_ack_came_again the peer's SYN,ACK is repeated
		data_open the last ACK of the handshake is lost
		fin_opens the last ACK of the handshake carries data and FIN
		fin_sent_again the kernel's FIN is repeated
		fin_came_again the peer's FIN is repeated
		last_ack_sent_lost the last ACK from TIME_WAIT is lost
		last_ack_to_come_lost the last ACK for LAST_ACK is lost
		fin_half_acknowledged an ACK that stops before the FIN
		fin_with_data_came the peer's FIN carries data
		fin_with_data_sent the kernel's FIN carries data
		fin_before_data the peer's FIN overtakes its data
		second_fin_before_data the second FIN overtakes its data
		half_closed_there data to a peer that has closed
		half_closed_here data from a peer, after the kernel has closed
	END
	run_tests_46 "$@"
}

tests

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
	assert kernel listen l "${here%:*}" 5000
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

# An old SYN is answered by an ACK and changes nothing (RFC 1337).
not_reused() {
	local before
	before=$(time_wait exited_reused_in)
	mark_counts
	meet_open passive 5000
	close_first
	assert peer send S seq=-2
	assert peer expect .
	row_is "TIME_WAIT CLOSED"
	assert_counted created 1
	assert_eq "$(time_wait exited_reused_in)" "$before" exited_reused_in
	assert_balanced
}

# Between two kernels, as it needs timestamps. usage: reuse_out CLIENT SERVER NS NS-OF-SERVER ADDRESS CLIENT-END
reuse_out() {
	local before created port
	before=$(time_wait exited_reused_out "$3")
	created=$(summary_value created "$3")
	assert "$2" listen rl "$5" 8000
	for port in 1 2; do
		assert "$1" connect c "$5" 8000 7000
		assert "$2" accept s rl
		assert_states_agree "$3"
		assert "$1" close c
		assert "$2" close s
		assert_states "$6:7000" "${6%%.*}${7}" "TIME_WAIT CLOSED" "$3"
		# The kernel wants the stamp to be more than a second old.
		sleep 2.1
	done
	assert "$2" close rl
	assert_eq "$(time_wait exited_reused_out "$3")" $((before + 1)) exited_reused_out
	assert_eq "$(summary_value created "$3")" $((created + 2)) created
	assert_balanced "$3"
	assert_states_agree "$3"
	assert_states_agree "$4"
}

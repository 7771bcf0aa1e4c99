#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The module is loaded while connections exist, open, half closed on either side, and in TIME_WAIT; and track/enabled
# forgets and adopts.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint

. ./lib.sh

knob=/sys/kernel/tcplab/track/enabled

setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

# Four connections, told by their ports: open, half closed by the client, by the server, and TIME_WAIT; and loopback.
populate() {
	local port
	for port in 5001 5002 5003 5004; do
		assert sb listen "l$port" 2001:db8::2 "$port"
		assert sa connect "c$port" 2001:db8::2 "$port"
		assert sb accept "s$port" "l$port"
	done
	assert sa close c5002
	assert sb close s5003
	assert sa close c5004
	assert sb close s5004
	assert sa listen ll 127.0.0.1 6000
	assert sa connect lc 127.0.0.1 6000
	assert sa accept ls ll
}

adopted_rows() {
	report connections "$a" | awk '$3 == "adopted"' | wc -l
}

as_the_sockets() {
	assert_states_agree "$a"
	assert_states_agree "$b"
	assert_eq "$(adopted_rows)" 5 "adopted rows"
	assert_eq "$(report connections "$a" | awk '$2 ~ /5002$/ { print $4, $5 }')" "FIN_WAIT_2 CLOSE_WAIT" "half closed here"
	assert_eq "$(report connections "$a" | awk '$2 ~ /5003$/ { print $4, $5 }')" "CLOSE_WAIT FIN_WAIT_2" "half closed there"
	assert_eq "$(report connections "$a" | awk '$2 ~ /5004$/ { print $4, $5 }')" "TIME_WAIT CLOSED" "closed"
}

load() {
	populate
	assert load_module
	as_the_sockets
	assert_eq "$(summary_value adopted "$a")" 5 adopted
	assert_eq "$(summary_value created "$a")" 0 created
}

followed() {
	assert sa close c5003
	assert sb close s5001
	assert sa close c5001
	assert sa close lc
	assert_states_agree "$a"
	assert_states_agree "$b"
	assert_eq "$(summary_value stack_disagreements "$a")" 0 stack_disagreements
}

switched_off() {
	echo 0 | in_ns "$a" tee "$knob" >/dev/null || fail "cannot switch off"
	assert_eq "$(in_ns "$a" cat "$knob")" 0 enabled
	assert_eq "$(in_ns "$b" cat "$knob")" 1 "enabled elsewhere"
	assert_eq "$(report connections "$a" | wc -l)" 1 "lines without rows"
	assert_eq "$(summary_value connections "$a")" 0 connections
	assert sa listen l7 127.0.0.1 7000
	assert sa connect c7 127.0.0.1 7000
	assert_eq "$(summary_value connections "$a")" 0 "connections while off"
	assert sb listen l7001 192.0.2.2 7001
	assert sa connect c7001 192.0.2.2 7001
	assert sb accept s7001 l7001
	assert sb close s7001
}

# Milliseconds since the last ACK came to the socket in CLOSE_WAIT.
last_ack() {
	in_ns "$a" ss -Htni state close-wait 'dport = :7001' | sed -n 's/.*lastack:\([0-9]*\).*/\1/p'
}

waits_for_long() {
	[ "$(last_ack)" -ge 2000 ]
}

# Nobody saw the FIN, but it did not come after the last ACK.
age() {
	local least
	wait_for 10 waits_for_long || fail "the last ACK came $(last_ack) ms ago"
	least=$(last_ack)
	echo 1 | in_ns "$a" tee "$knob" >/dev/null || fail "cannot switch on"
	assert_between "$(report close_wait "$a" | awk '/:7001 / { print $3 }')" "$least" "$(($(last_ack) + 10))" "age"
	echo 0 | in_ns "$a" tee "$knob" >/dev/null || fail "cannot switch off"
}

switched_on() {
	echo 1 | in_ns "$a" tee "$knob" >/dev/null || fail "cannot switch on"
	assert_states_agree "$a"
	assert_eq "$(report connections "$a" | awk '/127.0.0.1:7000/ { print $3 }')" adopted "origin of what was opened while off"
}

run_tests \
	"rows of connections that existed before are as their sockets" load \
	"what was adopted is followed to its end" followed \
	"track/enabled 0 forgets the rows of its namespace only" switched_off \
	"the age of a CLOSE_WAIT that was adopted" age \
	"track/enabled 1 adopts anew" switched_on

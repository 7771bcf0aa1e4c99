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

# value REPORT COLUMN PATTERN NS: of the rows that match.
value() {
	report "$1" "$4" | awk -v name="$2" -v pattern="$3" '
		NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		$0 ~ pattern { print $c[name] }' | sort | uniq -c | awk '{ print $1 "x" $2 }' | xargs
}

adopt_anew() {
	echo 0 | in_ns "$1" tee "$knob" >/dev/null || fail "cannot switch off"
	echo 1 | in_ns "$1" tee "$knob" >/dev/null || fail "cannot switch on"
	assert_states_agree "$1"
}

# connected PORT NAME [LOCAL-PORT]
connected() {
	assert sa connect "c$2" 192.0.2.2 "$1" ${3+"$3"}
	assert sb accept "s$2" "l$1"
}

# What nothing was seen of is told by its ports: a listener's, then one that was bound, then one outside the range.
service_ports() {
	local i
	in_ns "$a" sysctl -qw net.ipv4.ip_local_port_range="40000 60000"
	in_ns "$b" sysctl -qw net.ipv4.ip_local_port_range="40000 60000"
	for i in 50051 50052 50053 7002; do assert sb listen "l$i" 192.0.2.2 "$i"; done
	# In the range, and a listener's; the client closes first, and the server, from a greater port than the client's.
	for i in 1 2 3; do
		connected 50051 "$i"
		assert sa close "c$i"
	done
	for i in 4 5; do
		connected 50052 "$i" "4500$i"
		assert sb close "s$i"
		assert sa close "c$i"
	done
	# The same, but the listener is gone: nothing tells.
	connected 50053 6
	assert sb close l50053
	assert sa close c6
	# Bound, by a client.
	connected 7002 7 45007
	assert sb close s7
	# Outside the range, and the listener gone.
	connected 7002 8
	assert sb close l7002
	assert sa close c8
	adopt_anew "$a"
	adopt_anew "$b"
	assert_eq "$(value close_wait_owner now "endpoint .* 50051 " "$b")" 1x3 "sockets of a listener's port in the range"
	# Rows without sockets are the past.
	assert_eq "$(report close_wait_owner "$b" | awk 'NR > 1 && $5 { print $4 }' | sort | xargs)" "- 5002 50051 7002" \
		"ports of those who closed second"
	assert_eq "$(value close_wait_owner local_port "endpoint" "$a" | xargs -n 1 | grep -c 45007)" 1 "port that a client had bound"
	assert_eq "$(report time_wait_owner "$b" | awk '$1 == 50052 { now += $6 } END { print now }')" 2 \
		"sockets of the server that closed first"
	assert_eq "$(value ports remote 192.0.2.1 "$b")" "" "ports of a server"
	for i in 1 2 3 6 8; do assert sb close "s$i"; done
	assert sa close c7
}

ends() {
	assert sa listen l6001 127.0.0.1 6001
	assert sa connect c6001 127.0.0.1 6001
	assert sa accept s6001 l6001
	assert sb listen l6002 192.0.2.2 6002
	assert sa connect c6002 192.0.2.2 6002
	assert_eq "$(value connections ends ":6001 loopback" "$a")" 1x2 "ends of a loopback row"
	adopt_anew "$a"
	assert_eq "$(value connections ends ":6001 (127.0.0.1:[0-9]* )?adopted" "$a")" 1x2 "ends of an adopted row, both of which are here"
	assert_eq "$(value connections ends ":6002 adopted" "$a")" 1x1 "ends of an adopted row, of which one is here"
}

run_tests \
	"rows of connections that existed before are as their sockets" load \
	"what was adopted is followed to its end" followed \
	"track/enabled 0 forgets the rows of its namespace only" switched_off \
	"the age of a CLOSE_WAIT that was adopted" age \
	"track/enabled 1 adopts anew" switched_on \
	"the service's port of what was adopted" service_ports \
	"how many ends are here" ends

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A socket stays in the namespace it was made in, wherever the process goes that holds it.
# shellcheck disable=SC2154 # a, b and c are set by setup_hosts

selftests=..
. ./common.sh

load_module && setup_hosts a b c && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

# The process of the client goes to another namespace while the connection is open, and lives on there.
moved() {
	local ending
	mark_created
	for ending in client server abort; do
		meet_at sa sb 192.0.2.2 5000
		assert sa netns "$c"
		talk sa sb
		agree
		assert_eq "$(report connections "$c" | grep -c ESTABLISHED)" 0 "rows where the process went"
		part sa sb "$ending"
		assert sa netns "$a"
	done
	assert_created_in "$a" 3
	assert_created_in "$b" 3
	assert_created_in "$c" 0
	assert_quiet
}

assert_created_in() {
	assert_eq $(($(summary_value created "$1") - $(cat "$scratch/created.$1"))) "$2" "created in $1"
}

# A listener is left behind: what it accepts belongs to its namespace.
listener_left() {
	mark_created
	assert sb listen l 192.0.2.2 5001
	assert sb netns "$c"
	assert sa connect c 192.0.2.2 5001
	assert sb accept s l
	agree
	assert_eq "$(report connections "$c" | grep -c ESTABLISHED)" 0 "rows where the process went"
	assert_states 192.0.2.2:5001 "192.0.2.1:$(sa port c)" "ESTABLISHED ESTABLISHED" "$b"
	part sa sb server
	assert sb close l
	assert sb netns "$b"
	assert_created_in "$b" 1
	assert_created_in "$c" 0
	assert_quiet
}

# A child in another namespace inherits the socket, and outlives its parent.
inherited() {
	assert sb listen l 192.0.2.2 5002
	start in_ns "$a" bash -c "exec 3<>/dev/tcp/192.0.2.2/5002; echo open >'$scratch/open'; ip netns exec '$c' sh -c '
		echo \$\$ >$scratch/child
		cat <&3 >/dev/null' &"
	assert sb accept s l
	assert wait_for 5 test -s "$scratch/child"
	assert wait_for 5 no_process_in "$a" bash
	processes="$processes $(cat "$scratch/child")"
	agree
	assert_eq "$(report connections "$a" | grep -c 'active ESTABLISHED ESTABLISHED')" 1 "rows where it was opened"
	assert_eq "$(report connections "$c" | grep -c ESTABLISHED)" 0 "rows where the child lives"
	# The child reads the end and goes; the kernel closes.
	assert sb close s
	assert sb close l
	agree
	assert_eq "$(report connections "$b" | grep -c '^192.0.2.2:5002 .* TIME_WAIT CLOSED')" 1 "rows after the end"
	assert_quiet
}

no_process_in() {
	local process
	for process in $(ip netns pids "$1"); do
		[ "$(cat "/proc/$process/comm" 2>/dev/null)" != "$2" ] || return 1
	done
}

# Both ends of one process, each in a namespace of its own.
between() {
	mark_created
	assert sb listen l 192.0.2.2 5003
	assert sb netns "$a"
	assert sb connect c 192.0.2.2 5003
	assert sb accept s l
	agree
	assert_states "192.0.2.1:$(sb port c)" 192.0.2.2:5003 "ESTABLISHED ESTABLISHED" "$a"
	assert_states 192.0.2.2:5003 "192.0.2.1:$(sb port c)" "ESTABLISHED ESTABLISHED" "$b"
	talk sb sb
	part sb sb client
	assert sb close l
	assert sb netns "$b"
	assert_created_in "$a" 1
	assert_created_in "$b" 1
	assert_quiet
}

# A namespace without a name or a process lives as long as a socket in it.
unnamed() {
	setup_ns d || { fail "no namespace"; return; }
	ip -n "$d" link add veth0 type veth peer name veth1 netns "$b"
	ip -n "$d" address add 198.51.100.1/24 dev veth0
	ip -n "$b" address add 198.51.100.2/24 dev veth1
	ip -n "$d" link set veth0 up
	ip -n "$b" link set veth1 up
	assert sb listen l 198.51.100.2 5004
	assert sa netns "$d"
	assert sa connect far 198.51.100.2 5004
	assert sa netns "$a"
	assert sb accept s l
	agree
	ip netns delete "$d"
	assert sa send far 100
	read_all sb s 100
	agree
	# With the socket the namespace goes, and its link: what is not acknowledged then never is.
	assert sb close s
	assert_eq "$(sa recv far)" eof "what the client reads at last"
	agree
	assert sa close far
	assert sb close l
	agree
	assert_quiet
}

run_tests \
	"a process leaves its connection's namespace" moved \
	"a process leaves its listener's namespace" listener_left \
	"a child in another namespace inherits a connection" inherited \
	"one process holds both ends, in two namespaces" between \
	"a namespace that only a socket holds" unnamed

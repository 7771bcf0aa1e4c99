#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sockets in the table of an io_uring, which no process has a descriptor of: who holds them, and who has closed them.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa by start_endpoint

. ./lib.sh

load_module && setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" || exit 1

listens() {
	[ -n "$(in_ns "$b" ss -Htln "sport = :$1")" ]
}

close_waits() {
	[ "$(in_ns "$b" ss -Htn state close-wait | wc -l)" = "$1" ]
}

# value COLUMN: of the one row of close_wait.
value() {
	report close_wait "$b" | awk -v name="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		{ print $c[name] }'
}

# in_ring PORT: a server that has its connection "c$1" in the table of an io_uring, and by no descriptor.
in_ring() {
	start ip netns exec "$b" ./ring 192.0.2.2 "$1"
	ring=$started
	wait_for 10 listens "$1" || return
	assert sa connect "c$1" 192.0.2.2 "$1"
	# Of the listener and the connection no descriptor is left.
	wait_for 10 has_no_socket "$ring" || fail "the server keeps a descriptor"
}

has_no_socket() {
	! find "/proc/$1/fd" -lname 'socket:*' | grep -q .
}

# Kernels show that table to us, or not: then nobody knows.
ring() {
	in_ring 6020 || { skip "no io_uring here"; return; }
	assert sa close c6020
	wait_for 5 close_waits 1
	case $(value pid) in
	'?') skip "this kernel does not show the table of an io_uring" ;;
	*) assert_eq "$(value pid) $(value comm)" "$ring ring" "the process whose io_uring has the socket" ;;
	esac
	kill -9 "$ring"
	wait_for 5 close_waits 0 || fail "its socket outlives it"
}

first_closers() {
	report time_wait_owner "$b" | awk 'NR > 1 && $1 == 6021 { print $4 }'
}

has_first_closer() {
	[ -n "$(first_closers)" ]
}

# It is the kernel that closes for a process that was killed, and a thread of the kernel's has a name that tells nothing.
ring_killed() {
	in_ring 6021 || { skip "no io_uring here"; return; }
	kill -9 "$ring"
	assert_eq "$(sa recv c6021)" eof "what the client of a dead server reads"
	assert sa close c6021
	wait_for 10 has_first_closer || fail "nobody has closed first"
	case $(first_closers) in
	- | ring) ;;
	*) fail "the first to close is $(first_closers)" ;;
	esac
}

run_tests \
	"a socket that an io_uring has" ring \
	"an io_uring whose process is killed" ring_killed

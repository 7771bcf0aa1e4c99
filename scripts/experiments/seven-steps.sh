#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# a host crashes and opens the same connection with the same numbers: old data is taken for new, unless it keeps quiet
#
# usage: seven-steps.sh DIRECTORY
#
# The story of RFC 9293 section 3.4.3. The host that crashes is the scripted peer of the selftests behind a tun device, so
# that its numbers can be chosen; ours is the other end, in the namespace "client".

. "$(dirname "$(realpath "$0")")/lib.sh"

ISN=4000

# shellcheck disable=SC2016 # awk's own variables
seen() {
	client awk -v verdict="$1" '$1 == "data" && $2 == verdict { sum += $5 } END { print sum + 0 }' /proc/net/tcplab/stragglers
}

seen_are() { [ "$(seen "$1")" = "$2" ]; }

peer() { client "$tools/peer" "$tools/control" "$@"; }

start_peer() {
	local selftests=$here/../../selftests
	gcc -O2 -D_GNU_SOURCE= -o "$tools/peer" "$selftests"/{peer,control,packet}.c
	[ -e /dev/net/tun ] || modprobe tun
	start "$client" "$tools/peer" "$tools/control" serve tun0
	await 5 "the peer" test -S "$tools/control"
	ip -n "$client" address flush dev veth0
	ip -n "$client" address add 192.0.2.1/24 dev tun0
	ip -n "$client" link set tun0 up
}

# handshake PORT: the peer opens a connection to ours, with its initial sequence number.
handshake() {
	k listen l 192.0.2.1 "$1"
	peer meet 4 5000 "$1" $ISN
	peer send S
	peer expect S.
	peer send .
	k accept s l
	k close l
}

# first_life PORT: steps 1 to 4.
first_life() {
	echo "   1. the peer opens a connection; its initial sequence number is $ISN"
	handshake "$1"
	echo "   2. it sends 1000 bytes; a copy of 100 of them, from the 501st on, is delayed on its way"
	peer send . data=1000
	expect "bytes that our program reads" "$(k recv s)" 1000
	echo "   3. our program closes, and so does the peer; our end is in TIME_WAIT"
	k close s
	peer expect F.
	peer send F.
	peer expect .
	echo "   4. the peer crashes, and has forgotten all; TIME_WAIT here does not last"
	await 10 "the end of TIME_WAIT" is_over
}

is_over() { [ "$(client ss -Htan state time-wait | wc -l)" = 0 ]; }

accident() {
	step "without a quiet time"
	echo 1 | client tee /sys/kernel/tcplab/time_wait/reset >/dev/null
	first_life 8010
	echo "   5. it opens a connection between the same ports, with the same number $ISN"
	handshake 8010
	echo "   6. the copy arrives: its numbers lie in the window of the new connection"
	peer send . seq=+500 data=100
	await 5 "the copy" seen_are would-corrupt 1
	echo "   7. the peer sends the first 500 bytes of its new life"
	peer send . seq=-600 data=500
	show client stragglers
	printf '%s\n' "what from to" "old-connection $((ISN + 1)) $((ISN + 1001))" "copy-that-comes-late $((ISN + 501)) $((ISN + 601))" \
		"new-connection-so-far $((ISN + 1)) $((ISN + 501))" >"$data/numbers.dat"
	expect "bytes that our program reads: 500 new ones and 100 of another life" "$(k recv s)" 600
	k close s
}

# The same, but the peer lets old segments die first: then it cannot be reached by its own past.
quiet_peer() {
	step "the peer keeps quiet for as long as segments live, before it opens anything"
	echo 1 | client tee /sys/kernel/tcplab/time_wait/reset >/dev/null
	first_life 8011
	echo "   5. the copy arrives while the peer is quiet: nobody is there to take it"
	peer send . seq=-502 data=100
	await 5 "the copy" seen_are answered 1
	echo "   6. only now it opens a connection between the same ports, with the same number"
	handshake 8011
	echo "   7. it sends 500 bytes"
	peer send . data=500
	show client stragglers
	expect "bytes that our program reads" "$(k recv s)" 500
	expect "old data in a new connection" "$(seen would-corrupt)" 0
	k close s
}

# And what tcplab does for a host of ours that has just crashed: it lets no SYN out.
quiet_here() {
	local began
	step "our end has crashed, and tcplab keeps it quiet for three seconds (time_wait/quiet_ms)"
	echo 3000 | client tee /sys/kernel/tcplab/time_wait/quiet_ms >/dev/null
	began=$(cut -d' ' -f1 /proc/uptime)
	peer meet 4 8012 40000
	k start s 192.0.2.2 8012 40000
	peer expect S
	expect_from "milliseconds until its first SYN came" \
		"$(awk -v began="$began" '{ printf "%d", ($1 - began) * 1000 }' /proc/uptime)" 2900 9000
	show client policy '/quiet/'
}

endpoint k "$client"
start_peer
echo 1 | client tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
accident
quiet_peer
quiet_here
echo
echo "   Numbers that begin at random for each pair of hosts (RFC 6528), timestamps (RFC 7323) and a check of what a segment"
echo "   acknowledges (RFC 5961) make this rare today: the peer here has chosen its numbers so that none of them helps."
finish

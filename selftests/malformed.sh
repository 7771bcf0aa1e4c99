#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Malformed packets, fragments and extension headers, arriving and leaving (from a raw socket): each counts where it should,
# none is held back, and the connection they seem to belong to lives on. Witnesses are the kernel's own counters, what TCP
# answers, and the peer, who sees what leaves.
# shellcheck shell=dash disable=SC2119,SC2154 # load_module takes parameters; variables that functions set

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
enter_ns
load_module && start_endpoint kernel && start_peer peer || exit 1

# shellcheck disable=SC2016 # awk's variables
kernel_count() {
	nstat -asz "$1" | awk -v name="$1" '$1 == name { print $2 }'
}

# kernel_counts NUMBER NAME COMMAND...: the command lets one of the kernel's counters grow by so much.
kernel_counts() {
	local number="$1" name="$2" before
	shift 2
	before=$(kernel_count "$name")
	"$@"
	assert_eq "$(kernel_count "$name")" $((before + number)) "$name after $*"
}

# What no packet has changed: both ends still exchange data.
alive() {
	row_is "ESTABLISHED ESTABLISHED"
	assert peer send . data=10
	assert peer expect . ack=0
	assert kernel send s 10
	assert peer expect . data=10
	assert peer send .
	row_is "ESTABLISHED ESTABLISHED"
}

leave() {
	assert peer send R
	row_is ""
	assert kernel close s
}

# arrives COUNTER FIELDS...: a FIN that is not to be believed.
arrives() {
	local counter="$1"
	shift
	mark_counts
	kernel_counts 1 TcpInSegs assert peer send "$@"
	assert_counted "$counter" 1
}

# The kernel counts IPv4 segments when they come; IPv6 ones, too.
short_in() {
	meet_open active 80
	arrives invalid F. cut=19
	arrives invalid F. cut=8
	arrives invalid F. cut=1
	alive
	leave
}

offset_in() {
	meet_open active 80
	kernel_counts 1 TcpInErrs arrives invalid F. off=4
	kernel_counts 1 TcpInErrs arrives invalid F. off=1 data=40
	arrives invalid F. off=6
	arrives invalid F. off=15 data=39
	alive
	leave
}

checksum_in() {
	meet_open active 80
	kernel_counts 1 TcpInCsumErrors arrives bad_checksum F. sum=bad
	kernel_counts 1 TcpInCsumErrors arrives bad_checksum R sum=bad
	mark_counts
	alive
	assert_counted bad_checksum 0
	leave
}

# A RST must not fit, or the kernel would take it, whatever else it is.
flags_in() {
	meet_open active 80
	arrives invalid SF. seq=+10
	# A challenge, as for any SYN.
	assert peer expect . ack=0
	arrives invalid F
	arrives invalid FR seq=+1000000
	arrives invalid SR. seq=+1000000
	arrives invalid SFRP.U seq=+1000000
	alive
	leave
}

# To a listener: no row, and no answer.
flags_open() {
	meet passive 5000
	mark_counts
	assert peer send SF
	assert peer silence 300
	assert_counted invalid 1
	assert_counted created 0
	row_is ""
	assert kernel close l
}

# The hooks see IPv4 whole, and IPv6 in pieces: there the socket alone tells, which counts as a disagreement.
fragments_in() {
	meet_open active 80
	mark_counts
	if [ "$family" = 4 ]; then
		kernel_counts 1 IpReasmOKs assert peer send F. data=100 frag=64
	else
		kernel_counts 1 Ip6ReasmOKs assert peer send F. data=100 frag=64
	fi
	assert peer expect . ack=0
	row_is "CLOSE_WAIT FIN_WAIT_2"
	if [ "$family" = 4 ]; then
		assert_counted fragments 0
		assert_undisputed
	else
		assert_counted fragments 2
		assert_counted invalid 0
		assert_counted disagree_state 1
	fi
	leave
}

extensions_in() {
	[ "$family" = 6 ] || { skip "IPv4 has none"; return; }
	mark_counts
	meet passive 5000
	assert peer send S ext=1
	assert peer expect S.
	assert peer send . ext=1
	assert kernel accept s l
	row_is "ESTABLISHED ESTABLISHED"
	assert peer send F. ext=3
	assert peer expect . ack=0
	row_is "CLOSE_WAIT FIN_WAIT_2"
	assert_counted created 1
	assert_undisputed
	assert_counted fragments 0
	assert peer send F. seq=-1 ext=2 sum=bad
	assert_counted bad_checksum 1
	assert peer send F. seq=-1 ext=2 off=4
	assert_counted invalid 1
	leave
	assert kernel close l
}

# Behind AH (51) that nobody verifies, and behind a routing header (43) with hops to go, a segment is none of ours.
hidden_in() {
	[ "$family" = 6 ] || { skip "IPv4 has none"; return; }
	meet_open active 80
	mark_counts
	kernel_counts 0 TcpInSegs assert peer send F. ext=1 kind=51
	kernel_counts 0 TcpInSegs assert peer send F. ext=1 kind=43
	kernel_counts 0 TcpInSegs assert peer send R ext=1 kind=51
	kernel_counts 0 TcpInSegs assert peer send R ext=1 kind=43
	alive
	assert_undisputed
	leave
}

# forged COUNTER NUMBER FIELDS...: leaves as it was made.
forged() {
	local counter="$1" number="$2"
	shift 2
	mark_counts
	assert peer forge "$@"
	assert_counted "$counter" "$number"
}

malformed_out() {
	meet_open active 80
	forged invalid 1 F. cut=19
	forged invalid 1 F. cut=1
	forged invalid 1 F. off=4
	forged invalid 1 F. off=15 data=39
	forged invalid 1 SF
	forged invalid 1 FR.
	forged invalid 1 F
	forged invalid 1 -
	alive
	leave
}

fragments_out() {
	meet_open active 80
	forged fragments 2 F. data=100 frag=64
	assert_counted invalid 0
	alive
	leave
}

extensions_out() {
	[ "$family" = 6 ] || { skip "IPv4 has none"; return; }
	meet_open active 80
	forged invalid 0 . seq=-1 ext=2
	forged invalid 1 F. ext=2 off=4
	alive
	leave
}

# A raw socket opens no connection of this machine.
syn_out() {
	meet passive 5000
	mark_counts
	assert peer forge S
	assert_counted created 0
	row_is ""
	assert kernel close l
}

run_tests_46 \
	"short headers arrive" short_in \
	"wrong data offsets arrive" offset_in \
	"wrong checksums arrive" checksum_in \
	"contradicting flags arrive" flags_in \
	"contradicting flags arrive at a listener" flags_open \
	"fragments arrive" fragments_in \
	"extension headers arrive" extensions_in \
	"extension headers hide segments" hidden_in \
	"malformed segments leave" malformed_out \
	"fragments leave" fragments_out \
	"extension headers leave" extensions_out \
	"a SYN of a raw socket leaves" syn_out

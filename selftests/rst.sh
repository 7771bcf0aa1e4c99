#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A RST in each state ends the connection and its row, one out of the window changes nothing, and one that the kernel sends
# ends the remote end too. The witness is ss.
# shellcheck shell=dash disable=SC2119,SC2154 # load_module takes parameters; variables that functions set

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
enter_ns
# Who tries all interfaces comes to these before the peer's.
seq -f "link add dummy%g type dummy" 50 | ip -batch - || exit 1
load_module && start_endpoint kernel && start_peer peer || exit 1
# Two more hosts, joined by a link.
setup_ns c d && link_ns "$c" "$d" && start_endpoint sc "$c" && start_endpoint sd "$d" || exit 1

# reach STATE: a new connection of the kernel in that state; the remote end is in the state that goes with it.
reach() {
	case $1 in
	SYN_SENT)
		meet active 80
		assert peer expect S
		row_is "SYN_SENT -"
		return ;;
	SYN_RECEIVED)
		meet passive 5000
		assert peer send S
		assert peer expect S.
		row_is "SYN_RECEIVED SYN_SENT"
		return ;;
	CLOSE_WAIT | LAST_ACK)
		meet_open passive 5000
		assert peer send F.
		assert peer expect .
		row_is "CLOSE_WAIT FIN_WAIT_2" ;;
	*)
		meet_open active 80 ;;
	esac
	case $1 in
	LAST_ACK)
		assert kernel close s
		assert peer expect F.
		row_is "LAST_ACK FIN_WAIT_2" ;;
	FIN_WAIT_1 | FIN_WAIT_2 | CLOSING)
		assert kernel shutdown s
		assert peer expect F.
		row_is "FIN_WAIT_1 ESTABLISHED" ;;
	orphan | TIME_WAIT)
		assert kernel close s
		assert peer expect F. ;;
	esac
	case $1 in
	FIN_WAIT_2 | orphan | TIME_WAIT)
		assert peer send .
		row_is "FIN_WAIT_2 CLOSE_WAIT" ;;
	CLOSING)
		assert peer send F. ack=-1
		assert peer expect .
		row_is "CLOSING FIN_WAIT_2" ;;
	esac
	if [ "$1" = TIME_WAIT ]; then
		assert peer send F.
		assert peer expect .
		row_is "TIME_WAIT CLOSED"
	fi
}

# What the kernel still holds, if it does.
let_go() {
	kernel close s >"$scratch/ignored"
	kernel close l >"$scratch/ignored"
	assert_states_agree ""
}

# The one RST that the kernel believes: in SYN_SENT it has to acknowledge the SYN.
acceptable_rst() {
	if [ "$1" = SYN_SENT ]; then assert peer send R.; else assert peer send R; fi
}

# One behind the window, or of another SYN.
unacceptable_rst() {
	if [ "$1" = SYN_SENT ]; then assert peer send R. ack=+1; else assert peer send R seq=+1000000; fi
}

# The remote end resets in a state: first with a segment that nobody must believe.
reset_in() {
	mark_counts
	reach "$1"
	local before
	before=$(states "$here" "$there")
	unacceptable_rst "$1"
	assert_counted invalid 1
	sleep 0.3
	row_is "$before"
	acceptable_rst "$1"
	row_is ""
	let_go
	assert_counted invalid 1
	assert_counted stack_disagreements 0
	assert_counted created 1
}

# A test for each state: run_tests calls functions without arguments.
states="SYN_SENT SYN_RECEIVED ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 orphan CLOSE_WAIT CLOSING LAST_ACK"
for state in $states; do
	eval "reset_$state() { reset_in $state; }"
done

reset_TIME_WAIT() {
	local before
	before=$(exit_count reset)
	reset_in TIME_WAIT
	assert_eq "$(exit_count reset)" $((before + 1)) exited_reset
}

# shellcheck disable=SC2016 # awk's variables
exit_count() {
	awk -v name="exited_$1" '$1 == name { print $2 }' /proc/net/tcplab/time_wait
}

# A RST for a socket that is bound to an interface is judged by one look-up, not by one at each interface. The witness is the
# kernel, which counts them; it makes two for a segment.
sought_once() {
	local before number lookup=__inet_lookup_established
	[ "$family" = 4 ] || { skip "once is enough"; return; }
	count_calls "$lookup" || { skip "needs kprobes"; return; }
	mark_counts
	assert kernel device tun0
	reach ESTABLISHED
	before=$(calls "$lookup")
	for number in $(seq 20); do unacceptable_rst ESTABLISHED; done
	look_twice
	assert_between $(($(calls "$lookup") - before)) 20 200 "look-ups for 20 RSTs"
	row_is "ESTABLISHED ESTABLISHED"
	acceptable_rst ESTABLISHED
	row_is ""
	let_go
	assert_counted stack_disagreements 0
	forget_calls
}

# RFC 1337: TIME_WAIT takes no RST.
protected() {
	sysctl -qw net.ipv4.tcp_rfc1337=1
	reach TIME_WAIT
	assert peer send R
	sleep 0.3
	row_is "TIME_WAIT CLOSED"
	sysctl -qw net.ipv4.tcp_rfc1337=0
	assert peer send R
	row_is ""
}

# unmoved STATE: neither end is elsewhere than before.
unmoved() {
	case $1 in
	ESTABLISHED) row_is "$1 ESTABLISHED" ;;
	CLOSE_WAIT) row_is "$1 FIN_WAIT_2" ;;
	esac
}

# A request socket ends without a word: the next SYN comes before that is found out, and is another connection.
next_at_once() {
	mark_counts
	reach SYN_RECEIVED
	assert peer send R
	assert peer send S seq=+100000
	assert peer expect S.
	row_is "SYN_RECEIVED SYN_SENT"
	assert_counted created 2
	assert_undisputed
	assert peer send R
	row_is ""
	let_go
}

# The handshake refuses an acknowledgment of what was never sent, and goes on (RFC 9293 section 3.10.7.4, fifth).
refused() {
	mark_counts
	reach SYN_RECEIVED
	assert peer send . ack=+1000
	assert peer expect R
	row_is "SYN_RECEIVED SYN_SENT"
	assert peer send .
	assert kernel accept s l
	row_is "ESTABLISHED ESTABLISHED"
	assert kernel shutdown s
	assert peer expect F.
	row_is "FIN_WAIT_1 ESTABLISHED"
	let_go
	assert_undisputed
	assert_counted created 1
	assert peer send R
	row_is ""
}

# In the window, but not at its edge: a challenge (RFC 5961), which a peer that did reset answers.
challenged_in() {
	mark_counts
	reach "$1"
	assert peer send R seq=+100
	assert peer expect . ack=0
	unmoved "$1"
	assert peer send R
	row_is ""
	let_go
	assert_undisputed
}

# A forged one: the connection lives on and closes in order.
survived_in() {
	mark_counts
	reach "$1"
	assert peer send R seq=+100
	assert peer expect . ack=0
	unmoved "$1"
	assert kernel close s
	assert peer expect F.
	assert_undisputed
	assert peer send R
	row_is ""
}

for state in ESTABLISHED CLOSE_WAIT; do
	eval "challenged_$state() { challenged_in $state; }; survived_$state() { survived_in $state; }"
done

# abort_in STATE: the kernel resets.
abort_in() {
	mark_counts
	reach "$1"
	assert kernel abort s
	assert peer expect R.
	row_is ""
	let_go
	assert_undisputed
}

abort_ESTABLISHED() {
	abort_in ESTABLISHED
}

abort_FIN_WAIT_2() {
	abort_in FIN_WAIT_2
}

abort_CLOSE_WAIT() {
	abort_in CLOSE_WAIT
}

unread() {
	mark_counts
	reach ESTABLISHED
	assert peer send . data=100
	assert peer expect .
	assert kernel close s
	assert peer expect R.
	row_is ""
	assert_undisputed
}

# Data for a socket that is gone: the kernel answers them by a RST.
late_data() {
	mark_counts
	reach orphan
	assert peer send . data=100
	assert peer expect R
	row_is ""
	assert_undisputed
}

# refused_by COMMAND ARGUMENT: TCP drops what comes for the socket, a RST that looks right, too: the connection lives on.
refused_by() {
	mark_counts
	reach "$1"
	assert kernel "$2" s "$3"
	assert peer send R
	look_twice
	look_twice
	unmoved "$1"
	assert_eq "$(report half_open | awk -v local="$here" -v remote="$there" '$1 == local && $2 == remote')" "" \
		"evidence of a RST that was refused"
	# The next one is taken.
	assert kernel "$2" s 0
	assert peer send R
	row_is ""
	let_go
	assert_undisputed
}

too_far() {
	refused_by ESTABLISHED ttl 255
}

too_far_CLOSE_WAIT() {
	refused_by CLOSE_WAIT ttl 255
}

filtered() {
	refused_by ESTABLISHED deaf 1
}

# The same, and the connection closes in order.
goes_on() {
	mark_counts
	reach ESTABLISHED
	assert kernel deaf s 1
	assert peer send R
	look_twice
	look_twice
	assert kernel deaf s 0
	assert kernel close s
	assert peer expect F.
	assert peer send .
	row_is "FIN_WAIT_2 CLOSE_WAIT"
	assert peer send F.
	assert peer expect .
	row_is "TIME_WAIT CLOSED"
	assert_undisputed
	assert peer send R
	row_is ""
}

# The socket is locked, and data wait in its backlog, while TCP refuses a RST: that is doubted until the backlog is gone.
backlogged() {
	local held
	mark_counts
	reach ESTABLISHED
	assert kernel ttl s 64
	held=$(kernel hold s) || {
		kernel abort s
		case $held in
		"Function not implemented"* | "Operation not permitted"*) skip "no userfaultfd here" ;;
		*) fail "the socket cannot be held: $held" ;;
		esac
		return
	}
	assert peer send . data=10
	# Where the socket, which has not seen the data yet, expects what follows.
	assert peer send R seq=-10 hops=1
	look_twice
	look_twice
	assert kernel let_go
	look_twice
	look_twice
	row_is "ESTABLISHED ESTABLISHED"
	# Such a RST does not tell how the connection ends.
	assert_eq "$(kernel recv s)" 10 "bytes of the backlog"
	assert peer expect . data=1
	assert peer send F.
	row_is "CLOSE_WAIT FIN_WAIT_2"
	assert kernel close s
	assert peer expect F.
	assert peer send .
	row_is "CLOSED TIME_WAIT"
	assert_undisputed
}

both_ends() {
	local address=192.0.2.2
	[ "$family" = 4 ] || address=2001:db8::2
	assert sd listen l "$address" 5000
	assert sc connect s "$address" 5000
	assert sd accept s l
	assert sd close l
	assert_eq "$(report connections "$d" | awk 'NR > 1 { print $4, $5 }')" "ESTABLISHED ESTABLISHED" "the row"
	assert sc abort s
	assert_states_agree "$c"
	assert_states_agree "$d"
	assert_eq "$(summary_value connections "$c")" 0 "rows where the RST was sent"
	assert_eq "$(summary_value connections "$d")" 0 "rows where the RST arrived"
	assert sd close s
}

# More is sent than a window can span, and few of these segments are looked at: the RST behind them is no stray one.
after_much() {
	local before
	[ "$family" = 4 ] || { skip "once is enough"; return; }
	[ "$slowness" = 1 ] || { skip "a GiB takes minutes on a slow kernel"; return; }
	before="$(summary_value invalid "$c") $(summary_value invalid "$d")"
	start in_ns "$d" python3 -c '
import socket

connection, _ = socket.create_server(("192.0.2.2", 5001)).accept()
buffer = bytearray(1 << 20)
try:
	while connection.recv_into(buffer, 0, socket.MSG_TRUNC):
		pass
except ConnectionResetError:
	pass
'
	wait_for 10 sends_much || fail "the client cannot send a GiB and abort"
	assert_states_agree "$c"
	assert_states_agree "$d"
	assert_eq "$(summary_value connections "$c") $(summary_value connections "$d")" "0 0" "rows of an aborted connection"
	assert_eq "$(summary_value invalid "$c") $(summary_value invalid "$d")" "$before" invalid
}

# Until the server listens, it fails.
sends_much() {
	in_ns "$c" python3 -c '
import os, socket, struct

zeros = os.memfd_create("zeros")
os.truncate(zeros, 1 << 26)
connection = socket.create_connection(("192.0.2.2", 5001))
for _ in range(17):
	at = 0
	while at < 1 << 26:
		at += os.sendfile(connection.fileno(), zeros, at, (1 << 26) - at)
connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
connection.close()
'
}

# forge FROM TO TTL: a RST between two ports of 127.0.0.1, with a number of nobody.
forge() {
	python3 -c '
import socket, struct, sys

source, destination, hops = map(int, sys.argv[1:])
host = socket.inet_aton("127.0.0.1")
header = struct.pack("!HHIIBBHHH", source, destination, 12345, 0, 5 << 4, 4, 0, 0, 0)
words = host + host + struct.pack("!HH", socket.IPPROTO_TCP, len(header)) + header
total = sum(struct.unpack("!%dH" % (len(words) // 2), words))
total = (total & 0xffff) + (total >> 16)
checksum = ~((total & 0xffff) + (total >> 16)) & 0xffff
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
raw.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
raw.sendto(header[:16] + struct.pack("!H", checksum) + header[18:], ("127.0.0.1", 0))
' "$@" || fail "no RST was sent"
}

# held_over_lo NUMBER: the sockets cNUMBER and sNUMBER are connected over lo.
held_over_lo() {
	assert kernel listen l 127.0.0.1 "500$1"
	assert kernel connect "c$1" 127.0.0.1 "500$1"
	assert kernel accept "s$1" l
	assert kernel close l
	assert kernel ttl "c$1" 64
}

# A RST that the socket, or its mini-socket, refuses does not tell how FIN_WAIT_2 ends later.
refused_over_lo() {
	local socket mini
	[ "$family" = 4 ] || { skip "once is enough"; return; }
	mark_counts
	# The RSTs have to come, and be looked at, before it ends.
	sysctl -qw net.ipv4.tcp_fin_timeout=$((10 * slowness))
	held_over_lo 2
	held_over_lo 3
	socket=127.0.0.1:$(kernel port c2) mini=127.0.0.1:$(kernel port c3)
	forge 5002 "${socket#*:}" 1
	look_twice
	assert kernel close c2
	assert kernel close c3
	assert_states "$socket" 127.0.0.1:5002 "FIN_WAIT_2 CLOSE_WAIT"
	assert_states "$mini" 127.0.0.1:5003 "FIN_WAIT_2 CLOSE_WAIT"
	forge 5003 "${mini#*:}" 64
	look_twice
	{ states_are "$socket" 127.0.0.1:5002 "FIN_WAIT_2 CLOSE_WAIT" && states_are "$mini" 127.0.0.1:5003 "FIN_WAIT_2 CLOSE_WAIT"; } ||
		fail "FIN_WAIT_2 has ended before the RSTs were doubted"
	await_fin_wait_2 ""
	wait_for 5 states_are "$socket" 127.0.0.1:5002 "CLOSED CLOSE_WAIT" || fail "FIN_WAIT_2 does not end after a RST for the socket"
	wait_for 5 states_are "$mini" 127.0.0.1:5003 "CLOSED CLOSE_WAIT" || fail "FIN_WAIT_2 does not end after a RST for the mini-socket"
	assert_counted fin_wait_2_cut 2
	sysctl -qw net.ipv4.tcp_fin_timeout=60
	assert kernel abort s2
	assert kernel abort s3
	assert_states_agree ""
	assert_counted stack_disagreements 0
}

set --
for state in $states TIME_WAIT; do
	set -- "$@" "RST in $state" "reset_$state"
done
run_tests_46 "$@" \
	"RST in TIME_WAIT with tcp_rfc1337" protected \
	"RSTs for a socket that is bound to an interface are not sought at each" sought_once \
	"RST in SYN_RECEIVED, and a SYN at once" next_at_once \
	"RST by SYN_RECEIVED, which refuses an ACK" refused \
	"RST in the window in ESTABLISHED, meant" challenged_ESTABLISHED \
	"RST in the window in CLOSE_WAIT, meant" challenged_CLOSE_WAIT \
	"RST in the window in ESTABLISHED, forged" survived_ESTABLISHED \
	"RST in the window in CLOSE_WAIT, forged" survived_CLOSE_WAIT \
	"RST from too far away" too_far \
	"RST from too far away in CLOSE_WAIT" too_far_CLOSE_WAIT \
	"RST that a filter drops" filtered \
	"RST from too far away, and a backlog" backlogged \
	"RST that a filter drops, and an orderly close" goes_on \
	"the kernel aborts in ESTABLISHED" abort_ESTABLISHED \
	"the kernel aborts in FIN_WAIT_2" abort_FIN_WAIT_2 \
	"the kernel aborts in CLOSE_WAIT" abort_CLOSE_WAIT \
	"the kernel closes with data unread" unread \
	"data for an orphan" late_data \
	"the kernel aborts after more than a GiB" after_much \
	"a socket and a mini-socket refuse a RST over lo" refused_over_lo \
	"between two kernels" both_ends

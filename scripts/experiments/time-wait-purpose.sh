#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# why there is TIME_WAIT: the last ACK is lost, and old data comes late; with 60 s, 1 s and almost none
#
# usage: time-wait-purpose.sh DIRECTORY
# shellcheck disable=SC2154 # router is set by make_ns

. "$(dirname "$(realpath "$0")")/lib.sh"

knobs=/sys/kernel/tcplab/time_wait

set_length() { echo "$1" | client tee $knobs/length_ms >/dev/null; }

reset() { echo 1 | client tee $knobs/reset >/dev/null; }

# seen KIND VERDICT: stragglers of the client.
# shellcheck disable=SC2016 # awk's own variables
seen() {
	client awk -v kind="$1" -v verdict="$2" '$1 == kind && $2 == verdict { sum += $5 } END { print sum + 0 }' /proc/net/tcplab/stragglers
}

seen_some() { [ "$(seen "$1" "$2")" -gt 0 ]; }

resets() { client nstat -asz TcpOutRsts | awk '$1 == "TcpOutRsts" { print $2 }'; }

in_state() { [ "$("$1" ss -Htan state "$2" | grep -c :8004)" = "$3" ]; }

lose_all() { client tc qdisc add dev veth0 root netem loss 100%; }

lose_nothing() { client tc qdisc delete dev veth0 root; }

# delay TIME: what comes for the client, from now on.
delay() { ip netns exec "$router" tc qdisc replace dev client0 root netem delay "$1"; }

# A router between 192.0.2.1 and 198.51.100.2. While a segment waits in the sender's own queues, as behind netem at either
# end of a link between two namespaces, TCP sends nothing again; a router takes the segment off its socket.
slow_path() {
	make_ns router
	client ip address flush dev veth0
	ip -n "$client" link delete veth0
	ip -n "$client" link add veth0 type veth peer name client0 netns "$router"
	ip -n "$server" link add veth0 type veth peer name server0 netns "$router"
	ip -n "$client" address add 192.0.2.1/24 dev veth0
	ip -n "$server" address add 198.51.100.2/24 dev veth0
	ip -n "$router" address add 192.0.2.254/24 dev client0
	ip -n "$router" address add 198.51.100.254/24 dev server0
	ip -n "$client" link set veth0 up
	ip -n "$server" link set veth0 up
	ip -n "$router" link set client0 up
	ip -n "$router" link set server0 up
	ip -n "$client" route add default via 192.0.2.254
	ip -n "$server" route add default via 198.51.100.254
	ip netns exec "$router" sysctl -qw net.ipv4.ip_forward=1
	delay 0ms
}

# lost_ack LENGTH ack|either|rst: the client closes first, and its last ACK is lost; the server sends its FIN again.
lost_ack() {
	local before
	step "the last ACK is lost; TIME_WAIT lasts $1 ms"
	set_length "$1"
	reset
	before=$(resets)
	s listen l 192.0.2.2 8004
	c connect c 192.0.2.2 8004
	s accept s l
	c close c
	await 5 "FIN_WAIT_2" in_state client fin-wait-2 1
	lose_all
	s close s
	await 5 "LAST_ACK" in_state server last-ack 1
	[ "$1" -ge 100 ] || await 5 "the end of TIME_WAIT" in_state client time-wait 0
	lose_nothing
	await 10 "the FIN once more" seen_some fin answered
	await 10 "the end of LAST_ACK" in_state server last-ack 0
	show client stragglers
	if [ "$2" = either ]; then
		echo "   A second is about as long as the peer waits from one FIN to the next: TIME_WAIT may be over when the next comes."
		expect_from "RSTs that the client sent" $(($(resets) - before)) 0 1
	elif [ "$2" = ack ]; then
		echo "   TIME_WAIT was still there, and acknowledged it."
		expect "RSTs that the client sent" $(($(resets) - before)) 0
	else
		echo "   TIME_WAIT was over: the client knew nothing of the connection, and sent a RST."
		expect "RSTs that the client sent, one for each FIN" $(($(resets) - before)) "$(seen fin answered)"
	fi
	show client time_wait_what_if
	show client summary '/^safe_length/'
	# shellcheck disable=SC2016 # awk's own variables
	client awk 'NR > 2 && $7 != "-" { print $1 / 1000, $7 }' /proc/net/tcplab/time_wait_what_if >"$data/lost-$1.dat"
	s close l
	set_length 1
	await 5 "the end of TIME_WAIT" in_state client time-wait 0
}

# delayed LENGTH STAMPS RECONNECTS VERDICT: data of the server is delayed for fifteen seconds, sent again at once, and the
# connection closed; then another is opened between the same ports.
delayed() {
	local outcome began
	step "data comes fifteen seconds late; TIME_WAIT lasts $1 ms, timestamps are $2"
	client sysctl -qw net.ipv4.tcp_timestamps="$([ "$2" = on ] && echo 1 || echo 0)"
	set_length "$1"
	reset
	s listen l 198.51.100.2 8004
	c connect c 198.51.100.2 8004 45000
	s accept s l
	delay 15s
	s send s 1000
	delay 0ms
	began=$(cut -d' ' -f1 /proc/uptime)
	c recv c | sed 's/^/   bytes that the client got, as the server sent them again: /'
	expect_from "milliseconds until then" "$(awk -v began="$began" '{ printf "%d", ($1 - began) * 1000 }' /proc/uptime)" 100 12000
	c close c
	s close s
	[ "$1" -ge 2000 ] || await 5 "the end of TIME_WAIT" in_state client time-wait 0
	outcome=$(c connect c 198.51.100.2 8004 45000 2>&1) && outcome=connected
	expect "what a second connect() from port 45000 says" "$outcome" "$3"
	await 40 "the data that is late" late_came
	show client stragglers
	expect "late data" "$(late_verdicts)" "$4"
	if [ "$(seen rst accepted)" -gt 0 ]; then
		echo "   TIME_WAIT acknowledged the late data, and the server, which had closed, answered by a RST: that has ended"
		echo "   TIME_WAIT before its time (RFC 1337). What came after that found nothing."
	fi
	c close c >/dev/null 2>&1 || :
	s close l
	set_length 1
	await 5 "the end of TIME_WAIT" in_state client time-wait 0
}

# shellcheck disable=SC2016 # awk's own variables
late_verdicts() {
	local ended
	ended=$(seen rst accepted)
	# Once TIME_WAIT has been ended, what else comes is answered by a RST.
	client awk -v ended="$ended" '$1 == "data" && !(ended && $2 == "answered") { print $2 }' /proc/net/tcplab/stragglers |
		sort -u | xargs
}

# shellcheck disable=SC2016 # awk's own variables
late_came() {
	[ "$(client awk '$1 == "data" { sum += $5 } END { print sum + 0 }' /proc/net/tcplab/stragglers)" -gt 0 ]
}

endpoint c "$client"
endpoint s "$server"
client sysctl -qw net.ipv4.tcp_tw_reuse=0
lost_ack 60000 ack
lost_ack 1000 either
lost_ack 1 rst
slow_path
delayed 60000 off "Cannot assign requested address" refused-sequence
# With timestamps a program that has chosen its port may take it again at once (RFC 6191): PAWS is on guard.
delayed 60000 on connected refused-paws
delayed 1 on connected refused-paws
delayed 1 off connected refused-sequence
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Connections over a bridge, veth with and without the offloads, and tun; with link-local addresses, IPv4 in IPv6 sockets
# and sockets bound to an interface, before and after they connect.
# shellcheck disable=SC2154 # a, b and c are set by setup_hosts

selftests=..
. ./common.sh

load_module && setup_hosts a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

plain() {
	mark_created
	lives sa sb 192.0.2.2 5000
	lives sa sb 2001:db8::2 5000
	assert_created 6
	assert_quiet
}

# offloads on|off
offloads() {
	local ns feature
	for ns in "$a" "$b"; do
		for feature in gro gso tso sg tx rx; do
			in_ns "$ns" ethtool -K veth0 "$feature" "$1" >/dev/null 2>&1 || true
		done
		assert_eq "$(in_ns "$ns" ethtool -k veth0 | awk '/^generic-segmentation-offload/ { print $2 }')" "$1" gso
		assert_eq "$(in_ns "$ns" ethtool -k veth0 | awk '/^generic-receive-offload/ { print $2 }')" "$1" gro
	done
}

with_offloads() {
	offloads "$1"
	mark_created
	lives sa sb 192.0.2.2 5000
	lives sa sb 2001:db8::2 5000
	assert_created 6
	assert_quiet
}

offloads_on() {
	with_offloads on
}

offloads_off() {
	with_offloads off
	offloads on
}

# Each end names its own interface.
link_local() {
	ip -n "$a" address add fe80::1/64 dev veth0 nodad
	ip -n "$b" address add fe80::2/64 dev veth0 nodad
	mark_created
	lives sa sb fe80::2%veth0 5000 fe80::2%veth0 5000
	meet_at sa sb fe80::2%veth0 5000
	assert_states "[fe80::1]:$(sa port c)%veth0" "[fe80::2]:5000%veth0" "ESTABLISHED ESTABLISHED" "$a"
	assert_states "[fe80::2]:5000%veth0" "[fe80::1]:$(sa port c)%veth0" "ESTABLISHED ESTABLISHED" "$b"
	part sa sb client
	assert_created 4
	assert_quiet
}

# Both ends here: lo carries it, but the address is the link's.
link_local_to_self() {
	mark_created
	lives sa sa fe80::1%veth0 5000
	assert_eq "$(summary_value created "$a")" $(($(cat "$scratch/created.$a") + 3)) created
	assert_quiet
}

# An IPv6 socket that listens everywhere has an IPv4 client.
mapped() {
	mark_created
	lives sa sb :: 5000 192.0.2.2 5000
	meet_at sa sb :: 5000 ::ffff:192.0.2.2 5000
	assert_states 192.0.2.2:5000 "192.0.2.1:$(sa port c)" "ESTABLISHED ESTABLISHED" "$b"
	assert_states "192.0.2.1:$(sa port c)" 192.0.2.2:5000 "ESTABLISHED ESTABLISHED" "$a"
	part sa sb server
	assert_created 4
	assert_quiet
}

bound() {
	prepare_client="device veth0"
	prepare_server="device veth0"
	mark_created
	lives sa sb 192.0.2.2 5000
	lives sa sb 2001:db8::2 5000
	assert_created 6
	prepare_client='' prepare_server=''
	assert_quiet
}

# A socket may be bound when its connection is long open: lookups by its addresses alone do not find it any more.
bound_later() {
	local ending
	mark_created
	for ending in client server abort; do
		meet_at sa sb 192.0.2.2 5000
		agree
		assert sa rebind c veth0
		assert sb rebind s veth0
		assert [ -n "$(in_ns "$a" ss -Htan | grep '192.0.2.1%veth0:')" ]
		agree
		talk sa sb
		agree
		part sa sb "$ending"
	done
	assert_created 3
	assert_quiet
}

# counts FILE NS: all that a histogram has counted.
counts() {
	report "$1" "$2" | awk '$NF ~ /^[0-9]+$/ { sum += $NF } END { print sum + 0 }'
}

# A socket that is bound takes a 4-tuple again that another has closed: what comes for it is not late.
bound_again() {
	local before
	echo 1 | in_ns "$a" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
	before=$(counts stragglers "$a")
	for _ in 1 2; do
		prepare_client="device veth0"
		meet_at sa sb 192.0.2.2 5000 192.0.2.2 5000 7000
		talk sa sb
		assert sa close c
		assert_eq "$(sb recv s)" eof "what the server reads at last"
		assert sb close s
		wait_for 5 states_are 192.0.2.1:7000 192.0.2.2:5000 "" "$a" || fail "there is a row after the connection"
	done
	prepare_client=
	assert_eq $(($(counts stragglers "$a") - before)) 0 "stragglers of a bound socket"
	echo 0 | in_ns "$a" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
	assert_quiet
}

# A server has closed, and its queue is still under way: none of these segments is examined, nor what acknowledges them.
lingering() {
	local before
	count_calls tl_segment_parse || { skip "needs kprobes"; return; }
	meet_at sa sb 192.0.2.2 5000
	assert sb send s 100000
	before=$(calls tl_segment_parse)
	assert sb close s
	read_all sa c 100000
	assert_eq "$(sa recv c)" eof "what the client reads at last"
	assert_states "192.0.2.1:$(sa port c)" 192.0.2.2:5000 "CLOSE_WAIT FIN_WAIT_2" "$a"
	assert_between $(($(calls tl_segment_parse) - before)) 1 8 "segments examined while a queue drains"
	forget_calls
	assert sa close c
	agree
	assert_quiet
}

# What is not TCP is let go at once: nobody looks for its extension headers.
others() {
	local before sent
	count_calls ipv6_find_hdr || { skip "needs kprobes"; return; }
	sent=$(udp_sent)
	before=$(calls ipv6_find_hdr)
	in_ns "$a" bash -c 'for i in {1..20}; do echo >/dev/udp/2001:db8::2/9; done' 2>/dev/null
	# What the kernel sends by itself meanwhile, such as reports of groups, has extension headers.
	assert_between $(($(calls ipv6_find_hdr) - before)) 0 12 "searches in headers of UDP"
	assert_between $(($(udp_sent) - sent)) 20 24 "UDP datagrams sent"
	forget_calls
}

# shellcheck disable=SC2016 # awk's own fields
udp_sent() {
	in_ns "$a" awk '$1 == "Udp6OutDatagrams" { print $2 }' /proc/net/snmp6
}

bridge() {
	setup_hosts c d e && start_endpoint sc "$c" && start_endpoint sd "$d" || { fail "no hosts"; return; }
	local host address=0
	ip -n "$e" link add br0 type bridge
	ip -n "$e" link set br0 up
	for host in "$c" "$d"; do
		address=$((address + 1))
		ip -n "$host" link add veth0 type veth peer name "port$address" netns "$e"
		ip -n "$e" link set "port$address" master br0 up
		ip -n "$host" address add "198.51.100.$address/24" dev veth0
		ip -n "$host" address add "2001:db8:1::$address/64" dev veth0 nodad
		ip -n "$host" link set veth0 up
	done
	# The bridge's own address is on no port.
	start_endpoint se "$e" || { fail "no endpoint"; return; }
	ip -n "$e" address add 198.51.100.3/24 dev br0
	lives sc sd 198.51.100.2 5000
	lives sc sd 2001:db8:1::2 5000
	lives sd se 198.51.100.3 5000
	assert_eq "$(summary_value created "$c") $(summary_value created "$d") $(summary_value created "$e")" "6 9 3" created
	assert_quiet
	hosts="$a $b"
}

# What passes a bridge may pass the hooks of forwarded packets, too.
bridge_netfilter() {
	modprobe br_netfilter 2>/dev/null || { skip "no br_netfilter"; return; }
	hosts="$c $d $e"
	assert in_ns "$e" sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1
	echo 1 | in_ns "$e" tee /sys/kernel/tcplab/track/forward >/dev/null
	lives sc sd 198.51.100.2 5001
	meet_at sc sd 2001:db8:1::2 5001
	assert_eq "$(row "[2001:db8:1::1]:$(sc port c)" "[2001:db8:1::2]:5001" "$e" | awk '{ print $3, $4, $5 }')" \
		"forward ESTABLISHED ESTABLISHED" "row at the bridge"
	part sc sd client
	assert_quiet
	hosts="$a $b"
}

tun() {
	setup_hosts g h && start_endpoint sg "$g" && start_endpoint sh "$h" || { fail "no hosts"; return; }
	[ -e /dev/net/tun ] || modprobe tun
	start ./wire "$g" "$h"
	wait_for 5 ip -n "$h" link show tun0 >/dev/null || { fail "no tun"; return; }
	local ns address=0
	for ns in "$g" "$h"; do
		address=$((address + 1))
		ip -n "$ns" address add "203.0.113.$address/24" dev tun0
		ip -n "$ns" address add "2001:db8:2::$address/64" dev tun0 nodad
		ip -n "$ns" link set tun0 up
	done
	mark_created
	lives sg sh 203.0.113.2 5000
	lives sg sh 2001:db8:2::2 5000
	assert_created 6
	assert_quiet
	hosts="$a $b"
}

# The master of an ipvlan sends what sockets of another namespace have sent: these are not its own.
ipvlan() {
	setup_hosts m n i && link_ns "$m" "$n" && start_endpoint si "$i" && start_endpoint sn "$n" || { fail "no hosts"; return; }
	if ip -n "$m" link add ipvl0 link veth0 type ipvlan mode l3 2>/dev/null; then
		ip -n "$m" link set ipvl0 netns "$i"
		ip -n "$i" address add 198.51.100.3/32 dev ipvl0
		ip -n "$i" link set ipvl0 up
		ip -n "$i" route add default dev ipvl0
		ip -n "$n" route add 198.51.100.3 via 192.0.2.1
		lives si sn 192.0.2.2 5000
		assert_eq "$(summary_value created "$i") $(summary_value created "$n")" "3 3" "created at the ends"
		assert_eq "$(summary_value created "$m") $(summary_value adopted "$m")" "0 0" "connections of the master"
		assert_quiet
	else
		skip "no ipvlan"
	fi
	hosts="$a $b"
}

run_tests \
	"veth" plain \
	"veth with segmentation and receive offload" offloads_on \
	"veth with neither" offloads_off \
	"link-local addresses" link_local \
	"a link-local address of one's own" link_local_to_self \
	"IPv4 in an IPv6 socket" mapped \
	"sockets bound to an interface" bound \
	"sockets bound to an interface once they are open" bound_later \
	"a bound socket that takes a 4-tuple again" bound_again \
	"a closed socket's queue" lingering \
	"IPv6 packets that are not TCP" others \
	"a bridge" bridge \
	"a bridge with br_netfilter, seen from the bridge" bridge_netfilter \
	"ipvlan in the mode l3" ipvlan \
	"tun" tun

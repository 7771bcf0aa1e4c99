#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_tw_reuse and tcp_tw_recycle: what each gives, and whom it hurts: two clients behind one address
#
# usage: tw-reuse-recycle.sh DIRECTORY
# shellcheck disable=SC2154 # nat1 and nat2 are set by make_ns

. "$(dirname "$(realpath "$0")")/lib.sh"

PORTS=300

# shellcheck disable=SC2016 # awk's own variables
deeds() { server awk -v name="$1" '$1 == name { print $2 }' /proc/net/tcplab/policy; }

# shellcheck disable=SC2016 # awk's own variables
exits() { client awk -v name="$1" '$1 == name { print $2 }' /proc/net/tcplab/time_wait; }

# shellcheck disable=SC2016 # awk's own variables
in_use() { client awk 'NR > 2 && $2 ~ /:8007$/ { print $3, $4; found = 1 } END { if (!found) print "0 0" }' /proc/net/tcplab/ports; }

listening() { server ss -Htln | grep -q ":$1"; }

end_time_wait() {
	echo 1 | "$1" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
	echo 0 | "$1" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
}

# reuse VALUE OUTCOME: 40 connections a second for twelve seconds, where there are ports for eight.
reuse() {
	local said before
	step "tcp_tw_reuse = $1: the client closes first, 40 times a second, and has $PORTS ports"
	client sysctl -qw net.ipv4.tcp_tw_reuse="$1"
	before=$(exits exited_reused_out)
	clock=''
	sample 0.5 "reuse-$1.dat" "in_use time_wait" in_use
	client "$tools/closer" load 192.0.2.2 8007 40 0 12 first >"$tools/said"
	kill "$sampler"
	take_sample "reuse-$1.dat" in_use
	sed 's/^/   /' "$tools/said"
	said=$(awk 'NR == 1 { print $1 }' "$tools/said")
	expect "what came first: no port left, or the end" "$said" "$2"
	show client ports
	echo "   TIME_WAIT that connect() took over: $(($(exits exited_reused_out) - before))"
	[ "$2" = exhausted ] || expect_from "TIME_WAIT that connect() took over" $(($(exits exited_reused_out) - before)) 100 400
	end_time_wait client
}

# visit NAME: connects, and the server closes first. Fails if it cannot connect within three seconds.
visit() {
	"$1" start v 192.0.2.2 8008 >/dev/null 2>&1 || return
	come 3 || { "$1" close v >/dev/null 2>&1; return 1; }
	s accept w l
	s close w
	"$1" close v
}

come() {
	local end=$((SECONDS + $1))
	until s pending l >/dev/null 2>&1; do
		[ $SECONDS -le $end ] || return 1
		sleep 0.1
	done
}

# recycle MODE: the two clients come in turns.
recycle() {
	local failed=0 before
	before=$(deeds recycle_would_drop)
	step "tcp_tw_recycle, $1: two clients behind 192.0.2.1 come eight times each, the server closes first"
	echo "$1" | server tee /sys/kernel/tcplab/time_wait/recycle >/dev/null
	s listen l 192.0.2.2 8008
	for who in n1 n2 n1 n2 n1 n2 n1 n2 n1 n2 n1 n2 n1 n2 n1 n2; do
		visit $who || { echo "   client $who is kept out"; failed=$((failed + 1)); }
	done
	show server time_wait_recycle
	show server policy '/recycle/'
	case $1 in
	off) expect "visits that failed" $failed 0 ;;
	observe)
		expect "visits that failed" $failed 0
		expect_from "SYNs that it would have dropped, of 16" $(($(deeds recycle_would_drop) - before)) 2 14
		;;
	enforce) expect_from "visits that failed, of 16" $failed 2 14 ;;
	esac
	s close l
	echo off | server tee /sys/kernel/tcplab/time_wait/recycle >/dev/null
}

# Two hosts behind the client, which translates their addresses to its own.
nat() {
	local n
	make_ns nat1 nat2
	for n in 1 2; do
		local -n ns=nat$n
		ip -n "$client" link add nat$n type veth peer name veth0 netns "$ns"
		ip -n "$client" address add 10.0.$n.1/24 dev nat$n
		ip -n "$ns" address add 10.0.$n.2/24 dev veth0
		ip -n "$client" link set nat$n up
		ip -n "$ns" link set veth0 up
		ip -n "$ns" route add default via 10.0.$n.1
	done
	client sysctl -qw net.ipv4.ip_forward=1
	client nft 'add table ip nat; add chain ip nat out { type nat hook postrouting priority 100; }; add rule ip nat out oifname veth0 masquerade'
}

build closer
start "$server" "$tools/closer" serve 192.0.2.2 8007 last
await 10 "the server" listening 8007
client sysctl -qw net.ipv4.ip_local_port_range="20000 $((20000 + PORTS - 1))"
reuse 0 exhausted
reuse 2 exhausted
reuse 1 made
client sysctl -qw net.ipv4.ip_local_port_range="20000 60000"
nat
endpoint n1 "$nat1"
endpoint n2 "$nat2"
endpoint s "$server"
recycle off
recycle observe
recycle enforce
echo
echo "   tcp_tw_reuse takes over the ports of the host's own TIME_WAIT sockets: timestamps keep the old segments apart."
echo "   tcp_tw_recycle believed that an address is a host with one clock. Behind NAT that was never true; and since 4.10"
echo "   timestamps begin at random, so that every other SYN is behind, from any host. It went from Linux in 4.12."
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Policies that drop: the quiet time, and tcp_tw_recycle as it was. Two clients (c, d) reach a server (s) through a router
# (r) that gives both the same address.
# shellcheck disable=SC2154 # c, d, r and s are set by setup_ns; sc, sd and ss by start_endpoint

. ./lib.sh

# join NS DEVICE ADDRESS4 ADDRESS6: to the router.
join() {
	ip -n "$1" link add up0 type veth peer name "$2" netns "$r" || return
	ip -n "$1" address add "$3.2/24" dev up0
	ip -n "$1" address add "$4::2/64" dev up0 nodad
	ip -n "$r" address add "$3.1/24" dev "$2"
	ip -n "$r" address add "$4::1/64" dev "$2" nodad
	ip -n "$1" link set up0 up
	ip -n "$r" link set "$2" up
	ip -n "$1" route add default via "$3.1"
	ip -n "$1" route add default via "$4::1"
}

network() {
	setup_ns c d r s || return
	join "$c" c0 10.0.1 fd00:1 && join "$d" d0 10.0.2 fd00:2 && join "$s" s0 192.0.2 2001:db8 || return
	in_ns "$r" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	in_ns "$r" nft -f - <<-RULES
		table inet nat {
			chain leaving {
				type nat hook postrouting priority 100;
				oifname s0 masquerade
			}
		}
	RULES
}

load_module && network && start_endpoint sc "$c" && start_endpoint sd "$d" && start_endpoint server "$s" || exit 1
knobs=/sys/kernel/tcplab/time_wait

set_knob() {
	echo "$2" | in_ns "$s" tee "$knobs/$1" >/dev/null
}

# deeds NAME: a row of policy.
# shellcheck disable=SC2016 # awk's variables
deeds() {
	in_ns "$s" awk -v name="$1" '$1 == name { print $2 }' /proc/net/tcplab/policy
}

deeds_exceed() {
	[ "$(deeds "$1")" -gt "$2" ]
}

server_address() {
	if [ "$family" = 4 ]; then echo 192.0.2.2; else echo 2001:db8::2; fi
}

# visit CLIENT: connects, and the server closes first.
visit() {
	assert "$1" connect v "$(server_address)" 80
	assert server accept w l
	assert server close w
	assert "$1" close v
}

stamps() {
	in_ns "$c" sysctl -qw net.ipv4.tcp_timestamps="$1"
	in_ns "$d" sysctl -qw net.ipv4.tcp_timestamps="$1"
}

# Both clients by turns: where timestamps begin at random for each host, one of them is behind; where they do so for each
# connection, every other SYN is.
next_client() {
	tries=$((tries + 1))
	if [ $((tries % 2)) = 0 ]; then client=sc; else client=sd; fi
}

# Without timestamps, or with those of one clock, no SYN is behind.
observe() {
	local before client tries=0
	assert server listen l "$(server_address)" 80
	set_knob recycle observe
	before=$(deeds recycle_would_drop)
	stamps 0
	for client in sc sd sc sd; do
		visit "$client"
	done
	assert_eq "$(deeds recycle_would_drop)" "$before" "SYNs without timestamps"
	stamps 2
	for client in sc sd sc sd; do
		visit "$client"
	done
	assert_eq "$(deeds recycle_would_drop)" "$before" "SYNs with timestamps of one clock"
	stamps 1
	until [ "$(deeds recycle_would_drop)" != "$before" ] || [ "$tries" = 20 ]; do
		next_client
		visit "$client"
	done
	assert_eq "$(deeds recycle_would_drop)" $((before + 1)) "SYNs that would be dropped"
	assert_eq "$(deeds recycle_dropped)" 0 "SYNs that were dropped"
	assert_eq "$(report time_wait_recycle "$s" | awk -v router="$([ "$family" = 4 ] && echo 192.0.2.1 || echo 2001:db8::1)" \
		'$1 == router { print $2, $3, ($4 > 1) }')" "1 0 1" "the router's row"
	set_knob recycle off
	assert_eq "$(report time_wait_recycle "$s" | sed 1d)" "" "rows of a policy that is off"
	assert server close l
}

# The client that is behind is kept out until the policy ends, which it does by itself.
enforce() {
	local before client tries=0
	assert server listen l "$(server_address)" 81
	set_knob enforce_ms 600000
	set_knob recycle enforce
	before=$(deeds recycle_dropped)
	while [ "$tries" -lt 20 ]; do
		next_client
		assert "$client" start v "$(server_address)" 81
		wait_for 3 come_or_dropped || fail "nothing came"
		[ "$(deeds recycle_dropped)" = "$before" ] || break
		assert server accept w l
		assert server close w
		assert "$client" close v
	done
	assert_between "$(deeds recycle_dropped)" $((before + 1)) $((before + 10)) "SYNs that were dropped"
	assert_eq "$(in_ns "$s" cat "$knobs"/recycle)" enforce "the policy"
	set_knob enforce_ms 1
	set_knob recycle enforce
	wait_for 5 recycle_is observe || fail "it does not end"
	# TCP sends its SYN again.
	assert server accept w l
	assert server close w
	assert "$client" close v
	set_knob recycle off
	assert server close l
}

come_or_dropped() {
	server pending l >/dev/null 2>&1 || deeds_exceed recycle_dropped "$before"
}

recycle_is() {
	[ "$(in_ns "$s" cat "$knobs"/recycle)" = "$1" ]
}

# No SYN and no SYN,ACK leaves, what is open goes on, and it ends by itself.
quiet() {
	local syns answers
	assert server listen l "$(server_address)" 82
	assert sc connect v "$(server_address)" 82
	assert server accept w l
	syns=$(deeds quiet_syn_dropped)
	answers=$(deeds quiet_syn_ack_dropped)
	set_knob quiet_ms 3000
	assert_between "$(in_ns "$s" cat "$knobs"/quiet_ms)" 1 3000 "what is left"
	assert sd start y "$(server_address)" 82
	wait_for 2 deeds_exceed quiet_syn_ack_dropped "$answers" || fail "no SYN,ACK was dropped"
	assert server start x "$([ "$family" = 4 ] && echo 192.0.2.1 || echo 2001:db8::1)" 9
	wait_for 2 deeds_exceed quiet_syn_dropped "$syns" || fail "no SYN was dropped"
	assert sc send v 10
	assert_eq "$(server recv w)" 10 "bytes of a connection that is open"
	# Never on lo.
	assert server connect z "$(server_address)" 82
	assert server close z
	wait_for 10 quiet_is_over || fail "it does not end"
	assert server accept u l
	assert server accept t l
	for name in w u t x l; do
		assert server close "$name"
	done
	assert sd close y
	assert sc close v
}

quiet_is_over() {
	[ "$(in_ns "$s" cat "$knobs"/quiet_ms)" = 0 ] && server pending l
}

run_tests_46 \
	"tcp_tw_recycle is observed" observe \
	"tcp_tw_recycle is enforced" enforce \
	"quiet time" quiet

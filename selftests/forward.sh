#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A router sees connections of which neither end is its own: with track/forward it follows both by their segments. The
# witnesses are the sockets of the two hosts it joins.
# shellcheck disable=SC2154 # variables that setup_ns sets; sa and sb are commands that start_endpoint makes

. ./lib.sh

knob=/sys/kernel/tcplab/track/forward

# join NS HOST NUMBER: the router's device to a host, 192.0.2.1 or 198.51.100.1 and 2001:db8:NUMBER::1; the host has .2.
join() {
	local net=192.0.2
	[ "$3" = 1 ] || net=198.51.100
	ip -n "$1" link add "veth$3" type veth peer name veth0 netns "$2" || return
	ip -n "$1" address add $net.1/24 dev "veth$3"
	ip -n "$1" address add "2001:db8:$3::1/64" dev "veth$3" nodad
	ip -n "$1" link set "veth$3" up
	ip -n "$2" address add $net.2/24 dev veth0
	ip -n "$2" address add "2001:db8:$3::2/64" dev veth0 nodad
	ip -n "$2" link set veth0 up
	ip -n "$2" route add default via $net.1
	ip -n "$2" route add default via "2001:db8:$3::1"
}

setup_ns r a b && join "$r" "$a" 1 && join "$r" "$b" 2 && start_endpoint sa "$a" && start_endpoint sb "$b" &&
	load_module || exit 1
in_ns "$r" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

set_knob() {
	echo "$1" | in_ns "$r" tee "$knob" >/dev/null
}

# open_one PORT: a connection from a to b, at $here and $there. Its sockets are c and s.
open_one() {
	local from=192.0.2.2 to=198.51.100.2
	[ "$family" = 4 ] || { from=2001:db8:1::2 to=2001:db8:2::2; }
	assert sb listen l "$to" "$1"
	assert sa connect c "$to" "$1"
	assert sb accept s l
	assert sb close l
	here=$from:$(sa port c) there=$to:$1
	[ "$family" = 4 ] || here="[$from]:$(sa port c)" there="[$to]:$1"
}

forwarded() {
	row "$here" "$there" "$r"
}

assert_row() {
	assert_states "$here" "$there" "$1" "$r"
	assert_eq "$(forwarded | awk '{ print $3, $9, $10 }')" "${1:+forward - -}" "origin, cc and uid of a forwarded row"
}

off_by_default() {
	open_one 5000
	assert_eq "$(forwarded)" "" "a row without the knob"
	assert sa close c
	assert sb close s
}

life() {
	local created
	assert set_knob 1
	created=$(summary_value created "$r")
	open_one 5001
	assert_row "ESTABLISHED ESTABLISHED"
	assert sa send c 100
	assert sb recv s >"$scratch/received"
	assert sa shutdown c
	assert_row "FIN_WAIT_2 CLOSE_WAIT"
	assert sb close s
	assert_row "TIME_WAIT CLOSED"
	assert_eq "$(summary_value created "$r")" $((created + 1)) created
	assert sa close c
}

reset() {
	open_one 5002
	assert_row "ESTABLISHED ESTABLISHED"
	assert sb abort s
	assert_row ""
	assert sa close c
}

# Open before the knob: met on its way, not at its start.
adopted() {
	local adopted created
	assert set_knob 0
	open_one 5003
	assert_eq "$(forwarded)" "" "a row without the knob"
	created=$(summary_value created "$r") adopted=$(summary_value adopted "$r")
	assert set_knob 1
	assert sa send c 100
	assert sb recv s >"$scratch/received"
	assert_row "ESTABLISHED ESTABLISHED"
	assert_eq "$(summary_value adopted "$r")" $((adopted + 1)) adopted
	assert_eq "$(summary_value created "$r")" "$created" created
	assert sb close s
	assert sa close c
	assert_states_agree "$r"
}

switched_off() {
	assert set_knob 1
	open_one 5004
	assert_row "ESTABLISHED ESTABLISHED"
	assert set_knob 0
	assert_eq "$(report connections "$r" | wc -l)" 1 "lines without the knob"
	assert_eq "$(summary_value connections "$r")" 0 connections
	assert sa close c
	assert sb close s
}

run_tests_46 \
	"forwarded connections are not followed by themselves" off_by_default \
	"a forwarded connection is followed to its end" life \
	"a forwarded connection is reset" reset \
	"a forwarded connection that was open before is adopted" adopted \
	"switching it off forgets these rows" switched_off

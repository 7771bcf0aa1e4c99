#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# MPTCP: each subflow is a TCP connection and has a row; the MPTCP socket above them has none.
# shellcheck disable=SC2154 # a and b are set by setup_hosts

selftests=..
. ./common.sh

[ -e /proc/sys/net/mptcp/enabled ] || skip_all "needs MPTCP"
load_module && setup_hosts a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1
in_ns "$a" sysctl -qw net.mptcp.enabled=1
in_ns "$b" sysctl -qw net.mptcp.enabled=1

# Established ones, as ss counts them.
mptcp_sockets() {
	in_ns "$1" ss -HMan | awk '$1 == "ESTAB"' | wc -l
}

# Counters of the kernel: usage: mib NS NAME
mib() {
	in_ns "$1" nstat -asz | awk -v name="$2" '$1 == name { print $2 }'
}

both_mptcp() {
	assert sa protocol mptcp
	assert sb protocol mptcp
}

one_subflow() {
	both_mptcp
	mark_created
	lives sa sb 192.0.2.2 5000
	lives sa sb 2001:db8::2 5000
	meet_at sa sb 192.0.2.2 5000
	assert_states "192.0.2.1:$(sa port c)" 192.0.2.2:5000 "ESTABLISHED ESTABLISHED" "$a"
	assert_eq "$(mptcp_sockets "$a")" 1 "MPTCP sockets of the client"
	assert_eq "$(report connections "$a" | grep -c ESTABLISHED)" 1 "rows of the client"
	part sa sb client
	assert_created 7
	assert_eq "$(mib "$b" MPTcpExtMPCapableSYNRX)" 7 "connections that asked for MPTCP"
	assert_quiet
}

fallback() {
	mark_created
	assert sa protocol tcp
	lives sa sb 192.0.2.2 5000
	assert sa protocol mptcp
	assert sb protocol tcp
	lives sa sb 192.0.2.2 5000
	assert_created 6
	assert_quiet
}

# subflows NS NUMBER: established ones, as ss counts them
subflows() {
	[ "$(in_ns "$1" ss -Htan state established | wc -l)" = "$2" ]
}

# meet_to_join: a connection whose listener stays: subflows that join come to it.
meet_to_join() {
	meet_at sa sb 192.0.2.2 5000
	assert sb listen joins 192.0.2.2 5000
	talk sa sb
}

# The client has two addresses more, from which it joins.
joined() {
	local address ending
	ip -n "$a" mptcp limits set subflow 2 2>/dev/null || { skip "needs ip mptcp"; return; }
	ip -n "$b" mptcp limits set subflow 2
	for address in 192.0.2.11 192.0.2.12; do
		ip -n "$a" address add "$address/24" dev veth0
		ip -n "$a" mptcp endpoint add "$address" dev veth0 subflow
	done
	both_mptcp
	mark_created
	for ending in client server abort; do
		meet_to_join
		assert wait_for 5 subflows "$a" 3
		assert wait_for 5 subflows "$b" 3
		agree
		assert_eq "$(mptcp_sockets "$a")" 1 "MPTCP sockets of the client"
		assert_eq "$(report connections "$b" | grep -c 'passive ESTABLISHED ESTABLISHED')" 3 "rows of the server"
		assert_eq "$(report connections "$a" | grep -c '^192.0.2.1[12]:.* active ESTABLISHED ESTABLISHED')" 2 \
			"rows that joined"
		assert sb close joins
		part sa sb "$ending"
	done
	assert_created 9
	assert_eq "$(mib "$b" MPTcpExtMPJoinAckRx)" 6 "subflows that joined"
	assert_quiet
}

# The server offers an address, and one subflow dies while the connection lives on.
subflow_removed() {
	ip -n "$a" mptcp limits set 2>/dev/null || { skip "needs ip mptcp"; return; }
	both_mptcp
	meet_to_join
	assert wait_for 5 subflows "$a" 3
	agree
	ip -n "$a" mptcp endpoint flush
	assert wait_for 5 subflows "$a" 1
	agree
	talk sa sb
	agree
	assert sb close joins
	part sa sb client
	assert_quiet
}

on_loopback() {
	hosts=$a
	both_mptcp
	mark_created
	lives sa sa 127.0.0.1 5000
	assert_created 3
	assert_quiet
	hosts="$a $b"
}

# What is open when the tracker comes.
adopted() {
	local ns value
	both_mptcp
	meet_at sa sb 192.0.2.2 5000
	talk sa sb
	for ns in "$a" "$b"; do
		for value in 0 1; do
			echo "$value" | in_ns "$ns" tee /sys/kernel/tcplab/track/enabled >/dev/null
		done
	done
	assert_eq "$(report connections "$a" | grep -c 'adopted ESTABLISHED')" 1 "adopted rows of the client"
	agree
	part sa sb client
	assert_quiet
}

run_tests \
	"a subflow is a row, the MPTCP socket is none" one_subflow \
	"one end has only TCP" fallback \
	"three subflows of a connection" joined \
	"subflows go, the connection stays" subflow_removed \
	"both ends here" on_loopback \
	"the tracker comes when the connection is open" adopted

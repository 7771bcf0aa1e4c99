#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# TCP Fast Open (RFC 7413): the SYN asks for a cookie or brings one and data; rows and counts are those of ordinary
# connections. The witness, besides ss, is nstat.
# shellcheck disable=SC2154 # a and b are set by setup_hosts

selftests=..
. ./common.sh

load_module && setup_hosts a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1
for ns in "$a" "$b"; do
	in_ns "$ns" sysctl -qw net.ipv4.tcp_fastopen=3 net.ipv4.tcp_fastopen_blackhole_timeout_sec=0
done

mib() {
	in_ns "$1" nstat -asz | awk -v name="TcpExt$2" '$1 == name { print $2 }'
}

# fast_meet CLIENT SERVER ADDRESS PORT: with data in the SYN, if the client has a cookie; the server reads it.
fast_meet() {
	assert "$2" fastopen
	assert "$2" listen l "$3" "$4"
	assert "$1" fastopen
	assert "$1" connect c "$3" "$4"
	assert "$1" send c 500
	assert "$2" accept s l
	assert "$2" close l
	read_all "$2" s 500
}

# fast_lives CLIENT SERVER ADDRESS PORT
fast_lives() {
	local ending
	for ending in client server abort; do
		fast_meet "$@"
		agree
		talk "$1" "$2"
		agree
		part "$1" "$2" "$ending"
	done
}

cookie_then_data() {
	local passive asked
	passive=$(mib "$b" TCPFastOpenPassive)
	asked=$(mib "$b" TCPFastOpenCookieReqd)
	mark_created
	fast_lives sa sb "$1" 5000
	assert_created 3
	assert_eq $(($(mib "$b" TCPFastOpenCookieReqd) - asked)) 1 "cookies that were asked for"
	assert_eq $(($(mib "$b" TCPFastOpenPassive) - passive)) 2 "connections with data in the SYN"
	assert_quiet
}

cookie_then_data_4() {
	cookie_then_data 192.0.2.2
}

cookie_then_data_6() {
	cookie_then_data 2001:db8::2
}

# The server's key changes: it does not take the cookie, and the connection is an ordinary one.
wrong_cookie() {
	local failed
	failed=$(mib "$b" TCPFastOpenPassiveFail)
	in_ns "$b" sysctl -qw net.ipv4.tcp_fastopen_key=00112233-44556677-8899aabb-ccddeeff
	mark_created
	fast_meet sa sb 192.0.2.2 5000
	agree
	part sa sb client
	assert_created 1
	assert_eq $(($(mib "$b" TCPFastOpenPassiveFail) - failed)) 1 "cookies that were refused"
	assert_quiet
}

# meet_half_way: the child is a full socket in SYN_RECEIVED, and has read data, until the client, which is $client, gets its
# SYN,ACK: not before the rules are flushed.
meet_half_way() {
	command -v nft >/dev/null || { skip "needs nftables"; return 1; }
	fast_meet sa sb 192.0.2.2 5000
	part sa sb client
	rules "$a" <<-END
		table inet test {
			chain input {
				type filter hook input priority -300;
				tcp sport 5000 drop
			}
		}
	END
	mark_created
	fast_meet sa sb 192.0.2.2 5000
	client=192.0.2.1:$(sa port c)
	assert_states 192.0.2.2:5000 "$client" "SYN_RECEIVED SYN_SENT" "$b"
	assert_states "$client" 192.0.2.2:5000 "SYN_SENT -" "$a"
	agree
}

half_way() {
	meet_half_way || return
	assert sb close s
	agree
	in_ns "$a" nft flush ruleset
	assert wait_for 20 states_are "$client" 192.0.2.2:5000 "CLOSE_WAIT FIN_WAIT_2" "$a"
	agree
	assert sa close c
	agree
	assert_created 1
	assert_quiet
}

half_way_sends() {
	meet_half_way || return
	assert sb send s 100
	agree
	in_ns "$a" nft flush ruleset
	assert wait_for 20 states_are "$client" 192.0.2.2:5000 "ESTABLISHED ESTABLISHED" "$a"
	read_all sa c 100
	agree
	part sa sb client
	assert_created 1
	assert_quiet
}

on_loopback() {
	hosts=$a
	mark_created
	fast_lives sa sa 127.0.0.1 5000
	fast_lives sa sa ::1 5000
	assert_created 6
	assert_quiet
	hosts="$a $b"
}

run_tests \
	"a cookie, then data in the SYN, IPv4" cookie_then_data_4 \
	"a cookie, then data in the SYN, IPv6" cookie_then_data_6 \
	"a cookie that the server does not know" wrong_cookie \
	"the server's end works before the handshake is done" half_way \
	"and it sends data before that" half_way_sends \
	"on the loopback device" on_loopback

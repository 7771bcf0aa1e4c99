#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# SYN cookies: no socket and no row until the ACK comes back with one; then one passive connection. The witnesses are ss
# and the kernel's own counters.
# shellcheck shell=dash disable=SC2119,SC2154 # load_module takes parameters; variables that functions set

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
enter_ns
load_module && start_endpoint kernel && start_peer peer || exit 1

sysctl -qw net.ipv4.tcp_syncookies=2

# The kernel's MIB, which counts from the namespace's start.
kernel_cookies() {
	nstat -asz "TcpExtSyncookies$1" | awk 'END { print $2 }'
}

cookie() {
	local sent received
	mark_counts
	sent=$(kernel_cookies Sent)
	received=$(kernel_cookies Recv)
	meet passive 5000
	assert peer send S
	assert peer expect S.
	row_is ""
	assert_counted syn_cookie 1
	assert_counted created 0
	assert_eq "$(kernel_cookies Sent)" $((sent + 1)) "cookies that the kernel sent"

	assert peer send .
	assert kernel accept s l
	row_is "ESTABLISHED ESTABLISHED"
	assert_eq "$(row "$here" "$there" | awk '{ print $3 }')" passive origin
	assert_counted syn_cookie 1
	assert_counted created 1
	assert_eq "$(kernel_cookies Recv)" $((received + 1)) "cookies that came back"

	assert peer send F.
	assert peer expect .
	row_is "CLOSE_WAIT FIN_WAIT_2"
	assert kernel close s
	assert peer expect F.
	assert peer send .
	row_is "CLOSED TIME_WAIT"
	assert kernel close l
	assert_undisputed
}

# The SYN comes twice, the ACK never.
abandoned() {
	mark_counts
	meet passive 5000
	assert peer send S
	assert peer expect S.
	assert peer send S seq=-1
	assert peer expect S.
	row_is ""
	assert_counted syn_cookie 2
	assert_counted created 0
	assert kernel close l
	assert_undisputed
}

wrong() {
	mark_counts
	meet passive 5000
	assert peer send S
	assert peer expect S.
	assert peer send . ack=+77777
	assert peer expect R
	row_is ""
	assert_counted created 0
	assert kernel close l
	assert_undisputed
}

# new_after_rst BYTES: a RST ends the request; before anybody misses that, the peer begins anew, by a SYN with so many
# bytes of data, which nobody takes, and a cookie answers.
new_after_rst() {
	mark_counts
	sysctl -qw net.ipv4.tcp_syncookies=0
	meet passive 5000
	assert peer send S
	assert peer expect S.
	assert peer send R
	sysctl -qw net.ipv4.tcp_syncookies=2
	assert peer meet "$family" "$peer_port" 5000 1000000
	# shellcheck disable=SC2046 # two fields, or none
	assert peer send S $([ "$1" = 0 ] || echo "data=$1 frag=64")
	assert peer expect S.
	[ "$(summary_value state_SYN_RECEIVED)" = 1 ] || skip "the request had been missed already"
	assert peer send . "seq=-$1"
	assert kernel accept s l
	assert peer send F. "seq=-$1"
	assert peer expect .
	row_is "CLOSE_WAIT FIN_WAIT_2"
	assert_counted syn_cookie 1
	assert_counted created 2
	assert kernel abort s
	assert kernel close l
	row_is ""
	assert_undisputed
}

after_rst() { new_after_rst 0; }

# The hooks see IPv4 whole, and fragments of IPv6 not at all.
unseen() { new_after_rst 100; }

exits() {
	report time_wait | awk -v name="exited_$1" '$1 == name { print $2 }'
}

# The peer opens a TIME_WAIT anew, and a cookie answers: that was reused, not killed.
reopened() {
	local reused killed sent cookies=2
	reused=$(exits reused_in)
	killed=$(exits killed)
	mark_counts
	meet passive 5000
	assert peer send S
	assert peer expect S.
	assert peer send .
	assert kernel accept s l
	assert kernel close s
	assert peer expect F.
	assert peer send F.
	assert peer expect .
	row_is "TIME_WAIT CLOSED"
	assert peer meet "$family" "$peer_port" 5000 1000000
	sent=$(kernel_cookies Sent)
	assert peer send S
	assert peer expect S.
	if [ "$(kernel_cookies Sent)" = "$sent" ]; then
		cookies=1
		skip "this kernel opens a TIME_WAIT anew by a request"
	fi
	assert_counted syn_cookie "$cookies"
	# No row of this 4-tuple. How many rows there are in all tells nothing: those of earlier tests end meanwhile.
	[ "$cookies" = 1 ] || row_is ""
	assert_eq $(($(exits reused_in) - reused)) 1 exited_reused_in
	# A number, or "-" where this kernel does not count the killed ones.
	assert_eq "$(exits killed)" "$killed" exited_killed
	assert peer send .
	assert kernel accept s l
	row_is "ESTABLISHED ESTABLISHED"
	assert_counted created 2
	assert peer send R.
	assert kernel close s
	assert kernel close l
	row_is ""
	assert_undisputed
}

# A proxy in front of the listener answers a SYN by a cookie of its own, and asks no socket: the TIME_WAIT that stands there
# does not end by that.
proxied() {
	local reused killed
	reused=$(exits reused_in)
	killed=$(exits killed)
	mark_counts
	meet passive 5001
	assert peer send S
	assert peer expect S.
	assert peer send .
	assert kernel accept s l
	assert kernel close s
	assert peer expect F.
	assert peer send F.
	assert peer expect .
	row_is "TIME_WAIT CLOSED"
	nft -f - 2>/dev/null <<-END || skip "no synproxy in nftables"
		table inet proxy {
			chain early {
				type filter hook prerouting priority raw;
				tcp dport 5001 tcp flags syn notrack
			}
			chain input {
				type filter hook input priority filter;
				tcp dport 5001 ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm
			}
		}
	END
	if [ -z "$skip_reason" ]; then
		assert peer meet "$family" "$peer_port" 5001 1000000
		assert peer send S
		# Linux 5.10 was seen not to, and then there is no answer to ask about.
		if [ "$family" = 6 ] && ! peer expect S. >"$scratch/ignored"; then
			skip "this kernel's synproxy does not answer IPv6"
		else
			[ "$family" = 6 ] || assert peer expect S.
			assert_counted syn_cookie 2
			look_twice
			row_is "TIME_WAIT CLOSED"
		fi
		nft delete table inet proxy
	fi
	assert_eq $(($(exits reused_in) - reused)) 0 exited_reused_in
	assert_eq "$(exits killed)" "$killed" exited_killed
	assert kernel close l
}

run_tests_46 \
	"a cookie that comes back" cookie \
	"a cookie that does not come back" abandoned \
	"a wrong cookie" wrong \
	"a cookie for a TIME_WAIT that is opened anew" reopened \
	"a cookie of a proxy, and a TIME_WAIT" proxied \
	"a cookie after a RST" after_rst \
	"a cookie after a RST for a SYN in fragments" unseen

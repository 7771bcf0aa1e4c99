#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# advice: each finding about a namespace appears under its load. Its suggestion is applied; the load goes on, and the finding
# goes. The kernel's own counters are the witnesses.
# shellcheck disable=SC2154 # a, b and c are set by setup_ns; sa, sb by start_endpoint

. ./lib.sh
. ./findings.sh

load_module && setup_ns a b c && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" &&
	start_endpoint sc "$c" || exit 1

healthy() {
	local ns
	for ns in "" "$a" "$b"; do
		assert_eq "$(report advice "$ns")" "$header" "advice in namespace '$ns' before any load"
	done
	start ip netns exec "$b" ./churn serve 192.0.2.2 7000
	wait_for 5 in_ns "$b" sh -c 'ss -Htln | grep -q :7000'
	assert in_ns "$a" ./churn connect 192.0.2.2 7000 "$(scaled 300)" 100 >/dev/null
	kill "$started"
	for ns in "$a" "$b"; do
		assert_eq "$(report advice "$ns")" "$header" "advice in namespace '$ns' under a load that it bears"
	done
}

# queue_is NS PORT COUNT: connections that wait to be accepted
queue_is() {
	[ "$(in_ns "$1" ss -Htln "sport = :$2" | awk '{ print $2 }')" = "$3" ]
}

# somaxconn has cut the backlog.
somaxconn() {
	local overflows
	in_ns "$b" sysctl -qw net.core.somaxconn=8
	assert_tune reset 1 "$b"
	assert sb listen l 192.0.2.2 7020 16
	assert several 14 start_to sa 192.0.2.2 7020
	assert_finding net.core.somaxconn "$b" "now 8 16" \
		"[1-9][0-9]* SYNs and last ACKs met a full accept queue of 8, that of :7020, in the last [0-9]+ s; listen\(\) has to be called again then"
	assert_tune net.core.somaxconn "$(suggested net.core.somaxconn "$b")" "$b"
	assert sb relisten l 16
	overflows=$(kernel_count ListenOverflows "$b")
	assert_no_finding net.core.somaxconn "$b"
	assert wait_for 10 queue_is "$b" 7020 14
	assert_eq "$(kernel_count ListenOverflows "$b")" "$overflows" "SYNs and last ACKs that met a full queue"
	assert_no_finding net.core.somaxconn "$b"
	several 14 abort_one sa x
	assert sb close l
}

# need_counts NS: somebody counts who finds the accept queue of its listeners full. Otherwise one is blamed as long as it is.
need_counts() {
	[ -z "$(report listeners "$1" | awk 'NR > 1 && $4 == "-"')" ] || {
		skip "this kernel has no kprobes: nobody counts at accept queues"
		return 1
	}
}

# The program wants no more.
backlog() {
	in_ns "$b" sysctl -qw net.core.somaxconn=16
	assert_tune reset 1 "$b"
	assert sb listen l 192.0.2.2 7021 4
	need_counts "$b" || { sb close l; return; }
	assert several 10 start_to sa 192.0.2.2 7021
	assert_finding net.core.somaxconn "$b" "now 16 -" \
		"[1-9][0-9]* SYNs and last ACKs met a full accept queue of 4, that of :7021, in the last [0-9]+ s; its program asks listen\(\) for no more"
	assert sb relisten l 10
	assert_no_finding net.core.somaxconn "$b"
	several 10 abort_one sa x
	assert sb close l
	# Nobody can be named any more.
	assert_finding net.core.somaxconn "$b" "now 16 -" ".* accept queue in the last .*; its listener is gone, or was not counted"
}

# A listener that was full before counting began has nothing to do with it.
old_culprit() {
	local before
	assert sc listen old 127.0.0.1 7022 4
	need_counts "$c" || { sc close old; return; }
	in_ns "$c" sysctl -qw net.core.somaxconn=4
	assert several 12 start_to sc 127.0.0.1 7022
	assert_finding net.core.somaxconn "$c" "now 4 8" ".* of 4, that of :7022, .*"
	several 12 abort_one sc x
	before=$(kernel_count ListenOverflows "$c")
	# Their last segments, and the second in which that was.
	assert wait_for 10 uptime_is $(($(summary_value uptime_ms "$c") + 2500)) "$c"
	assert_eq "$(kernel_count ListenOverflows "$c")" "$before" "handshakes that met the old one full, when all is over"
	assert_tune reset 1 "$c"
	assert sc listen new 127.0.0.1 7023 2
	assert several 5 start_to sc 127.0.0.1 7023
	assert_finding net.core.somaxconn "$c" "now 4 -" ".* of 2, that of :7023, .*; its program asks listen\(\) for no more"
	several 5 abort_one sc x
	assert sc close new
	assert_finding net.core.somaxconn "$c" "now 4 -" \
		"[1-9][0-9]* SYNs and last ACKs met a full accept queue in the last [0-9]+ s; its listener is gone, or was not counted"
	assert sc close old
	assert_tune reset 1 "$c"
	in_ns "$c" sysctl -qw net.core.somaxconn=4096
}

# deaf_to_answers NS: no SYN,ACK comes in, until the table is deleted
deaf_to_answers() {
	in_ns "$1" nft -f - <<-END 2>/dev/null
		table ip deaf {
			chain input {
				type filter hook input priority 0
				tcp flags & (syn | ack) == syn | ack drop
			}
		}
	END
}

# accept_all ENDPOINT LISTENER: connections that wait
accept_all() {
	local i=0
	while "$1" pending "$2" >/dev/null 2>&1; do
		i=$((i + 1))
		"$1" accept "y$i" "$2"
	done
}

# The SYN,ACKs are late, so that requests wait.
syn_queue() {
	local cookies text="full SYN queue"
	in_ns "$b" tc qdisc add dev veth0 root netem delay 800ms || { skip "no netem"; return; }
	in_ns "$b" sysctl -qw net.core.somaxconn=4
	assert_tune reset 1 "$b"
	assert sb listen l 192.0.2.2 7030 4
	assert several 16 start_to sa 192.0.2.2 7030
	assert wait_for 10 open_to "$a" 7030 16
	accept_all sb l
	assert_finding net.core.somaxconn "$b" "now 4 -" \
		"[0-9]+ SYNs met a full SYN queue, and [0-9]+ of [0-9]+ cookies came back, in the last [0-9]+ s; its bound is the backlog of listen\(\), not tcp_max_syn_backlog" "$text"
	several 16 abort_one sa x
	in_ns "$b" tc qdisc delete dev veth0 root
	# It is full, and stays so.
	assert deaf_to_answers "$a"
	assert several 5 start_to sa 192.0.2.2 7030
	assert_finding net.core.somaxconn "$b" "now 4 8" ".*; that of :7030 is 4; listen\(\) has to be called again then" "$text"
	in_ns "$a" nft delete table ip deaf
	several 5 abort_one sa x
	assert_tune net.core.somaxconn 32 "$b"
	assert sb relisten l 32
	cookies=$(kernel_count TCPReqQFullDoCookies "$b")
	assert_no_finding net.core.somaxconn "$b" "$text"
	assert several 16 start_to sa 192.0.2.2 7030
	assert wait_for 10 open_to "$a" 7030 16
	assert_eq "$(kernel_count TCPReqQFullDoCookies "$b")" "$cookies" "SYNs that met a full SYN queue"
	assert_no_finding net.core.somaxconn "$b" "$text"
	several 16 abort_one sa x
	assert sb close l
}

# Nobody answers cookies, so there is nothing to change; without them there is.
flood() {
	local drops
	deaf_to_answers "$b" || { skip "no nftables"; return; }
	assert_tune reset 1 "$a"
	assert sa listen l 192.0.2.1 7031 4
	assert several 12 start_to sb 192.0.2.1 7031
	assert has_counted TCPReqQFullDoCookies "$a" 1
	assert_no_finding net.core.somaxconn "$a"
	assert_no_finding net.ipv4.tcp_syncookies "$a"
	several 12 abort_one sb x
	in_ns "$a" sysctl -qw net.ipv4.tcp_syncookies=0
	assert several 12 start_to sb 192.0.2.1 7031
	assert_finding net.ipv4.tcp_syncookies "$a" "now 0 1" "[0-9]+ SYNs were dropped at a full SYN queue in the last [0-9]+ s"
	assert_no_finding net.core.somaxconn "$a"
	assert_tune net.ipv4.tcp_syncookies "$(suggested net.ipv4.tcp_syncookies "$a")" "$a"
	several 12 abort_one sb x
	drops=$(kernel_count TCPReqQFullDrop "$a")
	assert several 12 start_to sb 192.0.2.1 7031
	assert_eq "$(kernel_count TCPReqQFullDrop "$a")" "$drops" "SYNs dropped at a full SYN queue"
	assert_no_finding net.ipv4.tcp_syncookies "$a"
	several 12 abort_one sb x
	assert sa close l
	in_ns "$b" nft delete table ip deaf
}

# Cookies that are sent always tell of no full queue, though the kernel counts each as one.
cookies_always() {
	assert_tune reset 1 "$c"
	in_ns "$c" sysctl -qw net.ipv4.tcp_syncookies=2
	assert sc listen l 127.0.0.1 7032 64
	assert several 12 connect_to sc 127.0.0.1 7032
	assert has_counted TCPReqQFullDoCookies "$c" 12
	assert has_counted SyncookiesRecv "$c" 12
	assert_no_finding net.core.somaxconn "$c"
	assert_no_finding net.ipv4.tcp_syncookies "$c"
	# With cookies for a full queue alone the same numbers would tell of one.
	in_ns "$c" sysctl -qw net.ipv4.tcp_syncookies=1
	assert_finding net.core.somaxconn "$c" "now [0-9]+ -" ".* full SYN queue, and [0-9]+ of [0-9]+ cookies came back, .*"
	several 12 abort_one sc x
	assert sc close l
	assert_tune reset 1 "$c"
}

# The way back to the source is another interface.
other_way() {
	ip -n "$a" address replace 198.51.100.1/32 dev lo
	ip -n "$b" link show other >/dev/null 2>&1 || ip -n "$b" link add other type dummy 2>/dev/null || return
	ip -n "$b" link set other up
	ip -n "$b" route replace 198.51.100.0/24 dev other
}

# Two packets to b from there; prints how many of them b has dropped for that.
filtered() {
	local before
	before=$(kernel_count IPReversePathFilter "$b")
	in_ns "$a" ping -c 2 -i 0.2 -W 1 -I 198.51.100.1 192.0.2.2 >/dev/null 2>&1
	echo $(($(kernel_count IPReversePathFilter "$b") - before))
}

# set_profile NS LINE: stages and applies it
set_profile() {
	echo "$2" | stage_set "$1" && tune apply 1 "$1"
}

# from_elsewhere ALL OWN: nothing was counted in b; then two packets are dropped for their source under these values, the
# second of which is of the interface.
from_elsewhere() {
	other_way || { skip "no dummy interfaces"; return 1; }
	in_ns "$b" sysctl -qw net.ipv4.conf.all.rp_filter="$1" net.ipv4.conf.other.rp_filter=0 net.ipv4.conf.veth0.rp_filter="$2"
	assert_tune reset 1 "$b"
	assert_eq "$(filtered)" 2 "packets dropped for their source"
}

not_from_elsewhere() {
	in_ns "$b" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.veth0.rp_filter=0
	assert_tune reset 1 "$b"
}

# Strict by the interface's own value: that of all would begin to check the others.
own_rp_filter() {
	from_elsewhere 0 1 || return
	assert_finding net.ipv4.conf.all.rp_filter "$b" "now 0 -" \
		"2 packets were dropped for their source in the last [0-9]+ s; strict is net.ipv4.conf.veth0.rp_filter: 2 there is loose"
	assert set_profile "$b" "net.ipv4.conf.veth0.rp_filter = 2"
	assert_no_finding net.ipv4.conf.all.rp_filter "$b"
	assert_eq "$(filtered)" 0 "packets dropped for their source"
	assert_no_finding net.ipv4.conf.all.rp_filter "$b"
	assert_tune rollback 1 "$b"
	not_from_elsewhere
}

rp_filter() {
	from_elsewhere 1 0 || return
	assert_finding net.ipv4.conf.all.rp_filter "$b" "now 1 2" \
		"2 packets were dropped for their source in the last [0-9]+ s; strict is .*veth0.*"
	# The sysctls of a namespace cannot be read from another one.
	assert_eq "$(awk 'NR > 1' "/proc/$(sb pid)/net/tcplab/advice")" "$header" "advice about another namespace"
	assert_tune net.ipv4.conf.all.rp_filter "$(suggested net.ipv4.conf.all.rp_filter "$b")" "$b"
	assert_eq "$(filtered)" 0 "packets dropped for their source"
	assert_no_finding net.ipv4.conf.all.rp_filter "$b"
	assert_tune rollback 1 "$b"
	not_from_elsewhere
}

# What was now a minute ago is past.
past() {
	from_elsewhere 1 0 || return
	assert_finding net.ipv4.conf.all.rp_filter "$b" "now 1 2" "2 packets .*"
	assert wait_for 100 finding_is net.ipv4.conf.all.rp_filter "$b" "past 1 2" \
		"2 packets were dropped for their source in [0-9]+ s; strict is .*" ""
	assert_eq "$(report advice "$b" | awk '$1 == "now"')" "" "advice about now in a quiet namespace"
	assert_tune reset 1 "$b"
	assert_eq "$(report advice "$b")" "$header" "advice after a reset"
	not_from_elsewhere
}

# overfull: once more a connection comes to a queue that nobody empties
overfull() {
	local i=0
	while :; do
		i=$((i + 1))
		sc start "z$i" 127.0.0.1 7060
		sleep 0.5
	done
}

# What has been so for a minute is no burst.
lasting() {
	assert sc listen l 127.0.0.1 7060 2
	need_counts "$c" || { sc close l; return; }
	in_ns "$c" sysctl -qw net.core.somaxconn=2
	start overfull 2>/dev/null
	assert_finding net.core.somaxconn "$c" "now 2 4" ".* of 2, that of :7060, .*"
	assert wait_for 100 finding_is net.core.somaxconn "$c" "now 2 -" \
		".* in the last (5[0-9]|60) s; it was full in (5[5-9]|60) of 60 s: its program accepts too slowly" ""
	kill "$started"
	assert sc close l
	in_ns "$c" sysctl -qw net.core.somaxconn=4096
}

run_tests \
	"nothing to say" healthy \
	"an accept queue that somaxconn bounds" somaxconn \
	"an accept queue that its program bounds" backlog \
	"an accept queue that was full before" old_culprit \
	"a full SYN queue" syn_queue \
	"a flood" flood \
	"cookies that are sent always" cookies_always \
	"packets from elsewhere, and an interface that is strict" own_rp_filter \
	"packets from elsewhere" rp_filter \
	"an accept queue that is full for a minute" lasting \
	"a minute later, and a reset" past

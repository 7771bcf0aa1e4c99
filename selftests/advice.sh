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

# kernel_count NAME NS: of the namespace's TcpExt counters.
kernel_count() {
	in_ns "$2" nstat -asz "TcpExt$1" | awk -v name="TcpExt$1" '$1 == name { print $2 }'
}

has_counted() {
	[ "$(kernel_count "$1" "$2")" -ge "$3" ]
}

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
	assert sb listen l 192.0.2.2 7020 16
	assert several 14 start_to sa 192.0.2.2 7020
	assert_finding net.core.somaxconn "$b" "now 8 16" \
		"[1-9][0-9]* SYNs and last ACKs met a full accept queue of 8, that of :7020, in the last [0-9]+ s; listen\(\) has to be called again then"
	assert_tune net.core.somaxconn "$(suggested net.core.somaxconn "$b")" "$b"
	assert sb relisten l 16
	overflows=$(kernel_count ListenOverflows "$b")
	assert_no_finding net.core.somaxconn "$b"
	assert wait_for 10 queue_is "$b" 7020 14
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

# open_to PORT COUNT: from a, at least
open_to() {
	[ "$(in_ns "$a" ss -Htn state established "dport = :$1" | wc -l)" -ge "$2" ]
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
	assert sb listen l 192.0.2.2 7030 4
	assert several 16 start_to sa 192.0.2.2 7030
	assert wait_for 10 open_to 7030 16
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
	assert wait_for 10 open_to 7030 16
	assert_eq "$(kernel_count TCPReqQFullDoCookies "$b")" "$cookies" "SYNs that met a full SYN queue"
	assert_no_finding net.core.somaxconn "$b" "$text"
	several 16 abort_one sa x
	assert sb close l
}

# Nobody answers cookies, so there is nothing to change; without them there is.
flood() {
	local drops
	deaf_to_answers "$b" || { skip "no nftables"; return; }
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

# closed_here COUNT: connections on the loopback of c
closed_here() {
	assert several "$1" connect_to sc 127.0.0.1 7040
	assert several "$1" accept_from sc l
	assert several "$1" close_one sc y
	assert several "$1" close_one sc x
}

# Not one socket may wait. What comes in a moment is no rate of a minute.
no_tw_buckets() {
	in_ns "$c" sysctl -qw net.ipv4.tcp_max_tw_buckets=0
	assert sc listen l 127.0.0.1 7040 8
	assert_tune reset 1 "$c"
	closed_here 8
	assert_finding net.ipv4.tcp_max_tw_buckets "$c" "now 0 [0-9]+" \
		"8 connections had no TIME_WAIT, and 0 had one, in the last [0-9]+ s; 0 of 0 buckets are in use"
	assert_between "$(suggested net.ipv4.tcp_max_tw_buckets "$c")" 8 1024 "buckets wanted"
	assert_tune net.ipv4.tcp_max_tw_buckets "$(suggested net.ipv4.tcp_max_tw_buckets "$c")" "$c"
	assert_no_finding net.ipv4.tcp_max_tw_buckets "$c"
	assert_tune reset 1 "$c"
	assert sc close l
}

max_tw_buckets() {
	local overflows wanted
	in_ns "$c" sysctl -qw net.ipv4.tcp_max_tw_buckets=8
	assert sc listen l 127.0.0.1 7040 8
	closed_here 8
	assert_no_finding net.ipv4.tcp_max_tw_buckets "$c"
	closed_here 8
	assert_finding net.ipv4.tcp_max_tw_buckets "$c" "now 8 [0-9]+" \
		"8 connections had no TIME_WAIT, and 8 had one, in the last [0-9]+ s; 8 of 8 buckets are in use"
	wanted=$(suggested net.ipv4.tcp_max_tw_buckets "$c")
	assert_between "$wanted" 32 2048 "buckets wanted"
	assert_eq $((wanted & (wanted - 1))) 0 "what is no power of two of them"
	assert_tune net.ipv4.tcp_max_tw_buckets "$wanted" "$c"
	overflows=$(kernel_count TCPTimeWaitOverflow "$c")
	closed_here 8
	assert_eq "$(kernel_count TCPTimeWaitOverflow "$c")" "$overflows" "connections without TIME_WAIT"
	assert_no_finding net.ipv4.tcp_max_tw_buckets "$c"
	assert sc close l
}

# left_half COUNT: connections that are closed in a first, and not in b
left_half() {
	assert several "$1" connect_to sa 192.0.2.2 7041
	assert several "$1" accept_from sb l
	assert several "$1" close_one sa x
}

was_cut() {
	[ "$(summary_value fin_wait_2_cut "$a")" = "$1" ]
}

# assert_cut COUNT: of these connections, the kernel has ended all in FIN_WAIT_2.
assert_cut() {
	await_fin_wait_2 "$a"
	wait_for 5 was_cut "$1" || fail "fin_wait_2_cut is $(summary_value fin_wait_2_cut "$a"), should be $1"
}

fin_timeout() {
	local cut
	in_ns "$a" sysctl -qw net.ipv4.tcp_fin_timeout=1
	assert sb listen l 192.0.2.2 7041 16
	cut=$(summary_value fin_wait_2_cut "$a")
	left_half 10
	assert_cut $((cut + 10))
	assert_no_finding net.ipv4.tcp_fin_timeout "$a"
	several 10 abort_one sb y
	# More than ten by themselves, if the others took more than a minute.
	left_half 11
	assert_cut $((cut + 21))
	assert_finding net.ipv4.tcp_fin_timeout "$a" "now 1 60" \
		"(1[1-9]|2[01]) of [0-9]+ connections closed here first ended in FIN_WAIT_2, in the last [0-9]+ s"
	several 11 abort_one sb y
	cut=$(summary_value fin_wait_2_cut "$a")
	assert_tune net.ipv4.tcp_fin_timeout "$(suggested net.ipv4.tcp_fin_timeout "$a")" "$a"
	left_half 3
	assert wait_for 10 uptime_is $(($(summary_value uptime_ms "$a") + 3000)) "$a"
	assert_eq "$(summary_value fin_wait_2_cut "$a")" "$cut" "connections that ended in FIN_WAIT_2"
	assert_no_finding net.ipv4.tcp_fin_timeout "$a"
	several 3 abort_one sb y
	assert sb close l
}

# unheard NAME: a connection whose peer does not hear what it sends
unheard() {
	assert sa connect "$1" 192.0.2.2 7050
	assert sb accept "$1" l
	assert sb deaf "$1" 1
	assert sa send "$1" 100
}

retries2() {
	local port
	in_ns "$a" sysctl -qw net.ipv4.tcp_retries2=2
	assert sb listen l 192.0.2.2 7050
	unheard one
	assert_finding net.ipv4.tcp_retries2 "$a" "now 2 8" \
		"1 open connections were given up after 2 timeouts, in the last [0-9]+ s; RFC 1122 asks for 100 s"
	assert_tune net.ipv4.tcp_retries2 "$(suggested net.ipv4.tcp_retries2 "$a")" "$a"
	unheard two
	port=$(sa port two)
	assert wait_for 10 uptime_is $(($(summary_value uptime_ms "$a") + 4000)) "$a"
	assert_states "192.0.2.1:$port" 192.0.2.2:7050 "ESTABLISHED ESTABLISHED" "$a"
	assert_no_finding net.ipv4.tcp_retries2 "$a"
	sa abort one 2>/dev/null
	assert sa abort two
	assert sb abort one
	assert sb abort two
	assert sb close l
}

# Where no timeout grows beyond a second, eight take no 100 s.
retries2_short() {
	in_ns "$a" sysctl -qw net.ipv4.tcp_retries2=8 net.ipv4.tcp_rto_max_ms=1000 2>/dev/null ||
		{ skip "this kernel has no tcp_rto_max_ms"; return; }
	assert_tune reset 1 "$a"
	assert sb listen l 192.0.2.2 7050
	unheard one
	assert wait_for 40 finding_is net.ipv4.tcp_retries2 "$a" "now 8 101" \
		"1 open connections were given up after 8 timeouts, in the last [0-9]+ s; RFC 1122 asks for 100 s" ""
	sa abort one 2>/dev/null
	assert sb abort one
	assert sb close l
	in_ns "$a" sysctl -qw net.ipv4.tcp_rto_max_ms=120000
	assert_no_finding net.ipv4.tcp_retries2 "$a"
}

# syns_of RETRIES: SYNs that connect() sends from a with so many retries
syns_of() {
	in_ns "$b" nft -f - <<-END
		table ip silent {
			chain input {
				type filter hook input priority -1
				tcp dport 7052 counter drop
			}
		}
	END
	in_ns "$a" sysctl -qw net.ipv4.tcp_syn_retries="$1"
	sa start unanswered 192.0.2.2 7052
	wait_for 20 is_over 7052
	sa abort unanswered
	in_ns "$b" nft list table ip silent | sed -n 's/.*counter packets \([0-9]*\).*/\1/p'
	in_ns "$b" nft delete table ip silent
}

# is_over PORT: no connect() of a waits for an answer
is_over() {
	[ -z "$(in_ns "$a" ss -Htn state syn-sent "dport = :$1")" ]
}

# assert_share SYNS: one in so many fails, by the numbers in the evidence: the share of lost SYNs to that power
# shellcheck disable=SC2016 # awk's variables
assert_share() {
	finding net.ipv4.tcp_syn_retries "$a" | awk -v syns="$1" '
		{
			for (i = 1; i < NF; i++) {
				if ($i == "connect()") second = $(i - 1)
				if ($i == "SYN,") first = $(i + 1)
				if ($i == "with") said = $(i + 1)
				if ($i == "one") fails = $(i + 2)
			}
			truth = (first / second) ^ syns
		}
		END { exit !(said == syns && second && fails > truth * 0.99 - 1 && fails < truth * 1.01 + 1) }' ||
		fail "$1 SYNs are sent; advice is '$(finding net.ipv4.tcp_syn_retries "$a")'"
}

# Each fourth SYN is lost. Where a kernel sends more of them for two retries, that would be too few to matter.
syn_retries() {
	local syns share=4
	in_ns "$b" nft -f - <<-END 2>/dev/null || { skip "no nftables"; return; }
		table ip lossy {
			chain input {
				type filter hook input priority 0
			}
		}
	END
	[ "$(syns_of 2)" -le 3 ] || share=3
	# How many there are of one retry is the kernel's affair.
	syns=$(syns_of 1)
	assert_between "$syns" 2 3 "SYNs of one retry"
	assert in_ns "$b" nft "add rule ip lossy input tcp flags & (syn | ack) == syn numgen inc mod $share 0 drop"
	assert_tune reset 1 "$a"
	in_ns "$b" sysctl -qw net.core.somaxconn=4096
	assert sb listen l 192.0.2.2 7051 256
	assert several 60 start_to sa 192.0.2.2 7051
	assert wait_for 10 open_to 7051 45
	assert_finding net.ipv4.tcp_syn_retries "$a" "now 1 [2-8]" \
		"1[0-9] connect\(\) were answered at the second SYN, [0-9]+ at the first, in the last [0-9]+ s; so with $syns SYNs one in [0-9]+ fails"
	assert_share "$syns"
	several 60 abort_one sa x
	# Another value that does not do: what was answered, and when, is told since then alone.
	assert_tune net.ipv4.tcp_syn_retries 2 "$a"
	assert_no_finding net.ipv4.tcp_syn_retries "$a"
	assert several 60 start_to sa 192.0.2.2 7051
	assert wait_for 20 open_to 7051 55
	assert_finding net.ipv4.tcp_syn_retries "$a" "now 2 [3-8]" \
		"1[0-9] connect\(\) were answered at the second SYN, [345][0-9] at the first, in the last [0-9]+ s; .*"
	assert_share "$(syns_of 2)"
	assert_tune net.ipv4.tcp_syn_retries "$(suggested net.ipv4.tcp_syn_retries "$a")" "$a"
	several 60 abort_one sa x
	assert several 60 start_to sa 192.0.2.2 7051
	assert wait_for 20 open_to 7051 60
	assert_no_finding net.ipv4.tcp_syn_retries "$a"
	several 60 abort_one sa x
	# With three of four lost no number of them is enough.
	assert in_ns "$b" nft "flush chain ip lossy input"
	assert in_ns "$b" nft "add rule ip lossy input tcp flags & (syn | ack) == syn numgen inc mod 4 < 3 drop"
	assert_tune reset 1 "$a"
	assert several 100 start_to sa 192.0.2.2 7051
	assert wait_for 10 open_to 7051 40
	assert_finding net.ipv4.tcp_syn_retries "$a" "now [2-8] -" ".*; more SYNs would take minutes: look for the loss"
	several 100 abort_one sa x
	assert sb close l
	in_ns "$b" nft delete table ip lossy
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

# Strict by the interface's own value: that of all would begin to check the others.
own_rp_filter() {
	other_way || { skip "no dummy interfaces"; return; }
	in_ns "$b" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.other.rp_filter=0 net.ipv4.conf.veth0.rp_filter=1
	assert_eq "$(filtered)" 2 "packets dropped for their source"
	assert_finding net.ipv4.conf.all.rp_filter "$b" "now 0 -" \
		"2 packets were dropped for their source in the last [0-9]+ s; strict is net.ipv4.conf.veth0.rp_filter: 2 there is loose"
	assert set_profile "$b" "net.ipv4.conf.veth0.rp_filter = 2"
	assert_no_finding net.ipv4.conf.all.rp_filter "$b"
	assert_eq "$(filtered)" 0 "packets dropped for their source"
	assert_no_finding net.ipv4.conf.all.rp_filter "$b"
	assert_tune rollback 1 "$b"
	in_ns "$b" sysctl -qw net.ipv4.conf.veth0.rp_filter=0
	assert_tune reset 1 "$b"
}

# set_profile NS LINE: stages and applies it
set_profile() {
	echo "$2" | stage_set "$1" && tune apply 1 "$1"
}

rp_filter() {
	other_way || { skip "no dummy interfaces"; return; }
	in_ns "$b" sysctl -qw net.ipv4.conf.all.rp_filter=1
	assert_eq "$(filtered)" 2 "packets dropped for their source"
	assert_finding net.ipv4.conf.all.rp_filter "$b" "now 1 2" \
		"2 packets were dropped for their source in the last [0-9]+ s; strict is .*veth0.*"
	assert_tune net.ipv4.conf.all.rp_filter "$(suggested net.ipv4.conf.all.rp_filter "$b")" "$b"
	assert_eq "$(filtered)" 0 "packets dropped for their source"
	assert_no_finding net.ipv4.conf.all.rp_filter "$b"
	# It is strict again, and finds the old ones; this is for the test of what is past.
	in_ns "$b" sysctl -qw net.ipv4.conf.all.rp_filter=1
	assert_finding net.ipv4.conf.all.rp_filter "$b" "now 1 2" "2 packets .*"
}

# The sysctls of a namespace cannot be read from another one.
elsewhere() {
	assert_eq "$(awk 'NR > 1' "/proc/$(sb pid)/net/tcplab/advice")" "$header" "advice about another namespace"
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
	need_counts "$c" || return
	in_ns "$c" sysctl -qw net.core.somaxconn=2
	start overfull 2>/dev/null
	assert_finding net.core.somaxconn "$c" "now 2 4" ".* of 2, that of :7060, .*"
	assert wait_for 100 finding_is net.core.somaxconn "$c" "now 2 -" \
		".* in the last (5[0-9]|60) s; it was full in (5[5-9]|60) of 60 s: its program accepts too slowly" ""
	kill "$started"
}

# What was now a minute ago is past.
past() {
	assert wait_for 100 finding_is net.ipv4.conf.all.rp_filter "$b" "past 1 2" \
		"2 packets were dropped for their source in [0-9]+ s; strict is .*" ""
	assert_eq "$(report advice "$b" | awk '$1 == "now"')" "" "advice about now in a quiet namespace"
}

reset() {
	assert_tune reset 1 "$b"
	assert_eq "$(report advice "$b")" "$header" "advice after a reset"
}

run_tests \
	"nothing to say" healthy \
	"an accept queue that somaxconn bounds" somaxconn \
	"an accept queue that its program bounds" backlog \
	"an accept queue that was full before" old_culprit \
	"a full SYN queue" syn_queue \
	"a flood" flood \
	"no buckets for TIME_WAIT at all" no_tw_buckets \
	"no buckets for TIME_WAIT" max_tw_buckets \
	"no time to close" fin_timeout \
	"no time to answer" retries2 \
	"no time to answer, in short timeouts" retries2_short \
	"lost SYNs" syn_retries \
	"packets from elsewhere, and an interface that is strict" own_rp_filter \
	"packets from elsewhere" rp_filter \
	"another namespace" elsewhere \
	"an accept queue that is full for a minute" lasting \
	"a minute later" past \
	"a reset" reset

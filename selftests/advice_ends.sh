#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# advice about how connections begin and end: SYNs, TIME_WAIT, FIN_WAIT_2 and timeouts; as advice.sh.
# shellcheck disable=SC2154 # a, b, c, d and e are set by setup_ns

. ./lib.sh
. ./findings.sh

load_module && setup_ns a b c d e && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" &&
	start_endpoint sc "$c" && start_endpoint sd "$d" && start_endpoint se "$e" || exit 1

# closed_here ENDPOINT COUNT: connections on the loopback of its namespace, to its listener l
closed_here() {
	assert several "$2" connect_to "$1" 127.0.0.1 7040
	assert several "$2" accept_from "$1" l
	assert several "$2" close_one "$1" y
	assert several "$2" close_one "$1" x
}

# Not one socket may wait. What comes in a moment is no rate of a minute.
no_tw_buckets() {
	in_ns "$d" sysctl -qw net.ipv4.tcp_max_tw_buckets=0
	assert sd listen l 127.0.0.1 7040 8
	closed_here sd 8
	assert_finding net.ipv4.tcp_max_tw_buckets "$d" "now 0 [0-9]+" \
		"8 connections had no TIME_WAIT, and 0 had one, in the last [0-9]+ s; 0 of 0 buckets are in use"
	assert_between "$(suggested net.ipv4.tcp_max_tw_buckets "$d")" 8 1024 "buckets wanted"
	assert_tune net.ipv4.tcp_max_tw_buckets "$(suggested net.ipv4.tcp_max_tw_buckets "$d")" "$d"
	assert_no_finding net.ipv4.tcp_max_tw_buckets "$d"
	assert sd close l
}

max_tw_buckets() {
	local overflows wanted
	in_ns "$c" sysctl -qw net.ipv4.tcp_max_tw_buckets=8
	assert sc listen l 127.0.0.1 7040 8
	closed_here sc 8
	assert_no_finding net.ipv4.tcp_max_tw_buckets "$c"
	closed_here sc 8
	assert_finding net.ipv4.tcp_max_tw_buckets "$c" "now 8 [0-9]+" \
		"8 connections had no TIME_WAIT, and 8 had one, in the last [0-9]+ s; 8 of 8 buckets are in use"
	wanted=$(suggested net.ipv4.tcp_max_tw_buckets "$c")
	assert_between "$wanted" 32 2048 "buckets wanted"
	assert_eq $((wanted & (wanted - 1))) 0 "what is no power of two of them"
	assert_tune net.ipv4.tcp_max_tw_buckets "$wanted" "$c"
	overflows=$(kernel_count TCPTimeWaitOverflow "$c")
	closed_here sc 8
	assert_eq "$(kernel_count TCPTimeWaitOverflow "$c")" "$overflows" "connections without TIME_WAIT"
	assert_no_finding net.ipv4.tcp_max_tw_buckets "$c"
	assert sc close l
}

# Most buckets are free, so that something else was short: here, a bound that has gone since, and that nobody was told of.
free_tw_buckets() {
	in_ns "$e" sysctl -qw net.ipv4.tcp_max_tw_buckets=8
	assert se listen l 127.0.0.1 7040 8
	closed_here se 8
	closed_here se 8
	in_ns "$e" sysctl -qw net.ipv4.tcp_max_tw_buckets=64
	assert has_counted TCPTimeWaitOverflow "$e" 8
	assert_no_finding net.ipv4.tcp_max_tw_buckets "$e"
	# If these were all, the same numbers would tell of too few.
	in_ns "$e" sysctl -qw net.ipv4.tcp_max_tw_buckets=8
	assert_finding net.ipv4.tcp_max_tw_buckets "$e" "now 8 [0-9]+" "8 connections had no TIME_WAIT, and 8 had one, .*"
	assert se close l
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
	assert_tune reset 1 "$a"
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
	assert_effect net.ipv4.tcp_fin_timeout "$a" "21 connections were ended in FIN_WAIT_2"
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

# silence PORT: b answers nothing there, until the table is deleted, which counts it
silence() {
	in_ns "$b" nft -f - <<-END 2>/dev/null
		table ip silent {
			chain input {
				type filter hook input priority -1
				tcp dport $1 counter drop
			}
		}
	END
}

# unheard_from NAME: a connection whose peer hears nothing
unheard_from() {
	assert sa connect "$1" 192.0.2.2 7050
	assert sb accept "$1" l
	assert sb deaf "$1" 1
}

# unheard NAME: the same, and something was sent to it
unheard() {
	unheard_from "$1"
	assert sa send "$1" 100
}

retries2() {
	local port
	in_ns "$a" sysctl -qw net.ipv4.tcp_retries2=2
	assert_tune reset 1 "$a"
	assert sb listen l 192.0.2.2 7050
	unheard one
	assert_finding net.ipv4.tcp_retries2 "$a" "now 2 8" \
		"1 open connections were given up after 2 timeouts, in the last [0-9]+ s; RFC 1122 asks for 100 s"
	assert_effect net.ipv4.tcp_retries2 "$a" "1 open connections were given up after their last timeout"
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

# The kernel gives up these as well, but not by tcp_retries2: a connection whose program has asked for a fast failover, one
# whose program is gone, and a connect().
other_bounds() {
	local before
	in_ns "$a" sysctl -qw net.ipv4.tcp_retries2=2 net.ipv4.tcp_orphan_retries=1 net.ipv4.tcp_syn_retries=1
	silence 7053 || { skip "no nftables"; return; }
	assert_tune reset 1 "$a"
	assert sb listen l 192.0.2.2 7050
	before=$(kernel_count TCPAbortOnTimeout "$a")
	assert sa start unanswered 192.0.2.2 7053
	unheard_from orphan
	assert sa send orphan 100
	assert sa close orphan
	unheard_from impatient
	assert sa usertimeout impatient 500
	assert sa send impatient 100
	assert wait_for 30 has_counted TCPAbortOnTimeout "$a" $((before + 3))
	assert_no_finding net.ipv4.tcp_retries2 "$a"
	assert_effect net.ipv4.tcp_retries2 "$a" -
	# One that has asked for nothing.
	unheard patient
	assert_finding net.ipv4.tcp_retries2 "$a" "now 2 8" "1 open connections were given up after 2 timeouts, .*"
	sa abort unanswered 2>/dev/null
	sa abort impatient 2>/dev/null
	sa abort patient 2>/dev/null
	assert sb abort orphan
	assert sb abort impatient
	assert sb abort patient
	assert sb close l
	in_ns "$b" nft delete table ip silent
	in_ns "$a" sysctl -qw net.ipv4.tcp_orphan_retries=0
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
	silence 7052
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

# lose SHARE: of the first SYNs to b, and of the second ones, those whose number leaves SHARE's rest are lost; a third arrives.
# Each kind is counted by itself: on a slow machine second SYNs come among the first ones of later connections.
lose() {
	in_ns "$b" nft -f - <<-END
		table ip lossy {
		}
		delete table ip lossy
		table ip lossy {
			set first {
				type inet_service
				size 1024
				flags dynamic
			}
			set second {
				type inet_service
				size 1024
				flags dynamic
			}
			chain input {
				type filter hook input priority 0
				tcp flags & (syn | ack) != syn accept
				tcp sport @second accept
				tcp sport @first goto again
				add @first { tcp sport } numgen inc mod $1 drop
			}
			chain again {
				add @second { tcp sport } numgen inc mod $1 drop
			}
		}
	END
}

# Each fourth SYN is lost. Where a kernel sends more of them for two retries, that would be too few to matter.
syn_retries() {
	local syns share=4
	lose "$share 0" 2>/dev/null || { skip "no nftables"; return; }
	[ "$(syns_of 2)" -le 3 ] || share=3
	# How many there are of one retry is the kernel's affair.
	syns=$(syns_of 1)
	assert_between "$syns" 2 3 "SYNs of one retry"
	assert lose "$share 0"
	assert_tune reset 1 "$a"
	in_ns "$b" sysctl -qw net.core.somaxconn=4096
	assert sb listen l 192.0.2.2 7051 256
	assert several 60 start_to sa 192.0.2.2 7051
	assert wait_for 10 open_to "$a" 7051 45
	assert_finding net.ipv4.tcp_syn_retries "$a" "now 1 [2-8]" \
		"1[0-9] connect\(\) were answered at the second SYN, [0-9]+ at the first, in the last [0-9]+ s; so with $syns SYNs one in [0-9]+ fails"
	assert_effect net.ipv4.tcp_syn_retries "$a" "1[0-9] connect\(\) were answered at the second SYN"
	assert_share "$syns"
	several 60 abort_one sa x
	# Another value that does not do: what was answered, and when, is told since then alone.
	assert_tune net.ipv4.tcp_syn_retries 2 "$a"
	assert_no_finding net.ipv4.tcp_syn_retries "$a"
	assert lose "$share 0"
	assert several 60 start_to sa 192.0.2.2 7051
	assert wait_for 20 open_to "$a" 7051 55
	assert_finding net.ipv4.tcp_syn_retries "$a" "now 2 [3-8]" \
		"1[0-9] connect\(\) were answered at the second SYN, [345][0-9] at the first, in the last [0-9]+ s; .*"
	assert_share "$(syns_of 2)"
	assert_tune net.ipv4.tcp_syn_retries "$(suggested net.ipv4.tcp_syn_retries "$a")" "$a"
	several 60 abort_one sa x
	assert lose "$share 0"
	assert several 60 start_to sa 192.0.2.2 7051
	assert wait_for 20 open_to "$a" 7051 60
	assert_no_finding net.ipv4.tcp_syn_retries "$a"
	several 60 abort_one sa x
	# With three of four lost no number of them is enough.
	assert lose "4 < 3"
	assert_tune reset 1 "$a"
	assert several 100 start_to sa 192.0.2.2 7051
	assert wait_for 10 open_to "$a" 7051 40
	assert_finding net.ipv4.tcp_syn_retries "$a" "now [2-8] -" ".*; more SYNs would take minutes: look for the loss"
	several 100 abort_one sa x
	assert sb close l
	in_ns "$b" nft delete table ip lossy
}

# SYNs to hosts that never answer are no lost ones, however often they are sent.
dead_hosts() {
	local before
	in_ns "$a" sysctl -qw net.ipv4.tcp_syn_retries=1
	silence 7054 || { skip "no nftables"; return; }
	assert_tune reset 1 "$a"
	assert sb listen l 192.0.2.2 7055 64
	before=$(kernel_count TCPSynRetrans "$a")
	assert several 20 start_to sa 192.0.2.2 7054
	assert wait_for 30 has_counted TCPSynRetrans "$a" $((before + 20))
	assert wait_for 30 is_over 7054
	several 20 abort_one sa x
	assert several 40 connect_to sa 192.0.2.2 7055
	assert_no_finding net.ipv4.tcp_syn_retries "$a"
	several 40 abort_one sa x
	assert sb close l
	in_ns "$b" nft delete table ip silent
}

run_tests \
	"no buckets for TIME_WAIT at all" no_tw_buckets \
	"no buckets for TIME_WAIT" max_tw_buckets \
	"buckets for TIME_WAIT that are free" free_tw_buckets \
	"no time to close" fin_timeout \
	"no time to answer" retries2 \
	"no time to answer, in short timeouts" retries2_short \
	"no time to answer, by another bound" other_bounds \
	"lost SYNs" syn_retries \
	"SYNs to hosts that never answer" dead_hosts

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The population of TIME_WAIT: how old, who closed first, how sockets leave it; and another length than the kernel's.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint

. ./lib.sh

load_module && setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1
[ -d /sys/kernel/tracing/events ] || mount -t tracefs none /sys/kernel/tracing 2>/dev/null
tracing=/sys/kernel/tracing/instances/tcplab-$$
ports=20000

# tw NAME [NS]: a row of time_wait.
# shellcheck disable=SC2016 # awk's variables
tw() {
	in_ns "${2-$a}" awk -v name="$1" '$1 == name { print $2 }' /proc/net/tcplab/time_wait
}

tw_is() {
	[ "$(tw "$1")" = "$2" ]
}

assert_tw() {
	wait_for "${3:-5}" tw_is "$1" "$2" || fail "$1 is $(tw "$1"), should be $2"
}

set_knob() {
	echo "$2" | in_ns "$a" tee "/sys/kernel/tcplab/time_wait/$1" >/dev/null
}

address() {
	if [ "$family" = 4 ]; then echo "192.0.2.$1"; else echo "2001:db8::$1"; fi
}

# close_first NUMBER: so many connections from a to b, which a closes first; none of them remains open.
close_first() {
	local i
	ports=$((ports + 1))
	assert sb listen l "$(address 2)" "$ports"
	for i in $(seq "$1"); do
		assert sa connect "c$i" "$(address 2)" "$ports"
		assert sb accept "s$i" l
		assert sa close "c$i"
		assert sb close "s$i"
	done
	assert sb close l
}

in_ss() {
	in_ns "$a" ss -Htan state time-wait | wc -l
}

# The hook sees the last FIN before the socket does, and its processor may have to wait in between.
as_ss_counts() {
	[ "$(tw now)" = "$(in_ss)" ]
}

assert_as_ss_counts() {
	wait_for 5 as_ss_counts || fail "$(tw now) sockets are in TIME_WAIT, but $(in_ss) as ss counts them"
}

population() {
	local before
	before=$(tw entered)
	close_first 10
	assert_tw entered $((before + 10))
	assert_as_ss_counts
	assert_eq "$(report time_wait_age "$a" | awk 'NR > 1 { sum += $3 } END { print sum }')" "$(tw now)" "sockets, by age"
	assert_eq "$(report time_wait_owner "$a" | awk 'NR > 1 { sum += $6 } END { print sum }')" "$(tw now)" "sockets, by owner"
}

owner() {
	local row
	close_first 3
	row=$(report time_wait_owner "$a" | grep ' endpoint ' | grep "$([ "$family" = 4 ] && echo ' 192.0.2.0/24 ' || echo ' 2001:db8::/64 ')")
	assert_eq "$(echo "$row" | awk '{ print $1, $3, $4 }')" "- 0 endpoint" "port, uid and command"
	ports=$((ports + 1))
	assert sa listen l "$(address 1)" "$ports"
	assert sb connect c "$(address 1)" "$ports"
	assert sa accept s l
	assert sa close s
	assert sb close c
	assert sa close l
	assert_eq "$(report time_wait_owner "$a" | awk -v port="$ports" '$1 == port { print $3, $4, $5, $6 }')" "0 endpoint 1 1" \
		"a server that closes first"
	assert_eq "$(in_ns "$a" setpriv --reuid 65534 --clear-groups --bounding-set -all cat /proc/net/tcplab/time_wait_owner |
		awk -v port="$ports" '$1 == port { print $3, $4 }')" "0 -" "what others may know"
}

age_of_exit() {
	sed -n 's/.*time_wait_exit: .* age_ms=\([0-9]*\) reason=\(.*\)/\2 \1/p' "$tracing/trace"
}

# ends LENGTH NUMBER: watches so many sockets end by themselves after their length, exactly.
ends() {
	local ages
	wait_for 20 tw_is now 0 || fail "$(tw now) are still in TIME_WAIT"
	assert_eq "$(in_ss)" 0 "sockets, as ss counts them"
	[ -d "$tracing" ] || return
	ages=$(age_of_exit | sort -n -k 2)
	assert_eq "$(echo "$ages" | grep -c shortened)" "$2" "sockets that were shortened"
	# The row and the kernel's timer may see the socket begin a tick apart.
	assert_between "$(echo "$ages" | awk 'NR == 1 { print $2 }')" $(($1 - 4)) $(($1 + 20)) "the first to end, ms"
	assert_between "$(echo "$ages" | awk '{ age[NR] = $2 } END { print age[int((NR + 1) / 2)] }')" $(($1 - 4)) \
		$(($1 + 20 * slowness)) "the median of their ends, ms"
}

trace_exits() {
	[ -d /sys/kernel/tracing/events/tcplab ] || return
	mkdir -p "$tracing" && echo >"$tracing/trace" && echo 1 >"$tracing/events/tcplab/time_wait_exit/enable"
}

shorter() {
	local before length
	for length in 1 500 3000; do
		before=$(tw exited_shortened)
		set_knob length_ms "$length"
		assert_tw now 0 10
		trace_exits
		before=$(tw exited_shortened)
		close_first 10
		ends "$length" 10
		assert_eq $(($(tw exited_shortened) - before)) 10 "counted as shortened"
	done
	set_knob length_ms 0
}

# What is in TIME_WAIT already goes when its age is beyond the new length.
at_once() {
	close_first 10
	assert_as_ss_counts
	set_knob length_ms 1
	assert_tw now 0
	assert_eq "$(in_ss)" 0 "sockets, as ss counts them"
	set_knob length_ms 0
}

# The kernel's timer is kept ahead, and is as it was when the policy goes, and when the tracker does.
# shellcheck disable=SC2016 # awk's variables
timers() {
	in_ns "$a" ss -Htano state time-wait | sed -n 's/.*timer:(timewait,\([^,]*\),.*/\1/p' |
		awk '/min/ { sub(/min.*/, ""); print "minutes"; next } { print "seconds" }' | sort | uniq -c | xargs
}

longer() {
	assert_tw now 0 10
	set_knob length_ms 600000
	close_first 5
	assert_tw now 5
	wait_for 40 timers_are "5 minutes" || fail "timers are $(timers)"
	set_knob length_ms 0
	assert_eq "$(timers)" "5 seconds" "timers without the policy"
	set_knob length_ms 600000
	assert_eq "$(timers)" "5 minutes" "timers with it again"
	echo 0 | in_ns "$a" tee /sys/kernel/tcplab/track/enabled >/dev/null
	assert_eq "$(timers)" "5 seconds" "timers without the tracker"
	echo 1 | in_ns "$a" tee /sys/kernel/tcplab/track/enabled >/dev/null
	cut_short
}

timers_are() {
	[ "$(timers)" = "$1" ]
}

# FIN_WAIT_2 mini-sockets are never shortened; what becomes of them is.
fin_wait_2() {
	assert_tw now 0 10
	set_knob length_ms 1
	ports=$((ports + 1))
	assert sb listen l "$(address 2)" "$ports"
	assert sa connect c "$(address 2)" "$ports"
	assert sb accept s l
	assert sa close c
	wait_for 5 fin_wait_2_are 1 || fail "there is no FIN_WAIT_2 socket"
	wait_for 10 uptime_is $(($(summary_value uptime_ms "$a") + 1000)) "$a"
	assert_eq "$(in_ns "$a" ss -Htan state fin-wait-2 | wc -l)" 1 "sockets in FIN_WAIT_2"
	assert sb close s
	wait_for 5 fin_wait_2_are 0 || fail "it stays in FIN_WAIT_2"
	assert_tw now 0
	assert_eq "$(in_ss)" 0 "sockets, as ss counts them"
	assert sb close l
	set_knob length_ms 0
}

fin_wait_2_are() {
	[ "$(in_ns "$a" ss -Htan state fin-wait-2 | wc -l)" = "$1" ]
}

# In parts of the RTO, which is 200 ms and a little on such a link.
rto() {
	trace_exits
	set_knob length_rto_percent 350
	set_knob length_ms 50000
	assert_eq "$(tw length_ms)" - "the length, which differs by connection"
	close_first 5
	wait_for 10 tw_is now 0 || fail "$(tw now) are still in TIME_WAIT"
	if [ -d "$tracing" ]; then
		assert_between "$(age_of_exit | sort -n -k 2 | awk 'NR == 3 { print $2 }')" 690 $((1000 * slowness)) "3.5 RTO, ms"
	fi
	set_knob length_rto_percent 0
	assert_eq "$(tw length_ms)" 50000 "the length without that"
	set_knob recycle enforce
	assert_eq "$(tw length_ms)" - "the length as tcp_tw_recycle has it"
	set_knob recycle observe
	assert_eq "$(tw length_ms)" 50000 "the length where that is observed alone"
	set_knob recycle off
	set_knob length_ms 0
	assert_eq "$(tw length_ms)" 60000 "the kernel's own length"
}

# Those that are in TIME_WAIT go.
cut_short() {
	set_knob length_ms 1
	assert_tw now 0
	set_knob length_ms 0
}

killed() {
	local before
	assert_tw now 0 10
	before=$(tw exited_killed)
	close_first 2
	in_ns "$a" ss -K state time-wait >/dev/null 2>&1
	[ "$(in_ss)" = 0 ] || { cut_short; skip "ss -K does not kill TIME_WAIT here"; return; }
	# Where no probe tells it, it shows when the row is looked at.
	if [ "$before" = - ]; then
		assert_tw now 0 90
		return
	fi
	assert_tw now 0
	assert_eq $(($(tw exited_killed) - before)) 2 "counted as killed"
}

# The kernel counts both kinds as one.
overflow() {
	local before
	assert_tw now 0 10
	before=$(($(tw overflow) + $(tw overflow_fin_wait_2)))
	in_ns "$a" sysctl -qw net.ipv4.tcp_max_tw_buckets=3
	close_first 5
	assert_tw now 3
	assert_eq $(($(tw overflow) + $(tw overflow_fin_wait_2))) "$(kernel_count TCPTimeWaitOverflow)" "both kinds"
	assert_eq $(($(tw overflow) + $(tw overflow_fin_wait_2) - before)) 2 "sockets that found no room"
	in_ns "$a" sysctl -qw net.ipv4.tcp_max_tw_buckets=65536
	cut_short
}

# What happens while nobody follows connections is not counted, nor afterwards.
overflow_unseen() {
	local before
	assert_tw now 0 10
	before=$(($(tw overflow) + $(tw overflow_fin_wait_2)))
	echo 0 | in_ns "$a" tee /sys/kernel/tcplab/track/enabled >/dev/null
	in_ns "$a" sysctl -qw net.ipv4.tcp_max_tw_buckets=1
	close_first 4
	assert_eq $(($(tw overflow) + $(tw overflow_fin_wait_2))) "$before" "what the kernel closed meanwhile"
	in_ns "$a" sysctl -qw net.ipv4.tcp_max_tw_buckets=65536
	echo 1 | in_ns "$a" tee /sys/kernel/tcplab/track/enabled >/dev/null
	close_first 2
	assert_eq $(($(tw overflow) + $(tw overflow_fin_wait_2))) "$before" "what it has closed afterwards"
	cut_short
}

# kernel_count NAME: a counter of TcpExt.
# shellcheck disable=SC2016 # awk's variables
kernel_count() {
	in_ns "$a" nstat -asz "TcpExt$1" | awk -v name="TcpExt$1" '$1 == name { print $2 }'
}

mini_sockets() {
	echo $(($(kernel_count TW) + $(kernel_count TWKilled)))
}

# Each mini-socket is TW or TWKilled; with those in FIN_WAIT_2, of which all have become TIME_WAIT here. Linux
# 5.10 counts when the timer fires, so nothing while a socket waits, and only those that nobody ends before.
equation() {
	local sum counted=entered before
	before=$(mini_sockets)
	close_first 1
	assert_tw now 1
	if [ "$(mini_sockets)" = "$before" ]; then
		counted=exited_expired
		assert_tw now 0 70
	fi
	sum=$(report time_wait "$a" | awk '$1 == "now" || $1 ~ /^exited_/ && $2 != "-" { sum += $2 } END { print sum }')
	assert_eq "$sum" "$(tw entered)" "now and all that have left"
	assert_eq "$(mini_sockets)" "$(tw "$counted")" "mini-sockets, as the kernel counts them"
	cut_short
}

trap 'status=$?; [ ! -d "$tracing" ] || { echo 0 >"$tracing/events/enable"; rmdir "$tracing"; }; (exit $status); clean_up' EXIT

run_tests_46 \
	"population" population \
	"who closes first" owner \
	"another policy holds at once" at_once \
	"a shorter length" shorter \
	"FIN_WAIT_2 is left alone" fin_wait_2 \
	"a length in parts of the RTO" rto \
	"sockets that are killed" killed \
	"overflow" overflow \
	"overflow while nobody looks" overflow_unseen \
	"as the kernel counts" equation \
	"a longer length" longer

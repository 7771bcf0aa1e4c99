#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Ephemeral ports under loads: more destinations than there are rows, ports that bind() chose, and what is forecast while
# connections leak, are closed by the peer, by the client, or take the ports of TIME_WAIT over, and while knobs shorten
# TIME_WAIT.
# shellcheck disable=SC2016,SC2086,SC2154 # awk's variables; lists of words; names of namespaces are set by setup_ns

. ./lib.sh

load_module && setup_ns many bound leak peer client stamps plain short recycled unstamped || exit 1

# column NAME REMOTE NS: of the row of a destination.
column() {
	report ports "$3" | awk -v name="$1" -v remote="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
		$2 == remote { print $at }'
}

column_is() {
	[ "$(column "$1" "$2" "$3")" = "$4" ]
}

assert_column() {
	wait_for 10 column_is "$@" || fail "$1 of $2 is '$(column "$1" "$2" "$3")', should be '$4'"
}

rows() {
	report ports "$1" | sed 1d | wc -l
}

set_range() {
	in_ns "$1" sysctl -qw net.ipv4.ip_local_port_range="$2"
}

# hold NS NAME ARGUMENT...: connections that stay.
hold() {
	local ns="$1" name="$2"
	shift 2
	start in_ns "$ns" ./fleet hold "$@" >"$scratch/$name"
	wait_for 120 grep -q holds "$scratch/$name"
}

# A destination more than there is room for takes the place of one with few ports, and what is idle goes first.
destinations() {
	start in_ns "$many" ./fleet serve 0.0.0.0 7000
	wait_for 5 listens "$many" || fail "the server does not listen"
	assert hold "$many" first 127.3.0.1 7000 20 same
	assert hold "$many" all 127.1.0.1 7000 4095 each
	assert_eq "$(rows "$many")" 4096 "rows"
	assert hold "$many" more 127.2.0.1 7000 600 each
	assert_eq "$(rows "$many")" 4096 "rows when there are more"
	assert_column in_use 127.2.0.1:7000 "$many" 1
	assert_column in_use 127.2.2.88:7000 "$many" 1
	assert_column in_use 127.3.0.1:7000 "$many" 20
	set_range "$many" "40000 40000"
	assert hold "$many" failed 127.4.0.1 7000 2 same
	assert_column failures 127.4.0.1:7000 "$many" 1
	set_range "$many" "32768 60999"
	# A connection whose row is gone is counted nowhere when it ends, and makes no row.
	kill_all "$many"
	echo 1 | in_ns "$many" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
	wait_for 60 none_in_use || fail "rows with ports in use: $(report ports "$many" | awk 'NR > 1 && $3 > 0' | head -n 5)"
	assert_eq "$(rows "$many")" 4096 "rows when all is over"
	# What a row counts ends with it, and the total stays.
	start in_ns "$many" ./fleet serve 0.0.0.0 7000
	wait_for 5 listens "$many" || fail "the server does not listen"
	assert hold "$many" again 127.5.0.1 7000 4096 each
	assert_eq "$(column failures 127.4.0.1:7000 "$many")" "" "the row of what failed"
	assert_eq "$(summary_value port_failures "$many")" 1 "failures of all destinations"
	kill_all "$many"
}

listens() {
	[ -n "$(in_ns "$1" ss -Htln)" ]
}

kill_all() {
	ip netns pids "$1" | xargs -r kill -9
}

none_in_use() {
	report ports "$many" | awk 'NR > 1 && $3 > 0 { some = 1 } END { exit some }'
}

# Ports that bind() chose are of the range for the destination that they are used for, and for no other.
chosen_by_bind() {
	set_range "$bound" "40000 40999"
	start in_ns "$bound" ./fleet serve 0.0.0.0 7000
	wait_for 5 listens "$bound" || fail "the server does not listen"
	assert hold "$bound" bound 127.0.0.1 7000 600 bind
	assert_eq "$(cat "$scratch/bound")" "holds 600" "connections that were bound"
	assert_column in_use 127.0.0.1:7000 "$bound" 600
	assert_column range 127.0.0.1:7000 "$bound" 1000
	assert_column used_percent 127.0.0.1:7000 "$bound" 60
	assert hold "$bound" other 127.0.0.2 7000 1 same
	assert_column range 127.0.0.2:7000 "$bound" 400
	assert hold "$bound" same 127.0.0.1 7000 401 same
	assert_eq "$(cat "$scratch/same")" "holds 400" "connections for which there were ports"
	assert_column used_percent 127.0.0.1:7000 "$bound" 100
	assert_column exhausted_in_ms 127.0.0.1:7000 "$bound" 0
	kill_all "$bound"
}

# share_of COUNT: so many of it that an emulated machine keeps up with all loads; a slow one keeps up with fewer
share_of() {
	local parts=4
	[ "$slowness" -le "$parts" ] || parts=$slowness
	echo $((($1 + parts - 1) / parts))
}

# incident NS PORTS RATE LIFE_MS END: a share of both
incident() {
	set_range "$1" "40000 $((39999 + $(share_of "$2")))"
	start in_ns "$1" ./fleet serve 127.0.0.1 7000
	wait_for 5 listens "$1" || fail "the server does not listen"
	start in_ns "$1" ./fleet load 127.0.0.1 7000 "$(share_of "$3")" "$4" "$5" >"$scratch/load.$1"
}

# kept NS...: the machine has kept the pace of these loads. One that is late comes in bursts, and nothing can be foreseen.
kept() {
	local ns
	for ns; do
		! grep -q '^late' "$scratch/load.$ns" || return
	done
}

# all_failed NS...: each of these loads has found no port.
all_failed() {
	local ns
	for ns; do
		grep -q failed "$scratch/load.$ns" || return
	done
}

# assert_forecast NS: from ten seconds after the first connection until ten before the failure 95 percent of the samples
# are within 10 percent or 3 s. The load takes one a second.
assert_forecast() {
	local failed
	failed=$(awk '/^failed/ { print $2 }' "$scratch/load.$1")
	[ -n "$failed" ] || { fail "$1 has not failed"; return; }
	awk -v ns="$1" -v failed="$failed" '
		$1 != "forecast" { next }
		!start { start = $2 }
		$2 < start + 10000 || $2 > failed - 10000 { next }
		{
			truth = failed - $2
			off = $3 == "-" ? truth : $3 - truth
			most = truth / 10 > 3000 ? truth / 10 : 3000
			samples++
			right += $3 != "-" && off <= most && off >= -most
		}
		END { printf "# %s: %d of %d forecasts are right\n", ns, right, samples; exit !(samples >= 15 && right >= samples * 0.95) }
	' "$scratch/load.$1" || fail "$1 fails at $failed; forecasts: $(awk '$1 == "forecast" { print $2 ":" $3 }' "$scratch/load.$1" | xargs)"
}

# assert_lasts NS: it is never said to end.
assert_lasts() {
	refute grep -q failed "$scratch/load.$1"
	assert_eq "$(awk '$1 != "forecast" { next } !start { start = $2 } $2 >= start + 10000 { print $3 }' "$scratch/load.$1" | sort -u)" - \
		"what is forecast for $1"
}

# judge ENDS LASTS: of these namespaces some run out of ports, and the others do not. Nothing can be said of a machine that
# did not keep the pace.
judge() {
	local ends=$1 lasts=$2 ns
	wait_for 90 all_failed $ends
	if ! kept $ends $lasts; then
		skip "this machine does not keep the pace of the loads"
	else
		for ns in $ends; do assert_forecast "$ns"; done
		for ns in $lasts; do assert_lasts "$ns"; done
	fi
	for ns in $ends $lasts; do kill_all "$ns"; done
}

forecasts() {
	in_ns "$plain" sysctl -qw net.ipv4.tcp_tw_reuse=1 net.ipv4.tcp_timestamps=0
	in_ns "$stamps" sysctl -qw net.ipv4.tcp_tw_reuse=1
	in_ns "$client" sysctl -qw net.ipv4.tcp_tw_reuse=0
	incident "$leak" 800 20 0 never
	incident "$peer" 800 40 200 second
	incident "$client" 1200 30 200 first
	incident "$stamps" 800 40 200 first
	incident "$plain" 1200 30 200 first
	judge "$leak $client $plain" "$peer $stamps"
}

# set_knob NS KNOB VALUE: of time_wait.
set_knob() {
	echo "$3" | in_ns "$1" tee "/sys/kernel/tcplab/time_wait/$2" >/dev/null
}

# With the kernel's TIME_WAIT all three would run out of ports after 40 s. With 3.5 times the RTO, 0.7 s, they never do; but
# tcp_tw_recycle gives that to connections with timestamps alone.
shortened() {
	in_ns "$short" sysctl -qw net.ipv4.tcp_tw_reuse=0
	in_ns "$recycled" sysctl -qw net.ipv4.tcp_tw_reuse=0
	in_ns "$unstamped" sysctl -qw net.ipv4.tcp_tw_reuse=0 net.ipv4.tcp_timestamps=0
	set_knob "$short" length_rto_percent 350
	set_knob "$recycled" recycle enforce
	set_knob "$unstamped" recycle enforce
	incident "$short" 1200 30 200 first
	incident "$recycled" 1200 30 200 first
	incident "$unstamped" 1200 30 200 first
	judge "$unstamped" "$short $recycled"
}

run_tests \
	"more destinations than there are rows" destinations \
	"ports that bind() chose" chosen_by_bind \
	"when there will be none left" forecasts \
	"when there will be none left and TIME_WAIT is shortened" shortened

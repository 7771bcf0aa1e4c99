#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A SYN flood from a million addresses. The tracker's memory stays bounded, what is open keeps its row, who connects
# meanwhile works and gets one, and the flood goes without a trace. The kernel itself bounds its request sockets, by the
# backlog: with a short one and SYN cookies there are few, with a long one the table fills with them.
# shellcheck shell=dash disable=SC2154 # variables that functions set

. ./stress.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"

addresses=$(sized 1000000 2000)
before=$(sized 1000 20)
during=$(sized 300 20)
after=$(sized 100 10)
v6_percent=25

# sample: the target's rows and the rows of all, until the flood is over; peak COLUMN: the most that there were.
sample() {
	while :; do
		echo "$(summary_value connections "$target") $(slab_objects tcplab_conn)"
		sleep 0.3
	done >>"$scratch/samples" 2>/dev/null
}

peak() {
	sort -n -k "$1,$1" "$scratch/samples" | awk -v column="$1" 'END { print $column }'
}

# set_up BACKLOG COOKIES [PARAMETER...]: a server, honest clients behind a link, and the device that the flood comes from.
set_up() {
	local backlog="$1" cookies="$2"
	shift 2
	load_module "$@" && tun_ns target tun0 && setup_ns client && link_ns "$target" "$client" || return
	# A request lasts 15 s.
	in_ns "$target" sysctl -qw net.core.somaxconn="$backlog" net.ipv4.tcp_max_syn_backlog="$backlog" \
		net.ipv4.tcp_syncookies="$cookies" net.ipv4.tcp_synack_retries=3
	ip -n "$target" route add default dev tun0
	ip -n "$target" -6 route add default dev tun0
	start_crowd "$target" :: 80
	rm -f "$scratch"/samples
	start sample
	start_readers "$target"
	crowd before "$before" "$client" 80 192.0.2.1 && [ "$made" = "$before" ] || fail "of $before clients $made connected"
}

# flood COUNT: with clients that connect while it lasts, and some after that.
flood() {
	start in_ns "$target" ./flood syn tun0 "$1" 80 "$v6_percent" >"$scratch/flooded"
	crowd during "$during" "$client" 80 192.0.2.1
	assert_eq "$made" "$during" "clients that connected during the flood"
	wait_for 1200 test -s "$scratch/flooded" || fail "the flood does not end"
	read -r sent ms <"$scratch/flooded"
	assert_eq "$sent" "$1" "SYNs sent"
	figure "$what: SYNs per second" "$(per $((sent * 1000)) "$ms")"
	crowd after "$after" "$client" 80 192.0.2.1
	assert_eq "$made" "$after" "clients that connected after it"
}

open_rows() {
	report connections "$target" | grep -c ' ESTABLISHED ESTABLISHED '
}

all_open_have_rows() {
	[ "$(sockets established "$target")" = "$honest" ] && [ "$(open_rows)" = "$honest" ]
}

# What is open has its row; the rest is bounded.
survived() {
	honest=$((before + during + after))
	wait_for 10 all_open_have_rows ||
		fail "open are $(sockets established "$target"), have rows $(open_rows), should be $honest"
	assert_eq "$(summary_value state_ESTABLISHED "$target")" "$honest" state_ESTABLISHED
	limit=$(summary_value connections_max "$target")
	figure "$what: rows at most, of $limit allowed" "$(peak 1)"
	figure "$what: rows in the slab at most" "$(peak 2)"
	figure "$what: slab of rows, KiB" "$(($(slab_bytes tcplab_conn) / 1024))"
	figure "$what: rows given up, connections refused a row" \
		"$(summary_value evicted "$target"), $(summary_value refused_full "$target")"
	assert_between "$(peak 1)" "$honest" "$limit" "rows at most"
	# Both ends of honest connections have one; a slab keeps some free ones.
	assert_between "$(peak 2)" "$honest" $((limit + honest + limit / 20 + 1000)) "rows in the slab"
	assert_eq "$(summary_value bad_checksum "$target")" 0 bad_checksum
	assert_eq "$(summary_value stack_disagreements "$target")" 0 stack_disagreements
}

# Each SYN that the kernel answered is accounted for. Who was displaced and opens is counted again; so may be who had to
# repeat his SYN.
accounted() {
	local answered counted again
	cookies=$(kernel_count TcpExtSyncookiesSent "$target")
	answered=$((sent + honest - cookies + $(kernel_count TcpExtSyncookiesRecv "$target") -
		$(kernel_count TcpExtListenDrops "$target")))
	counted=$(($(summary_value created "$target") + $(summary_value refused_full "$target")))
	again=$(kernel_count TcpExtTCPSynRetrans "$client")
	[ "$(summary_value evicted "$target")" = 0 ] || again=$((again + honest))
	assert_between "$counted" $((answered - again)) $((answered + again)) "connections created and refused a row"
	assert_eq "$(summary_value syn_cookie "$target")" "$cookies" "syn_cookie, as the kernel counts them"
	figure "$what: SYNs answered without a cookie, counted" "$answered, $counted"
	figure "$what: cookies sent, counted" "$cookies, $(summary_value syn_cookie "$target")"
}

# What is left when the last request has expired are the honest.
forgotten() {
	wait_for 40 no_requests || fail "request sockets stay: $(sockets syn-recv "$target")"
	wait_for 10 rows_are "$honest" || fail "rows are $(summary_value connections "$target"), should be $honest"
	assert_states_agree "$target"
}

no_requests() {
	[ "$(sockets syn-recv "$target")" = 0 ]
}

rows_are() {
	[ "$(summary_value connections "$target")" = "$1" ]
}

# run_flood WHAT ADDRESSES BACKLOG COOKIES LIMIT
run_flood() {
	what="$1"
	set_up "$3" "$4" max_connections="$5" || { fail "cannot set up"; return; }
	flood "$2"
	survived
	accounted
	"$6"
	forgotten
	readers_worked
	stop_all
}

table_was_full() {
	assert_between "$(peak 1)" $((limit * 9 / 10)) "$limit" "rows at most, of a full table"
	assert_between "$(summary_value evicted "$target")" 1 "$sent" evicted
}

cookies_were_sent() {
	assert_between "$cookies" 1 "$((sent + honest))" "cookies sent"
}

# A backlog that the kernel never fills: 2^22.
long_backlog() {
	figure "addresses" "$addresses, of IPv6 $v6_percent %"
	figure "clients before, during and after" "$before, $during, $after"
	run_flood "long backlog" "$addresses" 4194304 0 "$(sized 65536 1000)" table_was_full
}

small_table() {
	run_flood "small table" "$((addresses / 5))" 4194304 0 "$((before + during + after + $(sized 2000 200)))" table_was_full
}

with_cookies() {
	run_flood "SYN cookies" "$addresses" 1024 1 262144 cookies_were_sent
}

run_tests \
	"a flood with a long backlog" long_backlog \
	"a flood with a long backlog and a small table" small_table \
	"a flood with a short backlog and SYN cookies" with_cookies

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A hundred thousand lives of connections, by IPv4, IPv6 and over lo, closed by either end or by a RST, while all reports are
# read: afterwards every socket has its row, every row its socket, and nothing had to be corrected.
# shellcheck shell=dash disable=SC2154 # variables that functions set

. ./stress.sh

lives=$(sized 33334 300)
load_module && setup_ns client server && link_ns "$server" "$client" || exit 1
for ns in "$client" "$server"; do
	in_ns "$ns" sysctl -qw net.ipv4.tcp_tw_reuse=1 net.ipv4.tcp_max_tw_buckets=262144
done

listens_all() {
	[ "$(in_ns "$server" ss -Htln | wc -l)" = 3 ]
}

lived() {
	local process address
	start in_ns "$server" ../churn serve 192.0.2.1 5000
	start in_ns "$server" ../churn serve 2001:db8::1 5000
	start in_ns "$server" ../churn serve 127.0.0.1 5001
	wait_for 10 listens_all || fail "the servers do not listen"
	start_readers "$client" "$server"
	set --
	for address in "$client 192.0.2.1 5000" "$client 2001:db8::1 5000" "$server 127.0.0.1 5001"; do
		# shellcheck disable=SC2086 # three words
		start in_ns ${address%% *} ../churn connect ${address#* } "$lives"
		set -- "$@" "$started"
	done
	for process; do assert wait "$process"; done
	figure "lives" $((3 * lives))
	readers_worked
}

all_are_over() {
	[ "$(in_ns "$client" ss -Htan state connected | wc -l)" = 0 ] &&
		[ "$(in_ns "$server" ss -Htan state connected | wc -l)" = 0 ]
}

# The walk through the socket table has come round.
walked() {
	assert wait_for 90 uptime_is 65000 "$server"
	# So many end in each second that nobody counts the same number of them twice.
	assert wait_for 180 all_are_over
	assert_states_agree "$client"
	assert_states_agree "$server"
	assert_eq "$(summary_value created "$client")" $((2 * lives)) "connections created at the client"
	assert_eq "$(summary_value created "$server")" $((3 * lives)) "connections created at the server"
	for ns in "$client" "$server"; do
		look_twice "$ns"
		assert_eq "$(summary_value refused_full "$ns") $(summary_value evicted "$ns")" "0 0" "rows that found no room"
		assert_eq "$(report summary "$ns" | awk '/disagree/ { sum += $2 } END { print sum }')" 0 disagreements
		assert_eq "$(summary_value half_open "$ns")" 0 half_open
		# Each mini-socket is one of these for the kernel; all that were FIN_WAIT_2 became TIME_WAIT.
		assert_eq "$(in_ns "$ns" nstat -asz | awk '$1 ~ /^TcpExtTW(Killed)?$/ { sum += $2 } END { print sum }')" \
			"$(summary_value time_wait_entered "$ns")" "mini-sockets, as the kernel counts them"
		assert_eq "$(report time_wait "$ns" | awk '$1 == "now" || $1 ~ /^exited/ && $2 != "-" { sum += $2 } END { print sum }')" \
			"$(summary_value time_wait_entered "$ns")" "TIME_WAIT that is, and that has ended"
		assert_eq "$(summary_value adopted "$ns")" 0 adopted
	done
}

run_tests \
	"a hundred thousand lives" lived \
	"sockets and rows agree" walked

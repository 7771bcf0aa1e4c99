#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# a busy server: it closes first, its clients close first, or it closes first and TIME_WAIT is short
#
# usage: busy-server.sh DIRECTORY
#
# The question of Faber, Touch and Yue, "The TIME-WAIT state in TCP and its effect on busy servers", INFOCOM 1999.

. "$(dirname "$(realpath "$0")")/lib.sh"

SECONDS_EACH=20

# shellcheck disable=SC2016 # awk's own variables
populations() {
	server awk '$1 == "now" { now = $2 } $1 == "rate" { print now, $2 }' /proc/net/tcplab/time_wait
}

# The slab of mini-sockets, in bytes, without those of other namespaces: there are none in this test.
slab() { awk '$1 == "tw_sock_TCP" { print $2 * $4 }' /proc/slabinfo; }

# shellcheck disable=SC2016 # awk's own variables
reused_in() { server awk '$1 == "exited_reused_in" { print $2 }' /proc/net/tcplab/time_wait; }

listening() { server ss -Htln | grep -q :8006; }

gone() { [ "$(server ss -Htan state time-wait | wc -l)" = 0 ]; }

# part NAME WHO-AT-SERVER WHO-AT-CLIENT LENGTH: as many connections as can be made.
part() {
	local made ms in_server in_client reused
	reused=$(reused_in)
	step "$1"
	echo "$4" | server tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
	echo 1 | server tee /sys/kernel/tcplab/time_wait/reset >/dev/null
	start "$server" "$tools/closer" serve 192.0.2.2 8006 "$2"
	await 10 "the server" listening
	clock=''
	sample 1 "$1.dat" "time_wait rate" populations
	client "$tools/closer" load 192.0.2.2 8006 100000 0 $SECONDS_EACH "$3" >"$tools/said"
	kill "$sampler"
	read -r _ made _ ms <"$tools/said"
	in_server=$(server ss -Htan state time-wait | wc -l)
	in_client=$(client ss -Htan state time-wait | wc -l)
	reused=$(($(reused_in) - reused))
	echo "   $made connections in $ms ms: $((made * 1000 / ms)) a second"
	echo "   ports that came again, and took over a TIME_WAIT: $reused"
	echo "   TIME_WAIT at the server $in_server, at the client $in_client; all mini-sockets take $(slab) bytes"
	show server time_wait_owner
	show server time_wait_what_if
	printf '%s\t%s\t%s\t%s\n' "$1" $((made * 1000 / ms)) "$in_server" "$(($(slab) / 1024))" >>"$data/summary.dat"
	case $2-$4 in
	first-0) expect_within 5 "TIME_WAIT at the server" "$in_server" $((made - reused)) ;;
	first-*) expect_from "TIME_WAIT at the server" "$in_server" 0 $((made * $4 / ms + made / 10)) ;;
	*) expect "TIME_WAIT at the server" "$in_server" 0 ;;
	esac
	kill_named "$server" closer
	echo 1 | server tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
	echo 1 | client tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
	await 20 "the end of TIME_WAIT" gone
	echo 0 | client tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
}

build closer
client sysctl -qw net.ipv4.ip_local_port_range="1024 65535"
printf 'who\tconnections/s\tTIME_WAIT\tKiB\n' >"$data/summary.dat"
part server-first first last 0
part clients-first last first 0
part server-first-1s first last 1000
step "what it comes to"
column -t -s "$(printf '\t')" "$data/summary.dat" | sed 's/^/   /'
first=$(awk -F '\t' '$1 == "server-first" { print $2 }' "$data/summary.dat")
for name in clients-first server-first-1s; do
	expect_from "connections a second, $name, in percent of server-first" \
		$((100 * $(awk -F '\t' -v name=$name '$1 == name { print $2 }' "$data/summary.dat") / first)) 70 140
done
echo "   Who closes first decides who has the sockets and their memory. The server that has them is not the slower one."
finish

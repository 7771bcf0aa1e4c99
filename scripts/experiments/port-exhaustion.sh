#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ephemeral ports run out: what was foretold, and when connect() really fails
#
# usage: port-exhaustion.sh DIRECTORY

. "$(dirname "$(realpath "$0")")/lib.sh"

PORTS=1500
failures=0

# The row of ports: in_use, in TIME_WAIT, and when it is over.
# shellcheck disable=SC2016 # awk's own variables
foretold() {
	client awk 'NR > 2 && $2 ~ /:8003$/ { print $3, $4, $8; found = 1 } END { if (!found) print "0 0 -" }' /proc/net/tcplab/ports
}

listening() { server ss -Htln | grep -q ":$1"; }

# judge FILE END: how far what was foretold in each quarter is from the truth.
judge() {
	local quarter line at told left
	for quarter in 25 50 75; do
		# shellcheck disable=SC2016 # awk's own variables
		line=$(awk -v wanted="$(($2 * quarter / 100))" 'NR > 1 && $1 * 1000 >= wanted { printf "%d %s\n", $1 * 1000, $4; exit }' "$data/$1")
		read -r at told <<<"$line"
		left=$(($2 - at))
		if [ "$told" = - ]; then
			expect "at $at ms, what is foretold" - "$left ms"
		else
			expect_within 10 "at $at ms: it is over in, ms" "$told" "$left"
		fi
	done
}

# part NAME RATE GROWTH: until it is over.
part() {
	local end
	# What an earlier part has left would be thought of as its past.
	sleep "$4"
	step "$1 load: $2 connections a second, $3 more each second; the client closes first, and has $PORTS ports"
	start "$server" "$tools/closer" serve 192.0.2.2 8003 last
	await 10 "the server" listening 8003
	clock=''
	sample 0.5 "$1.dat" "in_use time_wait exhausted_in_ms" foretold
	client "$tools/closer" load 192.0.2.2 8003 "$2" "$3" 120 first >"$tools/said"
	kill "$sampler"
	end=$(awk '$1 == "exhausted" { print $2 }' "$tools/said")
	sed 's/^/   /' "$tools/said"
	[ -n "$end" ] || { echo "   NOT AS PREDICTED: connect() always found a port"; wrong=$((wrong + 1)); return; }
	show client ports
	judge "$1.dat" "$end"
	# shellcheck disable=SC2016 # awk's own variables
	failures=$((failures + 1))
	# shellcheck disable=SC2016 # awk's own variables
	expect "connect() that failed, as tcplab counts" "$(client awk 'NR > 2 && $2 ~ /:8003$/ { print $9 }' /proc/net/tcplab/ports)" $failures
	awk -v end="$end" 'BEGIN { print end / 1000 }' >"$data/$1.end"
	kill_named "$server" closer
	echo 1 | client tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
	echo 0 | client tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
}

build closer
client sysctl -qw net.ipv4.ip_local_port_range="20000 $((20000 + PORTS - 1))" net.ipv4.tcp_tw_reuse=0
part steady 60 0 0
part rising 10 2 32
finish

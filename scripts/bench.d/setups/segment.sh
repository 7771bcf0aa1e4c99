# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of bench-guest
#
# Messages over an open connection: one way, where each is acknowledged by a segment of its own, and to and fro, where
# the next message acknowledges. The kernel's own counters say how many segments of each kind there were; the two costs
# and the two counts give the cost of each kind.

# nstat remembers the counters of a namespace; what it shows is since the last time.
counters() {
	NSTAT_HISTORY=$work/nstat.$1 in_ns "$1" nstat "${@:2}"
}

# messages WAY PLACE SETUP ADDRESS CLIENT [SERVER]: the namespaces, where they are not our own.
messages() {
	local ns spaces=("${@:5}") total=$((MESSAGES + WARM_UP))
	for ns in "${spaces[@]}"; do counters "$ns" -n; done
	echo "$1_$2 $3 $(in_ns "$5" "$TOOLS/segloop" "$1" "$4" 5003 "$MESSAGES" "$WARM_UP" "${@:6}")"
	for ns in "${spaces[@]}"; do counters "$ns" -z TcpOutSegs TcpExtTCPOrigDataSent; done |
		awk -v what="$1_$2" -v setup="$3" -v total="$total" '
			$1 == "TcpOutSegs" { out += $2 }
			$1 == "TcpExtTCPOrigDataSent" { data += $2 }
			END { print what "_data", setup, data / total; print what "_acks", setup, (out - data) / total }'
}

measure_segment() {
	local way
	for way in oneway toandfro; do
		messages $way lo "$1" 127.0.0.1 ''
		messages $way veth "$1" 10.0.0.2 client server
	done
}

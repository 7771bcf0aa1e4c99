#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# does SO_REUSEPORT spread the load? one accept queue against one for each worker, one of them slow
#
# usage: reuseport-balance.sh DIRECTORY

. "$(dirname "$(realpath "$0")")/lib.sh"

WORKERS=4
SLOW_MS=50
SECONDS_OF_LOAD=15
CONNECTIONS=64

listening() { [ "$(server ss -Htln 'sport = :8080' | wc -l)" = "$1" ]; }

# The accept queues of all sockets, in the order of their file descriptors' processes.
# shellcheck disable=SC2016 # awk's own variables
queues() {
	server cat /proc/net/tcplab/listeners | awk 'NR > 2 && /:8080 / { print $12, $3 }' | sort -n |
		awk '{ printf "%s ", $2 }'
}

# sum COLUMN: over all sockets.
# shellcheck disable=SC2016 # awk's own variables
sum() {
	server cat /proc/net/tcplab/listeners | awk -v name="$1" '
		NR == 2 { for (i = 1; i <= NF; i++) c[$i] = i }
		NR > 2 && /:8080 / { sum += $c[name] }
		END { print sum + 0 }'
}

# part WAY SOCKETS COLUMNS
part() {
	local way=$1 sockets=$2 accepted overflows shares
	step "$way: $WORKERS workers, $sockets listening socket(s); the first worker takes $SLOW_MS ms for each request"
	start "$server" "$tools/workers" "$way" 192.0.2.2 8080 $WORKERS $SLOW_MS
	await 10 "the workers" listening "$sockets"
	overflows=$(server nstat -asz TcpExtListenOverflows | awk '/Listen/ { print $2 }')
	clock=''
	sample 0.5 "$way.dat" "$3" queues
	client wrk -t 2 -c $CONNECTIONS -d $SECONDS_OF_LOAD --latency --timeout 10 http://192.0.2.2:8080/ >"$data/$way.wrk"
	awk '/requests in|Requests\/sec|50%|99%|Socket errors/ { sub(/^ */, ""); print "   wrk: " $0 }' "$data/$way.wrk"
	show server listeners '/:8080 /'
	accepted=$(sum accepted)
	expect "overflows, against the kernel's counter" "$(sum overflows)" \
		$(($(server nstat -asz TcpExtListenOverflows | awk '/Listen/ { print $2 }') - overflows))
	if [ "$sockets" -gt 1 ]; then
		# shellcheck disable=SC2016 # awk's own variables
		shares=$(server awk '/:8080 / { print $10 }' /proc/net/tcplab/listeners | paste -sd ' ')
		echo "   shares of the sockets in what was accepted, percent: $shares"
		# shellcheck disable=SC2016 # awk's own variables
		slow_peak=$(server awk '/worker-1-slow/ { print $4 }' /proc/net/tcplab/listeners)
		# shellcheck disable=SC2016 # awk's own variables
		others_peak=$(server awk '/:8080 / && !/worker-1-slow/ && $4 > m { m = $4 } END { print m }' /proc/net/tcplab/listeners)
		expect "the slow worker's queue grows longest" \
			"$([ "$slow_peak" -gt "$others_peak" ] && echo yes || echo "no ($slow_peak against $others_peak)")" yes
	fi
	# What wrk gives up at its end may wait in a queue, or be on its way.
	expect_within 5 "connections that were accepted, against wrk's requests" "$accepted" \
		"$(awk '/requests in/ { print $1 }' "$data/$way.wrk")"
	kill "$sampler"
	kill_named "$server" workers
	await 10 "the workers to end" listening 0
}

build workers
server sysctl -qw net.core.somaxconn=1024
part shared 1 "all"
part reuseport $WORKERS "worker-1-slow worker-2 worker-3 worker-4"
step "what it means"
p99() { awk '/99%/ { print $2 }' "$data/$1.wrk"; }
cat <<END
   The kernel chooses a socket of the group by a hash of the addresses, not by which worker is free. Each gets its part
   of the connections, whatever it does with them. Those that hash to the slow worker wait in its queue, while the
   others idle. With one queue a worker that is free takes the next. 99 % of the requests were done within $(p99 shared)
   with one queue, and within $(p99 reuseport) with one for each.
END
finish

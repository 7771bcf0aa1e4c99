#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# what a tuning template does: a web server and its visitors under the kernel's defaults, the template, and what advice says
#
# usage: seed-template.sh DIRECTORY
#
# RUNS is how often each figure is taken (5). The template is that of the article: /proc/net/tcplab/tuning shows it. It is
# applied to the server and to the visitors: templates are copied to all machines.
# shellcheck disable=SC2154 # namespaces are set by make_ns

. "$(dirname "$(realpath "$0")")/lib.sh"

RUNS=${RUNS:-5}
PAGE=4096
FILE=1000000
OUTAGE=15
slow_link="delay 20ms rate 8mbit limit 1000"
tuning=/sys/kernel/tcplab/tuning
nginx=$("$here/../nginx-dir")
arms=(kernel-default seed advice)

# neighbour NS DEVICE ADDRESS NS DEVICE: the first knows the second for good; a lossy link would lose ARP, too.
neighbour() {
	ip -n "$1" neigh replace "$3" dev "$2" nud permanent lladdr "$(ip netns exec "$4" cat "/sys/class/net/$5/address")"
}

# path NAME ADDRESS-PREFIX MILLISECONDS: a namespace beside the client, by a link of its own, so long each way.
path() {
	make_ns "$1"
	ip -n "${!1}" link add veth0 type veth peer name "$1" netns "$server"
	ip -n "${!1}" address add "$2.1/24" dev veth0
	ip -n "$server" address add "$2.2/24" dev "$1"
	ip -n "${!1}" link set lo up
	ip -n "${!1}" link set veth0 up
	ip -n "$server" link set "$1" up
	neighbour "${!1}" veth0 "$2.2" "$server" "$1"
	neighbour "$server" "$1" "$2.1" "${!1}" veth0
	shape "$1" "delay ${3}ms limit 10000"
}

# shape NAME NETEM: both ways.
shape() {
	# shellcheck disable=SC2086 # a list of words
	ip netns exec "${!1}" tc qdisc replace dev veth0 root netem $2
	# shellcheck disable=SC2086
	server tc qdisc replace dev "$1" root netem $2
}

everywhere() {
	local ns
	for ns in "$server" "$client" "$far" "$slow" "$lossy" "$cut"; do
		"$@" "$ns"
	done
}

# Each name goes back, and what has been counted is forgotten.
start_anew() {
	ip netns exec "$1" sh -c "echo 1 >$tuning/rollback; echo 1 >$tuning/reset; echo 0 >$tuning/confirm_ms"
}

apply_default() { ip netns exec "$1" sh -c "echo kernel-default >$tuning/profile"; }

apply_seed() { ip netns exec "$1" sh -c "echo seed >$tuning/profile"; }

# The suggestions that the first part has led to, each where it was made.
apply_advice() {
	[ ! -s "$tools/advice.$1" ] || ip netns exec "$1" sh -c "cat '$tools/advice.$1' >$tuning/profile && echo 1 >$tuning/apply"
}

# shellcheck disable=SC2016 # awk's own variables
note_advice() {
	ip netns exec "$1" awk 'NR > 2 && $2 ~ /^net\./ && $4 != "-" { gsub(",", " ", $4); print $2 " = " $4 }' \
		/proc/net/tcplab/advice >"$tools/advice.$1"
	ip netns exec "$1" awk -v ns="${1%-*}" 'NR > 2 { print "   " ns ": " $0 }' /proc/net/tcplab/advice
}

applied() { echo "   ${1%-*}: $(ip netns exec "$1" cat "$tuning/profile")"; }

start_nginx() {
	cat >"$tools/nginx.conf" <<-END
		daemon off;
		pid $tools/nginx.pid;
		error_log $tools/nginx.log;
		user root;
		worker_processes 1;
		events { worker_connections 1024; }
		http {
			access_log off;
			keepalive_requests 1000000;
			server { listen 80; root $tools; }
		}
	END
	mkdir -p /var/lib/nginx /var/log/nginx
	start "$server" env "LD_LIBRARY_PATH=$nginx/libraries" "$nginx/usr/sbin/nginx" -c "$tools/nginx.conf" 2>"$tools/nginx.err"
	await 20 "nginx" listening
}

listening() { [ -n "$(server ss -Hltn 'sport = :80')" ]; }

no_listener() { ! listening; }

# requests OPTION...: a second of wrk; requests a second.
requests() { client wrk -t 1 -c 8 -d 1 "$@" http://192.0.2.2/page | awk '/^Requests\/sec/ { printf "%d\n", $2 }'; }

# visit NAME PREFIX COMMAND WORD...: in the background; its answer is added to the figures of that name.
visit() {
	local name=$1 ns=$2 prefix=$3 command=$4
	shift 4
	ip netns exec "$ns" "$tools/visitor" "$command" "$prefix.2" 80 "$@" >>"$tools/$name" &
	visitors+=($!)
}

# answers NAME: how many there are.
answers() { wc -l <"$tools/$1"; }

answered() { [ "$(answers "$1")" -ge "$2" ]; }

resets() { server nstat -asz TcpOutRsts | awk '$1 == "TcpOutRsts" { print $2 }'; }

# Segments to the peers behind the link are on their way, and unacknowledged.
under_way() { [ "$(server ss -Htn state established 'sport = :80' dst 203.0.113.1 | awk '$2 > 0' | wc -l)" -ge "$1" ]; }

gone() { [ -z "$("$1" ss -Htn state last-ack state closing state fin-wait-1 state fin-wait-2)" ]; }

slowly() { ip netns exec "$slow" "$@"; }

# figure NAME VALUE: of the arm that runs.
figure() { echo "$arm $2" >>"$data/$1.dat"; }

# Those that close long after the server. Each in turn, so that its RSTs can be told.
leave_slowly() {
	local pid before
	for pid in "${holders[@]}"; do
		before=$(resets)
		kill "$pid"
		await 10 "the slow peers to be gone" gone slowly
		figure slow $(($(resets) - before))
	done
}

# A second each, while the visitors of the other links are busy.
measure_load() {
	local ms
	for ((run = 0; run < RUNS; run++)); do
		figure short "$(requests -H 'Connection: close')"
		figure long "$(requests)"
		read -r _ ms < <(ip netns exec "$far" "$tools/visitor" get 198.51.100.2 80 /file $FILE 1000)
		figure idle "$ms"
	done
}

outage() {
	await 20 "segments under way" under_way $((2 * RUNS))
	shape cut "loss 100%"
	sleep $OUTAGE
	shape cut "$slow_link"
}

# part ARM COMMAND: applies the set by the command, and takes the figures.
part() {
	local run ending cutter
	arm=$1
	step "$arm"
	everywhere start_anew
	everywhere "$2"
	everywhere applied
	start_nginx
	visitors=() holders=()
	rm -f "$tools"/{lossy,cut,held}
	touch "$tools"/{lossy,cut,held}
	shape lossy "loss 40%"
	for ((run = 0; run < RUNS; run++)); do
		visit lossy "$lossy" 198.18.1 connect 20 16
		visit held "$slow" 198.18.2 hold /page 4
		holders+=("${visitors[-1]}")
		visit cut "$cut" 203.0.113 fetch /file $FILE 2 60
	done
	ending=$((SECONDS + 16))
	outage &
	cutter=$!
	measure_load
	await 60 "the lossy peers" answered lossy "$RUNS"
	await 80 "those that were cut off" answered cut "$RUNS"
	# Without its outage the part says nothing.
	wait $cutter || exit
	await 60 "the slow peers" answered held "$RUNS"
	while read -r run; do figure lossy "$run"; done <"$tools/lossy"
	while read -r run; do figure cut "$run"; done <"$tools/cut"
	# The template gives up FIN_WAIT_2 after ten seconds, and a timer of the kernel may be late.
	await 20 "the time that slow peers take" eval "((SECONDS >= $ending))"
	leave_slowly
	kill_named "$server" nginx
	await 10 "nginx to end" no_listener
	[ "$arm" != kernel-default ] || { step "what advice says"; everywhere note_advice; }
}

# of NAME ARM FIELD: 1 the least, 2 the median, 3 the most
of() { awk -v arm="$2" '$1 == arm { print $2 }' "$data/$1.dat" | sort -n | awk -v at="$3" '
	{ v[NR] = $1 } END { print at == 1 ? v[1] : at == 3 ? v[NR] : v[int((NR + 1) / 2)] }'; }

sum_of() { awk -v arm="$2" '$1 == arm { sum += $2 } END { print sum + 0 }' "$data/$1.dat"; }

# row NAME TEXT: of the table, and of the data for the picture.
row() {
	local arm line=$2
	printf 'arm\tleast\tmedian\tmost\n' >"$data/$1.spread"
	for arm in "${arms[@]}"; do
		line+=$'\t'"$(of "$1" "$arm" 2) ($(of "$1" "$arm" 1)..$(of "$1" "$arm" 3))"
		printf '%s\t%s\t%s\t%s\n' "$arm" "$(of "$1" "$arm" 1)" "$(of "$1" "$arm" 2)" "$(of "$1" "$arm" 3)" >>"$data/$1.spread"
	done
	echo "$line"
}

build visitor
head -c $PAGE /dev/zero >"$tools/page"
head -c $FILE /dev/zero >"$tools/file"
chmod 755 "$tools"
path far 198.51.100 25
path lossy 198.18.1 0
path slow 198.18.2 0
path cut 203.0.113 20
shape cut "$slow_link"
rm -f "$data"/*.dat
part kernel-default apply_default
part seed apply_seed
part advice apply_advice
step "what it comes to: the median of $RUNS, and the least and the most"
{
	printf 'figure\t%s\t%s\t%s\n' "${arms[@]}"
	row short "requests/s, a connection each"
	row long "requests/s, connections that stay"
	row idle "ms for 1 MB over 50 ms, after a pause"
	row lossy "of 20 connects at 40 % loss, failed"
	row cut "of 2 downloads with an outage, lost"
	row slow "RSTs for 4 peers that close late"
} >"$data/table.txt"
column -t -s $'\t' "$data/table.txt" | sed 's/^/   /'
expect "RSTs for slow peers by the kernel's defaults" "$(sum_of slow kernel-default)" 0
expect "RSTs for slow peers by the template (tcp_fin_timeout = 10), one each" "$(sum_of slow seed)" $((4 * RUNS))
expect "downloads that the kernel's defaults lose in an outage" "$(sum_of cut kernel-default)" 0
expect "downloads that the template loses (tcp_retries2 = 5), of $((2 * RUNS))" "$(sum_of cut seed)" $((2 * RUNS))
expect "more connects fail by the template (tcp_syn_retries = 1)" \
	"$([ "$(sum_of lossy seed)" -gt "$(sum_of lossy kernel-default)" ] && echo yes || echo no)" yes
expect "a long link is slower by the template (tcp_window_scaling = 0)" \
	"$([ "$(of idle seed 1)" -gt "$(of idle kernel-default 3)" ] && echo yes || echo no)" yes
finish

# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables for the scripts that source this, and those that make_ns sets
#
# What the experiments share. They run as root, on a test machine or in the test VM, in network namespaces of their own:
# that of the client is 192.0.2.1 and that of the server is 192.0.2.2, joined by a link. Their names hold the number of
# the process: $client and $server are the names, client and server run a command there. An experiment kills and removes
# only what it has made. Sourced with the directory for data as $1.

set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
! "$here/../help" "$0" "$@" || exit 0
[[ $# = 1 && $1 != -* ]] || exec "$here/../help" -w "$0" "a directory for data is wanted, not '$*'"
data=$1
tools=$(mktemp -d)
loaded_here=''
namespaces=()
wrong=0
mkdir -p "$data"

client() { ip netns exec "$client" "$@"; }
server() { ip netns exec "$server" "$@"; }

# make_ns VARIABLE...: makes namespaces, and sets the variables to what they are called.
make_ns() {
	local -n made
	for made; do
		made=tcplab-${!made}-$$
		ip netns add "$made"
		namespaces+=("$made")
	done
}

# kill_named NS NAME: those processes of the namespace whose command has the name; wherever else it runs, it stays.
kill_named() {
	local pid
	for pid in $(ip netns pids "$1"); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$2" ] || kill -9 "$pid" 2>/dev/null || :
	done
}

# step TEXT: what happens now.
step() {
	echo
	echo "== $*"
}

# show NS REPORT [AWK-CONDITION]: the lines of a report for which it holds, aligned.
show() {
	echo
	echo "   /proc/net/tcplab/$2 of the $1:"
	"$1" cat "/proc/net/tcplab/$2" | awk "!/^#/ && (FNR == 2 || (${3:-1}))" | column -t | sed 's/^/   /'
}

# value NS NAME: from the summary.
# shellcheck disable=SC2016 # awk's own variables
value() {
	"$1" awk -v name="$2" '$1 == name { print $2 }' /proc/net/tcplab/summary
}

# expect WHAT IS SHOULD-BE: a prediction.
expect() {
	if [ "$2" = "$3" ]; then
		echo "   as predicted: $1: $2"
	else
		echo "   NOT AS PREDICTED: $1: $2, should be $3"
		wrong=$((wrong + 1))
	fi
}

# expect_within PERCENT WHAT IS SHOULD-BE
expect_within() {
	if [ $(($3 * 100)) -ge $(($4 * (100 - $1))) ] && [ $(($3 * 100)) -le $(($4 * (100 + $1))) ]; then
		echo "   as predicted: $2: $3, within $1 % of $4"
	else
		echo "   NOT AS PREDICTED: $2: $3, should be within $1 % of $4"
		wrong=$((wrong + 1))
	fi
}

# expect_from WHAT IS LEAST MOST
expect_from() {
	if [ "$2" -ge "$3" ] && [ "$2" -le "$4" ]; then
		echo "   as predicted: $1: $2, from $3 to $4"
	else
		echo "   NOT AS PREDICTED: $1: $2, should be from $3 to $4"
		wrong=$((wrong + 1))
	fi
}

# await SECONDS WHAT COMMAND...: asks until it succeeds.
await() {
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@"; do
		((SECONDS < end)) || { echo "   waited in vain for $what"; exit 1; }
		sleep 0.1
	done
}

# start NS COMMAND...: in the background of $client, $server or another namespace, until the experiment ends. The shell
# says nothing of its end.
start() {
	ip netns exec "$@" &
	disown
}

# take_sample FILE COMMAND...: adds a line "SECONDS OUTPUT" to the file.
take_sample() {
	echo "$(awk -v clock="$clock" '{ printf "%.1f", $1 - clock }' /proc/uptime) $("${@:2}")" >>"$data/$1"
}

# sample SECONDS FILE HEADER COMMAND...: takes samples in the background. A clock that all samples of an experiment share
# begins with the first. Sets $sampler to the process.
sample() {
	local every=$1 file=$2 header=$3
	shift 3
	: "${clock:=$(cut -d' ' -f1 /proc/uptime)}"
	echo "seconds $header" >"$data/$file"
	{
		while :; do
			take_sample "$file" "$@"
			sleep "$every"
		done
	} &
	sampler=$!
	disown
}

build() {
	local program
	for program; do
		gcc -O2 -Wall -D_GNU_SOURCE -o "$tools/$program" "$here/$program.c"
	done
}

# endpoint NAME NS: a process that holds sockets and does what it is told, that of the selftests. Then: NAME COMMAND...
endpoint() {
	local selftests=$here/../../selftests
	[ -x "$tools/endpoint" ] || gcc -O2 -D_GNU_SOURCE= -o "$tools/endpoint" "$selftests"/{endpoint,control,special}.c -pthread
	start "$2" "$tools/endpoint" "$tools/$1" serve
	await 5 "the endpoint $1" test -S "$tools/$1"
	eval "$1() { '$tools/endpoint' '$tools/$1' \"\$@\"; }"
}

stop_all() {
	pkill -P $$ || :
	for ns in "${namespaces[@]}"; do
		ip netns pids "$ns" 2>/dev/null | xargs -r kill -9 2>/dev/null || :
	done
}

unload() { rmmod tcplab 2>/dev/null; }

clean_up() {
	local status=$?
	trap - EXIT
	stop_all
	for ns in "${namespaces[@]}"; do
		ip netns delete "$ns" 2>/dev/null || :
	done
	[ -z "$loaded_here" ] || await 60 "the module to be free" unload
	rm -rf "$tools"
	exit "$status"
}

# finish: the status tells whether all was as predicted.
finish() {
	echo
	if [ $wrong = 0 ]; then
		echo "All was as predicted. The data lie in $data."
	else
		echo "$wrong predictions were wrong. The data lie in $data."
	fi
	[ $wrong = 0 ]
	exit
}

[ "$(id -u)" = 0 ] || { echo "an experiment makes network namespaces, and that needs root" >&2; exit 1; }
trap clean_up EXIT
if [ ! -e /sys/module/tcplab ]; then
	insmod "$here/../../tcplab.ko"
	loaded_here=yes
fi
make_ns client server
ip -n "$client" link add veth0 type veth peer name veth0 netns "$server"
for ns in "$client" "$server"; do
	ip -n "$ns" link set lo up
	ip -n "$ns" link set veth0 up
done
ip -n "$client" address add 192.0.2.1/24 dev veth0
ip -n "$server" address add 192.0.2.2/24 dev veth0

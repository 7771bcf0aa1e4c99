# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2034 # variables for the scripts that source this
#
# What the selftests share. A test is a shell function that makes checks; a script ends with
#
#	run_tests "name of a test" function "name of another" function ...
#
# which prints KTAP: one result for each function, failed if any check in it failed. Namespaces, processes and the module
# are cleaned up when the script ends, however it ends.

set -u

module=${TCPLAB_MODULE:-../tcplab.ko}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tcplab.XXXXXX")
namespaces=
processes=
trap 'clean_up' EXIT
trap 'exit 1' INT TERM HUP

# ---- results ----

# fail MESSAGE...: the running test has failed; it goes on.
fail() {
	checks_failed=$((checks_failed + 1))
	echo "# FAILED: $*"
}

# skip REASON...: use as: skip "no such thing"; return
skip() {
	skip_reason=$*
}

# A script that cannot run at all. Only before run_tests.
skip_all() {
	echo "1..0 # SKIP $*"
	exit 4
}

# assert_eq ACTUAL EXPECTED WHAT
assert_eq() {
	[ "$1" = "$2" ] || fail "$3: is '$1', should be '$2'"
}

# assert_between ACTUAL LOWEST HIGHEST WHAT (integers)
assert_between() {
	{ [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; } 2>/dev/null || fail "$4: is '$1', should be from $2 to $3"
}

# assert COMMAND...: it succeeds. refute COMMAND...: it fails.
assert() {
	"$@" || fail "this failed: $*"
}

refute() {
	! "$@" || fail "this should have failed: $*"
}

run_tests() {
	local number=0 failures=0
	echo "TAP version 13"
	echo "1..$(($# / 2))"
	while [ $# -ge 2 ]; do
		number=$((number + 1))
		checks_failed=0
		skip_reason=
		"$2"
		if [ $checks_failed -gt 0 ]; then
			failures=$((failures + 1))
			echo "not ok $number $1"
		else
			echo "ok $number $1${skip_reason:+ # SKIP $skip_reason}"
		fi
		shift 2
	done
	[ $failures = 0 ]
	exit
}

# ---- waiting ----

# wait_for SECONDS COMMAND...: until it succeeds; fails after the time. The command's output is the last try's.
wait_for() {
	local now deadline output
	read -r now _ </proc/uptime
	deadline=$((${now%.*} + $1))
	shift
	until output=$("$@" 2>&1); do
		read -r now _ </proc/uptime
		if [ "${now%.*}" -gt "$deadline" ]; then
			[ -z "$output" ] || echo "$output"
			return 1
		fi
		sleep 0.1
	done
	[ -z "$output" ] || echo "$output"
}

# ---- namespaces and processes ----

# setup_ns NAME...: makes namespaces and sets the variables of these names to what they are called.
setup_ns() {
	local name
	for name; do
		eval "$name=$name-$$"
		ip netns add "$name-$$" || return
		namespaces="$namespaces $name-$$"
		ip -n "$name-$$" link set lo up
	done
}

# link_ns NS NS: a veth pair; the first is 192.0.2.1 and 2001:db8::1, the second 192.0.2.2 and 2001:db8::2.
link_ns() {
	local index=0 ns
	ip -n "$1" link add veth0 type veth peer name veth0 netns "$2" || return
	for ns; do
		index=$((index + 1))
		ip -n "$ns" address add "192.0.2.$index/24" dev veth0
		ip -n "$ns" address add "2001:db8::$index/64" dev veth0 nodad
		ip -n "$ns" link set veth0 up
	done
}

# in_ns NS COMMAND...: the empty name is the namespace we are in.
in_ns() {
	local ns="$1"
	shift
	if [ -n "$ns" ]; then ip netns exec "$ns" "$@"; else "$@"; fi
}

# start COMMAND...: in the background, until the script ends; its number is in $started.
start() {
	"$@" &
	started=$!
	processes="$processes $started"
}

# shellcheck disable=SC2086 # lists of words
clean_up() {
	local status=$? ns
	trap - EXIT
	[ -z "$processes" ] || { kill -9 $processes; wait; } 2>/dev/null
	for ns in $namespaces; do
		ip netns pids "$ns" | xargs -r kill -9
		ip netns delete "$ns"
	done
	# Namespaces go in the background, and with them the sockets that still use the congestion control.
	! module_loaded || wait_for 30 rmmod tcplab || status=1
	rm -rf "$scratch"
	exit $status
}

# ---- the module ----

# load_module [PARAMETER=VALUE...]
load_module() {
	insmod "$module" "$@"
}

unload_module() {
	rmmod tcplab
}

module_loaded() {
	grep -q '^tcplab ' /proc/modules
}

# mark_log; ...; log_since_mark: the kernel's messages in between.
mark_log() {
	log_mark="mark $$ $(cut -d' ' -f1 /proc/uptime)"
	echo "$log_mark" >/dev/kmsg
}

log_since_mark() {
	dmesg | sed "1,/$log_mark/d"
}

# ---- reports ----

# report FILE [NS]: without its first line: column names, if it has them, and rows.
report() {
	in_ns "${2-}" cat "/proc/net/tcplab/$1" | grep -v '^#'
}

# summary_value NAME [NS]
# shellcheck disable=SC2016 # awk's variables
summary_value() {
	in_ns "${2-}" awk -v name="$1" '$1 == name { print $2 }' /proc/net/tcplab/summary
}

# connections_by_state [NS], ss_by_state [NS]: lines "STATE count" in order, one for each state that a socket of the
# namespace is in, as tcplab and as the kernel count them. Listeners have no row. Both ends of a row count if both are
# here: always for loopback, for adopted rows if the remote address is one of ours.
connections_by_state() {
	{
		in_ns "${1-}" ip -o address show | awk '{ split($4, a, "/"); print "address", a[1] }'
		report connections "${1-}"
	} | awk '
		$1 == "address" { ours[$2]; next }
		$1 == "local" { for (i = 1; i <= NF; i++) column[$i] = i; next }
		{
			count[$column["local_state"]]++
			host = $column["remote"]
			sub(/:[0-9]+(%.*)?$/, "", host)
			gsub(/[][]/, "", host)
			here = host in ours || host ~ /^127\./
			if ($column["origin"] == "loopback" || $column["origin"] == "adopted" && here)
				count[$column["remote_state"]]++
		}
		END { for (s in count) if (s !~ /^(CLOSED|LISTEN|-)$/) print s, count[s] }' | sort
}

ss_by_state() {
	in_ns "${1-}" ss -Htan | awk '
		{
			sub(/^ESTAB$/, "ESTABLISHED", $1)
			sub(/^SYN-RECV$/, "SYN_RECEIVED", $1)
			gsub(/-/, "_", $1)
			if ($1 != "LISTEN" && $1 != "UNCONN")
				count[$1]++
		}
		END { for (s in count) print s, count[s] }' | sort
}

# The rows agree with the socket table: at once or within a few seconds, as connections may be under way.
states_agree() {
	[ "$(connections_by_state "${1-}")" = "$(ss_by_state "${1-}")" ]
}

assert_states_agree() {
	wait_for 5 states_agree "${1-}" && return
	fail "tcplab counts $(connections_by_state "${1-}" | xargs), ss counts $(ss_by_state "${1-}" | xargs)"
}

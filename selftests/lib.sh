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

case ${1-} in
-h | --help)
	sed -n '4,${/^#/!q;/^# shellcheck/d;s/^# \{0,1\}//p;}' "$0"
	echo "usage: cd $(dirname "$0") && ./$(basename "$0")	(as root)"
	exit
	;;
esac

: "${selftests:=.}"	# where this file and its helpers lie; a script elsewhere sets it first
module=${TCPLAB_MODULE:-$selftests/../tcplab.ko}

# A script that cannot run at all. Only before run_tests.
skip_all() {
	echo "1..0 # SKIP $*"
	exit 4
}

# What is not there yet is built, for all scripts of the directory.
build_missing() {
	local directory source
	[ -e "$module" ] || make -s -C "$selftests/.." modules >&2 || return
	for directory in "$selftests" .; do
		for source in "$directory"/*.c; do
			[ ! -x "${source%.c}" ] || continue 2
		done
		make -s -C "$directory" all >&2 || return
	done
}

[ "$(id -u)" = 0 ] || skip_all "needs root"
# Somebody uses it, and it would be unloaded at the end.
! grep -q '^tcplab ' /proc/modules || skip_all "tcplab is loaded already"
build_missing || {
	echo "Bail out! The module or the helper programs do not build; scripts/deps build check installs what they need"
	exit 1
}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tcplab.XXXXXX")
namespaces=
processes=
counted_calls=
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

# call COMMAND...: a test, or what it does. Its last command may fail, but must be there.
call() {
	"$@"
	[ $? != 127 ] || fail "$1, or its last command, is not there"
}

run_tests() {
	local number=0 failures=0
	echo "TAP version 13"
	echo "1..$(($# / 2))"
	while [ $# -ge 2 ]; do
		number=$((number + 1))
		checks_failed=0
		skip_reason=
		call "$2"
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

# ---- slow machines ----

# Emulated and instrumented kernels: KSFT_MACHINE_SLOW is the kernel's own name for these.
slowness=1
[ "${KSFT_MACHINE_SLOW-}" != yes ] || slowness=10

# scaled NUMBER: how many of something, connections for one, where NUMBER is right for an ordinary kernel.
scaled() {
	echo $((($1 + slowness - 1) / slowness))
}

# ---- waiting ----

# wait_for SECONDS COMMAND...: until it succeeds; fails after the time. The command's output is the last try's.
wait_for() {
	local now deadline output
	read -r now _ </proc/uptime
	deadline=$((${now%.*} + $1 * slowness))
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
	local status=$? ns process
	trap - EXIT
	for process in $processes; do
		# What is a shell function may have a child, which must not outlive it: it holds our output open.
		kill -STOP "$process" && pkill -9 -P "$process"
		kill -9 "$process"
	done 2>/dev/null
	wait 2>/dev/null
	forget_calls
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

# Counts sockets by state as ss, the rows of connections and the gauges of the summary do: a row asks its socket when it is
# read, and a gauge is what the tracker was told. Listeners have no row. Both ends of a row count if both are here.
# shellcheck disable=SC2016 # awk's variables
state_counter='
	function add(witness, state, number) {
		count[witness, state] += number
		states[state]
	}
	/^#/ { next }
	FILENAME ~ /connections$/ {
		if ($1 == "local") {
			for (i = 1; i <= NF; i++)
				column[$i] = i
			next
		}
		add("rows", $column["local_state"], 1)
		if ($column["ends"] == 2)
			add("rows", $column["remote_state"], 1)
		next
	}
	FILENAME ~ /summary$/ {
		seen++
		if (sub(/^state_/, "", $1))
			add("gauges", $1, $2)
		next
	}
	{
		gsub(/-/, "_", $1)
		sub(/^ESTAB$/, "ESTABLISHED", $1)
		sub(/^SYN_RECV$/, "SYN_RECEIVED", $1)
		add("sockets", $1, 1)
	}
	END {
		if (!seen)
			print "gauges there is no summary"
		for (state in states) {
			if (state ~ /^(CLOSED|LISTEN|UNCONN|-)$/)
				continue
			split("sockets rows gauges", witness)
			for (i = 1; i <= 3; i++) {
				if (count[witness[i], state])
					print witness[i], state, count[witness[i], state]
				differ += count[witness[i], state] != count["sockets", state]
			}
		}
		exit differ || !seen
	}'

# state_counts NS [REPORT...]: lines "WITNESS STATE count" of ss and these reports; with connections and summary the status
# says whether the three agree. It is one program, since this is asked often.
state_counts() {
	local ns="$1"
	shift
	# shellcheck disable=SC2016 # the inner shell's
	in_ns "$ns" sh -c 'counter=$1
		shift
		ss -Htan | awk "$counter" - "$@"' sh "$state_counter" "$@"
}

# connections_by_state [NS], gauges_by_state [NS], ss_by_state [NS]: lines "STATE count" in order, of one of them.
connections_by_state() {
	state_counts "${1-}" /proc/net/tcplab/connections | sed -n 's/^rows //p' | sort
}

gauges_by_state() {
	state_counts "${1-}" /proc/net/tcplab/summary | sed -n 's/^gauges //p' | sort
}

ss_by_state() {
	state_counts "${1-}" | sed -n 's/^sockets //p' | sort
}

# Rows and gauges agree with the socket table: at once or within a few seconds, as connections may be under way.
states_agree() {
	state_counts "${1-}" /proc/net/tcplab/connections /proc/net/tcplab/summary >"$scratch/states"
}

# assert_states_agree [NS [SECONDS]]: within this time.
assert_states_agree() {
	wait_for "${2-5}" states_agree "${1-}" && return
	fail "rows say $(connections_by_state "${1-}" | xargs), the summary says $(gauges_by_state "${1-}" | xargs)," \
		"ss says $(ss_by_state "${1-}" | xargs)"
}

# ---- an independent witness of what the kernel does ----

# count_calls FUNCTION: from now on, of the kernel's or the module's. Fails where there are no kprobes.
count_calls() {
	tracefs=/sys/kernel/tracing
	[ -e $tracefs/kprobe_events ] || mount -t tracefs tracefs $tracefs || return
	echo "p:tcplab_test/$1 $1" >>$tracefs/kprobe_events || return
	echo 1 >$tracefs/events/tcplab_test/"$1"/enable
	counted_calls="$counted_calls $1"
}

# calls FUNCTION: how many since.
calls() {
	awk -v name="$1" '$1 == name { print $2 }' "$tracefs/kprobe_profile"
}

forget_calls() {
	local name
	for name in $counted_calls; do
		echo 0 >"$tracefs/events/tcplab_test/$name/enable"
		echo "-:tcplab_test/$name" >>"$tracefs/kprobe_events"
	done
	counted_calls=
}

# ---- sockets ----

# start_endpoint NAME [NS]: a process that holds sockets in a namespace; see endpoint.c. Then: NAME COMMAND...
start_endpoint() {
	local control="$scratch/$1"
	start in_ns "${2-}" "$selftests/endpoint" "$control" serve
	wait_for 5 test -S "$control" || return
	eval "$1() { '$selftests/endpoint' '$control' \"\$@\"; }"
}

# row LOCAL REMOTE [NS]: the row of a connection, if it has one.
# shellcheck disable=SC2016 # awk's variables
row() {
	in_ns "${3-}" awk -v local="$1" -v remote="$2" '$1 == local && $2 == remote' /proc/net/tcplab/connections
}

# states LOCAL REMOTE [NS]: "local_state remote_state" of a connection, or nothing.
states() {
	row "$@" | awk '{ print $4, $5 }'
}

states_are() {
	[ "$(states "$1" "$2" "${4-}")" = "$3" ]
}

# assert_states LOCAL REMOTE "LOCAL_STATE REMOTE_STATE" [NS]: at once or soon, as segments may be under way.
assert_states() {
	wait_for 5 states_are "$@" || fail "$1 to $2 is '$(states "$1" "$2" "${4-}")', should be '$3'"
}

none_closes() {
	[ -z "$(in_ns "$1" ss -Htn state fin-wait-1 state fin-wait-2)" ]
}

# await_fin_wait_2 NS: until the kernel has no connection there that was closed here alone. It waits for three and a half
# timeouts of a segment where that is longer than tcp_fin_timeout; on a machine that halts for seconds these are long. No
# such timeout is longer than 120 s, on a slow machine either.
await_fin_wait_2() {
	wait_for "$(scaled 420)" none_closes "$1" || fail "FIN_WAIT_2 does not end: $(in_ns "$1" ss -Htno state fin-wait-1 state fin-wait-2)"
}

# ---- a scripted remote host ----

# enter_ns: runs the script in a namespace of its own, which goes when it ends. Only before anything else.
enter_ns() {
	if [ -z "${TCPLAB_ENTERED-}" ]; then
		rm -rf "$scratch"
		TCPLAB_ENTERED=1 exec unshare -n "$0"
	fi
	ip link set lo up
}

# start_peer NAME: a remote host behind the device tun0, which gets 192.0.2.1 and 2001:db8::1; its TCP does what it is
# told, see peer.c. Then: NAME COMMAND...
start_peer() {
	local control="$scratch/$1"
	[ -e /dev/net/tun ] || modprobe tun || return
	start "$selftests/peer" "$control" serve tun0
	wait_for 5 test -S "$control" || return
	ip address add 192.0.2.1/24 dev tun0
	ip address add 2001:db8::1/64 dev tun0 nodad
	ip link set tun0 up || return
	eval "$1() { '$selftests/peer' '$control' \"\$@\"; }"
}

# meet active|passive PORT: a connection of $family 4 or 6 between the endpoint "kernel" and the peer "peer", before the
# first segment of the peer: the kernel's socket "s" sends its SYN to PORT, or its socket "l" listens at PORT. Sets $here
# and $there as a report shows the ends. The port of the other end is another one each time.
# shellcheck disable=SC2154 # family is the test's
meet() {
	local ours=192.0.2.1 theirs=192.0.2.2
	[ "$family" = 4 ] || { ours=2001:db8::1 theirs=2001:db8::2; }
	peer_port=$((${peer_port:-40000} + 1))
	if [ "$1" = active ]; then
		assert peer meet "$family" "$2" "$peer_port"
		assert kernel start s "$theirs" "$2" "$peer_port"
		here=$peer_port there=$2
	else
		assert kernel listen l "$ours" "$2"
		assert peer meet "$family" "$peer_port" "$2"
		here=$2 there=$peer_port
	fi
	if [ "$family" = 4 ]; then
		here=$ours:$here there=$theirs:$there
	else
		here="[$ours]:$here" there="[$theirs]:$there"
	fi
}

# meet_open active|passive PORT: the same, and opens the connection, whose socket is "s".
meet_open() {
	meet "$@"
	if [ "$1" = active ]; then
		assert peer expect S
		assert peer send S.
		assert peer expect .
	else
		assert peer send S
		assert peer expect S.
		assert peer send .
		assert kernel accept s l
		assert kernel close l
	fi
	row_is "ESTABLISHED ESTABLISHED"
}

# row_is "LOCAL_STATE REMOTE_STATE": of the connection between $here and $there; empty: there is no row. And all rows
# agree with ss.
row_is() {
	assert_states "$here" "$there" "$1"
	assert_states_agree ""
}

# mark_counts; ...; assert_counted NAME NUMBER: how much a value of the summary has grown in between.
mark_counts() {
	report summary >"$scratch/counts"
}

counted() {
	[ $(($(summary_value "$1") - $(awk -v name="$1" '$1 == name { print $2 }' "$scratch/counts"))) = "$2" ]
}

assert_counted() {
	wait_for 3 counted "$@" || fail "$1 is $(summary_value "$1"), should be $2 more than before: $(
		grep "^$1 " "$scratch/counts")"
}

# Whether no socket is left of an earlier script: one without a program, one in TIME_WAIT, or one of a namespace that it keeps.
# shellcheck disable=SC2016 # awk's variables
nothing_left() {
	awk '/^TCP:/ {
		for (i = 2; i < NF; i += 2)
			sockets[$i] = $(i + 1)
		exit sockets["orphan"] || sockets["tw"] || sockets["alloc"] > sockets["inuse"]
	}' /proc/net/sockstat
}

# await_room: for a script that bounds the rows of all namespaces, before it loads the module. Other sockets of the machine
# have rows, too: where there are some it is in vain.
await_room() {
	[ "$(id -u)" = 0 ] || return 0
	nothing_left || wait_for 120 nothing_left || echo "# sockets of others may take rows" >&2
}

# uptime_is MILLISECONDS [NS]: the tracker has reached that age.
uptime_is() {
	[ "$(summary_value uptime_ms "${2-}")" -ge "$1" ]
}

# Each row is compared with its socket. A doubt that reading the rows finds is settled by a second look a slot of the
# wheel later, 256 ms, and by then it counts as a disagreement.
look_twice() {
	report connections "${1-}" >"$scratch/looked"
	# Nobody can doubt what is not there.
	[ "$(wc -l <"$scratch/looked")" -gt 1 ] || return 0
	wait_for 5 uptime_is $(($(summary_value uptime_ms "${1-}") + 800)) "${1-}"
}

# Nothing was refused, and the sockets were always what segments said.
assert_undisputed() {
	look_twice
	assert_counted invalid 0
	assert_counted bad_checksum 0
	assert_counted stack_disagreements 0
}

# run_tests_46: as run_tests, each test with $family 4 and then with 6.
run_tests_46() {
	local left=$#
	while [ "$left" -gt 0 ]; do
		eval "$2_4() { family=4; $2; }; $2_6() { family=6; $2; }"
		set -- "$@" "$1, IPv4" "$2_4" "$1, IPv6" "$2_6"
		shift 2
		left=$((left - 2))
	done
	run_tests "$@"
}

# ---- the tuning mirror ----

tuning=/sys/kernel/tcplab/tuning

# tune FILE VALUE [NS]: writes to a file of the mirror; prints the error, if there is one.
tune() {
	printf '%s\n' "$2" | { in_ns "${3-}" tee "$tuning/$1" >/dev/null; } 2>&1
}

# tuned FILE [NS]: its text, with blanks for tabs.
tuned() {
	in_ns "${2-}" cat "$tuning/$1" | tr '\t' ' '
}

# real NAME [NS]: the kernel's value.
real() {
	in_ns "${2-}" sysctl -n "$1" 2>/dev/null | tr '\t' ' '
}

# assert_tune FILE VALUE [NS]: it is taken. refute_tune ERROR FILE VALUE [NS]: it is refused with that message, and changes
# nothing.
assert_tune() {
	local answer
	answer=$(tune "$@")
	[ -z "$answer" ] || fail "'$2' to $1: says '$answer'"
}

refute_tune() {
	local error=$1 before answer
	shift
	before=$(tuned "$1" "${3-}" 2>&1)
	answer=$(tune "$@")
	case $answer in
	*"$error"*) ;;
	*) fail "'$2' to $1: says '$answer', should say '$error'" ;;
	esac
	assert_eq "$(tuned "$1" "${3-}" 2>&1)" "$before" "$1 after '$2' was refused"
}

# tuning_column NAME COLUMN [NS]: a field of the report
# shellcheck disable=SC2016 # awk's variables
tuning_column() {
	in_ns "${3-}" awk -v name="$1" -v column="$2" '
		$1 == "name" { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$1 == name {
			if (column != "effect") { print $at[column]; exit }
			for (i = at["effect"]; i <= NF; i++) printf "%s%s", $i, i < NF ? " " : "\n"
		}' /proc/net/tcplab/tuning
}

# stage_set NS <LINES: one open file, as many writes as tee makes of it; prints the error, if there is one.
stage_set() {
	{ in_ns "$1" tee "$tuning/profile" >/dev/null; } 2>&1
}

# hold_rtnl NS: nobody can change an interface, nor its forwarding, until release_rtnl. Fails if this kernel or this user
# cannot do so.
hold_rtnl() {
	local file=/proc/sys/net/ipv4/conf/lo/forwarding value
	rm -f "$scratch/held"
	start ip netns exec "$1" "$selftests/stuck" -r "$scratch/held"
	rtnl_holder=$started
	wait_for 5 test -e "$scratch/held" || return
	value=$(in_ns "$1" cat "$file")
	in_ns "$1" timeout -s KILL 0.5 sh -c "echo $((1 - value)) >$file" 2>/dev/null || return 0
	# Nobody was held up.
	in_ns "$1" sh -c "echo $value >$file"
	release_rtnl
	return 1
}

release_rtnl() {
	kill -9 "$rtnl_holder"
	wait "$rtnl_holder" 2>/dev/null
}

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The trace events connection_state, close_wait_leak and half_open, as tracefs and bpftrace show them; and all events are
# as Documentation/trace.rst tells.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint

. ./lib.sh

[ -d /sys/kernel/tracing/events ] || mount -t tracefs none /sys/kernel/tracing 2>/dev/null ||
	skip_all "this kernel has no tracefs"
load_module && setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1
[ -d /sys/kernel/tracing/events/tcplab ] || skip_all "this kernel has no trace events"
tracing=/sys/kernel/tracing/instances/tcplab-$$
mkdir "$tracing" || exit 1
trap 'status=$?; echo 0 >"$tracing/events/enable"; rmdir "$tracing"; (exit $status); clean_up' EXIT

# tracing EVENT; ...; traced: what it has said, without the time and who was running.
tracing() {
	echo 0 >"$tracing/events/enable"
	echo >"$tracing/trace"
	echo 1 >"$tracing/events/tcplab/$1/enable"
}

traced() {
	sed -n 's/^[^#]*: \([a-z_]*: netns\)/\1/p' "$tracing/trace"
}

traced_is() {
	[ "$(traced | grep -c -- "$1")" = "$2" ]
}

# assert_traced PATTERN NUMBER: so many events are like that, at once or soon.
assert_traced() {
	wait_for "${3:-5}" traced_is "$1" "$2" || fail "'$1' was traced $(traced | grep -c -- "$1") times, should be $2: $(traced)"
}

life() {
	local ns server='192.0.2.2:9001'
	tracing connection_state
	assert sb listen l 192.0.2.2 9001
	assert sa connect c 192.0.2.2 9001
	assert sb accept s l
	assert sa close c
	assert_traced "$server .* end=local here=1 ESTABLISHED -> CLOSE_WAIT" 1
	assert sb close s
	ns=$(in_ns "$b" readlink /proc/self/ns/net | tr -dc 0-9)
	assert_traced "netns=$ns ::ffff:$server ::ffff:192.0.2.1:[0-9]* end=local here=1 LAST_ACK -> CLOSED" 1
	assert_traced "netns=$ns .* end=remote here=0 .*ESTABLISHED -> FIN_WAIT_[12]" 1
	ns=$(in_ns "$a" readlink /proc/self/ns/net | tr -dc 0-9)
	assert_traced "netns=$ns .*::ffff:$server end=local here=1 .*-> TIME_WAIT" 1
	# Each end went where it was seen to go: a state begins where the one before it ended.
	assert_eq "$(traced | awk -v ns="netns=$ns" '$2 == ns && $5 == "end=local" { if (last && $7 != last) print; last = $9 }')" "" \
		"states that do not follow each other"
	assert sb close l
	# A row that is given up is no event.
	tracing connection_state
	assert sb listen l 192.0.2.2 9001
	assert sa connect c 192.0.2.2 9001
	assert_traced "-> ESTABLISHED" 4
	echo >"$tracing/trace"
	echo 0 | in_ns "$b" tee /sys/kernel/tcplab/track/enabled >/dev/null
	echo 1 | in_ns "$b" tee /sys/kernel/tcplab/track/enabled >/dev/null
	assert_eq "$(traced | grep -c -- '-> CLOSED')" 0 "connections that are said to be CLOSED"
	assert sa close c
	assert sb close l
}

# It fires once when the age is reached, and no packet is needed for it.
leak() {
	local now
	tracing close_wait_leak
	echo 2000 | in_ns "$b" tee /sys/kernel/tcplab/close_wait/leak_ms >/dev/null
	assert sb listen l 2001:db8::2 9002
	assert sa connect c 2001:db8::2 9002
	assert sb accept s l
	assert sa send c 5
	assert sa close c
	assert_traced '\[\?2001:db8::2\]\?:9002 .* cause=unread-data' 1
	assert_between "$(traced | sed 's/.*age_ms=\([0-9]*\).*/\1/')" 2000 $((3000 * slowness)) "age at which it was told"
	# Neither time nor a change of the threshold makes it told again.
	echo 1000 | in_ns "$b" tee /sys/kernel/tcplab/close_wait/leak_ms >/dev/null
	now=$(summary_value uptime_ms "$b")
	wait_for 10 uptime_is $((now + 2000)) "$b"
	assert_traced close_wait_leak 1
	assert sb close s
	assert sb close l
	echo 60000 | in_ns "$b" tee /sys/kernel/tcplab/close_wait/leak_ms >/dev/null
}

# Whatever the phase of the watch is, and however young the connection.
soon_told() {
	local i
	tracing close_wait_leak
	echo 2000 | in_ns "$b" tee /sys/kernel/tcplab/close_wait/leak_ms >/dev/null
	assert sb listen l 192.0.2.2 9005
	for i in 1 2 3 4 5 6 7 8; do
		assert sa connect "c$i" 192.0.2.2 9005
		assert sb accept "s$i" l
		assert sa close "c$i"
		sleep 0.13
	done
	assert_traced '192.0.2.2:9005 .* cause=unread-eof' 8 10
	for i in $(traced | sed 's/.*age_ms=\([0-9]*\).*/\1/'); do
		assert_between "$i" 2000 $((3000 * slowness)) "age at which it was told"
	done
	for i in 1 2 3 4 5 6 7 8; do
		assert sb close "s$i"
	done
	assert sb close l
	echo 60000 | in_ns "$b" tee /sys/kernel/tcplab/close_wait/leak_ms >/dev/null
}

half_open() {
	tracing half_open
	in_ns "$a" sysctl -qw net.ipv4.tcp_fin_timeout=2
	assert sb listen l 192.0.2.2 9003
	assert sa connect c 192.0.2.2 9003
	assert sb accept s l
	assert sa close c
	await_fin_wait_2 "$a"
	assert_traced '192.0.2.2:9003 evidence=fin-wait-2-timeout' 1 5
	assert sb close s
	assert sb close l
}

# fields EVENT: "FIELD TYPE" of each that is its own.
fields() {
	sed -n 's/^\tfield:\(.*\) \([a-z_0-9]*\)\(\[[0-9]*\]\)\{0,1\};.*/\2 \1\3/p' "$tracing/events/tcplab/$1/format" |
		grep -v ^common_
}

# Filters and programs see fields, and not the text that they are printed as.
words() {
	local event field type
	for event in "$tracing"/events/tcplab/*/format; do
		event=$(basename "$(dirname "$event")")
		while read -r field type; do
			case $field in
			oldstate | newstate | cause | evidence | reason | kind | verdict)
				assert_eq "$type" "char[24]" "type of $field in $event"
				;;
			esac
		done <<-END
			$(fields "$event")
		END
	done
	tracing close_wait_leak
	echo 'cause == "unread-data" && sport == 9007' >"$tracing/events/tcplab/close_wait_leak/filter"
	echo 1000 | in_ns "$b" tee /sys/kernel/tcplab/close_wait/leak_ms >/dev/null
	assert sb listen l 192.0.2.2 9007
	assert sa connect c1 192.0.2.2 9007
	assert sb accept s1 l
	assert sa connect c2 192.0.2.2 9007
	assert sb accept s2 l
	assert sa send c2 5
	assert sa close c1
	assert sa close c2
	assert_traced '192.0.2.2:9007 .* cause=unread-data' 1 10
	wait_for 10 both_told || fail "leaks: $(summary_value close_wait_leaks "$b")"
	assert_traced 9007 1
	echo 0 >"$tracing/events/tcplab/close_wait_leak/filter"
	assert sb close s1
	assert sb close s2
	assert sb close l
}

both_told() {
	[ "$(summary_value close_wait_leaks "$b")" = 2 ]
}

# The page names each event, and each field that not all of them have.
documented() {
	local page=../Documentation/trace.rst event field
	[ -e "$page" ] || { skip "needs Documentation"; return; }
	for event in "$tracing"/events/tcplab/*/format; do
		event=$(basename "$(dirname "$event")")
		assert grep -qx "$event" "$page"
		for field in $(fields "$event" | cut -d' ' -f1); do
			sed -n "/^$event\$/,/^\$/p; /^Fields that most/,/^Events/p" "$page" | grep -qw "$field" ||
				fail "the page does not tell of $field in $event"
		done
	done
}

traces_or_gave_up() {
	grep -q ready "$scratch/bpftrace" || ! kill -0 "$started" 2>/dev/null
}

# The program is the one that the page shows.
by_bpftrace() {
	local program
	program=$(sed -n '/bpftrace -e .tracepoint:tcplab:close_wait_leak$/{n;s/^ *\({.*}\).$/\1/p}' ../Documentation/waits.rst 2>/dev/null)
	[ -n "$program" ] || { skip "needs Documentation"; return; }
	command -v bpftrace >/dev/null || { skip "there is no bpftrace"; return; }
	start bpftrace -e 'BEGIN { printf("ready\n"); }
		tracepoint:tcplab:connection_state /args->sport == 9004 && !args->remote/ { @to[args->newstate] = count(); }
		tracepoint:tcplab:close_wait_leak /args->sport == 9004 || args->sport == 9006/ '"$program"'
		interval:s:1 { print(@to); }' >"$scratch/bpftrace" 2>&1
	wait_for 60 traces_or_gave_up || { fail "bpftrace does nothing"; return; }
	grep -q ready "$scratch/bpftrace" || { skip "bpftrace: $(head -n 1 "$scratch/bpftrace")"; return; }
	echo 1000 | in_ns "$b" tee /sys/kernel/tcplab/close_wait/leak_ms >/dev/null
	assert sb listen l 192.0.2.2 9004
	assert sa connect c 192.0.2.2 9004
	assert sb accept s l
	assert sa close c
	assert sb listen l6 2001:db8::2 9006
	assert sa connect c6 2001:db8::2 9006
	assert sb accept s6 l6
	assert sa send c6 5
	assert sa close c6
	wait_for 30 grep -q 9006 "$scratch/bpftrace" && wait_for 30 grep -q 9004 "$scratch/bpftrace" ||
		fail "bpftrace saw no leak: $(cat "$scratch/bpftrace")"
	# It says all that it knows each second: its orderly end, which once did not come, is not needed.
	wait_for 30 grep -q '^@to.CLOSE_WAIT' "$scratch/bpftrace"
	kill -9 "$started"
	assert_eq "$(grep port "$scratch/bpftrace" | sort)" "2001:db8::2 port 9006 uid 0 unread-data
::ffff:192.0.2.2 port 9004 uid 0 unread-eof" "what bpftrace has seen"
	# It is not over.
	assert_eq "$(grep '^@to' "$scratch/bpftrace" | sort -u)" "@to[CLOSE_WAIT]: 1
@to[ESTABLISHED]: 1
@to[SYN_RECEIVED]: 1" "states that bpftrace has seen"
	assert sb close s
	assert sb close l
	assert sb close s6
	assert sb close l6
}

run_tests \
	"states of a connection" life \
	"a leak is told once" leak \
	"leaks are told within a second" soon_told \
	"a half-open connection" half_open \
	"words are words in fields, too" words \
	"every event and field is documented" documented \
	"bpftrace" by_bpftrace

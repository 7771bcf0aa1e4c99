#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Other lengths of TIME_WAIT for many sockets: they end in time while more come than can be looked at one by one; a namespace
# with ten thousand of them goes; and the module goes while they are kept for longer than the kernel would.
# shellcheck shell=dash disable=SC2154 # variables that functions set

. ./stress.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
[ -d /sys/kernel/tracing/events ] || mount -t tracefs none /sys/kernel/tracing || skip_all "this kernel has no tracefs"
closes=$(sized 30000 300)
many=$(sized 10000 200)
tracing=/sys/kernel/tracing

space() {
	setup_ns "$1" || return
	eval "ns=\$$1"
	in_ns "$ns" sysctl -qw net.ipv4.ip_local_port_range="1024 65535" net.ipv4.tcp_max_tw_buckets=262144 \
		net.ipv4.tcp_tw_reuse=0
	start in_ns "$ns" ../churn serve 127.0.0.1 80
	wait_for 10 listens "$ns" 80
}

# tw NAME: a row of time_wait.
# shellcheck disable=SC2016 # awk's variables
tw() {
	in_ns "$ns" awk -v name="$1" '$1 == name { print $2 }' /proc/net/tcplab/time_wait
}

set_length() {
	echo "$1" | in_ns "$ns" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
}

none_left() {
	[ "$(tw now)" = 0 ]
}

# What the trace has of ends at an age of more than this is late.
late() {
	grep -c 'time_wait_exit:' "$tracing/trace"
}

in_time() {
	local each entered
	load_module && space a || { fail "cannot set up"; return; }
	set_length 1000
	echo >"$tracing/trace"
	echo "age_ms > 1020" >"$tracing/events/tcplab/time_wait_exit/filter"
	echo 1 >"$tracing/events/tcplab/time_wait_exit/enable"
	each=$(in_ns "$ns" env NO_MESSAGES=y ./connloop 127.0.0.2 81 "$closes" 0) || fail "connections failed"
	wait_for 60 none_left || fail "$(tw now) are left"
	echo 0 >"$tracing/events/tcplab/time_wait_exit/enable"
	echo 0 >"$tracing/events/tcplab/time_wait_exit/filter"
	entered=$(tw entered)
	figure "TIME_WAIT a second" "$(per 1000000000 "$each")"
	figure "ended more than 20 ms late, percent" "$(per $((100 * $(late))) "$entered" 1)"
	assert_eq "$entered" "$closes" "entered"
	assert_eq "$(tw exited_shortened)" "$entered" "shortened"
	assert_eq "$(sockets time-wait "$ns")" 0 "sockets, as ss counts them"
	# Whoever shares the machine with us makes some late.
	assert is "$(late) * 100 <= $entered * 5"
}

# More than half of what churn makes ends in TIME_WAIT.
filled() {
	set_length 600000
	assert in_ns "$ns" ../churn connect 127.0.0.1 80 $((many * 2))
	assert is "$(tw now) >= $many"
}

namespace_goes() {
	space b || { fail "cannot set up"; return; }
	filled
	rows=$(tw now)
	are_there tw_sock_TCP && are_there tcplab_conn || fail "slabs cannot tell: $(slab_objects tw_sock_TCP) sockets"
	ip netns pids "$ns" | xargs -r kill -9
	timed all_go || fail "$(slab_objects tw_sock_TCP) sockets and $(slab_objects tcplab_conn) rows are left"
	namespaces=$(echo "$namespaces" | sed "s/ $ns//")
	figure "a namespace with $rows of them goes, ms" "$ms"
}

# The command only tells the kernel, which takes its time. Slabs may keep some objects that are free.
all_go() {
	ip netns delete "$ns" && wait_for 60 are_gone tw_sock_TCP && wait_for 60 are_gone tcplab_conn
}

are_there() {
	[ "$(slab_objects "$1")" -ge "$rows" ]
}

are_gone() {
	[ "$(slab_objects "$1")" -lt $((rows / 2)) ]
}

minutes() {
	in_ns "$ns" ss -Htano state time-wait | grep -c 'timewait,[0-9]*min'
}

# The kernel's own time is put back, so that none stays.
module_goes() {
	space c || { fail "cannot set up"; return; }
	filled
	rows=$(tw now)
	wait_for 60 kept || fail "timers of $(minutes) are kept ahead"
	timed unload_module || fail "it does not unload"
	figure "unloading with $rows of them, ms" "$ms"
	assert_eq "$(minutes)" 0 "timers that are kept ahead"
	wait_for 90 ss_has_none || fail "$(sockets time-wait "$ns") stay in TIME_WAIT"
}

kept() {
	is "$(minutes) >= $many"
}

ss_has_none() {
	[ "$(sockets time-wait "$ns")" = 0 ]
}

run_tests \
	"they end in time" in_time \
	"a namespace goes with them" namespace_goes \
	"the module goes" module_goes

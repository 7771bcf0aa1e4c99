#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A hundred thousand sockets in CLOSE_WAIT: each is told to be a leak within a second of its time, and watching them costs
# less than 1 % of a CPU. Then the holders of ten thousand among a thousand processes are found in one pass over them.
# shellcheck shell=dash disable=SC2154 # variables that functions set

. ./stress.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
[ -d /sys/kernel/tracing/events ] || mount -t tracefs none /sys/kernel/tracing || skip_all "this kernel has no tracefs"

leaks=$(sized 100000 500)
leak_ms=30000
tracing=/sys/kernel/tracing

setup_ns a || exit 1
in_ns "$a" sysctl -qw net.ipv4.ip_local_port_range="1024 65535" net.core.somaxconn=65535 net.ipv4.tcp_fin_timeout=5
# All clients are killed at once: what is one orphan too many gets a RST.
sysctl -qw net.ipv4.tcp_max_orphans=1048576
load_module max_connections=400000 max_total=800000 || exit 1

gauge() {
	summary_value "$1" "$a"
}

# A few of so many clients that are killed at once are reset by the kernel; those that are left are leaks, as ss counts them.
leaked() {
	local counted
	counted=$(sockets close-wait "$a")
	is "$counted >= $made * 0.999" && gauge_is fin_wait_2 0 && gauge_is close_wait "$counted"
}

gauge_is() {
	[ "$(gauge "$1")" = "$2" ]
}

# busy SECONDS: processor time that is spent meanwhile, in milliseconds per second.
busy() {
	local begin end
	begin=$(ticks)
	sleep "$1"
	end=$(ticks)
	echo $(((end - begin) * 10 / $1))
}

# All but idle and waiting for I/O.
ticks() {
	awk '$1 == "cpu" { print $2 + $3 + $4 + $7 + $8 }' /proc/stat
}

leaking() {
	echo 86400000 | in_ns "$a" tee /sys/kernel/tcplab/close_wait/leak_ms >/dev/null
	start in_ns "$a" ./crowd keep 0.0.0.0 80
	wait_for 10 listens "$a" 80
	crowd all "$leaks" "$a" 80 127.0.0.1 4
	assert_eq "$made" "$leaks" "connections made"
	pkill -9 -P "$started"
	# While others of a chain go, ss may miss one.
	wait_for 600 leaked || fail "close_wait is $(gauge close_wait), $(sockets close-wait "$a") as ss counts"
	leaks=$(gauge close_wait)
}

late() {
	grep -c 'close_wait_leak:' "$tracing/trace"
}

# Their ages differ, and so do the times at which they become leaks.
noticed() {
	local oldest begin
	# shellcheck disable=SC2016 # awk's variables
	oldest=$(in_ns "$a" awk 'NR > 2 && $3 > m { m = $3 } END { print m }' /proc/net/tcplab/close_wait)
	leak_ms=$((oldest + 20000))
	echo >"$tracing/trace"
	echo "age_ms > $((leak_ms + 1000))" >"$tracing/events/tcplab/close_wait_leak/filter"
	echo 1 >"$tracing/events/tcplab/close_wait_leak/enable"
	echo "$leak_ms" | in_ns "$a" tee /sys/kernel/tcplab/close_wait/leak_ms >/dev/null
	assert_eq "$(gauge close_wait_leaks)" 0 "leaks before their time"
	wait_for 600 gauge_is close_wait_leaks "$leaks" || fail "close_wait_leaks is $(gauge close_wait_leaks)"
	echo 0 >"$tracing/events/tcplab/close_wait_leak/enable"
	echo 0 >"$tracing/events/tcplab/close_wait_leak/filter"
	figure "told more than a second late" "$(late) of $leaks"
	assert_eq "$(late)" 0 "leaks that were told more than a second late"
}

# The same minute with the module and without it.
cheap() {
	local with without
	with=$(busy 60)
	timed unload_module || fail "it does not unload"
	figure "unloading, ms" "$ms"
	without=$(busy 60)
	figure "processor time with and without tcplab, ms per s" "$with, $without"
	assert_between $((with - without)) -1000 10 "processor time of the watch, ms per s"
	stop_all_but_module
}

stop_all_but_module() {
	load_module
	stop_all
}

# One pass over the processes, however many sockets there are: the name of each is asked for once.
one_pass() {
	local holders processes_before calls
	leaks=$(sized 10000 300)
	holders=$(sized 1000 50)
	load_module && setup_ns a || { fail "cannot set up"; return; }
	in_ns "$a" sysctl -qw net.ipv4.ip_local_port_range="1024 65535" net.core.somaxconn=65535
	start in_ns "$a" ./crowd keep 0.0.0.0 80
	wait_for 10 listens "$a" 80
	crowd all "$leaks" "$a" 80 127.0.0.1 4
	pkill -9 -P "$started"
	wait_for 600 gauge_is close_wait "$leaks" || fail "close_wait is $(gauge close_wait)"
	start sh -c "i=0; while [ \$i -lt $holders ]; do sleep 3600 & i=\$((i + 1)); done; wait"
	wait_for 60 sleepers_are "$holders"
	echo 'p:tcplab_test __get_task_comm' >"$tracing/kprobe_events" || { skip "no kprobe at __get_task_comm()"; return; }
	echo 1 >"$tracing/events/kprobes/tcplab_test/enable"
	timed in_ns "$a" cat /proc/net/tcplab/close_wait >"$scratch/close_wait"
	echo 0 >"$tracing/events/kprobes/tcplab_test/enable"
	calls=$(awk '$1 == "tcplab_test" { print $2 }' "$tracing/kprobe_profile")
	echo >"$tracing/kprobe_events"
	processes_before=$(find /proc -maxdepth 1 -name '[0-9]*' | wc -l)
	figure "close_wait with $leaks leaks among $processes_before processes, ms" "$ms"
	figure "processes asked" "$calls"
	assert_eq "$(awk 'NR > 2 && $10 == "crowd"' "$scratch/close_wait" | wc -l)" "$leaks" "leaks whose holder is named"
	assert_between "$calls" "$holders" $((processes_before + 20)) "processes that were asked"
}

sleepers_are() {
	[ "$(pgrep -c -x sleep)" -ge "$1" ]
}

run_tests \
	"connections that their server forgets" leaking \
	"each is told in time" noticed \
	"watching them costs little" cheap \
	"their holders are found in one pass" one_pass

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The clock on the wall is set forwards and backwards under traffic. Ages, rates, leaks and the end of TIME_WAIT follow the
# time that passes, as /proc/uptime tells it.
# shellcheck shell=dash disable=SC2016,SC2154 # awk's variables; variables that functions set

. ./stress.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"

leak_ms=8000
# A tick of the kernel, and what /proc/uptime leaves out.
slack_ms=30
# What is noticed by a look each second, by a program that has to be given a processor first.
late_ms=$((5000 * slowness))

load_module && setup_ns server client && link_ns "$server" "$client" && start_endpoint ss_ "$server" &&
	start_endpoint sc "$client" || exit 1

start_wall=$(date +%s)
start_ms=$(now_ms)

# Leaves the status as it is.
restore_clock() {
	local status=$?
	date -s "@$((start_wall + ($(now_ms) - start_ms) / 1000))" >/dev/null
	return "$status"
}
trap 'restore_clock; clean_up' EXIT

# step SECONDS
step() {
	date -s "@$(($(date +%s) + $1))" >/dev/null || fail "the clock cannot be set"
	steps=$((${steps:-0} + 1))
}

# column NAME PORT [NS]: of the client's row to a port of the server.
column() {
	in_ns "$client" awk -v name="$1" -v port=":$2\$" '
		$1 == "local" { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$2 ~ port { print $column[name]; exit }' /proc/net/tcplab/connections
}

# look VALUE-NAME: sets $value, and the time that it was read at: from $early to $late.
look() {
	early=$(now_ms)
	case $1 in
	uptime_ms) value=$(summary_value "$1" "$client") ;;
	*) value=$(column "$1" 5001) ;;
	esac
	late=$(now_ms)
}

# mark NAME: measured from here on. passed NAME WHEN: it has grown by the time that has passed since.
mark() {
	look "$1"
	eval "mark_$1=$value early_$1=$early late_$1=$late"
}

passed() {
	look "$1"
	eval "value=\$((value - mark_$1)) early=\$((early - late_$1)) late=\$((late - early_$1))"
	assert_between "$value" $((early - slack_ms)) $((late + slack_ms)) "$1 $2, in $early to $late ms"
	off=0
	[ "$value" -ge "$early" ] || off=$((early - value))
	[ "$value" -le "$late" ] || off=$((value - late))
	[ "$off" -le "${worst:-0}" ] || worst=$off
}

all_passed() {
	local name
	for name in age_ms state_ms uptime_ms; do
		passed "$name" "after a step of $1 s"
	done
}

# connect PORT: a connection of the client's, named by its port.
connect() {
	assert ss_ listen "l$1" 192.0.2.1 "$1"
	assert sc connect "c$1" 192.0.2.1 "$1"
	assert ss_ accept "s$1" "l$1"
}

ages() {
	local seconds
	start in_ns "$server" ../churn serve 192.0.2.1 5000
	start in_ns "$client" ../churn connect 192.0.2.1 5000
	start_readers "$client"
	connect 5001
	mark age_ms
	mark state_ms
	mark uptime_ms
	for seconds in 3600 -7200 86400 -86400 1000000000 -1000000000; do
		step "$seconds"
		sleep 1
		all_passed "$seconds"
	done
	figure "steps of the clock" "$steps"
	figure "ms that an age is off at most" "${worst:-0}"
}

# The rate is of the last six seconds. The kernel's count of mini-sockets, TcpExtTW, gives it, too.
entered() {
	in_ns "$client" awk -v name="$1" '$1 == name { print $2 }' /proc/net/tcplab/time_wait
}

rates() {
	local seconds from kernel took rate
	for seconds in 100000 -200000; do
		from=$(entered entered) kernel=$(kernel_count TcpExtTW "$client")
		took=$(now_ms)
		step "$seconds"
		sleep 8
		rate=$(entered rate)
		took=$(($(now_ms) - took))
		kernel=$(per $((($(kernel_count TcpExtTW "$client") - kernel) * 1000)) "$took")
		from=$(per $((($(entered entered) - from) * 1000)) "$took")
		figure "after a step of $seconds s: rate, entered and TcpExtTW per second" "$rate, $from, $kernel"
		assert_between "$rate" $((kernel / 3)) $((kernel * 3 + 1)) "rate after a step of $seconds s"
	done
}

# leaks PORT SECONDS: a socket in CLOSE_WAIT is a leak after its time, whatever the clock says.
leaks() {
	local since is
	echo "$leak_ms" | in_ns "$client" tee /sys/kernel/tcplab/close_wait/leak_ms >/dev/null
	connect "$1"
	assert ss_ close "s$1"
	assert_states "$(row_local "$1")" "192.0.2.1:$1" "CLOSE_WAIT FIN_WAIT_2" "$client"
	since=$(now_ms)
	step "$2"
	is=$(leak_of "$1")
	[ $(($(now_ms) - since)) -ge "$leak_ms" ] || assert_eq "$is" 0 "leak right after a step of $2 s"
	wait_for $((leak_ms / 1000 + 10)) is_leak "$1" || fail "no leak after a step of $2 s"
	since=$(($(now_ms) - since))
	assert_between "$since" $((leak_ms - late_ms)) $((leak_ms + 2000 + late_ms)) "ms until it is a leak"
	figure "after a step of $2 s: ms until CLOSE_WAIT is a leak, of $leak_ms" "$since"
}

row_local() {
	in_ns "$client" awk -v port=":$1\$" '$2 ~ port { print $1; exit }' /proc/net/tcplab/connections
}

leak_of() {
	in_ns "$client" awk -v port=":$1\$" '
		$1 == "local" { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$2 ~ port { print $column["leak"]; exit }' /proc/net/tcplab/close_wait
}

is_leak() {
	[ "$(leak_of "$1")" = 1 ]
}

leaks_in_time() {
	leaks 5002 86400
	leaks 5003 -172800
}

# TIME_WAIT lasts 60 to 62 s of the kernel's own time, and its row as long.
time_wait_lasts() {
	local since
	connect 5004
	assert sc close c5004
	assert ss_ close s5004
	wait_for 5 has_time_wait || fail "there is no TIME_WAIT"
	since=$(now_ms)
	step 86400
	step -172800
	sleep 1
	assert has_time_wait
	assert_eq "$(column local_state 5004)" TIME_WAIT "local state after the steps"
	wait_for 75 no_time_wait || fail "TIME_WAIT lasts for ever"
	since=$(($(now_ms) - since))
	wait_for 5 no_row 5004 || fail "the row stays when the socket is gone"
	figure "seconds that TIME_WAIT lasted" "$(per "$since" 1000 1)"
	assert_between "$since" $((60000 - late_ms)) $((66000 + late_ms)) "ms that TIME_WAIT lasted"
	restore_clock
	assert_eq "$(summary_value stack_disagreements "$client")" 0 stack_disagreements
	readers_worked
}

has_time_wait() {
	[ -n "$(in_ns "$client" ss -Htan state time-wait dport = :5004)" ]
}

no_time_wait() {
	! has_time_wait
}

no_row() {
	[ -z "$(column local "$1")" ]
}

run_tests \
	"ages are of the time that passes" ages \
	"so are rates" rates \
	"so are leaks" leaks_in_time \
	"so is the end of TIME_WAIT" time_wait_lasts

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module is loaded and unloaded a thousand times, under traffic and while reports are read. Each time it adopts what
# is open, follows what comes, and leaves nothing behind: neither memory nor a broken connection.
# shellcheck disable=SC2154 # variables that functions set

. ./stress.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"

cycles=$(sized 1000 10)
held=$(sized 100 10)

# The server's namespace is ours: to look at it takes no other program.
enter_ns
setup_ns client || exit 1
ip link add veth0 type veth peer name veth0 netns "$client" && ip address add 192.0.2.1/24 dev veth0 &&
	ip -n "$client" address add 192.0.2.2/24 dev veth0 && ip link set veth0 up &&
	ip -n "$client" link set veth0 up || exit 1

# What is in TIME_WAIT would be adopted each time, and says nothing about memory.
sysctl -qw net.ipv4.tcp_max_tw_buckets=100
in_ns "$client" sysctl -qw net.ipv4.tcp_max_tw_buckets=100

traffic() {
	renice -n 19 "$BASHPID" >/dev/null
	../churn serve 192.0.2.1 5000 &
	in_ns "$client" ../churn connect 192.0.2.1 5000 &
	../churn serve ::1 5001 &
	../churn connect ::1 5001 &
	wait
}

# look: sets $adopted and $created.
look() {
	local line
	mapfile -t lines </proc/net/tcplab/summary
	for line in "${lines[@]}"; do
		case $line in
		"adopted "*) adopted=${line#* } ;;
		"created "*) created=${line#* } ;;
		esac
	done
}

# All that is held has been adopted, and something new has come.
tracking() {
	look
	[ "$adopted" -ge "$held" ] && [ "$created" -gt 0 ]
}

cycle() {
	local start=${EPOCHREALTIME/[.,]/} loaded
	insmod "$copy" || { fail "cycle $1: it does not load"; return 1; }
	loaded=${EPOCHREALTIME/[.,]/}
	load_us=$((load_us + loaded - start))
	tracking || wait_for 20 tracking || fail "cycle $1: adopted $adopted, created $created"
	look
	all_adopted=$((all_adopted + adopted)) all_created=$((all_created + created))
	start=${EPOCHREALTIME/[.,]/}
	unload_module 2>/dev/null || wait_for 20 unload_module || { fail "cycle $1: it does not unload"; return 1; }
	unload_us=$((unload_us + ${EPOCHREALTIME/[.,]/} - start))
}

free_kib() {
	awk '/^MemAvailable:/ { print $2 }' /proc/meminfo
}

# The load gets the time that loading and unloading leave, and that is enough: both wait a lot.
# Loading patches the tracepoint into running code. An emulated processor may still see the breakpoint of a patch that
# another one has finished, and dies of it: so what runs that code and what patches it share a processor here. The readers
# have the other one.
thousand_times() {
	local i free lost all_adopted=0 all_created=0 load_us=0 unload_us=0
	copy="$scratch/tcplab.ko"
	cp "$module" "$copy"
	taskset -p -c 1 $$ >/dev/null
	start_readers ""
	taskset -p -c 0 $$ >/dev/null
	start traffic
	start_crowd "" 192.0.2.1 5002
	crowd held "$held" "$client" 5002 192.0.2.1
	assert_eq "$made" "$held" "connections that are held"
	cycle 0
	free=$(free_kib) all_adopted=0 all_created=0 load_us=0 unload_us=0
	SECONDS=0
	for ((i = 1; i <= cycles; i++)); do
		cycle "$i" || break
		((i % 100)) || echo "# $i cycles in $SECONDS s"
	done
	figure "cycles" "$cycles"
	figure "seconds for a cycle" "$(per "$SECONDS" "$cycles" 2)"
	figure "ms for loading, and for unloading" "$(per "$load_us" $((1000 * cycles))), $(per "$unload_us" $((1000 * cycles)))"
	figure "connections adopted, and created, in a cycle" "$(per "$all_adopted" "$cycles"), $(per "$all_created" "$cycles")"
	lost=$((free - $(free_kib)))
	figure "KiB of memory that are gone after all cycles" "$lost"
	assert_between "$lost" -1000000 $((8192 + 4 * cycles)) "KiB that are gone"
	assert_eq "$(in_ns "$client" ss -Htn state established dport = :5002 | wc -l)" "$held" "connections that are still open"
	assert_eq "$(slab_objects tcplab_conn)" "" "slab of rows at the end"
	readers_worked
}

run_tests "a thousand cycles under traffic" thousand_times

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sockets that tell each change by themselves are not looked at each second. A kprobe counts the looks.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint

. ./lib.sh

[ -e /sys/kernel/tracing/kprobe_events ] || mount -t tracefs none /sys/kernel/tracing 2>"$scratch/ignored"
[ -e /sys/kernel/tracing/kprobe_events ] || skip_all "this kernel has no kprobe events"
load_module && setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

event=tcplab_looks_$$
echo "p:$event tl_check_due" >/sys/kernel/tracing/kprobe_events || exit 1
trap 'status=$?; echo 0 >"/sys/kernel/tracing/events/kprobes/$event/enable"; echo "-:$event" >>/sys/kernel/tracing/kprobe_events
	(exit $status); clean_up' EXIT
echo 1 >"/sys/kernel/tracing/events/kprobes/$event/enable"

sockets=$(scaled 30)

looks() {
	awk -v event="$event" '$1 == event { print $2 }' /sys/kernel/tracing/kprobe_profile
}

in_state() {
	[ "$(in_ns "$a" ss -Htan state "$1" | wc -l)" = "$2" ]
}

# no_looks: for two seconds, in which a socket that is looked at each second would be.
no_looks() {
	local before
	before=$(looks)
	wait_for 20 uptime_is $(($(summary_value uptime_ms "$a") + 2000)) "$a" && [ "$(looks)" = "$before" ]
}

# assert_left_alone: nothing but what happened to them a moment ago is a reason to look at the sockets, and that once; after
# a halt of the machine these looks are late. From then on at most one a minute is left.
assert_left_alone() {
	local before
	wait_for 30 no_looks || fail "$sockets sockets are looked at all the time"
	before=$(looks)
	wait_for 20 uptime_is $(($(summary_value uptime_ms "$a") + 5000)) "$a"
	assert_between $(($(looks) - before)) 0 $((sockets / 2)) "looks at $sockets sockets in five seconds"
}

fin_wait_2() {
	local i
	assert sb listen l 192.0.2.2 5000
	for i in $(seq "$sockets"); do
		assert sa connect "c$i" 192.0.2.2 5000
		assert sa shutdown "c$i"
	done
	wait_for 5 in_state fin-wait-2 "$sockets" || fail "$(in_ns "$a" ss -Htan state fin-wait-2 | wc -l) sockets are in FIN_WAIT_2"
	assert_left_alone
}

# Once the program lets go of it a mini-socket is left, whose end nothing tells.
orphans() {
	local i
	in_ns "$a" sysctl -qw net.ipv4.tcp_fin_timeout=2
	for i in $(seq "$sockets"); do assert sa close "c$i"; done
	await_fin_wait_2 "$a"
	wait_for 5 cut || fail "fin_wait_2_cut is $(summary_value fin_wait_2_cut "$a"), should be $sockets"
	assert_states_agree "$a"
}

cut() {
	[ "$(summary_value fin_wait_2_cut "$a")" = "$sockets" ]
}

syn_sent() {
	local i
	assert tc -n "$a" qdisc add dev veth0 root netem loss 100%
	for i in $(seq "$sockets"); do assert sa start "s$i" 192.0.2.2 5001; done
	assert in_state syn-sent "$sockets"
	assert_left_alone
	for i in $(seq "$sockets"); do assert sa close "s$i"; done
	assert_states_agree "$a"
}

run_tests \
	"FIN_WAIT_2 that a program holds" fin_wait_2 \
	"FIN_WAIT_2 that nobody holds" orphans \
	"SYN_SENT" syn_sent

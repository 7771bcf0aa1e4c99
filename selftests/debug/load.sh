#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Memory is refused while the module loads and unloads, each piece once: it says ENOMEM and leaves nothing behind, or does
# without. There are connections to adopt, and more namespaces than one. A user takes the congestion control as soon as it is
# there, and root writes a knob as soon as that lets him: a module that could be used does not fail to load any more.
# shellcheck disable=SC2154 # a and b are set by setup_ns

selftests=..
. ../lib.sh
. ./faults.sh

need_faults
setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

fin_timeout=$(cat /proc/sys/net/ipv4/tcp_fin_timeout)

# nothing_lost NUMBER: a module that could be used while it was being loaded was there afterwards.
nothing_lost() {
	! grep lost "$scratch/used" || fail "refusal $1: the module was used, and then its loading failed"
}

connect() {
	assert sb listen l 192.0.2.2 5000
	assert sa connect c 192.0.2.2 5000
	assert sb accept s l
}

# loaded_or_not RESULT NUMBER: all of it is there, or nothing.
loaded_or_not() {
	ok_or_enomem "$@"
	if [ "$1" = ok ]; then
		[ -n "$(summary_value created "$a")" ] || fail "refusal $2: loaded, but without a summary"
		[ -e /sys/kernel/tcplab/track/enabled ] || fail "refusal $2: loaded, but without knobs"
		grep -qw lab /proc/sys/net/ipv4/tcp_available_congestion_control || fail "refusal $2: loaded, without lab"
		# The user lets go of lab once he knows that the module is there.
		wait_for 20 unload_module || fail "refusal $2: it does not unload"
		return
	fi
	nothing_lost "$2"
	! module_loaded || fail "refusal $2: still loaded"
	[ ! -e /proc/net/tcplab ] || fail "refusal $2: reports are left"
	[ ! -e /sys/kernel/tcplab ] || fail "refusal $2: knobs are left"
	! grep -qw lab /proc/sys/net/ipv4/tcp_available_congestion_control || fail "refusal $2: lab is left"
}

load() {
	local tries
	start ./hasty /sys/kernel/tcplab/tuning/net.ipv4.tcp_fin_timeout $((fin_timeout + 1)) >"$scratch/used"
	in_function do_init_module
	each_refusal loaded_or_not insmod "$module"
	anywhere
	nothing_lost last
	kill "$started"
	wait "$started"
	assert_eq $? 143 "how hasty has ended"
	tries=$(grep -c tried "$scratch/used")
	[ "$tries" -gt 0 ] || fail "nobody tried to use it while it was being loaded"
	echo "# $tries times somebody tried to use it while it was being loaded, and could $(grep -c kept "$scratch/used") times"
	assert_eq "$(cat /proc/sys/net/ipv4/tcp_fin_timeout)" "$fin_timeout" "tcp_fin_timeout afterwards"
}

alive() {
	assert sa send c 1000
	assert_eq "$(sb recv s)" 1000 "bytes over the connection that was there all the time"
}

# Unloading may not fail for want of memory.
unloaded() {
	[ "$1" = ok ] || fail "refusal $2: the error is '$1'"
	! module_loaded || fail "refusal $2: still loaded"
	load_module || fail "refusal $2: it does not load again"
}

unload() {
	assert load_module
	each_refusal unloaded rmmod tcplab
	assert unload_module
}

run_tests \
	"there is a connection" connect \
	"memory is refused while the module loads" load \
	"memory is refused while it unloads" unload \
	"the connection works" alive

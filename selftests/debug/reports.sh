#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Memory is refused while each report is read, with rows in it.
# shellcheck disable=SC2154 # a is set by setup_ns

selftests=..
. ../lib.sh
. ./faults.sh

need_faults
# Before all: the report read is that of the namespace that the script runs in.
enter_ns
load_module && start_endpoint sa || exit 1

rows() {
	local i
	assert sa listen l 127.0.0.1 5000
	for i in 1 2 3 4 5 6 7 8; do
		assert sa connect "c$i" 127.0.0.1 5000
		assert sa accept "s$i" l
		[ "$i" -gt 4 ] || assert sa close "c$i"
	done
	wait_for 5 test "$(report close_wait | grep -c ' CLOSE_WAIT\|unread-eof')" -ge 4 || fail "no rows in close_wait"
}

# procfs has no memory for the directory of a process: it says that there is none.
found_or_enomem() {
	case $1 in
	'No such file or directory') ;;
	*) ok_or_enomem "$@" ;;
	esac
}

read_all() {
	local file
	for file in /proc/net/tcplab/*; do
		each_refusal found_or_enomem read "$file"
	done
	assert_states_agree
}

run_tests \
	"there are rows" rows \
	"memory is refused while reports are read" read_all

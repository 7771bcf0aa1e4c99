#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Memory is refused while sysctls are written by way of the mirror: all stand as before, or all are written.
# shellcheck disable=SC2154 # a is set by setup_ns

selftests=..
. ../lib.sh
. ./faults.sh

need_faults
# Before all: the knobs are those of the namespace that the script runs in.
enter_ns
load_module || exit 1
names="net.ipv4.tcp_fin_timeout net.ipv4.tcp_rmem net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports"
standard=$(for name in $names; do real "$name"; done | xargs)

all() {
	for name in $names; do
		real "$name"
	done | xargs
}

stage() {
	tee "$tuning/profile" >/dev/null <<-'END'
		net.ipv4.tcp_fin_timeout = 31
		net.ipv4.tcp_rmem = 8192 16384 32768
		net.ipv4.ip_local_port_range = 20000 30000
		net.ipv4.ip_local_reserved_ports = 25000-25010
	END
}

written_or_not() {
	ok_or_enomem "$@"
	if [ "$1" = ok ]; then
		refute [ "$(all)" = "$standard" ]
		assert_tune rollback 1
	fi
	assert_eq "$(all)" "$standard" "refusal $2: the names"
}

one() {
	each_refusal written_or_not write "$tuning/net.ipv4.tcp_rmem" "8192 16384 32768"
}

# A set that fails stays staged.
applied_or_not() {
	written_or_not "$@"
	[ "$1" != ok ] || stage
}

whole_set() {
	stage
	each_refusal applied_or_not write "$tuning/apply" 1
	each_refusal written_or_not write "$tuning/profile" seed-1
}

# A name that could not be put back is put back at the next try.
rolled_back() {
	ok_or_enomem "$@"
	assert_tune rollback 1
	assert_eq "$(all)" "$standard" "refusal $2: the names after another rollback"
	assert_tune apply 1
	stage
}

rollback() {
	stage
	assert_tune apply 1
	stage
	each_refusal rolled_back write "$tuning/rollback" 1
	assert_tune rollback 1
}

staged_or_not() {
	ok_or_enomem "$@"
	if [ "$1" = ok ]; then
		assert_tune apply 1
		assert_tune rollback 1
	else
		refute_tune "No data" apply 1
	fi
}

staging() {
	each_refusal staged_or_not write "$tuning/profile" "net.ipv4.tcp_fin_timeout = 31"
}

run_tests \
	"while one value is written" one \
	"while a set is staged" staging \
	"while a set is applied" whole_set \
	"while it is taken back" rollback

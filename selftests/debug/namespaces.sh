#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Memory is refused to tcplab while a namespace is made: there is no namespace then, and no trace of one.

selftests=..
. ../lib.sh
. ./faults.sh

need_faults
load_module || exit 1

create() {
	if ! in_tcplab; then
		skip "this kernel does not tell for whom memory is"
		return
	fi
	each_refusal ok_or_enomem netns
	anywhere
}

afterwards() {
	assert setup_ns fresh
	# shellcheck disable=SC2154 # set by setup_ns
	assert start_endpoint sf "$fresh"
	assert sf listen l 127.0.0.1 5000
	assert sf connect c 127.0.0.1 5000
	assert_eq "$(summary_value created "$fresh")" 1 "connections in a new namespace"
}

run_tests \
	"memory is refused while a namespace is made" create \
	"the next one is made and works" afterwards

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A SYN that nobody listens for leaves no row, in either direction. The witness is ss.
# shellcheck shell=dash disable=SC2119,SC2154 # load_module takes parameters; variables that functions set

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
enter_ns
load_module && start_endpoint kernel && start_peer peer || exit 1

came() {
	mark_counts
	assert peer meet "$family" 40000 9
	assert peer send S
	assert peer expect R. ack=0
	assert_counted created 0
	assert_counted connections 0
	assert_states_agree ""
	assert_undisputed
}

sent() {
	mark_counts
	meet active 9
	assert peer expect S
	row_is "SYN_SENT -"
	assert peer send R.
	row_is ""
	assert kernel close s
	assert_counted created 1
	assert_counted connections 0
	assert_undisputed
}

on_loopback() {
	local address=127.0.0.1
	[ "$family" = 4 ] || address=::1
	mark_counts
	assert_eq "$(kernel connect s "$address" 9)" "Connection refused" "connect"
	assert_states_agree ""
	assert_counted connections 0
	assert_undisputed
}

run_tests_46 \
	"a SYN to a closed port arrives" came \
	"a SYN to a closed port leaves" sent \
	"a SYN to a closed port of the loopback device" on_loopback

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Two sockets want the same 4-tuple: the one that loses is closed with the addresses of the other, which must not suffer.
# The witness is ss.
# shellcheck disable=SC2154 # variables that setup_ns sets; sa and sb are commands that start_endpoint makes

. ./lib.sh

setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" && load_module || exit 1

# meet PORT: a connection from port 6000 of a, at $address of b; then a second socket tries the same.
meet() {
	address=192.0.2.2
	[ "$family" = 4 ] || address=2001:db8::2
	assert sb listen l "$address" "$1"
	assert sa connect c "$address" "$1" 6000
	assert sb accept s l
	assert sb close l
}

# Nothing but the refused attempt happens here.
assert_refused() {
	local created
	created=$(summary_value created "$a")
	refute sa connect rival "$address" "$1" 6000 2>/dev/null
	assert_states_agree "$a"
	assert_eq "$(summary_value created "$a")" "$created" "connections created by the attempt"
}

established() {
	meet 5000
	assert_refused 5000
	assert_eq "$(summary_value state_ESTABLISHED "$a")" 1 state_ESTABLISHED
	assert sa close c
	assert sb close s
	assert_states_agree "$a"
}

# Without timestamps nobody may reuse it.
time_wait() {
	in_ns "$a" sysctl -qw net.ipv4.tcp_timestamps=0
	meet 5001
	assert sa close c
	assert sb close s
	assert_states_agree "$a"
	before=$(summary_value time_wait "$a")
	assert_refused 5001
	assert_eq "$(summary_value time_wait "$a")" "$before" "TIME_WAIT sockets"
	in_ns "$a" sysctl -qw net.ipv4.tcp_timestamps=1
}

run_tests_46 \
	"connect() to a 4-tuple that is established" established \
	"connect() to a 4-tuple in TIME_WAIT" time_wait

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Memory is refused to tcplab while there is traffic, always and now and then: each connection works as if nothing were,
# and those without a row are counted. The witness is the kernel, which counts what it refused.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint

selftests=..
. ../lib.sh
. ./faults.sh

need_faults
[ -e "$debugfs/failslab/require-start" ] || skip_all "this kernel does not tell for whom memory is"
load_module && in_tcplab && setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" &&
	sb listen l 192.0.2.2 5000 && sb listen l6 2001:db8::2 5000 || exit 1

# exchange NUMBER: connections by both families, with data, and closed.
exchange() {
	for _ in $(seq "$1"); do
		assert sa connect c 192.0.2.2 5000
		assert sa connect c6 2001:db8::2 5000
		assert sb accept s l
		assert sb accept s6 l6
		assert sa send c 1000
		assert sa send c6 1000
		assert_eq "$(sb recv s)" 1000 "bytes, IPv4"
		assert_eq "$(sb recv s6)" 1000 "bytes, IPv6"
		assert sa close c
		assert sb close s
		assert sb close s6
		assert sa close c6
	done
}

always() {
	refuse 100
	exchange 3
	no_faults
	[ "$(refusals)" -ge 12 ] || fail "the kernel refused only $(refusals) times"
	for ns in "$a" "$b"; do
		assert_eq "$(summary_value refused_full "$ns")" 6 refused_full
		assert_eq "$(summary_value created "$ns")" 0 created
		# Since memory is there again, the walk through the kernel's sockets may have found some.
		assert_between "$(summary_value connections "$ns")" 0 "$(summary_value adopted "$ns")" connections
		assert_eq "$(summary_value stack_disagreements "$ns")" 0 stack_disagreements
	done
}

# Whoever had no memory for its SYN may have some when it is established: then there is a row.
now_and_then() {
	local number refused
	number=$(scaled 1000)
	start in_ns "$b" ../churn serve 192.0.2.2 6000
	refuse 30
	assert in_ns "$a" timeout 600 ../churn connect 192.0.2.2 6000 "$number"
	no_faults
	refused=$(summary_value refused_full "$a")
	[ "$(refusals)" -gt 0 ] || fail "the kernel refused nothing"
	assert_between $((refused - 6)) 1 $((number - 1)) "refused_full of $number connections"
	assert_between "$(($(summary_value created "$a") + $(summary_value adopted "$a") + refused - 6))" "$number" \
		$((3 * number)) "connections counted in some way"
	echo "# of $number connections $((refused - 6)) were refused a row; the kernel refused memory $(refusals) times"
}

# What is there is adopted as far as memory goes, and after that all of it.
adoption() {
	local ns
	refuse 50
	for ns in "$a" "$b"; do
		in_ns "$ns" sh -c 'echo 0 >/sys/kernel/tcplab/track/enabled'
		in_ns "$ns" sh -c 'echo 1 >/sys/kernel/tcplab/track/enabled' 2>/dev/null
	done
	[ "$(refusals)" -gt 0 ] || fail "the kernel refused nothing"
	no_faults
	for ns in "$a" "$b"; do
		in_ns "$ns" sh -c 'echo 0 >/sys/kernel/tcplab/track/enabled; echo 1 >/sys/kernel/tcplab/track/enabled'
		assert_states_agree "$ns"
	done
}

run_tests \
	"memory is always refused" always \
	"memory is refused now and then" now_and_then \
	"memory is refused while connections are adopted" adoption

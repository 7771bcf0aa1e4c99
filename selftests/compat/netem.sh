#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A bad link: segments are lost, doubled, reordered, late and damaged. Sockets and segments never tell different stories,
# and in the end the rows are the sockets.
# shellcheck disable=SC2154 # a and b are set by setup_hosts

selftests=..
. ./common.sh

load_module && setup_hosts a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1
in_ns "$a" tc qdisc add dev veth0 root netem delay 1ms 2>/dev/null || skip_all "needs netem"
connections=$(scaled 40)
[ "$connections" -ge 8 ] || connections=8

bad_link() {
	local ns
	for ns in "$a" "$b"; do
		# shellcheck disable=SC2086 # words
		assert in_ns "$ns" tc qdisc replace dev veth0 root netem $1
	done
}

# kernel_sum NAME: a counter of both hosts together.
kernel_sum() {
	local ns
	for ns in "$a" "$b"; do
		in_ns "$ns" nstat -asz
	done | awk -v name="$1" '$1 == name { sum += $2 } END { print sum + 0 }'
}

# witness NAME COMMAND...: by which the counter grows: the link is as bad as it was told to be.
witness() {
	local name="$1" before
	before=$(kernel_sum "$name")
	shift
	"$@"
	[ "$(kernel_sum "$name")" -gt "$before" ] || fail "$name has not grown"
}

# Some connections at a time, opened and closed in every way.
load() {
	local family address number=0
	mark_created
	for family in 4 6; do
		[ "$family" = 4 ] && address=192.0.2.2 || address=2001:db8::2
		assert sb listen l "$address" 5000 1000
		while [ "$number" -lt "$connections" ]; do
			number=$((number + 1))
			sa start "c$number" "$address" 5000 && sa send "c$number" 3000 && sb accept "s$number" l ||
				echo "# connection $number of IPv$family was lost"
			sb send "s$number" 5000
			case $((number % 5)) in
			0) sa abort "c$number"; sb close "s$number" ;;
			1) sb close "s$number"; sa close "c$number" ;;
			2) sa close "c$number"; sb close "s$number" ;;
			3) sa shutdown "c$number"; sb recv "s$number"; sb close "s$number"; sa close "c$number" ;;
			4) sb shutdown "s$number" ;;
			esac
		done
		number=0
		assert sb close l
		# The rest, from the other side.
		while [ "$number" -lt "$connections" ]; do
			number=$((number + 1))
			[ $((number % 5)) = 4 ] || continue
			sa close "c$number"
			sb close "s$number"
		done
		number=0
	done >"$scratch/load" 2>&1
	lost=$(grep -c '^# connection .* lost' "$scratch/load")
	assert_between "$lost" 0 $((connections / 2)) "connections of $((2 * connections)) that were lost"
	assert_eq $(($(summary_value created "$a") - $(cat "$scratch/created.$a"))) $((2 * connections)) "created in a"
}

# What is still under way ends when the link is good again; sockets that wait long for that stay, and so do their rows. A
# segment that is late may be refused, which is no disagreement.
settled() {
	local ns
	for ns in "$a" "$b"; do
		in_ns "$ns" tc qdisc delete dev veth0 root
	done
	agree
	for ns in "$a" "$b"; do
		assert_eq "$(summary_value stack_disagreements "$ns")" 0 "stack_disagreements in $ns"
	done
}

lossy() {
	bad_link "delay 2ms loss 10%"
	witness TcpRetransSegs load
	settled
}

doubled() {
	bad_link "delay 2ms duplicate 30%"
	witness TcpExtTCPDSACKOldSent load
	settled
}

reordered() {
	bad_link "delay 10ms reorder 50% 50% gap 3"
	witness TcpExtTCPOFOQueue load
	settled
}

jittery() {
	bad_link "delay 10ms 8ms loss 3% duplicate 5% reorder 20%"
	witness TcpRetransSegs load
	settled
}

damaged() {
	bad_link "delay 2ms corrupt 10%"
	witness TcpInCsumErrors load
	settled
}

run_tests \
	"segments are lost" lossy \
	"segments come twice" doubled \
	"segments overtake one another" reordered \
	"all of that" jittery \
	"segments are damaged" damaged

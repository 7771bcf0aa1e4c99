#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Rounds of packets that nobody would send, against sockets that do as chance says (see fuzzer.c). After each round the
# tracker must be of one mind with the kernel, and with itself. FUZZ_SECONDS says how long, FUZZ_SEED repeats.
# shellcheck shell=dash disable=SC2119 # load_module takes parameters

. ./lib.sh
. ../memory.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
enter_ns
[ -e /dev/net/tun ] || modprobe tun || skip_all "no tun device"
load_module hash_size=2048 || exit 1
tun_ns || exit 1
# What is given up goes soon (a request after 7 s), and Fast Open asks nobody for a cookie.
sysctl -qw net.ipv4.tcp_syn_retries=2 net.ipv4.tcp_synack_retries=2 net.ipv4.tcp_orphan_retries=2 \
	net.ipv4.tcp_retries2=4 net.ipv4.tcp_fin_timeout=5 net.ipv4.tcp_fastopen=0x603
echo "# seed $seed"
steps=$(scaled 4000)

# start_fuzzer NAME [NS]: then ./fuzzer "$scratch/NAME" COMMAND...
start_fuzzer() {
	start in_ns "${2-}" ./fuzzer "$scratch/$1" serve tun0
	wait_for 5 test -S "$scratch/$1"
}

fuzzer() {
	./fuzzer "$scratch/fuzzer" "$@"
}

# value NAME: of what the fuzzer said that it sent.
value() {
	awk -v name="$1" '{ for (i = 1; i < NF; i += 2) if ($i == name) print $(i + 1) }' "$scratch/sent"
}

# The kernel's counters, by name.
read_kernel() {
	nstat -asz | awk '!/^#/ { print $1, $2 }' >"$1"
}

# grown FILE FILE NAME: from the first to the second.
grown() {
	awk -v name="$3" '$1 == name { value = $2 - value } END { printf "%d\n", value }' "$1" "$2"
}

tracker_grown() {
	grown "$scratch/tracker" "$scratch/tracker.after" "$1"
}

kernel_grown() {
	grown "$scratch/kernel" "$scratch/kernel.after" "$1"
}

# assert_grown NAME GROWTH COUNT: as much as the fuzzer is sure of, and at most as much more as it holds possible.
assert_grown() {
	local sure maybe
	sure=$(value "$3")
	maybe=$(value "$3_maybe")
	assert_between "$2" "$sure" $((sure + ${maybe:-0})) "$1 of round $round"
}

# Rows that are over are not shown, and go within seconds; but those that are evidence stay, in a report of their own.
rows_agree() {
	local shown
	shown=$({ report connections; report half_open; } | awk '$1 != "local" { print $1, $2 }' | sort -u | wc -l)
	[ "$(summary_value connections)" = "$shown" ]
}

time_wait_value() {
	awk -v name="$1" '$1 == name { print $2 }' /proc/net/tcplab/time_wait
}

# Whoever enters TIME_WAIT has a mini-socket, and so has an orphan in FIN_WAIT_2.
minis() {
	nstat -asz TcpExtTW TcpExtTWKilled | awk '!/^#/ { sum += $2 } END { print sum }'
}

time_wait_agrees() {
	[ "$(time_wait_value now)" = "$(ss -Htan state time-wait | wc -l)" ]
}

assert_sound() {
	local failed=$checks_failed
	# That a request has expired is found out within two seconds, and they expire for as long as they may wait.
	assert_states_agree "" 15
	wait_for 5 rows_agree || fail "connections is $(summary_value connections), not the number of rows"
	wait_for 5 time_wait_agrees || fail "time_wait is $(time_wait_value now), not what ss counts"
	assert_between "$(time_wait_value entered)" "$(time_wait_value now)" "$(minis)" "entries into TIME_WAIT"
	assert_between "$(($(summary_value created) + $(summary_value adopted)))" "$(summary_value connections)" \
		1000000000 "connections ever"
	assert_memory_accounted_for
	# Once is enough.
	[ "$failed" = 0 ] && [ "$checks_failed" != 0 ] || return 0
	{
		report connections
		ss -Htan
	} | sed 's/^/# /'
}

counted_as_sent() {
	assert_grown bad_checksum "$(tracker_grown bad_checksum)" checksum
	assert_grown TcpInCsumErrors "$(kernel_grown TcpInCsumErrors)" kernel_checksum
	assert_grown invalid "$(tracker_grown invalid)" malformed
	# The hooks see IPv4 whole.
	assert_grown fragments "$(tracker_grown fragments)" fragments6
	assert_grown Ip6ReasmReqds "$(kernel_grown Ip6ReasmReqds)" fragments6
	assert_grown IpReasmReqds "$(kernel_grown IpReasmReqds)" fragments4
}

# round polite|hostile
round() {
	round=$((${round:-0} + 1))
	report summary >"$scratch/tracker"
	read_kernel "$scratch/kernel"
	fuzzer round $((seed + round)) "$steps" "$1" >"$scratch/sent" || fail "round $round: no answer"
	assert_sound
	report summary >"$scratch/tracker.after"
	read_kernel "$scratch/kernel.after"
	counted_as_sent
	assert_eq "$(tracker_grown disagree_gone)" 0 "disagree_gone of round $round"
	assert_eq "$(tracker_grown disagree_missed)" 0 "disagree_missed of round $round"
	echo "# round $round, $1: $(value packets) packets, $(tracker_grown created) connections," \
		"$(tracker_grown disagree_state) disagreements, $(tracker_grown invalid) invalid; digest $(value digest)"
}

# rounds polite|hostile PERCENT: of the time, and one at least.
rounds() {
	local now deadline
	read -r now _ </proc/uptime
	deadline=$((${now%.*} + seconds * $2 / 100))
	while :; do
		round "$1"
		[ "$checks_failed" = 0 ] || fail "repeat with the seed $seed"
		# A peer that keeps to the RFC says no other state than the socket.
		[ "$1" != polite ] || assert_eq "$(tracker_grown disagree_state)" 0 "disagree_state of round $round"
		read -r now _ </proc/uptime
		[ "${now%.*}" -lt "$deadline" ] || break
	done
}

# Without SYN cookies: the last ACK of a connection that began with one, if it comes twice and both ends had sent as many
# bytes, looks to the kernel as if it brought a cookie back. The socket that it opens knows nothing of the peer's FIN.
polite() {
	sysctl -qw net.ipv4.tcp_syncookies=0
	rounds polite 25
}

hostile() {
	sysctl -qw net.ipv4.tcp_syncookies=1
	rounds hostile 60
}

# Two namespaces, two fuzzers, one seed.
same_seed() {
	local ns digest digests=
	setup_ns one other
	# shellcheck disable=SC2154 # set by setup_ns
	for ns in "$one" "$other"; do
		tun_ns "$ns" && start_fuzzer "in_$ns" "$ns" || fail "no fuzzer in $ns"
		./fuzzer "$scratch/in_$ns" round "$seed" 500 hostile >"$scratch/sent"
		digest=$(value digest)
		digests="$digests $digest"
	done
	assert_eq "$digests" " $digest $digest" "the digests of two rounds with one seed"
	./fuzzer "$scratch/in_$ns" round $((seed + 1)) 500 hostile >"$scratch/sent"
	[ "$(value digest)" != "$digest" ] || fail "another seed does the same"
}

nothing_open() {
	[ -z "$(gauges_by_state)" ] && [ -z "$(ss -Htan state all exclude listening)" ]
}

ended() {
	local exits
	assert fuzzer finish
	wait_for 90 nothing_open || fail "still there: $(gauges_by_state | xargs); ss: $(ss_by_state "" | xargs)"
	assert_sound
	exits=$(awk '/^exited_/ { sum += $2 } END { print sum }' /proc/net/tcplab/time_wait)
	assert_eq "$exits" "$(time_wait_value entered)" "exits from TIME_WAIT"
	assert_eq "$(report connections | awk 'NR > 1 && $4 != "CLOSED"')" "" "rows that are not history"
	echo "# $(summary_value connections) rows of history"
	echo 0 >/sys/kernel/tcplab/track/enabled
	assert_eq "$(summary_value connections)" 0 "rows of a tracker that is off"
	assert_memory_accounted_for
}

start_fuzzer fuzzer || exit 1
begin_accounts || exit 1

run_tests \
	"what a destination and a closer take" learn_sizes \
	"the same seed does the same" same_seed \
	"polite rounds" polite \
	"hostile rounds" hostile \
	"all ends, and nothing is left" ended

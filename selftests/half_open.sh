#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# half_open: each kind of evidence that one end is gone, with a scripted peer, and what is no evidence. fin_wait: who waits
# for what, against ss.
# shellcheck disable=SC2154 # variables that functions set

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
enter_ns
load_module && start_endpoint kernel && start_peer peer || exit 1
# A kernel that gives up soon.
sysctl -qw net.ipv4.tcp_retries2=3 net.ipv4.tcp_fin_timeout=3 net.ipv4.tcp_orphan_retries=2

evidence() {
	report half_open | awk -v local="$here" -v remote="$there" '$1 == local && $2 == remote { print $4, $5, $6 }'
}

evidence_is() {
	[ "$(evidence)" = "$1" ]
}

# assert_evidence "EVIDENCE LOCAL_STATE REMOTE_STATE" SECONDS; empty: none.
assert_evidence() {
	wait_for "${2:-5}" evidence_is "$1" || fail "evidence is '$(evidence)', should be '$1'"
}

gauge_agrees() {
	[ "$(summary_value half_open)" = "$(report half_open | tail -n +2 | wc -l)" ]
}

# The gauge counts what the report lists.
once() {
	mark_counts
	call "$@"
	kernel close s >"$scratch/ignored"
	kernel close l >"$scratch/ignored"
	# What an earlier test has left may give up just now.
	wait_for 5 gauge_agrees || fail "half_open is $(summary_value half_open), rows are $(report half_open | tail -n +2 | wc -l)"
	assert_counted stack_disagreements 0
}

fin_wait_2_timeout() {
	meet_open active 80
	assert kernel close s
	assert peer expect F.
	assert peer send .
	row_is "FIN_WAIT_2 CLOSE_WAIT"
	assert_evidence ""
	await_fin_wait_2 ""
	assert_evidence "fin-wait-2-timeout CLOSED CLOSE_WAIT"
	assert_counted fin_wait_2_cut 1
	assert_counted half_open 1
	# The peer learns it when it closes: then there is nothing left.
	assert peer send F.
	assert peer expect R
	assert_evidence "fin-wait-2-timeout CLOSED CLOSED"
}

# What the peer closes in time was never half-open.
fin_wait_2_closed() {
	meet_open active 80
	assert kernel close s
	assert peer expect F.
	assert peer send .
	assert peer send F.
	assert peer expect .
	row_is "TIME_WAIT CLOSED"
	assert_evidence ""
	assert_counted fin_wait_2_cut 0
}

# Both ends are here, and the other one is in order: the row learns it all the same, without being read.
fin_wait_2_loopback() {
	local host=127.0.0.1
	[ "$family" = 4 ] || host=::1
	assert kernel listen l "$host" 5001
	assert kernel connect c "$host" 5001
	assert kernel accept s l
	assert kernel close c
	assert_counted fin_wait_2 1
	await_fin_wait_2 ""
	wait_for 5 counted fin_wait_2 0 || fail "fin_wait_2 is $(summary_value fin_wait_2)"
	assert_counted fin_wait_2_cut 1
	assert_counted close_wait 1
}

# The peer has rebooted and opens the same 4-tuple.
syn_on_established() {
	meet_open passive 5000
	assert peer send S seq=+100000
	assert peer expect .
	assert_evidence "syn-on-established ESTABLISHED ESTABLISHED"
}

# It was only an impostor: the peer goes on.
syn_of_an_impostor() {
	syn_on_established
	assert peer send . seq=-100001 data=10
	assert peer expect .
	assert_evidence ""
}

# A SYN of the handshake that comes late says nothing.
syn_that_is_late() {
	meet_open passive 5000
	assert peer send S seq=-1
	assert peer expect .
	assert_evidence ""
}

challenge_reset() {
	syn_on_established
	# As RFC 9293 figure 9 has it: the answer takes its number from the challenge.
	assert peer send R seq=-100001
	assert_evidence "challenge-reset CLOSED CLOSED"
}

# The client's FIN_WAIT_2 was cut: it opens the same 4-tuple, which waits in CLOSE_WAIT here.
syn_on_close_wait() {
	meet_open passive 5000
	assert peer send F.
	assert peer expect .
	row_is "CLOSE_WAIT FIN_WAIT_2"
	assert peer send S seq=+100000
	assert peer expect .
	assert_evidence "syn-on-established CLOSE_WAIT FIN_WAIT_2"
	assert peer send R seq=-100001
	assert_evidence "challenge-reset CLOSED CLOSED"
}

# Its first SYN, behind its data and its FIN.
syn_that_is_very_late() {
	meet_open passive 5000
	assert peer send F. data=10
	assert peer expect .
	row_is "CLOSE_WAIT FIN_WAIT_2"
	assert peer send S seq=-12
	assert peer expect .
	assert_evidence ""
}

unknown_reset() {
	meet_open active 80
	assert kernel send s 10
	assert peer expect . data=10
	assert peer send R
	assert_evidence "unknown-reset CLOSED CLOSED"
}

# Whoever closes by a RST knows the connection, and says so.
reset_that_closes() {
	meet_open active 80
	assert kernel send s 10
	assert peer expect . data=10
	assert peer send R.
	assert_states "$here" "$there" ""
	assert_evidence ""
}

# After its FIN a peer that is gone answers so: nothing was half-open.
reset_after_fin() {
	meet_open active 80
	assert peer send F.
	assert peer expect .
	assert kernel send s 10
	assert peer expect . data=10
	assert peer send R
	assert_states "$here" "$there" ""
	assert_evidence ""
}

retries2() {
	meet_open active 80
	assert kernel send s 10
	assert peer expect . data=10
	assert_evidence "retries2 CLOSED ESTABLISHED" 30
}

# An orphan that nobody answers.
retries2_of_fin() {
	meet_open active 80
	assert kernel close s
	assert peer expect F.
	assert_evidence "retries2 CLOSED ESTABLISHED" 30
}

keepalive() {
	meet_open active 80
	assert kernel keepalive s 1
	assert peer expect . seq=-1
	assert_evidence "keepalive CLOSED CLOSED" 30
}

fin_wait_row() {
	report fin_wait | awk -v local="$here" -v remote="$there" '$1 == local && $2 == remote'
}

held() {
	meet_open active 80
	assert kernel shutdown s
	assert peer expect F.
	# shellcheck disable=SC2046 # words
	set -- $(fin_wait_row)
	assert_eq "$3 $5 $6 $7 $8 $9 ${10}" "FIN_WAIT_1 0 - ESTABLISHED 0 $(kernel pid) endpoint" "a shutdown that is not acknowledged"
	assert peer send .
	row_is "FIN_WAIT_2 CLOSE_WAIT"
	# shellcheck disable=SC2046 # words
	set -- $(fin_wait_row)
	assert_eq "$3 $5 $6 $7 $8 $9 ${10}" "FIN_WAIT_2 0 - CLOSE_WAIT 0 $(kernel pid) endpoint" "one that is"
}

fin_wait_agrees() {
	[ "$(report fin_wait | awk '$3 == "FIN_WAIT_2"' | wc -l)" = "$(ss -Htan state fin-wait-2 | wc -l)" ]
}

orphan() {
	sysctl -qw net.ipv4.tcp_fin_timeout=30
	meet_open active 80
	assert kernel close s
	assert peer expect F.
	assert peer send .
	row_is "FIN_WAIT_2 CLOSE_WAIT"
	# shellcheck disable=SC2046 # words
	set -- $(fin_wait_row)
	assert_eq "$3 $5 $7 $8 $9 ${10}" "FIN_WAIT_2 1 CLOSE_WAIT - - -" "an orphan"
	assert_between "$6" 15000 30100 "its timeout"
	# What an earlier test has left may end just now.
	wait_for 5 fin_wait_agrees || fail "fin_wait has $(report fin_wait | grep -c FIN_WAIT_2) rows, ss $(ss -Htan state fin-wait-2 | wc -l)"
	assert peer send R.
	sysctl -qw net.ipv4.tcp_fin_timeout=3
	row_is ""
}

# With a long timeout the orphan stays a full socket first.
long_orphan() {
	local left
	sysctl -qw net.ipv4.tcp_fin_timeout=100
	meet_open active 80
	assert kernel close s
	assert peer expect F.
	assert peer send .
	row_is "FIN_WAIT_2 CLOSE_WAIT"
	# The timer that ss shows is its first part: 40 s here, and then 40 s as a mini-socket.
	left=$(fin_wait_row | awk '{ print $6 }')
	assert_between "$left" 70000 80100 "timeout of an orphan with a long tcp_fin_timeout"
	assert peer send R.
	sysctl -qw net.ipv4.tcp_fin_timeout=3
	row_is ""
}

# run_once_46 "name of a test" function ...
run_once_46() {
	local left=$#
	while [ "$left" -gt 0 ]; do
		eval "once_$2() { once $2; }"
		set -- "$@" "$1" "once_$2"
		shift 2
		left=$((left - 2))
	done
	run_tests_46 "$@"
}

run_once_46 \
	"FIN_WAIT_2 that its timer ends" fin_wait_2_timeout \
	"FIN_WAIT_2 that the peer ends" fin_wait_2_closed \
	"FIN_WAIT_2 that its timer ends, over lo" fin_wait_2_loopback \
	"a SYN for an open connection" syn_on_established \
	"a SYN that is not the peer's" syn_of_an_impostor \
	"a SYN that is late" syn_that_is_late \
	"a challenge that is answered by RST" challenge_reset \
	"a SYN for a connection in CLOSE_WAIT" syn_on_close_wait \
	"a SYN that is late behind a FIN" syn_that_is_very_late \
	"a RST of whom the connection is unknown to" unknown_reset \
	"a RST that closes" reset_that_closes \
	"a RST after a FIN" reset_after_fin \
	"data that nobody acknowledges" retries2 \
	"a FIN that nobody acknowledges" retries2_of_fin \
	"keepalives that nobody answers" keepalive \
	"fin_wait of a socket that is held" held \
	"fin_wait of an orphan" orphan \
	"fin_wait of an orphan with a long timeout" long_orphan

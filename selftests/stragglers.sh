#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Segments that come for a connection which was closed first here, and what other lengths of TIME_WAIT would have done.
# shellcheck shell=dash disable=SC2119,SC2154 # load_module takes parameters; variables that functions set

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
enter_ns
load_module && start_endpoint kernel && start_peer peer || exit 1
knobs=/sys/kernel/tcplab/time_wait

# seen KIND VERDICT: how many there were.
seen() {
	report stragglers | awk -v kind="$1" -v verdict="$2" '$1 == kind && $2 == verdict { sum += $5 } END { print sum + 0 }'
}

seen_are() {
	[ "$(seen "$1" "$2")" = "$3" ]
}

assert_seen() {
	wait_for 5 seen_are "$@" || fail "$1 $2: $(seen "$1" "$2"), should be $3; there are $(report stragglers | sed 1d | xargs)"
}

# what_if LENGTH COLUMN
what_if() {
	report time_wait_what_if | awk -v wanted="$1" -v column="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
		$1 == wanted { print $at }'
}

# A connection that the kernel closes first.
close_first() {
	meet_open passive "$1"
	assert kernel close s
	assert peer expect F.
	assert peer send F.
	assert peer expect .
	row_is "TIME_WAIT CLOSED"
}

listen() {
	if [ "$family" = 4 ]; then assert kernel listen l 192.0.2.1 "$1"; else assert kernel listen l 2001:db8::1 "$1"; fi
}

reset() {
	echo 1 >"$knobs"/reset
	assert_eq "$(report stragglers | sed 1d)" "" "stragglers after a reset"
	assert_eq "$(summary_value safe_length_closes)" 0 "closes after a reset"
}

# The last ACK was lost, old data, an old ACK, an old SYN; then a RST that ends it.
in_time_wait() {
	reset
	close_first 6001
	assert_eq "$(report stragglers | sed 1d)" "" "stragglers of an orderly close"
	assert peer send F. seq=-1
	assert peer expect .
	assert_seen fin answered 1
	assert peer send . seq=-500 data=100
	assert peer expect .
	assert_seen data refused-sequence 1
	assert peer send .
	assert_seen ack accepted 1
	assert peer send S seq=-700
	assert_seen syn refused-sequence 1
	assert_between "$(summary_value safe_length_ms)" 1 10000 "the shortest length that met all"
	assert_eq "$(summary_value safe_length_closes)" 1 "closes that this rests on"
	# The SYN was an old one: the RST is where the FIN ended.
	assert peer send R seq=+699
	assert_seen rst accepted 1
	wait_for 5 row_is ""
}

# Each late segment begins TIME_WAIT anew: what counts is the time since the one before.
restarts() {
	local gap short=0 since begun
	reset
	close_first 6005
	# At the earliest: each gap is at most as long as is measured here.
	begun=$(uptime_ms)
	since=$((begun - $(row "$here" "$there" | awk '{ print $7 }')))
	for gap in 200 400 500 6000; do
		wait_for 10 passed $((since + gap)) || fail "the time does not pass"
		begun=$(uptime_ms)
		assert peer send F. seq=-1
		assert peer expect .
		gap=$(($(uptime_ms) - since))
		since=$begun
		[ "$gap" -gt 5500 ] || [ "$gap" -le "$short" ] || short=$gap
	done
	assert_seen fin answered 4
	assert_between "$(summary_value safe_length_ms)" 5500 $((gap + 300)) "the shortest length that met all"
	[ "$short" -lt 4800 ] || { skip "this machine is too slow to send in time"; return; }
	assert_eq "$(what_if 10000 last_acks_lost)" 0 "FINs that a length of 10 s would have missed"
	# It would have ended before the fourth, and none comes to life again.
	assert_eq "$(what_if 5000 last_acks_lost)" 1 "FINs that a length of 5 s would have missed"
	assert peer send F. seq=-1
	assert peer expect .
	assert_seen fin answered 5
	assert_eq "$(what_if 5000 last_acks_lost)" 2 "and one more, though it came soon"
	assert peer send R
	wait_for 5 row_is ""
}

uptime_ms() {
	awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}

passed() {
	[ "$(uptime_ms)" -ge "$1" ]
}

# Of a close that nothing was remembered of nothing is known.
only_what_is_remembered() {
	reset
	assert kernel listen l 127.0.0.1 6006
	assert kernel connect c 127.0.0.1 6006
	assert kernel accept s l
	assert kernel close c
	assert kernel close s
	assert kernel close l
	assert_eq "$(summary_value safe_length_closes)" 0 "closes over lo"
	echo 0 >"$knobs"/horizon_ms
	close_first 6007
	assert_eq "$(summary_value safe_length_closes)" 0 "closes with no horizon"
	echo 120000 >"$knobs"/horizon_ms
	echo 1 >"$knobs"/length_ms
	wait_for 5 row_is ""
	echo 0 >"$knobs"/length_ms
}

# The same with a TIME_WAIT of a moment: the peer gets RSTs.
after_time_wait() {
	reset
	echo 1 >"$knobs"/length_ms
	meet_open passive 6002
	assert kernel close s
	assert peer expect F.
	assert peer send F.
	assert peer expect .
	wait_for 5 row_is ""
	assert peer send F. seq=-1
	assert peer expect R
	assert peer send . seq=-500 data=100
	assert peer expect R
	assert_seen fin answered 1
	assert_seen data answered 1
	assert_eq "$(what_if 1 last_acks_lost) $(what_if 1 old_duplicates_exposed)" "1 1" "what a length of 1 ms let through"
	assert_eq "$(what_if 0 last_acks_lost) $(what_if 0 old_duplicates_exposed)" "1 1" "what no TIME_WAIT would have"
	assert_eq "$(what_if 60000 last_acks_lost) $(what_if 60000 old_duplicates_exposed)" "0 0" "what 60 s would have"
	assert_eq "$(what_if 240000 last_acks_lost)" - "what is beyond the horizon"
	echo 0 >"$knobs"/length_ms
}

# A new connection between the same ports begins with numbers of the old one: the accident that TIME_WAIT is against.
accident() {
	reset
	echo 1 >"$knobs"/length_ms
	close_after_moment 6003
	listen 6003
	assert peer meet "$family" "$peer_port" 6003 "$1"
	assert peer send S
	assert peer expect S.
	assert peer send .
	assert kernel accept s l
	assert_seen syn accepted 1
	# It was delayed, and lies in the new one's window.
	assert peer send . seq=+200 data=100
	assert_seen data would-corrupt 1
	# The new connection's own are nothing special.
	assert peer send . seq=-300 data=100
	assert_eq "$(kernel recv s)" 100 "bytes that came"
	assert_eq "$(report stragglers | awk 'NR > 1 { sum += $5 } END { print sum }')" 2 "stragglers"
	assert kernel close s
	assert kernel close l
	echo 0 >"$knobs"/length_ms
}

close_after_moment() {
	local ours=192.0.2.1 theirs=192.0.2.2
	[ "$family" = 4 ] || { ours="[2001:db8::1]" theirs="[2001:db8::2]"; }
	listen "$1"
	peer_port=$((${peer_port:-40000} + 1))
	here=$ours:$1 there=$theirs:$peer_port
	assert peer meet "$family" "$peer_port" "$1" 100000
	assert peer send S
	assert peer expect S.
	assert peer send .
	assert peer send . data=1000
	assert kernel accept s l
	assert_eq "$(kernel recv s)" 1000 "bytes that came"
	assert kernel close l
	assert kernel close s
	assert peer expect F.
	assert peer send F.
	assert peer expect .
	wait_for 5 row_is ""
}

same_numbers() {
	accident 100500
}

# It is remembered for as long as it is wanted, and so many; the oldest goes first.
remembered() {
	local i forgotten
	forgotten=$(summary_value remembered_forgotten)
	echo 1 >"$knobs"/length_ms
	echo 2 >"$knobs"/remember
	for i in 1 2 3; do
		close_after_moment $((6010 + i))
	done
	assert_eq "$(summary_value remembered)" 2 "remembered"
	assert_between $(($(summary_value remembered_forgotten) - forgotten)) 1 100 "forgotten for lack of room"
	echo 1000 >"$knobs"/horizon_ms
	wait_for 5 none_remembered || fail "$(summary_value remembered) are remembered"
	assert peer send F. seq=-1
	assert peer expect R
	echo 0 >"$knobs"/horizon_ms
	close_after_moment 6020
	assert_eq "$(summary_value remembered)" 0 "remembered with no horizon"
	echo 120000 >"$knobs"/horizon_ms
	echo 262144 >"$knobs"/remember
	echo 0 >"$knobs"/length_ms
}

none_remembered() {
	[ "$(summary_value remembered)" = 0 ]
}

run_tests_46 \
	"stragglers in TIME_WAIT" in_time_wait \
	"each begins TIME_WAIT anew" restarts \
	"closes that tell nothing" only_what_is_remembered \
	"stragglers after it" after_time_wait \
	"the accident that TIME_WAIT is against" same_numbers \
	"what is remembered" remembered

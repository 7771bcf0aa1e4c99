#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Memory is refused while each knob is written: it changes, or says ENOMEM and stands as before.
# shellcheck disable=SC2154 # a is set by setup_ns

selftests=..
. ../lib.sh
. ./faults.sh

need_faults
load_module && setup_ns a && start_endpoint sa "$a" && sa listen l 127.0.0.1 5000 && sa connect c 127.0.0.1 5000 &&
	sa accept s l || exit 1
knobs=/sys/kernel/tcplab

# another KNOB VALUE: what else it can be set to.
another() {
	local one other
	case ${1#"$knobs/"} in
	*/enabled | */forward) one=1 other=0 ;;
	*_ms) one=4000 other=5000 ;;
	*/length_rto_percent | */what_if_buckets | */remember) one=1000 other=900 ;;
	*/recycle) one=observe other=off ;;
	*/law) one=reno other=cubic ;;
	*/reset) one=1 other=1 ;;
	*) return 1 ;;
	esac
	[ "$2" = "$one" ] && echo "$other" || echo "$one"
}

# The knob says what was written, or what is left of that time.
assert_stands() {
	if [ "$knob" = "$knobs/time_wait/quiet_ms" ]; then
		assert_between "$now" 1 "$wanted" "refusal $2: $knob after it was written"
	else
		assert_eq "$now" "$wanted" "refusal $2: $knob after it was written"
	fi
}

written_or_not() {
	local now
	ok_or_enomem "$@"
	# That is an order, and says 0 whatever came of it.
	[ "$knob" != "$knobs/time_wait/reset" ] || return 0
	now=$(cat "$knob")
	if [ "$1" = ok ]; then
		assert_stands "$@"
		echo "$before" >"$knob" || fail "refusal $2: $knob cannot be put back"
	else
		assert_eq "$now" "$before" "refusal $2: $knob after ENOMEM"
	fi
}

write_all() {
	# Those of tuning have a script of their own.
	find "$knobs" -path "$knobs/tuning" -prune -o -type f -print >"$scratch/knobs"
	assert [ -s "$scratch/knobs" ]
	while read -r knob; do
		before=$(cat "$knob") || continue
		wanted=$(another "$knob" "$before") || { fail "nobody says what to write to $knob"; continue; }
		each_refusal written_or_not write "$knob" "$wanted"
	done <"$scratch/knobs"
}

# Switching on adopts what is open, and adds hooks; the other namespace has a connection.
switch() {
	in_ns "$a" sh -c "echo 0 >$knobs/track/enabled"
	n=0
	while :; do
		n=$((n + 1))
		said=$(in_ns "$a" ./faulty "$n" write "$knobs/track/enabled" 1)
		ok_or_enomem "${said#* }" "$n"
		[ "${said#* }" != ok ] || in_ns "$a" sh -c "echo 0 >$knobs/track/enabled"
		[ "${said%% *}" = refused ] || break
	done
	[ "$n" -gt 1 ] || fail "switching on asked for no memory"
	in_ns "$a" sh -c "echo 1 >$knobs/track/enabled"
	assert_states_agree "$a"
	assert_eq "$(summary_value connections "$a")" 1 "connections after switching on"
}

run_tests \
	"memory is refused while knobs are written" write_all \
	"memory is refused while the tracker is switched on among connections" switch

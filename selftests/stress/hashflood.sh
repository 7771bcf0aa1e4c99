#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Hash flooding: an attacker chooses addresses and ports so that, with a weak hash, his connections share a bucket. The
# table has a secret, so they spread like any others: packets of his connections and of random ones are timed in turns,
# with as many rows of each.
# shellcheck shell=dash disable=SC2154 # variables that functions set

. ./stress.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"

rows=$(sized 10000 1000)
buckets=1024
# Short and many: the best of them was disturbed by nobody.
batches=401
batch=100
# A chain of all of them is longer than one of a random row by a factor of $buckets.
dearer=1.5

# attack PATTERN: rows of the pattern and random ones; then their packets.
attack() {
	local packets hostile ordinary price
	load_module hash_size="$buckets" && router r || { fail "cannot set up"; return; }
	start_readers "$r"
	in_ns "$r" ./flood ack tun0 random "$rows" >/dev/null && in_ns "$r" ./flood ack tun0 "$1" "$rows" >/dev/null ||
		fail "the flood failed"
	assert_eq "$(summary_value connections "$r")" $((2 * rows)) rows
	# What is open when it is first seen is adopted.
	assert_eq "$(summary_value adopted "$r")" $((2 * rows)) adopted
	in_ns "$r" ./flood probe tun0 "$batches" "$batch" "$rows" "$1" random >"$scratch/probe" || fail "the probe failed"
	read -r packets hostile _ ordinary _ <"$scratch/probe"
	assert_eq "$packets" $((batches * batch * 2)) "packets of the probe"
	price=$(per "$hostile" "$ordinary" 2)
	figure "$rows rows of pattern $1 and random ones: ns per packet" "$hostile, $ordinary ($price)"
	is "$price < $dearer" || fail "a packet of pattern $1 costs $price as much as a random one"
	assert_eq "$(summary_value connections "$r")" $((2 * rows)) "rows after the probe"
	readers_worked
	stop_all
}

serial() {
	attack serial
}

xor() {
	attack xor
}

jhash() {
	attack "jhash:$buckets"
}

run_tests \
	"one port after the other" serial \
	"an exclusive or that is always the same" xor \
	"Jenkins' hash without a secret, always the same bucket" jhash

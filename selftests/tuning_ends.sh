#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# How changes of sysctls end: unless they are confirmed, with their namespace, and with the module.
# shellcheck disable=SC2154 # names of namespaces are set by setup_ns

. ./lib.sh

load_module && setup_ns a b c || exit 1

# risky NS: stages a set with a risky name, and one more
risky() {
	assert_eq "$(printf 'net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.tcp_fin_timeout = 31\n' | stage_set "$1")" "" "answer"
}

# values NS: of these two
values() {
	echo "$(real net.ipv4.conf.all.rp_filter "$1") $(real net.ipv4.tcp_fin_timeout "$1")"
}

values_are() {
	[ "$(values "$1")" = "$2" ]
}

# ends_in NS: what the profile says
ends_in() {
	tuned profile "$1" | sed 's/.* ends_in_ms //'
}

confirmed() {
	assert_tune confirm_ms 86400000 "$a"
	refute_tune "out of range" confirm_ms 86400001 "$a"
	refute_tune "Invalid argument" confirm_ms -1 "$a"
	assert_eq "$(tuned confirm_ms "$b")" 600000 "confirm_ms of another namespace"
	refute_tune "No data" confirm 1 "$a"
	risky "$a"
	assert_tune apply 1 "$a"
	assert_between "$(ends_in "$a")" 86000000 86400000 "ends_in_ms"
	risky "$a"
	refute_tune "busy" apply 1 "$a"
	case $(tune profile seed-1 "$a") in
	*"busy"*) ;;
	*) fail "another set is applied while one may end" ;;
	esac
	assert_tune confirm 1 "$a"
	refute_tune "No data" confirm 1 "$a"
	assert_eq "$(ends_in "$a")" - "ends_in_ms after that"
	assert_eq "$(values "$a")" "1 31" "values after that"
	assert_tune rollback 1 "$a"
	# Nothing risky is in it.
	assert_eq "$(echo 'net.ipv4.tcp_fin_timeout = 31' | stage_set "$a")" "" "answer"
	assert_tune apply 1 "$a"
	assert_eq "$(ends_in "$a")" - "ends_in_ms of a set without a risk"
	# 0: no set ends.
	assert_tune confirm_ms 0 "$a"
	risky "$a"
	assert_tune apply 1 "$a"
	assert_eq "$(ends_in "$a")" - "ends_in_ms where no set ends"
	assert_tune rollback 1 "$a"
	assert_eq "$(values "$a")" "0 60" "values after rollback"
}

expired() {
	assert_tune confirm_ms $((2000 * slowness)) "$a"
	# Writes before the set stay: a single one, and one to a name of the set.
	assert_tune net.ipv4.tcp_fin_timeout 40 "$a"
	assert_tune net.ipv4.tcp_keepalive_time 700 "$a"
	risky "$a"
	assert_tune apply 1 "$a"
	assert_eq "$(values "$a")" "1 31" "values of the set"
	wait_for 10 values_are "$a" "0 40" || fail "the values are '$(values "$a")', should be '0 40'"
	assert_eq "$(tuning_column net.ipv4.tcp_fin_timeout before "$a")" 60 "before, after the set has ended"
	assert_eq "$(tuning_column net.ipv4.conf.all.rp_filter before "$a")" - "before of a name that it alone had changed"
	assert_eq "$(tuned profile "$a")" "- applied 0 skipped 0 changed_since 0 ends_in_ms -" "profile"
	assert_eq "$(real net.ipv4.tcp_keepalive_time "$a")" 700 "a single write"
	# A single write to a name of the set does not end; a value that somebody else has written stays.
	printf 'net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.tcp_fin_timeout = 31\nnet.ipv4.tcp_syn_retries = 2\n' |
		stage_set "$a" >"$scratch/answer"
	assert_tune apply 1 "$a"
	assert_tune net.ipv4.tcp_fin_timeout 35 "$a"
	in_ns "$a" sysctl -qw net.ipv4.tcp_syn_retries=3
	wait_for 10 values_are "$a" "0 35" || fail "the values are '$(values "$a")', should be '0 35'"
	assert_eq "$(real net.ipv4.tcp_syn_retries "$a")" 3 "a value of somebody else"
	assert_tune rollback 1 "$a"
	assert_eq "$(values "$a")" "0 60" "values after rollback"
	assert_eq "$(real net.ipv4.tcp_keepalive_time "$a")" 7200 "a single write after rollback"
	in_ns "$a" sysctl -qw net.ipv4.tcp_syn_retries=6
	# Rollback cancels the end.
	risky "$a"
	assert_tune apply 1 "$a"
	assert_tune rollback 1 "$a"
	assert_eq "$(ends_in "$a")" - "ends_in_ms after rollback"
	refute_tune "No data" confirm 1 "$a"
}

# The namespace goes before the set ends, at that moment, or after.
namespace_goes() {
	local number
	for number in $(seq "$(scaled 20)"); do
		unshare -n sh -c "
			echo $((number * 5)) >$tuning/confirm_ms
			printf 'net.ipv4.conf.all.rp_filter = 1\n' >$tuning/profile
			echo 1 >$tuning/apply" || fail "no set in a new namespace"
	done
	# Nobody is in it, but it is there: the set ends.
	assert_tune confirm_ms 1000 "$c"
	risky "$c"
	assert_tune apply 1 "$c"
	wait_for 10 values_are "$c" "0 60" || fail "the values are '$(values "$c")', should be '0 60'"
}

# A bound below the number in use is not put back.
in_use() {
	local number
	start_endpoint server "$b"
	assert server listen l 127.0.0.1 7000
	for number in 1 2 3; do
		assert server connect "c$number" 127.0.0.1 7000
		assert server accept "s$number" l
		assert server close "c$number"
		assert server close "s$number"
	done
	assert in_ns "$b" sysctl -qw net.ipv4.tcp_max_tw_buckets=1
	assert_tune net.ipv4.tcp_max_tw_buckets 1000 "$b"
	for number in 4 5 6; do
		assert server connect "c$number" 127.0.0.1 7000
		assert server accept "s$number" l
		assert server close "c$number"
		assert server close "s$number"
	done
	assert_tune rollback 1 "$b"
	assert_eq "$(real net.ipv4.tcp_max_tw_buckets "$b")" 1000 "a bound below the number in use, after rollback"
	assert_eq "$(tuning_column net.ipv4.tcp_max_tw_buckets before "$b")" 1 "before, after that"
	case $(tuning_column net.ipv4.tcp_max_tw_buckets effect "$b") in
	*"more is in use"*) ;;
	*) fail "the report does not tell of it" ;;
	esac
}

# Sets in three namespaces, one about to end; one that keeps what it has.
unloaded() {
	assert_tune confirm_ms 86400000 "$a"
	risky "$a"
	assert_tune apply 1 "$a"
	assert_tune net.ipv4.tcp_fin_timeout 32 "$b"
	assert_tune net.ipv4.tcp_fin_timeout 33 "$c"
	assert_tune keep 1 "$c"
	assert_tune net.ipv4.tcp_fin_timeout 34
	# Another change of a name that somebody else changes after that.
	assert_tune net.ipv4.tcp_syn_retries 2
	sysctl -qw net.ipv4.tcp_syn_retries=3
	assert unload_module
	assert_eq "$(values "$a")" "0 60" "values of a namespace after unloading"
	assert_eq "$(real net.ipv4.tcp_fin_timeout "$b")" 60 "a value of another"
	assert_eq "$(real net.ipv4.tcp_fin_timeout "$c")" 33 "a value of one that keeps"
	assert_eq "$(real net.ipv4.tcp_fin_timeout)" 60 "a value of the first"
	assert_eq "$(real net.ipv4.tcp_syn_retries)" 3 "a value of somebody else"
	sysctl -qw net.ipv4.tcp_syn_retries=6
	in_ns "$c" sysctl -qw net.ipv4.tcp_fin_timeout=60
	assert load_module
}

# While it is the default, lab holds the module; nothing is put back before that is seen.
busy() {
	assert_tune net.ipv4.tcp_congestion_control lab "$a"
	assert_tune net.ipv4.tcp_fin_timeout 31 "$a"
	refute unload_module 2>/dev/null
	assert_eq "$(real net.ipv4.tcp_fin_timeout "$a")" 31 "a value after unloading was refused"
	assert_tune rollback 1 "$a"
	assert_eq "$(real net.ipv4.tcp_congestion_control "$a")" cubic "the congestion control after rollback"
	assert unload_module
	assert load_module
}

# Writers, sets that end and namespaces that go, while the module is unloaded.
unloaded_under_load() {
	local number writers
	for number in $(seq "$(scaled 10)"); do
		writers=
		for ns in "$a" "$b" ""; do
			in_ns "$ns" sh -c "while [ -e $tuning ]; do
				echo 5 >$tuning/confirm_ms
				printf 'net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.tcp_fin_timeout = 31\n' >$tuning/profile
				echo 1 >$tuning/apply; cat /proc/net/tcplab/tuning
				echo 32 >$tuning/net.ipv4.tcp_fin_timeout
				echo lab_x >$tuning/net.ipv4.tcp_congestion_control
				echo 1 >$tuning/rollback; unshare -n sh -c 'echo 31 >$tuning/net.ipv4.tcp_fin_timeout'
			done" >"$scratch/output" 2>&1 &
			writers="$writers $!"
			processes="$processes $!"
		done
		# Unloading comes at another moment each time.
		seq "$number" | xargs -I{} cat /proc/net/tcplab/tuning >"$scratch/read"
		assert unload_module
		# shellcheck disable=SC2086 # a list of words
		wait $writers
		for ns in "$a" "$b" ""; do
			assert_eq "$(values "$ns")" "0 60" "values after unloading under load"
		done
		assert load_module
	done
}

run_tests \
	"a set is confirmed" confirmed \
	"a set that is not ends" expired \
	"its namespace goes" namespace_goes \
	"a bound that is exceeded stays" in_use \
	"unloading puts back" unloaded \
	"unloading waits until lab is not the default" busy \
	"unloading while all of it is used" unloaded_under_load

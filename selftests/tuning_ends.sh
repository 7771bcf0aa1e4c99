#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# How changes of sysctls end: unless they are confirmed, with their namespace, and with the module.
# shellcheck disable=SC2154,SC2016 # names of namespaces are set by setup_ns; awk's variables

. ./lib.sh
. ./sets.sh

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

# The clocks that the timer of an end runs by. A test VM cannot sleep; 2 is CLOCK_BOOTTIME, which goes on meanwhile.
clocks() {
	awk '/^ clock [0-9]+:/ { clock = $2 } / changes_wake[, ]/ { print clock }' /proc/timer_list
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
	assert_eq "$(clocks)" 2: "the clock"
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

expiry_is_told() {
	trace_knobs || {
		skip "no tracefs"
		return
	}
	assert_tune confirm_ms 1 "$b"
	risky "$b"
	assert_tune apply 1 "$b"
	wait_for 10 set_has_ended || fail "the set does not end: $(tuned profile "$b")"
	assert_eq "$(events | grep -v ' apply ')" "net.ipv4.conf.all.rp_filter 1>0 expire 0 0
net.ipv4.tcp_fin_timeout 31>60 expire 0 0" "events of the end of a set"
	trace_no_knobs
	assert_tune confirm_ms 600000 "$b"
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

# left_alone NAME VALUE BEFORE: rollback finds that more is in use than BEFORE allows.
left_alone() {
	assert_tune rollback 1
	assert_eq "$(real "$1")" "$2" "$1 after rollback, while more is in use than before"
	assert_eq "$(tuning_column "$1" before)" "$(echo "$3" | tr ' ' ,)" "before of $1"
	case $(tuning_column "$1" effect) in
	*"more is in use"*) ;;
	*) fail "the report does not tell of $1: $(tuning_column "$1" effect)" ;;
	esac
}

tracked_by_conntrack() {
	local number name=net.netfilter.nf_conntrack_max standard
	modprobe nf_conntrack 2>/dev/null
	standard=$(real "$name")
	[ -n "$standard" ] && nft add table inet t 2>/dev/null || {
		skip "no nf_conntrack, or no nft"
		return
	}
	nft 'add chain inet t c { type filter hook output priority 0; }; add rule inet t c ct state new counter'
	start_endpoint here
	assert here listen l 127.0.0.1 7000
	assert sysctl -qw "$name"=1
	assert_tune "$name" 1000
	for number in 1 2 3; do
		assert here connect "c$number" 127.0.0.1 7000
	done
	left_alone "$name" 1000 1
	nft delete table inet t
	# Once somebody else has changed it, it is his; then fewer are in use than before, and it is put back.
	assert sysctl -qw "$name"=500
	assert_tune rollback 1
	assert_tune "$name" 1000
	assert_tune rollback 1
	assert_eq "$(real "$name")" 500 "the bound after rollback, while fewer are in use"
	assert sysctl -qw "$name=$standard"
	for number in 1 2 3; do
		here abort "c$number"
	done
}

# Pages that TCP has, as it says; each CPU keeps some for itself.
# shellcheck disable=SC2016 # awk's variables
tcp_pages() {
	awk '$1 == "TCP:" { for (i = 2; i < NF; i++) if ($i == "mem") print $(i + 1) }' /proc/net/sockstat
}

pages_exceed() {
	[ "$(tcp_pages)" -gt "$1" ]
}

memory_of_tcp() {
	local number name=net.ipv4.tcp_mem standard
	standard=$(real "$name")
	start_endpoint reader
	assert reader listen l 127.0.0.1 7001
	assert sysctl -qw "$name"="1 2 3"
	assert_tune "$name" "$standard"
	for number in $(seq 40); do
		assert reader connect "c$number" 127.0.0.1 7001
		# Nobody reads it.
		reader send "c$number" 60000
		! pages_exceed 3 || break
	done
	assert pages_exceed 3
	left_alone "$name" "$standard" "1 2 3"
	# Once somebody else has changed it, no rollback puts back what would stop the whole machine's TCP.
	assert sysctl -qw "$name"="1000 200000 300000"
	assert_tune rollback 1
	assert_eq "$(real "$name")" "1000 200000 300000" "$name of somebody else"
	assert sysctl -qw "$name"="$standard"
	for number in $(seq "$number"); do
		reader abort "c$number"
	done
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

tries_exceed() {
	[ "$(calls devinet_sysctl_forward)" -gt "$1" ]
}

# A write is tried a hundred times, and unloading does not leave it at that. Each change is told, while it goes on: what is
# told of a module goes with it.
unloaded_while_busy() {
	local unloading
	count_calls devinet_sysctl_forward || {
		skip "needs kprobes"
		return
	}
	assert_tune net.ipv4.conf.all.forwarding 1 "$a"
	assert_tune net.ipv4.tcp_fin_timeout 31 "$a"
	if hold_rtnl "$a"; then
		forget_calls
		count_calls devinet_sysctl_forward
		assert trace_knobs
		start rmmod tcplab
		unloading=$started
		wait_for 20 tries_exceed 150 || fail "unloading gives up after $(calls devinet_sysctl_forward) tries"
		assert_eq "$(events | sort -u)" "net.ipv4.conf.all.forwarding 1>0 unload -16 0
net.ipv4.tcp_fin_timeout 31>60 unload 0 0" "events of unloading"
		release_rtnl
		wait "$unloading" || fail "rmmod failed"
	else
		skip "nobody can hold the lock of interfaces here"
		assert unload_module
	fi
	forget_calls
	assert_eq "$(real net.ipv4.conf.all.forwarding "$a")" 0 "forwarding after unloading"
	assert load_module
}

# While it is the default, lab holds the module; nothing is put back before that is seen.
busy() {
	assert_eq "$(printf 'net.ipv4.tcp_congestion_control = lab\nnet.ipv4.tcp_fin_timeout = 31\n' | stage_set "$a")" "" "answer"
	assert_tune apply 1 "$a"
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
	"the end of a set is told" expiry_is_told \
	"its namespace goes" namespace_goes \
	"a bound that is exceeded stays" in_use \
	"a bound on nf_conntrack that is exceeded stays" tracked_by_conntrack \
	"a bound on the memory of TCP that is exceeded stays" memory_of_tcp \
	"unloading puts back" unloaded \
	"unloading while the kernel is busy" unloaded_while_busy \
	"unloading waits until lab is not the default" busy \
	"unloading while all of it is used" unloaded_under_load

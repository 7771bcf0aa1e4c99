#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The knobs: their defaults, what they take and refuse, that they belong to the caller's namespace, and who may write.
# shellcheck disable=SC2154 # a is set by setup_ns

. ./lib.sh

root=/sys/kernel/tcplab

load_module && setup_ns a || exit 1

# write KNOB VALUE [NS]: prints the error, if there is one
write() {
	printf '%s\n' "$2" | { in_ns "${3-}" tee "$root/$1" >/dev/null; } 2>&1
}

value() {
	in_ns "${2-}" cat "$root/$1"
}

# refused KNOB VALUE ERROR: told so, and nothing changed
refused() {
	local before answer
	before=$(value "$1")
	answer=$(write "$1" "$2")
	case $answer in
	*"$3"*) ;;
	*) fail "'$2' to $1: says '$answer', should say '$3'" ;;
	esac
	assert_eq "$(value "$1")" "$before" "$1 after '$2' was refused"
}

defaults() {
	assert_eq "$(value track/enabled)" 1 track/enabled
	assert_eq "$(value track/forward)" 0 track/forward
	assert_eq "$(value close_wait/leak_ms)" 60000 close_wait/leak_ms
	assert_eq "$(value congestion/a/law)" cubic congestion/a/law
	assert_eq "$(value time_wait/length_ms)" 0 time_wait/length_ms
	assert_eq "$(value time_wait/length_rto_percent)" 0 time_wait/length_rto_percent
	assert_eq "$(value time_wait/recycle)" off time_wait/recycle
	assert_eq "$(value time_wait/enforce_ms)" 600000 time_wait/enforce_ms
	assert_eq "$(value time_wait/quiet_ms)" 0 time_wait/quiet_ms
}

# takes KNOB VALUE...; range KNOB BAD...; word KNOB BAD...: what it accepts, is out of its range, or makes no sense
takes() {
	local knob="$1" good
	shift
	for good; do
		assert_eq "$(write "$knob" "$good")" "" "answer to $good"
		assert_eq "$(value "$knob")" "$good" "$knob"
	done
}

out_of_range() {
	local knob="$1" bad
	shift
	for bad; do
		refused "$knob" "$bad" "out of range"
	done
}

senseless() {
	local knob="$1" bad
	shift
	for bad; do
		refused "$knob" "$bad" "Invalid argument"
	done
}

time_wait() {
	takes time_wait/length_ms 1 600000 0
	out_of_range time_wait/length_ms 600001 4294967295 18446744073709551616
	senseless time_wait/length_ms '' x -1 1s 60.0
	takes time_wait/length_rto_percent 100 10000 0
	out_of_range time_wait/length_rto_percent 1 99 10001 4294967296
	senseless time_wait/length_rto_percent '' x -1 350%
	takes time_wait/recycle observe enforce off
	senseless time_wait/recycle '' on 1 OFF 'off off' enforced
	takes time_wait/enforce_ms 1 86400000 600000
	out_of_range time_wait/enforce_ms 0 86400001
	senseless time_wait/enforce_ms '' x
	out_of_range time_wait/quiet_ms 600001 4294967296
	senseless time_wait/quiet_ms '' x -5
	assert_eq "$(write time_wait/quiet_ms 0)" "" "answer to 0"
}

switches() {
	local knob bad
	for knob in track/enabled track/forward; do
		for bad in '' ' ' x 1x 0x1 -1 1.0 '1 1' yes; do
			refused "$knob" "$bad" "Invalid argument"
		done
		refused "$knob" 2 "out of range"
		refused "$knob" 4294967296 "out of range"
		refused "$knob" 99999999999999999999999 "out of range"
	done
}

leak_ms() {
	local good bad
	for good in 1 86400000 60000; do
		assert_eq "$(write close_wait/leak_ms "$good")" "" "answer to $good"
		assert_eq "$(value close_wait/leak_ms)" "$good" leak_ms
	done
	for bad in '' x -5 1s 1e3; do
		refused close_wait/leak_ms "$bad" "Invalid argument"
	done
	for bad in 0 86400001 4294967295 18446744073709551616; do
		refused close_wait/leak_ms "$bad" "out of range"
	done
	assert_eq "$(printf 5000 | tee "$root/close_wait/leak_ms")" 5000 "answer to a value without a newline"
	assert_eq "$(value close_wait/leak_ms)" 5000 leak_ms
}

law() {
	local bad
	assert_eq "$(write congestion/a/law reno)" "" "answer to reno"
	assert_eq "$(value congestion/a/law)" reno law
	for bad in '' RENO renoo bbr 'reno cubic' aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; do
		refused congestion/a/law "$bad" "Invalid argument"
	done
}

forward_needs_tracker() {
	write track/enabled 0
	refused track/forward 1 "Invalid argument"
	assert_eq "$(write track/enabled 1)" "" "answer to enabled 1"
	assert_eq "$(write track/forward 1)" "" "answer to forward 1"
	assert_eq "$(write track/enabled 0)" "" "answer to enabled 0"
	assert_eq "$(value track/forward)" 0 "forward after switching the tracker off"
	write track/enabled 1
}

per_namespace() {
	write close_wait/leak_ms 1234 "$a"
	assert_eq "$(value close_wait/leak_ms "$a")" 1234 "leak_ms of the namespace"
	assert_eq "$(value close_wait/leak_ms)" 5000 "leak_ms of the first namespace"
}

privilege() {
	local answer
	answer=$(setpriv --reuid 65534 --regid 65534 --clear-groups tee "$root"/close_wait/leak_ms 2>&1 <<-END
		7
		END
	)
	case $answer in
	*"not permitted"*) ;;
	*) fail "an unprivileged write says '$answer'" ;;
	esac
	assert_eq "$(value close_wait/leak_ms)" 5000 "leak_ms after an unprivileged write"
	assert_eq "$(setpriv --reuid 65534 --regid 65534 --clear-groups cat "$root"/close_wait/leak_ms)" 5000 "read without privilege"
}

# A program with more rights than who opened the file for it: its rights do not count.
deputy() {
	chmod 755 "$scratch"
	cp "$(command -v cat)" "$scratch/cat"
	chmod 4755 "$scratch/cat"
	assert_eq "$(setpriv --reuid 65534 --regid 65534 --clear-groups "$scratch/cat" /proc/self/status |
		awk '/^Uid/ { print $3 }')" 0 "the effective user of the program"
	refute setpriv --reuid 65534 --regid 65534 --clear-groups \
		sh -c "echo 7 | '$scratch/cat' >$root/close_wait/leak_ms" 2>/dev/null
	assert_eq "$(value close_wait/leak_ms)" 5000 "leak_ms after a write through a privileged program"
}

# The root of a user namespace rules the network namespace it made, and no other.
user_namespace() {
	[ "$(cat /proc/sys/user/max_user_namespaces 2>/dev/null || echo 0)" -gt 0 ] || {
		skip "no user namespaces"
		return
	}
	assert_eq "$(setpriv --reuid 65534 --regid 65534 --clear-groups unshare --user --map-root-user --net \
		sh -c "echo 77 >$root/close_wait/leak_ms && cat $root/close_wait/leak_ms" 2>&1)" 77 "leak_ms of a user's namespace"
	refute sh -c "setpriv --reuid 65534 --regid 65534 --clear-groups unshare --user --map-root-user \
		sh -c 'echo 78 >$root/close_wait/leak_ms' 2>/dev/null"
	assert_eq "$(value close_wait/leak_ms)" 5000 "leak_ms of the first namespace"
}

# Bounds of a knob: what scripts/knobs says is what the kernel takes.
bounds() {
	local low="$2" high="$3" default="$4"
	assert_eq "$(write "$1" "$low")$(write "$1" "$high")" "" "answer of $1 to $low and $high"
	assert_eq "$(write "$1" "$default")" "" "answer of $1 to $default"
	out_of_range "$1" $((high + 1))
	[ "$low" = 0 ] || out_of_range "$1" $((low - 1))
}

# A refused value tells nothing but an error; a command tells what each knob takes.
told() {
	local name default now takes knob
	[ -x ../scripts/knobs ] || { skip "needs the tree it was built in"; return; }
	../scripts/knobs >"$scratch/knobs"
	for knob in $(cd "$root" && find . -type f ! -path './tuning/net.*' | sed 's,^./,,'); do
		grep -q "^$knob " "$scratch/knobs" || fail "scripts/knobs does not name $knob"
	done
	while read -r name default now takes; do
		case $name in
		tuning/profile | "tuning/<name") continue ;;
		*/*) assert_eq "$now" "$(value "$name" 2>/dev/null || echo -)" "$name, as scripts/knobs reads it" ;;
		esac
		case $takes in
		[0-9]*" or "*" to "*) ;;
		[0-9]*" to "*) bounds "$name" "${takes%% *}" "$(echo "$takes" | cut -d' ' -f3)" "$default" ;;
		*,*" or "* | *[a-z]" or "*)
			for knob in $(echo "$takes" | sed 's/,\| or / /g') "$default"; do
				assert_eq "$(write "$name" "$knob")" "" "answer of $name to $knob"
			done
			;;
		esac
	done <"$scratch/knobs"
	assert_eq "$(../scripts/knobs leak | wc -l)" 2 "lines about one knob"
	assert_eq "$(../scripts/knobs net.core.somaxconn | sed 1d)" "tuning/net.core.somaxconn  4096     $(
		sysctl -n net.core.somaxconn | tr -d '\n')  0 to 2147483647" "the line about a sysctl"
	refute ../scripts/knobs nothing 2>/dev/null
	assert_eq "$(../scripts/knobs leak nothing 2>&1)" "knobs: no knob has 'nothing' in its name" "one word of two that is in no name"
}

run_tests \
	"the defaults" defaults \
	"switches take 0 and 1" switches \
	"close_wait/leak_ms takes 1 to 86400000" leak_ms \
	"the knobs of time_wait take what they should" time_wait \
	"congestion/a/law takes the name of a law" law \
	"track/forward needs the tracker" forward_needs_tracker \
	"a knob belongs to the caller's namespace" per_namespace \
	"writing wants CAP_NET_ADMIN" privilege \
	"who opened the file is asked, not who writes" deputy \
	"the root of a user namespace rules its own" user_namespace \
	"scripts/knobs tells what each takes" told

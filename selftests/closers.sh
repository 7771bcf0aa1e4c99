#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# time_wait_owner with more programs than there is room for: names are known again when there is, and uids always. The
# witness is what the programs were told to do, and ss.
# shellcheck disable=SC2016,SC2154 # variables of awk; a and b are set by setup_ns

. ./lib.sh

# What a namespace has room for: rows of programs, and those of one user that are in use.
rows=1024
held=512

load_module && setup_ns a b && link_ns "$a" "$b" || exit 1
# length MS: how long TIME_WAIT lasts, that of sockets which are in it, too
length() {
	echo "$1" | in_ns "$a" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
}

# What comes to TIME_WAIT stays there, however slow the kernel is. The peer's FIN may overtake its ACK on another processor.
# TIME_WAIT answers the late ACK, and the peer, whose socket is gone, answers that by a RST, which would end TIME_WAIT.
in_ns "$a" sysctl -qw net.ipv4.tcp_max_tw_buckets=65536 net.ipv4.tcp_rfc1337=1
length 600000
start in_ns "$b" ./churn serve 192.0.2.2 5000

serving() {
	[ -n "$(in_ns "$b" ss -Htln 'sport = :5000')" ]
}

wait_for 5 serving || exit 1

# names UID FIRST LAST: so many connections, each closed first by a program of another name.
names() {
	assert in_ns "$a" ./names 192.0.2.2 5000 "$@"
}

# sum COLUMN [CONDITION OF AWK]: over rows; $3 is the uid, $4 the command.
sum() {
	report time_wait_owner "$a" | awk -v name="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		'"${2-1}"' { sum += $c[name] }
		END { print sum + 0 }'
}

# count [CONDITION OF AWK]: rows.
count() {
	report time_wait_owner "$a" | awk 'NR > 1 && ('"${1-1}"')' | wc -l
}

now_is() {
	[ "$(sum now)" = "$1" ]
}

# All that are in TIME_WAIT leave it.
leave() {
	length 1
	wait_for 20 now_is 0 || fail "$(sum now) are still in TIME_WAIT"
	length 600000
	assert_eq "$(count '$6 != 0')" 0 "rows with sockets when there are none"
}

in_ss() {
	in_ns "$a" ss -Htan state time-wait | wc -l
}

# The hook sees the last FIN before the socket does, and its processor may have to wait in between.
as_ss_counts() {
	[ "$(sum now)" = "$(in_ss)" ]
}

agree() {
	wait_for 5 as_ss_counts || fail "all rows have $(sum now) sockets, but ss counts $(in_ss)"
	assert_eq "$(sum entered)" "$total" "connections that were closed"
	assert_eq "$(sum entered '$3 == "-"')" 0 "connections that nobody closed"
}

# Many more than one byte can number.
many() {
	names 0 1 400
	total=400
	agree
	assert_eq "$(count '$4 ~ /^n/ && $5 == 1')" 400 "programs that closed one connection each"
	assert_eq "$(sum now '$4 ~ /^n/')" 400 "sockets of theirs"
	leave
	names 0 401 700
	total=700
	agree
	assert_eq "$(count '$4 ~ /^n/ && $5 == 1')" 700 "programs, with those of the past"
	leave
}

# One of the first 400 names that is not known any more.
forgotten() {
	report time_wait_owner "$a" | awk '{ known[$4] } END { for (i = 1; ("n" i) in known; i++); print i }'
}

# The names whose last socket ended longest ago go, and what they did is their user's. The sockets of the first 400 ended
# at once, in no order: some of these go, and nobody can say which.
history() {
	local gone
	names 0 701 1000
	leave
	names 0 1001 1300
	total=1300
	agree
	assert_eq "$(count '$4 ~ /^n/')" "$rows" "programs that are known"
	assert_eq "$(count '$4 ~ /^n/ && substr($4, 2) + 0 > 400')" 900 "those of them that had sockets last"
	assert_eq "$(sum entered '$3 == 0 && $4 == "-"')" $((1300 - rows)) "connections of those that are not"
	leave
	gone=$(forgotten)
	assert_between "$gone" 1 400 "one that is not known"
	names 0 "$gone" "$gone"
	total=1301
	assert_eq "$(count '$4 == "n'"$gone"'" && $5 == 1 && $6 == 1')" 1 "the same one, again"
	agree
	leave
}

# A user with many names in use loses names, and takes nobody else's.
hostile() {
	names 65534 5001 6500
	total=2801
	agree
	assert_eq "$(count '$3 == 65534 && $4 ~ /^n/')" "$held" "programs of the user that are known"
	assert_eq "$(sum now '$3 == 65534')" 1500 "sockets of the user"
	names 0 7001 7300
	total=3101
	agree
	assert_eq "$(count '$3 == 0 && $4 ~ /^n7[0-9][0-9][0-9]$/ && $6 == 1')" 300 "programs of another user"
	leave
	names 65534 6501 6501
	total=3102
	assert_eq "$(count '$4 == "n6501" && $6 == 1')" 1 "a program of the user afterwards"
	agree
	leave
}

run_tests \
	"many programs" many \
	"more programs than there is room for" history \
	"a user with many names" hostile

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# close_wait_owner: one row for each program that has sockets in CLOSE_WAIT, what it adds up, and what stays when the
# program has died. The witness is close_wait, which ss is the witness of.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint

. ./lib.sh

load_module && setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

# waiting PORT NAME [BYTES]: a connection whose client has sent BYTES and closed; the server is the socket NAME.
waiting() {
	assert sa connect "c$2" 192.0.2.2 "$1"
	assert sb accept "$2" "l$1"
	[ -z "${3-}" ] || assert sa send "c$2" "$3"
	assert sa close "c$2"
}

close_waits() {
	[ "$(in_ns "$b" ss -Htn state close-wait | wc -l)" = "$1" ]
}

# value COLUMN PORT [COMM]: of the row with that port.
value() {
	report close_wait_owner "$b" | awk -v name="$1" -v port="$2" -v comm="${3-endpoint}" '
		NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		$c["local_port"] == port && $c["comm"] == comm { print $c[name] }'
}

value_is() {
	[ "$(value "$1" "$2")" = "$3" ]
}

# The same, added up from the rows of close_wait of one port.
added_up() {
	report close_wait "$b" | awk -v port=":$1$" '
		NR > 1 && $1 ~ port { n++; leaks += $6; cause[$4]++ }
		END { print n + 0, leaks + 0, cause["not-accepted"] + 0, cause["unread-data"] + 0, cause["unread-eof"] + 0, cause["eof-read"] + 0 }'
}

owner_line() {
	report close_wait_owner "$b" | awk -v port="$1" '$4 == port { print $5, $6, $9, $10, $11, $12 }'
}

causes() {
	local i
	assert sb listen l8001 192.0.2.2 8001
	for i in 1 2 3; do waiting 8001 "e$i"; done
	for i in 1 2; do waiting 8001 "d$i" 10; done
	assert sa connect c 192.0.2.2 8001
	assert sa close c
	wait_for 5 close_waits 6
	assert sb recv e1 >/dev/null
	assert_eq "$(owner_line 8001)" "6 0 1 2 2 1" "what the owner has"
	assert_eq "$(owner_line 8001)" "$(added_up 8001)" "the owner, against its sockets"
	echo 1 | in_ns "$b" tee /sys/kernel/tcplab/close_wait/leak_ms >/dev/null
	wait_for 5 value_is leaks 8001 6 || fail "leaks is $(value leaks 8001)"
	assert_eq "$(owner_line 8001)" "$(added_up 8001)" "the owner, against its sockets, with leaks"
	assert_eq "$(value uid 8001)" 0 uid
	echo 60000 | in_ns "$b" tee /sys/kernel/tcplab/close_wait/leak_ms >/dev/null
}

# Another program at another port, of another user: a row of its own.
programs() {
	assert sb fork other >"$scratch/other"
	assert sb listen l8002 192.0.2.2 8002
	waiting 8002 x
	wait_for 5 close_waits 7
	assert_eq "$(value now 8002)" 1 "sockets of another port"
	assert_eq "$(value now 8001)" 6 "sockets of the first"
	kill "$(cat "$scratch/other")"
}

# Whose local port is a chance number: all such connections of a program are one row.
clients() {
	local i
	assert sa listen up 192.0.2.1 8003
	for i in 1 2 3; do
		assert sb connect "u$i" 192.0.2.1 8003
		assert sa accept s up
		assert sa close s
	done
	wait_for 5 close_waits 10
	assert_eq "$(value now -)" 3 "sockets that were opened from here"
	for i in 1 2 3; do assert sb close "u$i"; done
	wait_for 5 value_is now - 0 || fail "now is $(value now -) after the sockets were closed"
}

unprivileged() {
	in_ns "$b" setpriv --reuid 65534 --regid 65534 --clear-groups cat /proc/net/tcplab/close_wait_owner >"$scratch/nobody"
	assert_eq "$(awk 'NR > 2 { print $2, $3 }' "$scratch/nobody" | sort -u)" "- -" "what nobody is told"
	assert_eq "$(awk '$4 == 8001 { print $5 }' "$scratch/nobody")" 6 "sockets, as nobody is told"
}

# The program is killed, and its sockets go; what it did is remembered.
history() {
	assert_eq "$(value now 8001)" 6 "sockets of the living"
	kill -9 "$(sb pid)"
	wait_for 5 close_waits 0 || fail "its sockets are left"
	wait_for 5 value_is now 8001 0 || fail "the row of the dead is '$(owner_line 8001)'"
	assert_eq "$(value leaks 8001)" 0 "leaks of the dead"
}

# Who dies before anybody reads the report is known, too: a census is taken from time to time.
unread() {
	local deadline
	[ "$slowness" = 1 ] || { skip "here a census takes long, and rests after it for longer"; return; }
	start_endpoint sc "$b"
	assert sc listen l8004 192.0.2.2 8004
	assert sa connect c 192.0.2.2 8004
	assert sc accept s l8004
	assert sa close c
	wait_for 5 close_waits 1
	deadline=$(($(summary_value uptime_ms "$b") + 17000))
	wait_for 90 uptime_is "$deadline" "$b"
	kill -9 "$(sc pid)"
	wait_for 5 close_waits 0
	assert_eq "$(value now 8004)" 0 "sockets of whom nobody asked for"
}

grows() {
	local growth
	growth=$(value growth_per_min 8005)
	[ "${growth:-0}" -gt 0 ]
}

# grow NUMBER: one socket more
grow() {
	assert sa connect "g$1" 192.0.2.2 8005
	assert sd accept "g$1" l8005
	assert sa close "g$1"
}

growth() {
	local i
	start_endpoint sd "$b"
	assert sd listen l8005 192.0.2.2 8005
	grow 0
	wait_for 5 close_waits 1
	assert_eq "$(value growth_per_min 8005)" - "growth of what is new"
	for i in $(seq 10); do grow "$i"; done
	wait_for 10 grows || fail "growth is $(value growth_per_min 8005)"
}

run_tests \
	"causes and leaks add up" causes \
	"programs" programs \
	"connections that were opened from here" clients \
	"readers without CAP_NET_ADMIN" unprivileged \
	"a program that has died" history \
	"one that died unnoticed" unread \
	"growth" growth

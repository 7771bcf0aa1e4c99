#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# close_wait: the causes, as the application reads, and the verdict. The witness is ss: its Recv-Q counts the FIN, too.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint

. ./lib.sh

load_module && setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

leak_ms=/sys/kernel/tcplab/close_wait/leak_ms

# A connection to port $1 whose client has sent $2 bytes and closed.
closed_by_client() {
	assert sb listen "l$1" 192.0.2.2 "$1"
	assert sa connect "c$1" 192.0.2.2 "$1"
	[ "$2" = 0 ] || assert sa send "c$1" "$2"
	assert sa close "c$1"
}

# column NUMBER PORT
column() {
	report close_wait "$b" | awk -v port=":$2" -v n="$1" 'index($1, port) == length($1) - length(port) + 1 { print $n }'
}

cause_is() {
	[ "$(column 4 "$1")" = "$2" ]
}

assert_cause() {
	wait_for 5 cause_is "$1" "$2" || fail "cause of $1 is '$(column 4 "$1")', should be '$2'"
}

recv_q() {
	in_ns "$b" ss -Htn state close-wait "sport = :$1" | awk '{ print $1 }'
}

not_accepted() {
	closed_by_client 5001 10
	assert_cause 5001 not-accepted
	assert_eq "$(column 5 5001)" 10 "unread bytes"
}

reading() {
	closed_by_client 5002 100000
	assert sb accept s5002 l5002
	assert_cause 5002 unread-data
	assert_eq "$(column 5 5002)" "$(($(recv_q 5002) - 1))" "unread bytes, against Recv-Q"
	local chunk total=0
	while [ "$total" -lt 100000 ]; do
		chunk=$(sb recv s5002) || break
		total=$((total + chunk))
	done
	assert_eq "$(column 5 5002)" 0 "unread bytes, after reading"
	assert_eq "$(sb recv s5002)" eof "what is read at last"
	assert_cause 5002 eof-read
}

unread_eof() {
	closed_by_client 5003 0
	assert sb accept s5003 l5003
	assert_cause 5003 unread-eof
	assert_eq "$(column 7 5003)" FIN_WAIT_2 "remote state"
	assert_eq "$(column 12 5003)" "$(in_ns "$b" ss -Htne state close-wait 'sport = :5003' |
		sed 's/.*ino:\([0-9]*\).*/\1/')" "inode, against ss"
	assert sb recv s5003 >/dev/null
	assert_cause 5003 eof-read
}

# older_than MILLISECONDS PORT
older_than() {
	[ "$(column 3 "$2")" -gt "$1" ]
}

# drain NAME: the client reads what it gets
drain() {
	while sa recv "$1"; do :; done >/dev/null
}

# A half-close that still transmits is none, however old.
sending() {
	assert sb listen l5004 192.0.2.2 5004
	assert sa connect c5004 192.0.2.2 5004
	assert sb accept s5004 l5004
	assert sa shutdown c5004
	assert sb recv s5004 >/dev/null
	# On a slow link something is always on its way.
	assert tc -n "$b" qdisc add dev veth0 root netem rate 2mbit
	start sb send s5004 3000000
	start drain c5004
	assert_cause 5004 sending
	echo 2000 | in_ns "$b" tee "$leak_ms" >/dev/null
	wait_for 10 older_than 2000 5004 || fail "age is $(column 3 5004)"
	assert_eq "$(column 6 5004)" 0 "leak, while sending"
	echo 60000 | in_ns "$b" tee "$leak_ms" >/dev/null
}

leaks_are() {
	[ "$(summary_value close_wait_leaks "$b")" = "$1" ]
}

verdict() {
	assert leaks_are 0
	assert_eq "$(column 6 5003)" 0 "leak before its time"
	echo 1000 | in_ns "$b" tee "$leak_ms" >/dev/null
	wait_for 5 leaks_are 3 || fail "close_wait_leaks is $(summary_value close_wait_leaks "$b"), should be 3"
	assert_eq "$(column 6 5003)" 1 leak
	assert sb close s5003
	wait_for 5 leaks_are 2 || fail "close_wait_leaks is $(summary_value close_wait_leaks "$b") after a close"
	echo 86400000 | in_ns "$b" tee "$leak_ms" >/dev/null
	wait_for 5 leaks_are 0 || fail "close_wait_leaks is $(summary_value close_wait_leaks "$b") with a longer time"
	assert_eq "$(report close_wait "$b" | tail -n +2 | wc -l)" \
		"$(in_ns "$b" ss -Htn state close-wait | wc -l)" "rows, against ss"
}

run_tests \
	"a connection that died in the accept queue" not_accepted \
	"data that is not read, then is" reading \
	"an end of file that is not read, then is" unread_eof \
	"the verdict follows leak_ms and close()" verdict \
	"a half-close that still sends is no leak" sending

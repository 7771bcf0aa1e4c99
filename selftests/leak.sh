#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# close_wait: the causes, as the application reads, and the verdict. The witness is ss: its Recv-Q counts the FIN, too.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint

. ./lib.sh

load_module && setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

leak_ms=/sys/kernel/tcplab/close_wait/leak_ms

# The events of this script; none where the kernel has no trace events.
[ -d /sys/kernel/tracing/events ] || mount -t tracefs none /sys/kernel/tracing 2>"$scratch/ignored"
tracing=/sys/kernel/tracing/instances/tcplab-$$
if mkdir "$tracing" 2>"$scratch/ignored"; then
	echo 1 >"$tracing/events/tcplab/close_wait_leak/enable"
	trap 'status=$?; echo 0 >"$tracing/events/enable"; rmdir "$tracing"; (exit $status); clean_up' EXIT
fi

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

# set_leak_ms MILLISECONDS
set_leak_ms() {
	echo "$1" | in_ns "$b" tee "$leak_ms" >/dev/null
}

# A server whose only client has shut down: BYTES every MILLISECONDS, until it is told to hold its socket in silence.
# And a client that does, and takes BYTES every MILLISECONDS; 0 bytes: none.
cat >"$scratch/stream.py" <<'END'
import os, signal, socket, sys, time
role, port, size, pause = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]) / 1000
silent = False
def be_silent(*unused):
    global silent
    silent = True
signal.signal(signal.SIGUSR1, be_silent)
if role == "server":
    l = socket.create_server(("192.0.2.2", port))
    l.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    s = l.accept()[0]
    while s.recv(65536):
        pass
    while not silent:
        s.sendall(bytes(size))
        time.sleep(pause)
else:
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    s.connect(("192.0.2.2", port))
    s.shutdown(socket.SHUT_WR)
    while size:
        s.recv(size, socket.MSG_WAITALL)
        time.sleep(pause)
signal.pause()
END

listens() {
	[ -n "$(in_ns "$b" ss -Htln "sport = :$1")" ]
}

# stream PORT BYTES MILLISECONDS READ-BYTES READ-MILLISECONDS: both; the server's number is in $server.
stream() {
	start in_ns "$b" python3 "$scratch/stream.py" server "$1" "$2" "$3"
	wait_for 20 listens "$1" || fail "no server at $1"
	start in_ns "$a" python3 "$scratch/stream.py" client "$1" "$4" "$5"
	wait_for 20 cause_is "$1" sending || fail "cause of $1 is '$(column 4 "$1")', should be 'sending'"
	server=$(column 9 "$1")
}

# steady PORT MILLISECONDS: until it is that old it sends, whenever it is looked at, and is never told to be a leak.
steady() {
	local seen other=
	until older_than "$2" "$1"; do
		seen=$(column 4 "$1"),$(column 6 "$1")
		[ "$seen" = sending,0 ] || other="$other $seen"
		[ -n "$(column 3 "$1")" ] || { fail "$1 is gone"; return; }
		sleep 0.1
	done
	assert_eq "$other" "" "cause and leak of $1, but for 'sending,0'"
	assert_eq "$(told "$1")" 0 "events of $1"
}

told() {
	grep -c "close_wait_leak: .*::ffff:192.0.2.2:$1 " "$tracing/trace"
}

# streams MILLISECONDS PORT...: a load that sends, in one way or another, is no leak of that age, but once it stops: its
# process still holds the socket.
streams() {
	local age="$1" port="$2"
	[ -d "$tracing" ] || { skip "this kernel has no trace events"; return; }
	shift
	set_leak_ms "$age"
	stream "$@"
	steady "$port" $((3 * age))
	kill -USR1 "$server"
	wait_for 60 told_is "$port" 1 || fail "$port was told $(told "$port") times"
	assert_eq "$(column 4 "$port"),$(column 6 "$port")" eof-read,1 "cause and leak once it is silent"
	kill -9 "$server"
	set_leak_ms 60000
}

told_is() {
	[ "$(told "$1")" = "$2" ]
}

often() {
	streams 2000 5011 1000 10 65536 1
}

seldom() {
	streams 2000 5012 100 300 65536 1
}

# The window is closed most of the time, and opens at every second or third read. What is under way at the end is read at
# this speed, too.
slow_reader() {
	streams 6000 5013 20000 1 40000 1500
}

# Nothing is acknowledged for longer than leak_ms: the socket has not given up.
lossy() {
	[ -d "$tracing" ] || { skip "this kernel has no trace events"; return; }
	set_leak_ms 1000
	stream 5014 1000 10 65536 1
	steady 5014 2000
	assert tc -n "$b" qdisc add dev veth0 root netem loss 100%
	steady 5014 7000
	assert tc -n "$b" qdisc del dev veth0 root
	steady 5014 9000
	kill -9 "$server"
	set_leak_ms 60000
}

# Probes of a window that stays closed are nothing: the peer does not read, and the program may as well give up.
probes() {
	[ -d "$tracing" ] || { skip "this kernel has no trace events"; return; }
	set_leak_ms 2000
	stream 5015 1000000 1 0 0
	wait_for 30 told_is 5015 1 || fail "5015 was told $(told 5015) times"
	assert_eq "$(column 4 5015),$(column 6 5015)" eof-read,1 "cause and leak of a half-close that only probes"
	kill -9 "$server"
	set_leak_ms 60000
}

# A reply before the peer closes makes no half-close of it.
replied() {
	assert sb listen l5016 192.0.2.2 5016
	assert sa connect c5016 192.0.2.2 5016
	assert sb accept s5016 l5016
	assert sb send s5016 100
	assert_eq "$(sa recv c5016)" 100 "the reply"
	assert sa close c5016
	assert_cause 5016 unread-eof
	assert sb close s5016
}

# told_as PORT CAUSE: the event of that connection has told it.
told_as() {
	grep -q "close_wait_leak: .*::ffff:192.0.2.2:$1 .* cause=$2\( \|$\)" "$tracing/trace"
}

# Where the kernel reads for the program, how far that has come tells nothing of the program. The event says so, too.
assert_indirect() {
	assert_cause "$1" indirect
	assert_eq "$(column 5 "$1")" - "unread bytes"
	assert_eq "$(report close_wait_owner "$b" | awk '
		NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		{ sum += $c["indirect"] }
		END { print sum }')" "$(report close_wait "$b" | awk '$4 == "indirect"' | wc -l)" "indirect sockets of all owners"
	if [ -d "$tracing" ]; then
		set_leak_ms 1000
		wait_for 20 told_as "$1" indirect || fail "the event of $1: $(grep ":$1 " "$tracing/trace")"
		set_leak_ms 60000
	fi
	assert sb close "s$1"
}

# read_by PORT COMMAND: a socket for which the kernel reads has 100 bytes, and the client has closed.
read_by() {
	assert sb listen "l$1" 192.0.2.2 "$1"
	assert sa connect "c$1" 192.0.2.2 "$1"
	assert sb accept "s$1" "l$1"
	assert sb "$2" "s$1"
	assert sa send "c$1" 100
	assert sa close "c$1"
}

sockmap() {
	sb probe sockmap 2>"$scratch/ignored" || { skip "this kernel has no sockmap"; return; }
	read_by 5021 sockmap
	assert_indirect 5021
}

kcm() {
	sb probe kcm 2>"$scratch/ignored" || { skip "this kernel has no KCM"; return; }
	read_by 5022 kcm
	assert_indirect 5022
}

# Its peer speaks TCP: so there is a FIN of TCP before both ends have closed.
mptcp() {
	[ -e /proc/sys/net/mptcp/enabled ] || { skip "this kernel has no MPTCP"; return; }
	in_ns "$b" sysctl -qw net.mptcp.enabled=1
	assert sb protocol mptcp
	assert sa listen l5023 192.0.2.1 6023
	assert sb connect s5023 192.0.2.1 6023 5023
	assert sb protocol tcp
	assert sa accept c5023 l5023
	assert sa send c5023 100
	assert sa close c5023
	assert_indirect 5023
}

# A socket of TLS either shows what is unread, or that nothing can be said.
tls() {
	sb probe tls 2>"$scratch/ignored" || { skip "this kernel has no TLS"; return; }
	read_by 5024 tls
	wait_for 5 cause_is 5024 unread-data || wait_for 5 cause_is 5024 indirect || fail "cause of 5024 is '$(column 4 5024)'"
	assert sb close s5024
	assert sb listen l5025 192.0.2.2 5025
	assert sa connect c5025 192.0.2.2 5025
	assert sb accept s5025 l5025
	assert sb tls s5025
	assert sa close c5025
	assert_cause 5025 indirect
	assert_eq "$(sb recv s5025)" eof "what is read"
	assert_cause 5025 indirect
	assert sb close s5025
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
	"a half-close that sends every 10 ms" often \
	"a half-close that sends every 300 ms" seldom \
	"a half-close whose peer reads slowly" slow_reader \
	"a half-close whose segments are lost" lossy \
	"a half-close that only probes" probes \
	"a reply before the peer has closed" replied \
	"sockmap" sockmap \
	"KCM" kcm \
	"MPTCP" mptcp \
	"TLS" tls

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# close_wait names the processes that hold a socket, to those who may know. The witness is ss -tanpeo, at the same moment.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint; family by run_tests_46

. ./lib.sh

load_module && setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

# waiting PORT [BYTES]: a connection to it whose client has sent BYTES and closed; the server is the socket s$PORT.
waiting() {
	local ours=192.0.2.2
	[ "$family" = 4 ] || ours=2001:db8::2
	assert sb listen "l$1" "$ours" "$1"
	assert sa connect "c$1" "$ours" "$1"
	assert sb accept "s$1" "l$1"
	[ -z "${2-}" ] || assert sa send "c$1" "$2"
	assert sa close "c$1"
}

# close_waits: as many sockets as that are in CLOSE_WAIT.
close_waits() {
	[ "$(in_ns "$b" ss -Htn state close-wait | wc -l)" = "$1" ]
}

done_with() {
	local port
	for port; do
		assert sb close "s$port"
		assert sb close "l$port"
	done
	wait_for 5 close_waits 0 || fail "CLOSE_WAIT sockets are left"
}

# LOCAL REMOTE PID COMM FD INODE UID of each holder, as tcplab and as ss tell it.
tcplab_holders() {
	report close_wait "$b" | awk '
		NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		{ print $c["local"], $c["remote"], $c["pid"], $c["comm"], $c["fd"], $c["inode"], $c["uid"] }' | sort
}

ss_holders() {
	in_ns "$b" ss -Htanpeo state close-wait 2>/dev/null | awk '
		{
			uid = 0; inode = "-"; users = ""
			for (i = 5; i <= NF; i++) {
				if ($i ~ /^uid:/) uid = substr($i, 5)
				if ($i ~ /^ino:/) inode = substr($i, 5)
				if ($i ~ /^users:/) users = substr($i, 9)
			}
			count = split(users, user, /\),?/)
			for (i = 1; i <= count; i++)
				if (match(user[i], /"[^"]*"/)) {
					comm = substr(user[i], RSTART + 1, RLENGTH - 2)
					rest = substr(user[i], RSTART + RLENGTH)
					split(rest, part, /[=,]/)
					print $3, $4, part[3], comm, part[5], inode, uid
				}
		}' | sort
}

holders_agree() {
	[ "$(tcplab_holders)" = "$(ss_holders)" ]
}

assert_holders_agree() {
	wait_for 5 holders_agree || fail "tcplab says $(tcplab_holders), ss says $(ss_holders)"
	assert_eq "$(tcplab_holders | wc -l)" "$1" "holders"
}

# values COLUMN PORT: of all lines of the sockets with that local port, in order.
values() {
	report close_wait "$b" | awk -v name="$1" -v port=":$2$" '
		NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		$1 ~ port { print $c[name] }' | sort | paste -sd ' '
}

one_holder() {
	waiting 6001
	waiting 6002 10
	assert_holders_agree 2
	assert_eq "$(values comm 6001)" endpoint comm
	assert_eq "$(values pid 6002)" "$(sb pid)" pid
	done_with 6001 6002
}

# Each cause names the same process, of whatever family the connection is.
causes() {
	waiting 6013
	waiting 6014 10
	waiting 6015
	assert sb recv s6015 >"$scratch/ignored"
	wait_for 5 close_waits 3
	assert_eq "$(values cause 6013) $(values cause 6014) $(values cause 6015)" "unread-eof unread-data eof-read" causes
	assert sb recv s6014 >"$scratch/ignored"
	assert_eq "$(sb recv s6014)" eof "what is read behind the data"
	assert_eq "$(values cause 6014)" eof-read "cause, once all is read"
	assert_holders_agree 3
	done_with 6013 6014 6015
}

shared() {
	local child
	waiting 6003
	child=$(sb fork 'back\slash')
	assert_eq "$(values pid 6003)" "$(printf '%s\n' "$(sb pid)" "$child" | sort | xargs)" "pids of a shared socket"
	assert_eq "$(values comm 6003)" 'back\134slash endpoint' "their commands"
	assert_eq "$(values fd 6003 | xargs -n 1 | sort -u | wc -l)" 1 "different fds"
	assert_eq "$(values inode 6003 | xargs -n 1 | sort -u | wc -l)" 1 "different inodes"
	assert sb close s6003
	# What ss does not show twice is that the child alone holds it now: the missing close() is its.
	assert_eq "$(values pid 6003)" "$child" "pid, after the parent closed it"
	kill "$child"
	wait_for 5 close_waits 0 || fail "the dead child still holds it"
	assert_eq "$(values pid 6003)" "" "pid of a dead process"
	assert sb close l6003
}

# It waits in the queue of the listener, which is whose fault it is.
not_accepted() {
	local ours=192.0.2.2
	[ "$family" = 4 ] || ours=2001:db8::2
	assert sb listen l6004 "$ours" 6004
	assert sa connect c6004 "$ours" 6004
	assert sa close c6004
	wait_for 5 close_waits 1
	assert_eq "$(values cause 6004)" not-accepted cause
	assert_eq "$(values pid 6004)" "$(sb pid)" "pid of its listener"
	assert_eq "$(values inode 6004)" - "inode"
	assert_eq "$(values fd 6004)" \
		"$(in_ns "$b" ss -Htlnp 'sport = :6004' | sed 's/.*fd=\([0-9]*\).*/\1/')" "fd of its listener"
	assert sb close l6004
}

# Several listeners share a port: it is the one with the connection in its queue.
not_accepted_of_many() {
	local ours=192.0.2.2 i
	[ "$family" = 4 ] || ours=2001:db8::2
	for i in 1 2 3 4; do
		assert sb reuseport
		assert sb listen "r$i" "$ours" 6005
	done
	for i in 1 2 3 4 5 6 7 8; do
		assert sa connect "c$i" "$ours" 6005
		assert sa close "c$i"
	done
	wait_for 5 close_waits 8
	# Its Recv-Q is how many wait there.
	assert_eq "$(values fd 6005 | xargs -n 1 | sort -n | uniq -c | awk '{ print $2, $1 }' | xargs)" \
		"$(in_ns "$b" ss -Htlnp 'sport = :6005' | sed 's/^LISTEN *\([0-9]*\) .*fd=\([0-9]*\).*/\2 \1/' |
			awk '$2' | sort -n | xargs)" "connections of each listener"
	for i in 1 2 3 4; do assert sb close "r$i"; done
}

unprivileged() {
	waiting 6006
	[ "$(values pid 6006)" = "$(sb pid)" ] || fail "root is told nothing"
	in_ns "$b" setpriv --reuid 65534 --regid 65534 --clear-groups cat /proc/net/tcplab/close_wait >"$scratch/nobody"
	assert_eq "$(awk 'NR > 2 { print $9, $10, $11, $13 }' "$scratch/nobody")" "- - - -" "what nobody is told"
	# It counts who opened the file: root reads here what nobody opened.
	in_ns "$b" setpriv --reuid 65534 --regid 65534 --clear-groups \
		sh -c 'exec 3</proc/net/tcplab/close_wait; exec cat <&3' >"$scratch/nobody"
	assert_eq "$(awk 'NR > 2 { print $9 }' "$scratch/nobody")" - "what nobody opened"
	done_with 6006
}

# A process may hold sockets of several namespaces; each report has its own.
isolated() {
	waiting 6007
	assert sb netns "$a"
	assert sb listen other 127.0.0.1 6007
	assert sb connect otherc 127.0.0.1 6007
	assert sb accept others other
	assert sb close otherc
	assert sb netns "$b"
	assert_holders_agree 1
	# shellcheck disable=SC2016 # awk's variable
	assert_eq "$(in_ns "$a" awk '/:6007 / { print $9 }' /proc/net/tcplab/close_wait)" "$(sb pid)" \
		"pid, of a socket in another namespace than its process"
	assert sb close others
	assert sb close other
	done_with 6007
}

# A PID is the reader's; who is not in its PID namespace has none there.
pid_namespace() {
	waiting 6008
	in_ns "$b" unshare -pf cat /proc/net/tcplab/close_wait >"$scratch/inside"
	assert_eq "$(awk 'NR > 2 { print $9, $10, $11 }' "$scratch/inside")" "- - -" "holders that the reader cannot see"
	done_with 6008
}

# Threads share their descriptors, and are one holder.
threads() {
	waiting 6009
	start in_ns "$b" python3 -c '
import socket, threading, time
l = socket.create_server(("192.0.2.2", 6010))
for _ in range(20):
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
s = l.accept()[0]
time.sleep(3600)'
	wait_for 20 listens 6010
	assert sa connect c6010 192.0.2.2 6010
	assert sa close c6010
	wait_for 5 close_waits 2
	assert_holders_agree 2
	assert_eq "$(values comm 6010)" python3 comm
	pkill -P "$started" && wait_for 5 close_waits 1
	done_with 6009
}

listens() {
	[ -n "$(in_ns "$b" ss -Htln "sport = :$1")" ]
}

# Processes that fork and die while the report is read.
dying() {
	local child i
	waiting 6011
	: >"$scratch/reading"
	start read_on
	for i in $(seq "$(scaled 60)"); do
		child=$(sb fork dying) && kill -9 "$child" || fail "no child"
	done
	rm "$scratch/reading"
	wait "$started" || fail "a report could not be read, or names nobody"
	assert_holders_agree 1
	done_with 6011
}

read_on() {
	while [ -e "$scratch/reading" ]; do
		[ -n "$(values pid 6011)" ] || return 1
	done
}

# A socket belongs to the cgroup in which it was made, and its children do, too.
cgroup() {
	local mount="$scratch/cgroup"
	ss -Htan --cgroup | grep -q cgroup: || { skip "this kernel's sockets have no cgroup"; return; }
	mkdir -p "$mount" && mount -t cgroup2 none "$mount" && mkdir -p "$mount/a b" || fail "there is no cgroup"
	[ -S "$scratch/sc" ] || start_endpoint sc "$b"
	sc pid >"$mount/a b/cgroup.procs" || fail "the process stays where it is"
	assert sc listen l6012 192.0.2.2 6012
	assert sa connect c6012 192.0.2.2 6012
	assert sc accept s6012 l6012
	assert sa close c6012
	wait_for 5 close_waits 1
	assert_eq "$(values cgroup 6012)" '/a\040b' cgroup
	assert sc close s6012
	assert sc close l6012
	umount "$mount"
}

run_tests_46 \
	"one holder each" one_holder \
	"each cause" causes \
	"a socket shared by fork" shared \
	"a connection in an accept queue" not_accepted \
	"a connection in one of several accept queues" not_accepted_of_many \
	"readers without CAP_NET_ADMIN" unprivileged \
	"namespaces" isolated \
	"PID namespaces" pid_namespace \
	"threads" threads \
	"processes that die meanwhile" dying \
	"the cgroup" cgroup

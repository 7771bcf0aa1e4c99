#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What any user may do to harm the machine by way of the reports: tasks that end while they are searched, and readers that
# never come back. scripts/fuzz-users does the same by chance.
# shellcheck disable=SC2154 # names of namespaces are set by setup_ns

. ./lib.sh

load_module && setup_ns home || exit 1

# make_ns NAME: a namespace with a process, whose number is in $inside, and a device in $home of the same name. The device
# goes when the namespace does.
make_ns() {
	setup_ns "$1"
	eval "ns=\$$1"
	ip -n "$home" link add "$1" type veth peer name veth0 netns "$ns" || fail "no device"
	start ip netns exec "$ns" sleep 3600
	inside=$started
	wait_for 5 enters "$inside" "$ns" || fail "no process in $ns"
}

enters() {
	[ "$(stat -Lc %i "/proc/$1/ns/net")" = "$(stat -Lc %i "/run/netns/$2")" ] && [ "$(cat "/proc/$1/comm")" = sleep ]
}

# leave_ns NAME: no process and no name keeps the namespace.
leave_ns() {
	eval "ns=\$$1"
	kill -9 "$inside"
	wait "$inside" 2>/dev/null
	ip netns delete "$ns"
	namespaces=${namespaces% "$ns"}
}

gone() {
	! ip -n "$home" link show "$1" >/dev/null 2>&1
}

# A namespace is made, and removed by the one worker that frees them all.
namespaces_come_and_go() {
	make_ns passing
	leave_ns passing
	wait_for 20 gone passing || fail "a namespace is not removed"
}

# A task that the kernel is just releasing has no PID any more.
released() {
	assert in_ns "$home" ./mayflies /proc/net/tcplab/close_wait "$(scaled 1000)"
	assert in_ns "$home" ./mayflies /proc/net/tcplab/close_wait_owner "$(scaled 1000)"
	namespaces_come_and_go
}

reports="advice connections close_wait close_wait_owner fin_wait half_open listeners policy ports stragglers summary
	time_wait time_wait_age time_wait_owner time_wait_recycle time_wait_what_if tuning"

# Each report that is open keeps its namespace, which goes with the last.
kept_open() {
	local name
	for name in $reports; do
		make_ns kept
		exec 3<"/proc/$inside/net/tcplab/$name"
		read -r _ <&3
		leave_ns kept
		namespaces_come_and_go
		refute gone kept
		exec 3<&-
		wait_for 20 gone kept || fail "$name was closed, but its namespace is there"
	done
}

# stuck NAME: a reader of a report of that namespace is caught in a fault, and does not come back. Where nobody can catch
# it that is no failure.
stuck() {
	local status=0
	rm -f "$scratch/stuck"
	make_ns "$1"
	start ./stuck "/proc/$inside/net/tcplab/connections" "$scratch/stuck"
	reader=$started
	wait_for 5 test -e "$scratch/stuck" && return
	wait "$reader" || status=$?
	case $status in
	4) skip "no userfaultfd here" ;;
	*) fail "no reader is caught: status $status" ;;
	esac
	return 1
}

stuck_in_report() {
	stuck caught || return
	leave_ns caught
	namespaces_come_and_go
	kill -9 "$reader"
	wait_for 20 gone caught || fail "a reader was killed, but its namespace is there"
}

waits_to_unload() {
	[ "$(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null)" = D ]
}

# It holds up rmmod alone: other namespaces come and go meanwhile.
stuck_while_unloading() {
	stuck held || return
	leave_ns held
	start rmmod tcplab
	unloading=$started
	wait_for 20 waits_to_unload "$unloading" || fail "rmmod does not wait for the reader"
	namespaces_come_and_go
	kill -9 "$reader"
	wait "$unloading" || fail "rmmod failed"
	wait_for 20 gone held || fail "the reader's namespace is there"
	load_module
}

# A report is open, of a namespace that nothing else keeps.
open_while_unloading() {
	make_ns last
	exec 3<"/proc/$inside/net/tcplab/connections"
	read -r _ <&3
	leave_ns last
	assert unload_module
	refute cat <&3 >/dev/null 2>&1
	wait_for 20 gone last || fail "the namespace of a report that was taken away is there"
	exec 3<&-
	load_module
}

# Root of a user namespace makes nobody search more often than once a second: a socket that is newer than the search has the
# PID "?", and not "-".
guest() {
	unshare -Urn python3 -c '
import os, socket, time

def pid(port):
	for row in open("/proc/net/tcplab/listeners").read().splitlines()[2:]:
		if row.split()[0].endswith(":%d" % port):
			return row.split()[11]

held, begun, at_once, answers = [], time.monotonic(), 0, set()
for port in range(5000, 5030):
	held.append(socket.create_server(("", port)))
	answer = pid(port)
	answers.add(answer)
	at_once += answer == str(os.getpid())
seconds = time.monotonic() - begun
if not answers <= {"?", str(os.getpid())}:
	print("the PID is", answers)
if at_once > seconds + 2:
	print(at_once, "searches in", seconds, "seconds")
begun = time.monotonic()
while pid(5029) != str(os.getpid()):
	if time.monotonic() - begun > 100:
		print("a search never comes")
		break
	time.sleep(0.1)
' >"$scratch/guest" || fail "no guest"
	assert_eq "$(cat "$scratch/guest")" "" "the complaint of a guest"
}

# Three guests in namespaces of their own read in a loop: one search in a second serves all. The witness is the kernel.
listeners_once() {
	local seconds guest
	count_calls tl_holders_gather_all && count_calls tl_holders_gather || { skip "needs kprobes"; return; }
	seconds=$(cut -d. -f1 /proc/uptime)
	for guest in 1 2 3; do
		start unshare -Urn python3 -c '
import socket, time

held = socket.create_server(("", 5000))
begun, reads = time.monotonic(), 0
while time.monotonic() - begun < 5 or reads < 50:
	open("/proc/net/tcplab/listeners").read()
	reads += 1
print(reads)
' >"$scratch/reads.$guest"
	done
	for guest in 1 2 3; do
		wait_for 60 test -s "$scratch/reads.$guest" || fail "guest $guest does not end"
	done
	seconds=$(($(cut -d. -f1 /proc/uptime) - seconds + 1))
	assert_between "$(calls tl_holders_gather_all)" 1 $((seconds + 1)) "searches for guests in $seconds seconds, who read $(
		cat "$scratch"/reads.* | xargs) times"
	assert_between "$(calls tl_holders_gather)" 0 $((seconds + 1)) "searches for one reader"
	forget_calls
}

# A search is copied for each reader, and a report is gathered, some rows at a time: none is lost in between, or comes twice.
in_chunks() {
	unshare -Urn python3 -c '
import os, resource, socket, time

resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
held = [socket.create_server(("", port)) for port in range(5000, 5700)]
fds = {":%d" % (5000 + i): str(one.fileno()) for i, one in enumerate(held)}
begun = time.monotonic()
while True:
	rows = [row.split() for row in open("/proc/net/tcplab/listeners").read().splitlines()[2:]]
	if "?" not in [row[11] for row in rows] or time.monotonic() - begun > 100:
		break
	time.sleep(0.1)
got = [(":" + row[0].rsplit(":", 1)[1], row[11], row[13]) for row in rows]
wanted = [(port, str(os.getpid()), fd) for port, fd in fds.items()]
print(len(got), sorted(got) == sorted(wanted))
' >"$scratch/chunks" || fail "no guest"
	assert_eq "$(cat "$scratch/chunks")" "700 True" "listeners of a guest, and whether each has its descriptor"
}

# A large table that is mostly empty is searched to its end.
sparse() {
	in_ns "$home" python3 -c '
import os, resource, socket

resource.setrlimit(resource.RLIMIT_NOFILE, (1000001, 1000001))
held = socket.create_server(("", 5000))
os.dup2(held.fileno(), 1000000)
os.dup2(held.fileno(), 16384)
for fd in (held.detach(), 16384):
	os.close(fd)
	row = open("/proc/net/tcplab/listeners").read().splitlines()[2].split()
	print(row[11] == str(os.getpid()), row[13])
' >"$scratch/sparse" || fail "no large table"
	assert_eq "$(xargs <"$scratch/sparse")" "True 16384 True 1000000" "descriptors in a large table"
}

pid_of_listener() {
	report listeners "$home" | awk -v port=":$1" 'NR > 1 && index($1, port) { print $12 }'
}

# Threads may have tables of their own. To find out takes a comparison with each thread before: of many not all are searched,
# and what only the last one has may be somebody's.
many_tables() {
	start ip netns exec "$home" python3 -c '
import ctypes, os, socket, threading, time

def thread(port):
	if ctypes.CDLL(None).unshare(0x400):	# CLONE_FILES
		os._exit(1)
	held = [socket.create_server(("127.0.0.1", port))] if port else []
	ready.append(held)
	time.sleep(3600)

ready = []
for i in range(400):
	threading.Thread(target=thread, args=({10: 7010, 390: 7390}.get(i, 0),), daemon=True).start()
while len(ready) < 400:
	time.sleep(0.1)
print("ready", flush=True)
time.sleep(3600)
' >"$scratch/tables"
	wait_for 60 grep -q ready "$scratch/tables" || { fail "no threads with tables"; return; }
	assert_eq "$(pid_of_listener 7010) $(pid_of_listener 7390)" "$started ?" "PIDs of listeners in tables of threads"
	kill "$started"
}

# A user whose process is searched first, and who has as many descriptors of sockets as a pass notes, hides only his own.
hoarded() {
	local hoarder
	start ip netns exec "$home" ./hoard 4096 64 >"$scratch/hoard"
	hoarder=$started
	wait_for 60 grep -q ready "$scratch/hoard" || { fail "nobody hoards sockets"; return; }
	start_endpoint late "$home"
	assert late listen l 127.0.0.1 80
	assert_eq "$(report listeners "$home" | awk '$1 == "127.0.0.1:80" { print $12 }')" "$(late pid)" \
		"PID of another user's listener, for root"
	assert_eq "$(report listeners "$home" | awk '$12 == "?"' | wc -l | awk '{ print ($1 > 1000) }')" 1 "the hoarder is cut off"
	unshare -Urn python3 -c '
import os, socket, time

held = socket.create_server(("", 5000))
begun = time.monotonic()
while open("/proc/net/tcplab/listeners").read().splitlines()[2].split()[11] != str(os.getpid()):
	if time.monotonic() - begun > 200:
		print("a guest is not named")
		break
	time.sleep(0.1)
' >"$scratch/guest" || fail "no guest"
	assert_eq "$(cat "$scratch/guest")" "" "the complaint of a guest"
	kill -9 "$hoarder"
}

run_tests \
	"tasks that are released while they are searched" released \
	"an open report keeps its namespace until it is closed" kept_open \
	"a reader that never comes back holds up no namespace" stuck_in_report \
	"it holds up rmmod alone" stuck_while_unloading \
	"rmmod with an open report of a namespace that is gone" open_while_unloading \
	"root of a user namespace makes nobody search too often" guest \
	"many of them are served by one search in a second" listeners_once \
	"a report of many sockets is copied whole" in_chunks \
	"a large table of descriptors that is mostly empty" sparse \
	"many threads with tables of their own" many_tables \
	"a user with more sockets than are searched for hides no others" hoarded

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# listeners: accept queues and what they had no room for, and how the sockets of a group share the load. Witnesses are ss
# and the namespace's own counters.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint; family by run_tests_46

. ./lib.sh

setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1
# One that listens before the module comes, with two connections in its queue.
sb listen before 192.0.2.2 7000 && sa connect b1 192.0.2.2 7000 && sa connect b2 192.0.2.2 7000 || exit 1
load_module || exit 1

ours() {
	if [ "$family" = 4 ]; then echo 192.0.2.2; else echo 2001:db8::2; fi
}

# values COLUMN PORT: of all listeners with that port.
values() {
	report listeners "$b" | awk -v name="$1" -v port=":$2$" '
		NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		$1 ~ port { print $c[name] }' | paste -sd ' '
}

values_are() {
	[ "$(values "$1" "$2")" = "$3" ]
}

# assert_values COLUMN PORT VALUES: at once or soon.
assert_values() {
	wait_for 5 values_are "$@" || fail "$1 of $2 is '$(values "$1" "$2")', should be '$3'"
}

# kernel_count NAME: of the namespace's TcpExt counters.
kernel_count() {
	in_ns "$b" nstat -asz "$1" | awk -v name="$1" '$1 == name { print $2 }'
}

known_before() {
	[ "$family" = 4 ] || { skip "once is enough"; return; }
	assert_values accept_queue 7000 2
	assert_values accept_queue_peak 7000 2
	assert_values accepted 7000 0
	assert sb accept s1 before
	assert_values accepted 7000 1
	assert sb accept s2 before
	assert_values accepted 7000 2
	assert_values accept_queue 7000 0
	assert_values accept_queue_peak 7000 2
	assert sb close s1
	assert sb close s2
}

queue() {
	local i
	assert sb listen l "$(ours)" 7001 20
	assert_values backlog 7001 20
	for i in 1 2 3 4 5; do assert sa connect "c$i" "$(ours)" 7001; done
	assert_values accept_queue 7001 5
	assert_eq "$(values accept_queue 7001) $(values backlog 7001)" \
		"$(in_ns "$b" ss -Htln 'sport = :7001' | awk '{ print $2, $3 }')" "queue and backlog, against ss"
	for i in 1 2 3 4 5; do assert sb accept "s$i" l; done
	assert_values accept_queue 7001 0
	assert_values accept_queue_peak 7001 5
	assert_values accepted 7001 5
	assert_values group 7001 1
	assert_values share_percent 7001 100
	assert_eq "$(values pid 7001) $(values comm 7001)" "$(sb pid) endpoint" "its process"
	assert_eq "$(values fd 7001)" "$(in_ns "$b" ss -Htlnp 'sport = :7001' | sed 's/.*fd=\([0-9]*\).*/\1/')" fd
	for i in 1 2 3 4 5; do assert sb close "s$i"; done
	assert sb close l
	assert_values backlog 7001 ""
	# Another socket at the same address has no past.
	assert sb listen l "$(ours)" 7001
	assert_values accepted 7001 0
	assert_values accept_queue_peak 7001 0
	assert_values share_percent 7001 -
	assert sb close l
}

overflows_agree() {
	[ "$(values overflows 7002)" -gt 0 ] &&
		[ "$(values overflows 7002)" = "$(($(kernel_count TcpExtListenOverflows) - overflows))" ] &&
		[ "$(values drops 7002)" = "$(($(kernel_count TcpExtListenDrops) - drops))" ]
}

overflow() {
	local i overflows drops
	overflows=$(kernel_count TcpExtListenOverflows)
	drops=$(kernel_count TcpExtListenDrops)
	assert sb listen l "$(ours)" 7002 1
	# Two have room, and the SYNs of the others are repeated.
	for i in 1 2 3 4 5 6; do assert sa start "c$i" "$(ours)" 7002; done
	wait_for 10 overflows_agree ||
		fail "overflows $(values overflows 7002), drops $(values drops 7002), the kernel's: $(($(
			kernel_count TcpExtListenOverflows) - overflows)), $(($(kernel_count TcpExtListenDrops) - drops))"
	assert_values accept_queue 7002 2
	assert_values accept_queue_peak 7002 2
	for i in 1 2 3 4 5 6; do sa close "c$i"; done
	assert sb close l
}

half_open_handshakes() {
	[ "$(values syn_queue 7003)" = 3 ] &&
		[ "$(in_ns "$b" ss -Htn state syn-recv 'sport = :7003' | wc -l)" = 3 ]
}

# The last ACK of the handshake does not come.
syn_queue() {
	local i
	assert sb listen l "$(ours)" 7003
	in_ns "$a" nft -f - <<-'END'
		table inet t {
			chain c {
				type filter hook output priority 0
				tcp dport 7003 tcp flags & (syn|ack) == ack drop
			}
		}
	END
	for i in 1 2 3; do assert sa start "c$i" "$(ours)" 7003; done
	wait_for 5 half_open_handshakes || fail "syn_queue is $(values syn_queue 7003), ss has $(
		in_ns "$b" ss -Htn state syn-recv 'sport = :7003' | wc -l)"
	in_ns "$a" nft delete table inet t
	for i in 1 2 3; do sa close "c$i"; done
	assert sb close l
}

# One listener for each worker: what each has accepted is its part.
group() {
	local i sum
	for i in 1 2 3 4; do
		assert sb reuseport
		assert sb listen "l$i" "$(ours)" 7004
	done
	assert_values group 7004 "4 4 4 4"
	for i in $(seq 40); do
		assert sa connect "c$i" "$(ours)" 7004
	done
	# Those of the second are never accepted.
	for i in 1 3 4; do
		while sb pending "l$i" 2>"$scratch/ignored"; do
			assert sb accept s "l$i"
			assert sb close s
		done
	done
	assert_eq "$(($(values accepted 7004 | tr ' ' +) + $(values accept_queue 7004 | tr ' ' +)))" 40 "accepted and waiting"
	assert_eq "$(values accepted 7004 | tr ' ' '\n' | grep -c '^0$')" 1 "listeners that never accepted"
	sum=$(($(values share_percent 7004 | tr ' ' +)))
	assert_between "$sum" 98 102 "sum of the shares"
	for i in $(seq 40); do assert sa close "c$i"; done
	for i in 1 2 3 4; do assert sb close "l$i"; done
}

# A listener that closes leaves its queue to another of its group: those were accepted there, and waited there.
migrated() {
	local i
	# Some have the sysctl alone.
	grep -qw reuseport_migrate_sock /proc/kallsyms || { skip "this kernel migrates nothing"; return; }
	in_ns "$b" sysctl -qw net.ipv4.tcp_migrate_req=1
	for i in 1 2; do
		assert sb reuseport
		assert sb listen "l$i" "$(ours)" 7006
	done
	for i in $(seq 40); do assert sa connect "c$i" "$(ours)" 7006; done
	wait_for 5 waiting_are 40 || fail "$(values accept_queue 7006) wait, should be 40"
	assert_between "$(values accept_queue 7006 | awk '{ print ($1 < $2) ? $1 : $2 }')" 1 20 "those that will migrate"
	assert sb close l1
	assert_values accept_queue 7006 40
	for i in $(seq 40); do
		assert sb accept s l2
		assert sb close s
	done
	assert_values accepted 7006 40
	assert_values accept_queue_peak 7006 40
	assert_values accept_queue 7006 0
	for i in $(seq 40); do assert sa close "c$i"; done
	assert sb close l2
	in_ns "$b" sysctl -qw net.ipv4.tcp_migrate_req=0
}

waiting_are() {
	[ "$(values accept_queue 7006 | awk '{ print $1 + $2 }')" = "$1" ]
}

unprivileged() {
	assert sb listen l "$(ours)" 7005
	assert_eq "$(in_ns "$b" setpriv --reuid 65534 --regid 65534 --clear-groups cat /proc/net/tcplab/listeners |
		awk '/:7005 / { print $12, $13, $14 }')" "- - -" "what nobody is told"
	assert_eq "$(in_ns "$a" grep -c :7005 /proc/net/tcplab/listeners)" 0 "rows in another namespace"
	assert sb close l
}

count_listeners() {
	[ "$(report listeners "$b" | tail -n +2 | wc -l)" = "$(in_ns "$b" ss -Htln | wc -l)" ]
}

many() {
	local i count
	count=$(scaled 300)
	for i in $(seq "$count"); do sb listen "m$i" "$(ours)" $((10000 + i)) || fail "listener $i"; done
	assert wait_for 5 count_listeners
	assert_eq "$(summary_value state_LISTEN "$b")" "$(in_ns "$b" ss -Htln | wc -l)" state_LISTEN
	for i in $(seq "$count"); do assert sb close "m$i"; done
	assert wait_for 5 count_listeners
}

# All listeners of the machine are in one table: it is walked twice for those of all namespaces, and not for a new one.
walked_once() {
	count_calls tl_socket_walk_listeners || { skip "needs kprobes"; return; }
	setup_ns "c$family" "d$family" "e$family" "f$family" || fail "no namespaces"
	assert_eq "$(calls tl_socket_walk_listeners)" 0 "walks for new namespaces"
	report close_wait_owner "$b" >"$scratch/owners"
	assert_between "$(calls tl_socket_walk_listeners)" 1 2 "walks for the owners of all namespaces"
	forget_calls
}

[ -n "$(report listeners "$b" | awk 'NR > 1 && $4 == "-"')" ] && skip_all "this kernel has no kprobes"
owner_of() {
	report close_wait_owner "$b" | awk -v port="$1" '$4 == port && $5 > 0 { print $2, $5 }'
}

owner_is() {
	[ "$(owner_of "$1")" = "$2" ]
}

# A program makes the socket and starts another one that accepts, as systemd does: what happens there is the other's.
activated() {
	start in_ns "$b" python3 -c '
import os, select, socket, sys

def call_myself(name):
	open("/proc/self/comm", "w").write(name)

kind = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
held = socket.create_server((sys.argv[1], 7009), family=kind)
call_myself("activator")
if os.fork():
	os.wait()
else:
	call_myself("server")
	select.select([held], [], [])
	held.accept()[0].recv(1)' "$(ours)"
	assert_values comm 7009 activator
	assert sa connect a1 "$(ours)" 7009
	assert_values comm 7009 server
	assert sa connect a2 "$(ours)" 7009
	assert sa close a2
	wait_for 5 owner_is 7009 "server 1" || fail "the owner of a connection in its queue is '$(owner_of 7009)'"
	assert sa close a1
	wait "$started" || fail "the server failed"
}

run_tests_46 \
	"one that was there before the module" known_before \
	"an accept queue" queue \
	"one that overflows" overflow \
	"handshakes that are not complete" syn_queue \
	"a group of SO_REUSEPORT sockets" group \
	"one that closes leaves its queue to another" migrated \
	"a server that another program has started" activated \
	"readers without CAP_NET_ADMIN" unprivileged \
	"many listeners" many \
	"the table of listeners is walked for all namespaces at once" walked_once

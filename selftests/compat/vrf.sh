#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# VRFs: a row names the VRF it belongs to, and two VRFs with the same addresses and ports have two rows.
# shellcheck disable=SC2154 # a, b and c are set by setup_hosts

selftests=..
. ./common.sh

modprobe vrf 2>/dev/null
ip link add vrf0 type vrf table 10 2>/dev/null || skip_all "needs VRFs"
ip link delete vrf0

# The same link twice: a is one host in two VRFs, b and c are two hosts with the same addresses.
load_module && setup_hosts a b c || exit 1
table=100
for vrf in red blue; do
	table=$((table + 1))
	ip -n "$a" link add $vrf type vrf table $table
	ip -n "$a" link set $vrf up
	ip -n "$a" route add table $table unreachable default metric 4278198272
	[ $vrf = red ] && far=$b || far=$c
	ip -n "$a" link add "to-$vrf" type veth peer name veth0 netns "$far"
	ip -n "$a" link set "to-$vrf" master $vrf up
	ip -n "$far" link set veth0 up
	ip -n "$a" address add 192.0.2.1/24 dev "to-$vrf"
	ip -n "$a" address add 2001:db8::1/64 dev "to-$vrf" nodad
	ip -n "$a" address add fe80::1/64 dev "to-$vrf" nodad
	ip -n "$far" address add 192.0.2.2/24 dev veth0
	ip -n "$far" address add 2001:db8::2/64 dev veth0 nodad
	ip -n "$far" address add fe80::2/64 dev veth0 nodad
done
start_endpoint sa "$a" && start_endpoint sb "$b" && start_endpoint sc "$c" || exit 1

active() {
	prepare_client="device red"
	prepare_server=''
	mark_created
	lives sa sb 192.0.2.2 5000
	lives sa sb 2001:db8::2 5000
	meet_at sa sb 192.0.2.2 5000
	assert_states "192.0.2.1:$(sa port c)%red" 192.0.2.2:5000%red "ESTABLISHED ESTABLISHED" "$a"
	part sa sb client
	assert_eq "$(summary_value created "$b")" $(($(cat "$scratch/created.$b") + 7)) created
	assert_quiet
}

passive() {
	prepare_client=''
	prepare_server="device blue"
	mark_created
	lives sc sa 192.0.2.1 5000
	lives sc sa 2001:db8::1 5000
	meet_at sc sa 192.0.2.1 5000
	assert_states 192.0.2.1:5000%blue "192.0.2.2:$(sc port c)%blue" "ESTABLISHED ESTABLISHED" "$a"
	part sc sa client
	assert_eq "$(summary_value created "$a")" $(($(cat "$scratch/created.$a") + 7)) created
	assert_quiet
}

# A socket bound to a port of the VRF belongs to the VRF, too.
enslaved() {
	prepare_client="device to-red"
	prepare_server=''
	lives sa sb 192.0.2.2 5000
	meet_at sa sb 192.0.2.2 5000
	assert_states "192.0.2.1:$(sa port c)%red" 192.0.2.2:5000%red "ESTABLISHED ESTABLISHED" "$a"
	part sa sb server
	assert_quiet
}

same_addresses() {
	prepare_client='' prepare_server=''
	assert sa device red
	assert sa listen lr 192.0.2.1 6000
	assert sa device blue
	assert sa listen lb 192.0.2.1 6000
	assert sb connect c 192.0.2.1 6000 7000
	assert sc connect c 192.0.2.1 6000 7000
	assert sa accept r lr
	assert sa accept b lb
	assert_states 192.0.2.1:6000%red 192.0.2.2:7000%red "ESTABLISHED ESTABLISHED" "$a"
	assert_states 192.0.2.1:6000%blue 192.0.2.2:7000%blue "ESTABLISHED ESTABLISHED" "$a"
	agree
	assert sb close c
	assert_states 192.0.2.1:6000%red 192.0.2.2:7000%red "CLOSE_WAIT FIN_WAIT_2" "$a"
	assert_states 192.0.2.1:6000%blue 192.0.2.2:7000%blue "ESTABLISHED ESTABLISHED" "$a"
	agree
	assert sa close b
	assert sa close r
	assert_states 192.0.2.1:6000%blue 192.0.2.2:7000%blue "FIN_WAIT_2 CLOSE_WAIT" "$a"
	assert sc close c
	agree
	assert sa close lr
	assert sa close lb
	assert_quiet
}

# column NAME REMOTE: of a row of ports.
# shellcheck disable=SC2016 # awk's variables
port_column() {
	report ports "$a" | awk -v name="$1" -v remote="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
		$2 == remote { print $at }'
}

ports_are() {
	[ "$(port_column in_use 192.0.2.2:6100%red) $(port_column in_use 192.0.2.2:6100%blue)" = "$1" ]
}

# The same destination in two VRFs is two destinations.
ports_of_both() {
	assert sb listen l 192.0.2.2 6100
	assert sc listen l 192.0.2.2 6100
	assert sa device red
	assert sa connect r1 192.0.2.2 6100
	assert sa device red
	assert sa connect r2 192.0.2.2 6100
	assert sa device blue
	assert sa connect b 192.0.2.2 6100
	wait_for 5 ports_are "2 1" || fail "the rows are: $(report ports "$a" | xargs)"
	assert_eq "$(port_column local_addr 192.0.2.2:6100%red)" 192.0.2.1%red "the local address"
	assert sa abort r1
	assert sa abort b
	wait_for 5 ports_are "1 0" || fail "the rows are: $(report ports "$a" | xargs)"
	assert sa abort r2
	assert sb close l
	assert sc close l
	agree
	assert_quiet
}

# Ports that bind() holds in a VRF connect() may choose in another.
bound_in_one() {
	local low high range
	read -r low high <<-END
		$(in_ns "$a" sysctl -n net.ipv4.ip_local_port_range)
	END
	range=$((high - low + 1))
	assert sb listen l 192.0.2.2 6101
	assert sc listen l 192.0.2.2 6101
	assert sa device red
	assert sa listen h1 192.0.2.1 $((low + 1))
	assert sa device red
	assert sa listen h2 192.0.2.1 $((low + 2))
	assert sa device blue
	assert sa listen h3 192.0.2.1 $((low + 1))
	assert sa device red
	assert sa connect r 192.0.2.2 6101
	assert sa device blue
	assert sa connect b 192.0.2.2 6101
	assert_eq "$(port_column range 192.0.2.2:6101%red)" $((range - 2)) "the range of the first VRF"
	assert_eq "$(port_column range 192.0.2.2:6101%blue)" $((range - 1)) "the range of the other"
	assert sa close h1
	assert sa close h2
	assert sa close h3
	assert_eq "$(port_column range 192.0.2.2:6101%red)" "$range" "the range when all are closed"
	# Then a port that is bound in one is taken in all.
	assert in_ns "$a" sysctl -qw net.ipv4.tcp_l3mdev_accept=1
	assert sa device red
	assert sa listen h4 192.0.2.1 $((low + 3))
	assert_eq "$(port_column range 192.0.2.2:6101%red)" $((range - 1)) "the range of the first VRF, with tcp_l3mdev_accept"
	assert_eq "$(port_column range 192.0.2.2:6101%blue)" $((range - 1)) "the range of the other, with tcp_l3mdev_accept"
	assert sa close h4
	assert in_ns "$a" sysctl -qw net.ipv4.tcp_l3mdev_accept=0
	assert sa abort r
	assert sa abort b
	assert sb close l
	assert sc close l
	agree
	assert_quiet
}

# One listener for all VRFs; each connection belongs to its own.
for_all() {
	assert in_ns "$a" sysctl -qw net.ipv4.tcp_l3mdev_accept=1
	lives sb sa 0.0.0.0 5001 192.0.2.1 5001
	meet_at sb sa 0.0.0.0 5002 192.0.2.1 5002
	assert_states 192.0.2.1:5002%red "192.0.2.2:$(sb port c)%red" "ESTABLISHED ESTABLISHED" "$a"
	part sb sa server
	assert in_ns "$a" sysctl -qw net.ipv4.tcp_l3mdev_accept=0
	assert_quiet
}

# A route leads an unbound socket into a VRF: its row is that of the socket, which belongs to none.
leaked() {
	assert in_ns "$a" sysctl -qw net.ipv4.tcp_l3mdev_accept=1
	ip -n "$a" route add 192.0.2.2/32 dev to-red
	ip -n "$a" -6 route add 2001:db8::2/128 dev to-red
	mark_created
	lives sa sb 192.0.2.2 5000
	lives sa sb 2001:db8::2 5000
	meet_at sa sb 192.0.2.2 5000
	assert_states "192.0.2.1:$(sa port c)" 192.0.2.2:5000 "ESTABLISHED ESTABLISHED" "$a"
	assert_eq "$(report connections "$a" | grep -c "^192.0.2.1:$(sa port c)")" 1 "rows of a leaked route"
	part sa sb server
	assert_eq $(($(summary_value created "$a") - $(cat "$scratch/created.$a"))) 7 created
	ip -n "$a" route delete 192.0.2.2/32 dev to-red
	ip -n "$a" -6 route delete 2001:db8::2/128 dev to-red
	assert in_ns "$a" sysctl -qw net.ipv4.tcp_l3mdev_accept=0
	assert_quiet
}

kernel_cookies() {
	in_ns "$a" nstat -asz TcpExtSyncookiesSent | awk 'END { print $2 }'
}

# What leaves by a VRF passes LOCAL_OUT by the VRF and by its link: a cookie is counted once, also where the VRF has a
# queue of its own.
cookies() {
	local sent counted
	in_ns "$a" sysctl -qw net.ipv4.tcp_syncookies=2
	sent=$(kernel_cookies)
	counted=$(summary_value syn_cookie "$a")
	prepare_server="device blue"
	lives sc sa 192.0.2.1 5000
	lives sc sa 2001:db8::1 5000
	if tc -n "$a" qdisc add dev blue root pfifo limit 100 2>/dev/null; then
		lives sc sa 192.0.2.1 5000
		lives sc sa 2001:db8::1 5000
		tc -n "$a" qdisc delete dev blue root
	fi
	prepare_server=
	assert_eq $(($(summary_value syn_cookie "$a") - counted)) $(($(kernel_cookies) - sent)) "cookies"
	assert_between $(($(kernel_cookies) - sent)) 6 12 "cookies that the kernel sent"
	in_ns "$a" sysctl -qw net.ipv4.tcp_syncookies=1
	assert_quiet
}

# deeds NAME: a row of policy.
# shellcheck disable=SC2016 # awk's variables
deeds() {
	in_ns "$a" awk -v name="$1" '$1 == name { print $2 }' /proc/net/tcplab/policy
}

# SYNs that the kernel has sent, and those that it has sent again.
kernel_syns() {
	in_ns "$a" nstat -asz TcpActiveOpens TcpExtTCPSynRetrans | awk 'NR > 1 { sum += $2 } END { print sum }'
}

kernel_syn_acks() {
	calls tcp_make_synack
}

# counted_once NAME WITNESS DEEDS WITNESSED: both have grown since they were that, and by the same. One is sent again now
# and then, so that they are read until no other one comes in between.
counted_once() {
	local more=$(($(deeds "$1") - $3)) witnessed=$(($("$2") - $4))
	echo "# $1 $more, $2 $witnessed"
	[ "$more" -ge 2 ] && [ "$more" = "$witnessed" ]
}

# assert_once NAME WITNESS COMMAND...: begins a connection, whose segment the quiet time drops again and again.
assert_once() {
	local name="$1" witness="$2" deeds witnessed
	shift 2
	deeds=$(deeds "$name")
	witnessed=$("$witness")
	assert "$@"
	wait_for 30 counted_once "$name" "$witness" "$deeds" "$witnessed" ||
		fail "$name grew by $(($(deeds "$name") - deeds)), $witness by $(($("$witness") - witnessed))"
}

# What the quiet time drops counts once, also where the VRF has a queue of its own.
quiet() {
	local queue address
	for queue in none pfifo; do
		[ "$queue" = none ] || tc -n "$a" qdisc add dev red root "$queue" limit 100 2>/dev/null || continue
		echo 600000 | in_ns "$a" tee /sys/kernel/tcplab/time_wait/quiet_ms >/dev/null
		for address in 192.0.2.2 2001:db8::2; do
			assert sa device red
			assert_once quiet_syn_dropped kernel_syns sa start q "$address" 5000
			assert sa abort q
		done
		echo 0 | in_ns "$a" tee /sys/kernel/tcplab/time_wait/quiet_ms >/dev/null
		[ "$queue" = none ] || tc -n "$a" qdisc delete dev red root
	done
	agree
	count_calls tcp_make_synack || { skip "needs kprobes"; return; }
	echo 600000 | in_ns "$a" tee /sys/kernel/tcplab/time_wait/quiet_ms >/dev/null
	for address in 192.0.2.1 2001:db8::1; do
		assert sa device blue
		assert sa listen l "$address" 5000
		assert_once quiet_syn_ack_dropped kernel_syn_acks sc start q "$address" 5000
		assert sc abort q
		assert sa close l
	done
	echo 0 | in_ns "$a" tee /sys/kernel/tcplab/time_wait/quiet_ms >/dev/null
	forget_calls
	agree
	assert_quiet
}

# reload [PARAMETER=VALUE...]: the module, which the congestion control of the hosts holds.
reload() {
	local ns
	forget_calls
	for ns in $hosts; do in_ns "$ns" sysctl -qw net.ipv4.tcp_congestion_control=reno; done
	wait_for 30 unload_module && load_module "$@" || fail "the module does not go and come"
	for ns in $hosts; do in_ns "$ns" sysctl -qw net.ipv4.tcp_congestion_control=lab; done
}

none_waits() {
	[ -z "$(in_ns "$a" ss -Htan state time-wait)" ]
}

# A connection that there is no row for counts once, whichever end opens it.
refused() {
	local number=0 address
	# Nothing is left that takes the one row when the module comes.
	echo 1 | in_ns "$a" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
	wait_for 10 none_waits || fail "TIME_WAIT does not end"
	reload max_connections=1
	assert sb listen l 192.0.2.2 5000
	assert sa device red
	assert sa connect first 192.0.2.2 5000
	assert sb accept first l
	assert sb close l
	assert_eq "$(summary_value refused_full "$a")" 0 "refused_full of the row that there is room for"
	for address in 192.0.2.2 2001:db8::2; do
		assert sb listen l "$address" 5001
		assert sa device red
		assert sa connect c "$address" 5001
		assert sb accept s l
		number=$((number + 1))
		assert_eq "$(summary_value refused_full "$a")" "$number" "refused_full of connections to $address"
		talk sa sb
		assert sa abort c
		assert sb close s
		assert sb close l
	done
	for address in 192.0.2.1 2001:db8::1; do
		assert sa device blue
		assert sa listen l "$address" 5001
		assert sc connect c "$address" 5001
		assert sa accept s l
		number=$((number + 1))
		assert_eq "$(summary_value refused_full "$a")" "$number" "refused_full of connections from $address"
		talk sc sa
		assert sc abort c
		assert sa close s
		assert sa close l
	done
	assert_eq "$(summary_value refused_full "$a")" "$number" "refused_full at last"
	assert sa abort first
	assert sb close first
	reload
}

# A link becomes part of a VRF while a socket that is bound to it is connected: it keeps its row.
joins() {
	ip -n "$a" link add late type veth peer name veth1 netns "$b"
	ip -n "$a" address add 198.51.100.1/24 dev late
	ip -n "$b" address add 198.51.100.2/24 dev veth1
	ip -n "$a" link set late up
	ip -n "$b" link set veth1 up
	prepare_client="device late"
	meet_at sa sb 198.51.100.2 5000
	talk sa sb
	ip -n "$a" link set late master red
	talk sa sb
	agree
	assert_eq "$(report connections "$a" | grep -c "^198.51.100.1:$(sa port c)")" 1 "rows of a link that joined a VRF"
	part sa sb server
	look_twice "$a"
	prepare_client=
	assert_quiet
	ip -n "$a" link delete late
}

# A VRF has its own loopback: both ends are here.
to_itself() {
	local port
	ip -n "$a" address add 198.51.100.1/32 dev red
	prepare_client="device red"
	prepare_server="device red"
	mark_created
	lives sa sa 192.0.2.1 5000
	lives sa sa 198.51.100.1 5000
	assert_eq "$(summary_value created "$a")" $(($(cat "$scratch/created.$a") + 6)) created
	meet_at sa sa 192.0.2.1 5000
	port=$(sa port c)
	assert_eq "$(report connections "$a" | grep -c "^192.0.2.1:$port%red 192.0.2.1:5000%red loopback ESTABLISHED ESTABLISHED")" \
		1 "rows of a connection within the VRF"
	part sa sa client
	prepare_client='' prepare_server=''
	assert_quiet
}

# A link-local address names the link, as the socket does.
link_local() {
	lives sa sb fe80::2%veth0 5000 fe80::2%to-red 5000
	prepare_server="device red"
	lives sb sa fe80::1%to-red 5000 fe80::1%veth0 5000
	prepare_server=''
	assert_quiet
}

translated() {
	command -v nft >/dev/null || { skip "needs nftables"; return; }
	rules "$a" <<-END
		table inet test {
			chain output {
				type nat hook output priority -100;
				ip daddr 192.0.2.99 tcp dport 80 dnat ip to 192.0.2.2:5000
			}
			chain postrouting {
				type nat hook postrouting priority 100;
				tcp dport 5000 masquerade to :10000-10099
			}
		}
	END
	prepare_client="device red"
	lives sa sb 192.0.2.2 5000 192.0.2.99 80
	lives sa sb 192.0.2.2 5000
	prepare_client=''
	in_ns "$a" nft flush ruleset
	assert_quiet
}

# The VRF goes, and takes the way of its connections along.
deleted() {
	prepare_client="device red"
	meet_at sa sb 192.0.2.2 5000
	prepare_client=''
	ip -n "$a" link delete red
	agree
	assert sa abort c
	agree
	assert sb abort s
	agree
	assert_quiet
}

# new_vrf NAME TABLE NUMBER: one more, with a link to b of its own.
new_vrf() {
	ip -n "$a" link add "$1" type vrf table "$2"
	ip -n "$a" link set "$1" up
	ip -n "$a" link add "to-$1" type veth peer name "from-$1" netns "$b"
	ip -n "$a" link set "to-$1" master "$1" up
	ip -n "$b" link set "from-$1" up
	ip -n "$a" address add "203.0.113.$(($3 + 1))/28" dev "to-$1"
	ip -n "$b" address add "203.0.113.$(($3 + 2))/28" dev "from-$1"
	ip -n "$a" address add fe80::1/64 dev "to-$1" nodad
	ip -n "$b" address add fe80::2/64 dev "from-$1" nodad
	hold "$1-4" "to-$1" "203.0.113.$(($3 + 2))" "203.0.113.$(($3 + 2))"
	hold "$1-6" "to-$1" "fe80::2%from-$1" "fe80::2%to-$1"
}

# hold NAME LINK LISTEN-ADDRESS CONNECT-ADDRESS: sockets c-NAME, bound to a link, and s-NAME are connected.
hold() {
	assert sb listen l "$3" 5000
	assert sa device "$2"
	assert sa connect "c-$1" "$4" 5000
	assert sb accept "s-$1" l
	assert sb close l
}

# use NAME: data both ways.
use() {
	assert sa send "c-$1" 30000
	assert sb send "s-$1" 40000
	read_all sb "s-$1" 30000
	read_all sa "c-$1" 40000
}

# has_walked PARTS: the walk through the kernel's socket table has so many of its 60 parts behind it.
has_walked() {
	[ "$(calls tl_socket_walk_part)" -ge "$1" ]
}

# A link leaves its VRF in one of three ways, while sockets that are bound to it are connected: they keep their rows.
leave() {
	local vrf
	count_calls tl_socket_walk_part || { skip "needs kprobes"; return; }
	mark_created
	new_vrf green 103 0
	new_vrf gray 104 16
	new_vrf white 105 32
	ip -n "$a" link set to-green nomaster
	ip -n "$a" link delete gray
	ip -n "$a" link delete to-white
	# A link that leaves a VRF goes down and up, which takes these addresses away.
	ip -n "$a" address add fe80::1/64 dev to-green nodad
	ip -n "$a" address add fe80::1/64 dev to-gray nodad
	agree
	wait_for 120 has_walked $(($(calls tl_socket_walk_part) + 62)) || fail "the socket table was not walked"
	look_twice "$a"
	agree
	for vrf in green gray; do
		use "$vrf-4"
		use "$vrf-6"
	done
	agree
	# Its mini-socket tells nothing: the peer's FIN does.
	assert sa close c-green-4
	assert_eq "$(sb recv s-green-4)" eof "what the peer reads at last"
	agree
	assert sb close s-green-4
	agree
	assert sb close s-gray-6
	assert_eq "$(sa recv c-gray-6)" eof "what the socket reads at last"
	agree
	assert sa close c-gray-6
	assert sa abort c-gray-4
	assert sb abort s-green-6
	assert sa abort c-white-4
	assert sa abort c-white-6
	agree
	assert sb close s-gray-4
	assert sa close c-green-6
	# Their link is gone: nothing would ever answer a FIN.
	assert sb abort s-white-4
	assert sb abort s-white-6
	look_twice "$a"
	agree
	assert_eq $(($(summary_value created "$a") - $(cat "$scratch/created.$a"))) 6 created
	assert_eq "$(summary_value adopted "$a")" 0 adopted
	assert_quiet
}

# What is remembered of links is bounded: some leave VRFs as fast as they can.
leave_often() {
	local before
	before=$(summary_value memory_bytes "$a")
	ip -n "$a" link add restless type dummy
	for table in 201 202 203 204 205 206; do
		ip -n "$a" link add "v$table" type vrf table "$table"
		ip -n "$a" link set restless master "v$table"
		ip -n "$a" link set restless nomaster
		ip -n "$a" link delete "v$table"
	done
	ip -n "$a" link delete restless
	# What was remembered of other connections may go meanwhile.
	assert_between $(($(summary_value memory_bytes "$a") - before)) "-$before" 4096 "more bytes"
	agree
	assert_quiet
}

run_tests \
	"connections that leave by a VRF" active \
	"connections that come by a VRF" passive \
	"a socket bound to a port of a VRF" enslaved \
	"two VRFs with the same addresses" same_addresses \
	"ports in two VRFs" ports_of_both \
	"ports bound in one of two VRFs" bound_in_one \
	"one listener for all VRFs" for_all \
	"an unbound socket whose route leads into a VRF" leaked \
	"SYN cookies in a VRF" cookies \
	"what is dropped in a VRF" quiet \
	"a link that becomes part of a VRF" joins \
	"a VRF's connections to itself" to_itself \
	"link-local addresses in a VRF" link_local \
	"address translation in a VRF" translated \
	"links that leave their VRF" leave \
	"a link that leaves many VRFs" leave_often \
	"connections of a VRF that there is no row for" refused \
	"a VRF that is deleted" deleted

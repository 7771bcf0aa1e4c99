#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# advice about what the whole machine shares, in the first namespace: as advice.sh.
# shellcheck disable=SC2154 # a is set by setup_ns; s0 by start_endpoint

. ./lib.sh
. ./findings.sh

load_module && setup_ns a && start_endpoint s0 && start_endpoint sa "$a" || exit 1
ip link set lo up

silent() {
	assert_eq "$(report advice)" "$header" "advice"
}

# unread NUMBER [ENDPOINT]: so many connections with data that nobody reads; s0 has them unless another is named
unread() {
	local i endpoint="${2-s0}"
	for i in $(seq "$1"); do
		assert "$endpoint" connect "c$i" 127.0.0.1 7000
		assert "$endpoint" accept "s$i" l
		assert "$endpoint" send "c$i" 60000
	done
}

end_of() {
	local i endpoint="${2-s0}"
	for i in $(seq "$1"); do
		"$endpoint" abort "c$i"
		"$endpoint" abort "s$i"
	done
}

# relieved: there is no pressure. The kernel sees that it has ended when it asks for memory.
relieved() {
	unread 1
	end_of 1
	assert_eq "$(awk '$1 == "TCP" { print $5 }' /proc/net/protocols)" no "pressure under bounds that are not met"
}

tcp_mem() {
	local pressures
	assert s0 listen l 127.0.0.1 7000 64
	relieved
	assert_tune net.ipv4.tcp_mem "20 40 4000"
	unread 60
	assert_finding net.ipv4.tcp_mem "" "now 20,40,4000 3000,4000,6000" \
		"memory pressure began [0-9]+ times in the last [0-9]+ s; TCP has [0-9]+ of 4000 pages now"
	end_of 60
	assert_tune net.ipv4.tcp_mem "$(suggested net.ipv4.tcp_mem)"
	assert_no_finding net.ipv4.tcp_mem ""
	pressures=$(kernel_count TCPMemoryPressures)
	unread 60
	assert_eq "$(kernel_count TCPMemoryPressures)" "$pressures" "times that memory pressure began"
	assert_no_finding net.ipv4.tcp_mem ""
	end_of 60
	assert s0 close l
	assert_tune rollback 1
	assert_tune reset 1
}

# pressed MEM: pressure has begun under these, and all is over
pressed() {
	assert_tune net.ipv4.tcp_mem "$1"
	unread 60
	assert wait_for 10 has_pressed
	end_of 60
}

has_pressed() {
	[ "$(kernel_count TCPMemoryPressures)" -gt "$pressures" ]
}

# quarter: pages that are a quarter of memory
# shellcheck disable=SC2016 # awk's variables
quarter() {
	awk -v page="$(getconf PAGESIZE)" '$1 == "MemTotal:" { print int($2 * 1024 / page / 4) }' /proc/meminfo
}

# TCP gets no more than a quarter of memory, and in no case less than it has.
# shellcheck disable=SC2016 # awk's variables
tcp_mem_bounds() {
	local pressures most
	most=$(quarter)
	# shellcheck disable=SC2034 # for has_pressed
	pressures=$(kernel_count TCPMemoryPressures)
	assert s0 listen l 127.0.0.1 7000 64
	relieved
	pressed "20 40 4000"
	assert_tune net.ipv4.tcp_mem "$((most - 30)) $((most - 20)) $((most - 10))"
	assert_finding net.ipv4.tcp_mem "" "now $((most - 30)),$((most - 20)),$((most - 10)) $((most - 30)),$((most - 20)),$most" \
		"memory pressure began [0-9]+ times in the last [0-9]+ s; TCP has [0-9]+ of $((most - 10)) pages now"
	assert_tune reset 1
	relieved
	# shellcheck disable=SC2034 # for has_pressed
	pressures=$(kernel_count TCPMemoryPressures)
	pressed "20 40 $most"
	assert_finding net.ipv4.tcp_mem "" "now 20,40,$most -" \
		"memory pressure began [0-9]+ times in the last [0-9]+ s; TCP has [0-9]+ of $most pages now, a quarter of memory: look for unread data"
	assert s0 close l
	assert_tune rollback 1
	assert_tune reset 1
}

# The pressure of another namespace's sockets is not the first one's, and that one cannot read the bound.
tcp_mem_elsewhere() {
	assert s0 listen l 127.0.0.1 7000 64
	relieved
	assert_tune reset 1
	assert sa listen l 127.0.0.1 7000 64
	assert_tune net.ipv4.tcp_mem "20 40 4000"
	unread 60 sa
	assert wait_for 10 has_counted TCPMemoryPressures "$a" 1
	silent
	assert_eq "$(report advice "$a")" "$header" "advice in a namespace under pressure"
	end_of 60 sa
	assert sa close l
	assert s0 close l
	assert_tune rollback 1
	assert_tune reset 1 "$a"
}

# pages: of memory
# shellcheck disable=SC2016 # awk's variables
pages() {
	awk -v page="$(getconf PAGESIZE)" '$1 == "MemTotal:" { print int($2 * 1024 / page) }' /proc/meminfo
}

# All pages of memory are too many for TCP, but they are not bytes; one more cannot be pages. Then the template's.
tcp_mem_unit() {
	local all
	all=$(pages)
	silent
	assert_tune net.ipv4.tcp_mem "$((all - 2)) $((all - 1)) $all"
	silent
	assert_tune net.ipv4.tcp_mem "$((all - 1)) $all $((all + 1))"
	assert_finding net.ipv4.tcp_mem "" "now $((all - 1)),$all,$((all + 1)) [0-9]+,[0-9]+,[0-9]+" \
		"TCP may have [0-9]+ MiB of [0-9]+ MiB: the unit is pages, not bytes"
	assert_tune net.ipv4.tcp_mem "7864320 10485760 15728640"
	assert_finding net.ipv4.tcp_mem "" "now 7864320,10485760,15728640 [0-9]+,[0-9]+,[0-9]+" \
		"TCP may have 61440 MiB of [0-9]+ MiB: the unit is pages, not bytes"
	assert_eq "$(report advice "$a")" "$header" "advice about the machine in another namespace"
	assert_tune net.ipv4.tcp_mem "$(suggested net.ipv4.tcp_mem)"
	silent
	assert_tune rollback 1
}

# Packets that come to the backlog of a CPU in one go: those that netem has held back.
burst() {
	in_ns "$a" ping -q -l 20 -c 20 -W 1 127.0.0.1 >/dev/null 2>&1
}

softnet_drops() {
	local sum=0 dropped
	while read -r _ dropped _; do
		sum=$((sum + 0x$dropped))
	done </proc/net/softnet_stat
	echo "$sum"
}

netdev_max_backlog() {
	local rounds=0 drops=
	in_ns "$a" tc qdisc add dev lo root netem delay 20ms || { skip "no netem"; return; }
	assert_tune reset 1
	# What finds room tells of nothing.
	drops=$(softnet_drops)
	burst
	assert_eq "$(softnet_drops)" "$drops" "packets dropped at a backlog of $(real net.core.netdev_max_backlog)"
	assert_no_finding net.core.netdev_max_backlog ""
	assert_effect net.core.netdev_max_backlog "" -
	assert_tune net.core.netdev_max_backlog 1
	burst
	assert_finding net.core.netdev_max_backlog "" "now 1 2" \
		"[0-9]+ packets were dropped at a CPU's full backlog in the last [0-9]+ s"
	assert_effect net.core.netdev_max_backlog "" "[0-9]+ packets were dropped at a CPU's full backlog"
	assert_eq "$(report advice "$a")" "$header" "advice about the machine in another namespace"
	assert_effect net.core.netdev_max_backlog "$a" "only the first namespace can write it"
	while [ "$rounds" -lt 8 ] && [ -n "$(finding net.core.netdev_max_backlog)" ]; do
		rounds=$((rounds + 1))
		assert_tune net.core.netdev_max_backlog "$(suggested net.core.netdev_max_backlog)"
		assert_no_finding net.core.netdev_max_backlog ""
		drops=$(softnet_drops)
		burst
	done
	assert_eq "$(softnet_drops)" "$drops" "packets dropped at a backlog"
	assert_between "$rounds" 1 7 "times that the backlog was doubled"
	in_ns "$a" tc qdisc delete dev lo root
	assert_tune rollback 1
	assert_tune reset 1
}

# no_room: one more socket without a program, until one is reset; the kernel counts them ten times in a second
no_room() {
	local name
	name=$(date +%N)
	s0 connect "o$name" 127.0.0.1 7020 && s0 accept "d$name" l && s0 deaf "d$name" 1 && s0 send "o$name" 10 && s0 close "o$name"
	[ "$(kernel_count TCPAbortOnMemory)" -gt "$aborts" ]
}

max_orphans() {
	local aborts
	# shellcheck disable=SC2034 # for no_room
	aborts=$(kernel_count TCPAbortOnMemory)
	assert s0 listen l 127.0.0.1 7020
	assert_tune net.ipv4.tcp_max_orphans 4
	assert wait_for 10 no_room
	if [ -z "$(finding net.ipv4.tcp_max_orphans)" ] && ! grep -q ' __ksymtab_tcp_orphan_count$' /proc/kallsyms; then
		skip "this kernel tells nobody how many orphans there are"
		assert_tune rollback 1
		assert s0 close l
		return
	fi
	assert_finding net.ipv4.tcp_max_orphans "" "now 4 8" \
		"[0-9]+ sockets without a program were reset in the last [0-9]+ s; the machine has [0-9]+ such sockets now"
	assert_tune net.ipv4.tcp_max_orphans "$(suggested net.ipv4.tcp_max_orphans)"
	aborts=$(kernel_count TCPAbortOnMemory)
	assert_no_finding net.ipv4.tcp_max_orphans ""
	refute no_room
	assert_no_finding net.ipv4.tcp_max_orphans ""
	assert_tune rollback 1
	# Not one is allowed: when all have been reset, that is still the cause.
	assert_tune reset 1
	assert_tune net.ipv4.tcp_max_orphans 0
	assert wait_for 10 no_room
	assert wait_for 60 grep -q "orphan 0 " /proc/net/sockstat
	assert_finding net.ipv4.tcp_max_orphans "" "now 0 2" \
		"[0-9]+ sockets without a program were reset in the last [0-9]+ s; the machine has 0 such sockets now"
	assert s0 close l
	assert_tune rollback 1
	assert_tune reset 1
}

# unheard NUMBER: so many connections with data that nobody acknowledges
unheard() {
	local i
	for i in $(seq "$1"); do
		assert s0 connect "o$i" 127.0.0.1 7021
		assert s0 accept "d$i" l
		assert s0 deaf "d$i" 1
		assert s0 send "o$i" 60000
	done
}

# Few sockets without a program, and they are reset all the same: for want of memory.
few_orphans() {
	local aborts
	assert_tune reset 1
	assert s0 listen l 127.0.0.1 7021 64
	# More than what each processor may have beside the bound.
	unheard 60
	aborts=$(kernel_count TCPAbortOnMemory)
	assert_tune net.ipv4.tcp_mem "1 2 3"
	several 60 close_one s0 o
	assert has_counted TCPAbortOnMemory "" $((aborts + 1))
	assert_no_finding net.ipv4.tcp_max_orphans ""
	assert_tune rollback 1
	several 60 abort_one s0 d
	assert s0 close l
	assert_tune reset 1
}

conntrack_max() {
	local i
	modprobe nf_conntrack 2>/dev/null && nft -f - <<-END 2>/dev/null || { skip "no nf_conntrack"; return; }
		table ip follow {
			chain output {
				type filter hook output priority 0
				ct state new counter
			}
		}
	END
	assert s0 listen l 127.0.0.1 7030 64
	assert_tune net.netfilter.nf_conntrack_max 20
	silent
	for i in $(seq 12); do
		s0 start "c$i" 127.0.0.1 7030
	done
	silent
	for i in $(seq 13 25); do
		s0 start "c$i" 127.0.0.1 7030
	done
	assert_finding net.netfilter.nf_conntrack_max "" "now 20 40" "nf_conntrack follows (19|20|21) connections of 20"
	assert_tune net.netfilter.nf_conntrack_max "$(suggested net.netfilter.nf_conntrack_max)"
	assert_no_finding net.netfilter.nf_conntrack_max ""
	for i in $(seq 25); do
		s0 abort "c$i"
	done
	nft delete table ip follow
	conntrack_elsewhere
	assert s0 close l
	assert_tune rollback 1
}

# The bound is that of all namespaces, and only the first can set it.
conntrack_elsewhere() {
	local before
	in_ns "$a" nft -f - <<-END
		table ip follow {
			chain output {
				type filter hook output priority 0
				ct state new counter
			}
		}
	END
	assert sa listen l 127.0.0.1 7030 64
	assert_tune net.netfilter.nf_conntrack_max 20
	for i in $(seq 25); do
		sa start "c$i" 127.0.0.1 7030
	done
	assert_finding net.netfilter.nf_conntrack_max "$a" "now 20 -" \
		"nf_conntrack follows (19|20|21) connections of 20 here; the first namespace alone can set it"
	before=$(real net.netfilter.nf_conntrack_max "$a")
	in_ns "$a" sysctl -qw net.netfilter.nf_conntrack_max=40 2>/dev/null
	assert_eq "$(real net.netfilter.nf_conntrack_max "$a")" "$before" "nf_conntrack_max, as another namespace has set it"
	in_ns "$a" nft delete table ip follow
}

run_tests \
	"nothing to say" silent \
	"memory of TCP" tcp_mem \
	"a quarter of memory for TCP" tcp_mem_bounds \
	"memory of TCP elsewhere" tcp_mem_elsewhere \
	"bytes for pages" tcp_mem_unit \
	"the backlog of a CPU" netdev_max_backlog \
	"sockets without a program" max_orphans \
	"few sockets without a program" few_orphans \
	"nf_conntrack" conntrack_max

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Ephemeral ports: what is in use, what is left, when it ends, and connect() that finds none.
# shellcheck disable=SC2154 # a and b are set by setup_ns; sa, sb by start_endpoint

. ./lib.sh

load_module && setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1
[ -d /sys/kernel/tracing/events ] || mount -t tracefs none /sys/kernel/tracing 2>/dev/null
tracing=/sys/kernel/tracing/instances/tcplab-$$
trap 'status=$?; [ ! -d "$tracing" ] || { echo 0 >"$tracing/events/enable"; rmdir "$tracing"; }; (exit $status); clean_up' EXIT

in_ns "$a" sysctl -qw net.ipv4.ip_local_port_range="40000 40019" net.ipv4.tcp_tw_reuse=0

server() {
	if [ "$family" = 4 ]; then echo 192.0.2.2; else echo 2001:db8::2; fi
}

# column NAME PORT: of the row of the server's port.
# shellcheck disable=SC2016 # awk's variables
column() {
	report ports "$a" | awk -v name="$1" -v port=":$2" -v family="$family" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
		substr($2, length($2) - length(port) + 1) == port && ($2 ~ /^\[/) == (family == 6) { print $at }'
}

column_is() {
	[ "$(column "$1" "$2")" = "$3" ]
}

assert_column() {
	wait_for 5 column_is "$@" || fail "$1 is '$(column "$1" "$2")', should be '$3'"
}

# Twenty ports: some open, some in TIME_WAIT, and one too many.
counted() {
	local i
	assert sb listen l "$(server)" 7001 64
	for i in $(seq 12); do
		assert sa connect "c$i" "$(server)" 7001
	done
	assert_column in_use 7001 12
	assert_column time_wait 7001 0
	assert_column range 7001 20
	assert_column used_percent 7001 60
	for i in 1 2 3; do
		assert sb accept "s$i" l
		assert sa close "c$i"
		assert sb close "s$i"
	done
	assert_column time_wait 7001 3
	assert_column in_use 7001 12
	assert_eq "$(in_ns "$a" ss -Htan state time-wait | grep -c "$(server)]*:7001")" 3 "sockets in TIME_WAIT, as ss counts them"
	for i in $(seq 13 20); do
		assert sa connect "c$i" "$(server)" 7001
	done
	assert_column used_percent 7001 100
	assert_column exhausted_in_ms 7001 0
	assert_column failures 7001 0
	assert_eq "$(sa connect x "$(server)" 7001 2>&1)" "Cannot assign requested address" "what connect() says"
	assert_column failures 7001 1
	# Another destination has the same ports to itself.
	assert sb listen m "$(server)" 7002
	assert sa connect y "$(server)" 7002
	assert_column in_use 7002 1
	assert_column used_percent 7002 5
	assert sa close y
	assert sb close m
	echo 1 | in_ns "$a" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
	assert_column in_use 7001 17
	for i in $(seq 4 20); do
		assert sa abort "c$i"
	done
	assert_column in_use 7001 0
	assert_column exhausted_in_ms 7001 -
	assert sb close l
	echo 0 | in_ns "$a" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
}

# Ports that are reserved or that bind() holds are not to be had.
fewer() {
	assert sb listen l "$(server)" 7003
	assert sa connect c "$(server)" 7003
	in_ns "$a" sysctl -qw net.ipv4.ip_local_reserved_ports=40000-40003
	assert_column range 7003 16
	# Where a connection has the port, it is not to be had as long as that is open.
	free=40010
	[ "$(sa port c)" != "$free" ] || free=40011
	if [ "$family" = 4 ]; then assert sa listen k 192.0.2.1 "$free"; else assert sa listen k 2001:db8::1 "$free"; fi
	assert_column range 7003 15
	assert sa close k
	in_ns "$a" sysctl -qw net.ipv4.ip_local_reserved_ports=
	assert_column range 7003 20
	assert sa abort c
	assert sb close l
}

# It is told at 80, 95 and 100 percent, once each.
pressure() {
	local i
	[ -d /sys/kernel/tracing/events/tcplab ] || { skip "this kernel has no trace events"; return; }
	mkdir -p "$tracing" && echo >"$tracing/trace" && echo 1 >"$tracing/events/tcplab/port_pressure/enable"
	# What is reserved and bound is counted now and then, and when it is read.
	report ports "$a" >"$scratch/ports"
	assert sb listen l "$(server)" 7004 64
	for i in $(seq 20); do
		assert sa connect "c$i" "$(server)" 7004
	done
	assert_eq "$(sed -n 's/.*port_pressure: .*:7004 percent=\([0-9]*\) in_use=\([0-9]*\) .*/\1 \2/p' "$tracing/trace" | xargs)" \
		"80 16 95 19 100 20" "what was told"
	for i in $(seq 20); do
		assert sa abort "c$i"
	done
	assert sb close l
	echo 0 >"$tracing/events/tcplab/port_pressure/enable"
}

# That there is none is told once, however few are counted: the ports are held by others since they were counted last.
failing() {
	local i port held=0 used=' ' before
	[ -d /sys/kernel/tracing/events/tcplab ] || { skip "this kernel has no trace events"; return; }
	mkdir -p "$tracing" && echo >"$tracing/trace" && echo 1 >"$tracing/events/tcplab/port_pressure/enable"
	# A reading counts what is bound now; else that of the family before would count for a second more.
	report ports "$a" >"$scratch/ports"
	assert sb listen l "$(server)" 7006 64
	for i in $(seq 6); do
		assert sa connect "c$i" "$(server)" 7006
		used="$used$(sa port "c$i") "
	done
	report ports "$a" >"$scratch/ports"
	before=$(summary_value port_failures "$a")
	if [ "$family" = 4 ]; then set -- 192.0.2.1; else set -- 2001:db8::1; fi
	for port in $(seq 40000 40019); do
		case $used in *" $port "*) continue ;; esac
		sa listen "k$port" "$1" "$port" >/dev/null 2>&1 && held=$((held + 1))
	done
	assert_eq "$held" 14 "ports that others hold"
	for i in 1 2 3; do
		refute sa connect x "$(server)" 7006
		assert sa abort c1
		assert sa connect c1 "$(server)" 7006
	done
	assert_eq "$(grep -c 'port_pressure: .*:7006 percent=100 in_use=6 ' "$tracing/trace")" 1 "how often it was told"
	assert_column failures 7006 3
	assert_column range 7006 6
	assert_eq $(($(summary_value port_failures "$a") - before)) 3 "failures of all destinations"
	for port in $(seq 40000 40019); do
		sa close "k$port" >/dev/null 2>&1
	done
	for i in $(seq 6); do
		assert sa abort "c$i"
	done
	assert sb close l
	echo 0 >"$tracing/events/tcplab/port_pressure/enable"
}

# What was open before is known by its ports; and by the tracker that comes anew.
adopted() {
	assert sb listen l "$(server)" 7005
	assert sa connect c "$(server)" 7005
	echo 0 | in_ns "$a" tee /sys/kernel/tcplab/track/enabled >/dev/null
	assert_column in_use 7005 0
	echo 1 | in_ns "$a" tee /sys/kernel/tcplab/track/enabled >/dev/null
	assert_column in_use 7005 1
	assert sa abort c
	assert_column in_use 7005 0
	assert sb close l
}

run_tests_46 \
	"ports are counted, and end" counted \
	"ports that are not to be had" fewer \
	"it is told in time" pressure \
	"it is told once that there is none" failing \
	"connections that were open before" adopted

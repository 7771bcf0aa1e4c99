# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of bench-guest
#
# The course through numbers of rows in tcplab's table. A population is KIND:NUMBER:
#	unloaded:0	the module is not loaded
#	forwarded:N	N connections between other hosts, whose segments a tun device brings and the kernel forwards
#	sockets:N	N connections over lo, open before the module is loaded
# measure_TOPIC is called with kind and number. Loading and unloading are measured by the way: that is the topic unload.

# A million rows want more room than the default; what they are compared with gets the same.
PARAMETERS=max_connections=1100000

# shellcheck disable=SC2034 # for the topics
REPORTS=/proc/net/tcplab

populations='unloaded:0 forwarded:0 forwarded:1000 forwarded:100000 forwarded:1000000 sockets:1000 sockets:100000'

rows() { awk '$1 == "connections" { print $2 }' "$REPORTS/summary"; }

# timed load|unload POPULATION ARGUMENT...
timed() {
	local all busy
	read -r all busy < <("$TOOLS/module" "$1" "${@:3}") && [ -n "$busy" ] || fail "the module does not $1"
	echo "$1 $2 $all"
	echo "$1_busy $2 $busy"
}

make_router() {
	modprobe -a tun dummy
	ip tuntap add dev tun0 mode tun
	ip link add out0 type dummy
	sysctl -qw net.ipv6.conf.tun0.disable_ipv6=1 net.ipv6.conf.out0.disable_ipv6=1 \
		net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tun0.rp_filter=0
	ip link set tun0 up
	ip link set out0 up
	ip route add 10.1.0.0/16 dev out0
	ip route add 10.2.0.0/16 dev out0
	many_ports ''
}

# The kernel's own count says whether it forwarded what was injected.
forward() {
	local forwarded
	nstat -n
	"$TOOLS/inject" tun0 "$1" 1 >"$work/injected"
	forwarded=$(nstat -z IpForwDatagrams | awk '$1 == "IpForwDatagrams" { print $2 }')
	[ "$forwarded" = $((2 * $1)) ] || fail "of $((2 * $1)) segments the kernel forwarded $forwarded"
}

track_forwarded() { echo "$1" >/sys/kernel/tcplab/track/forward; }

assert_rows() {
	[ "$(rows)" = "$1" ] || fail "there are $(rows) rows, should be $1"
}

# A topic leaves no rows of its own behind.
visit() {
	local kind=$1 count=$2
	if [ "$kind" != unloaded ]; then
		timed load "$kind:$count" tcplab.ko "$PARAMETERS"
		[ "$kind" != forwarded ] || track_forwarded 1
		[ "$kind:$count" = forwarded:0 ] || [ "$kind" != forwarded ] || forward "$count"
		assert_rows "$count"
	fi
	measure "$kind" "$count"
	if [ "$kind" != unloaded ]; then
		assert_rows "$count"
		timed unload "$kind:$count" tcplab
	fi
}

run_course() {
	local population kind count round
	export NSTAT_HISTORY=$work/nstat
	make_router
	for population in $populations; do
		kind=${population%:*} count=${population#*:}
		((count <= ROWS)) || continue
		[ "$kind" != sockets ] || { progress "opening $count connections"; hold "$count"; }
		for ((round = 1; round <= ROUNDS; round++)); do
			progress "round $round of $ROUNDS: $kind, $count rows"
			visit "$kind" "$count"
		done
		[ "$kind" != sockets ] || release
	done
}

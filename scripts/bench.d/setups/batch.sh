# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of bench-guest
#
# Messages of 32 connections that arrive together, by GRO and list receive, as from a network card: where a segment goes the
# way of the one before it, the kernel does not look for its socket before the hook. netem holds them back, so that a burst
# is one poll of the veth device.

FLOWS=32

# How many segments the tracker has examined.
# shellcheck disable=SC2016 # awk's variables
examined() {
	in_ns server awk '$1 == "segments_examined" { print $2 }' /proc/net/tcplab/summary 2>/dev/null || echo 0
}

# gro on|off: the device lists or merges what a poll brings. veth leaves that to the sender's TSO where it has it.
gro() {
	local tso=off
	[ "$1" = on ] || tso=on
	in_ns client ethtool -K c0 tso $tso
	in_ns server ethtool -K s0 gro "$1"
	in_ns server ethtool -k s0 | grep -q "^generic-receive-offload: $1" || fail "the link does not turn GRO $1"
}

measure_batch() {
	local before rounds=$((MESSAGES / FLOWS))
	gro on
	in_ns client tc qdisc add dev c0 root netem slot 2ms 2ms limit 10000
	before=$(examined)
	echo "batch $1 $(in_ns client "$TOOLS/batch" 10.0.0.2 5004 $FLOWS $rounds 20 server)"
	echo "examined $1 $((100 * ($(examined) - before) / (FLOWS * (rounds + 20))))"
	in_ns client tc qdisc delete dev c0 root
	gro off
}

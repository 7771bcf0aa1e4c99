#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The congestion control lab on a real socket: cwnd and ssthresh in slow start, after losses at known points, in congestion
# avoidance and after a timeout. The witness is TCP_INFO, and what is right are the formulas of RFC 5681 and RFC 9438.

. ./lib.sh

enter_ns
[ -e /dev/net/tun ] || modprobe tun || skip_all "this kernel has no tun device"
load_module || exit 1
ip tuntap add dev tun0 mode tun && ip address add 192.0.2.1/24 dev tun0 && ip address add 2001:db8::1/64 dev tun0 nodad &&
	ip link set tun0 up gso_max_segs 1 || exit 1
# What an earlier connection has learnt is not used, and nothing but what is tested tells of a loss, or undoes its effect.
for setting in tcp_no_metrics_save=1 tcp_sack=0 tcp_timestamps=0 tcp_frto=0 tcp_early_retrans=0 tcp_window_scaling=0; do
	sysctl -qw "net.ipv4.$setting" || exit 1
done

# In milliseconds: long for a slow machine, and short against TCP's first timeout, which is a second.
round_trip=$((100 * slowness))
[ "$round_trip" -le 400 ] || round_trip=400

law() {
	echo "$1" >/sys/kernel/tcplab/congestion/a/law
	assert ./window "$1" "$family" "$round_trip"
}

reno() {
	law reno
}

# It leaves slow start when the round trip takes 16 ms longer. A slow machine takes longer turns.
cubic() {
	[ "$slowness" = 1 ] || { skip "this machine is too slow for HyStart"; return; }
	law cubic
}

run_tests_46 \
	"reno" reno \
	"cubic" cubic

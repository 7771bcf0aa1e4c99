#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every path that a peer's segments and an application's acts can lead a socket along, with the kernel as referee: see
# referee.c. FUZZ_SECONDS says how long all of it may take, REFEREE_STEPS and REFEREE_TIMES how far paths go.
# shellcheck shell=dash disable=SC2119 # load_module takes parameters

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
enter_ns
[ -e /dev/net/tun ] || modprobe tun || skip_all "no tun device"
# A small table is quickly read.
load_module hash_size=2048 || exit 1

tun_ns || exit 1
# What the kernel leaves out to spare others is asked for here; and no cookie takes the place of a request socket.
sysctl -qw net.ipv4.tcp_syncookies=0 net.ipv4.tcp_invalid_ratelimit=0 net.ipv4.tcp_challenge_ack_limit=1000000000

# A disagreement between segments and sockets leaves what explains it, where the kernel has dynamic debug: one that comes
# once in twenty runs cannot be asked for again.
debug=/sys/kernel/debug/dynamic_debug/control
[ ! -e $debug ] || echo 'module tcplab +p' >$debug

share=$((seconds / 4))

# lead active|passive 4|6
lead() {
	assert ./referee -t "$share" -w $((5 * slowness)) -p "$(scaled 1000)" \
		-n "${REFEREE_STEPS:-8}" -k "${REFEREE_TIMES:-4}" "$@"
	[ "$checks_failed" = 0 ] || dmesg | sed -n 's/^\(.*tcplab: \)/# \1/p'
}

active_4() { lead active 4; }
active_6() { lead active 6; }
passive_4() { lead passive 4; }
passive_6() { lead passive 6; }

run_tests \
	"each path of an active open, IPv4" active_4 \
	"each path of a passive open, IPv4" passive_4 \
	"each path of an active open, IPv6" active_6 \
	"each path of a passive open, IPv6" passive_6

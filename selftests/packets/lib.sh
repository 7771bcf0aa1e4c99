# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2034 # variables for the scripts that source this
#
# What the scripts of this directory share; the rest is in the one above.

selftests=..
. ../lib.sh

# tun_ns [NS]: a device tun0 with the addresses 192.0.2.1 and 2001:db8::1, and behind it all other hosts.
tun_ns() {
	in_ns "${1-}" ip tuntap add dev tun0 mode tun || return
	in_ns "${1-}" ip address add 192.0.2.1/24 dev tun0
	in_ns "${1-}" ip address add 2001:db8::1/64 dev tun0 nodad
	in_ns "${1-}" ip link set tun0 up
	in_ns "${1-}" ip route add 198.18.0.0/15 dev tun0
	in_ns "${1-}" ip route add 2001:db8:1::/48 dev tun0
}

# How long all of a script may take; and what the fuzzer's dice begin with.
seconds=${FUZZ_SECONDS:-160}
seed=${FUZZ_SEED:-$(od -An -tu4 -N4 /dev/urandom | tr -d ' ')}

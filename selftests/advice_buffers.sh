#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# advice about buffers and windows: each finding appears while a bound holds up transfers over a long link, is applied by way
# of the mirror, and goes when the bound is reached no more. Programs that choose their buffers, slow ones, full links and
# lossy ones cause none.
# shellcheck disable=SC2154 # a and b are set by setup_ns

. ./lib.sh
. ./findings.sh

load_module && setup_ns a b && link_ns "$a" "$b" || exit 1
in_ns "$a" tc qdisc add dev veth0 root netem delay 1ms 2>/dev/null || skip_all "needs netem"
# The kernel fills a large segment up whatever the send buffer holds: only small ones keep to a small bound.
in_ns "$a" ip link set dev veth0 gso_max_segs 1 || exit 1

# link MILLISECONDS [MBIT]: how long segments take from a to b, and how many come in a second
link() {
	assert in_ns "$a" tc qdisc replace dev veth0 root netem delay "${1}ms" rate "${2:-40}mbit" limit 10000
}

# cwnd SEGMENTS: what the congestion window of connections to b begins with
cwnd() {
	assert in_ns "$a" ip route replace 192.0.2.2 dev veth0 initcwnd "$1"
}

# set_of NS NAME VALUE: as another program would
set_of() {
	assert in_ns "$1" sysctl -qw "net.ipv4.$2=$3"
}

# usual: the values of a test's beginning; nothing was counted yet.
usual() {
	local ns
	for ns in "$a" "$b"; do
		assert_tune rollback 1 "$ns"
		set_of "$ns" tcp_wmem "4096 16384 4194304"
		set_of "$ns" tcp_rmem "4096 131072 6291456"
		set_of "$ns" tcp_window_scaling 1
		assert_tune reset 1 "$ns"
	done
}

listens() {
	in_ns "$b" ss -Htln | grep -q :7000
}

# server [BYTES PAUSE [BUFFER]]: a new one in b; see bulk.c.
server() {
	if [ -n "${serving-}" ]; then
		kill "$serving"
		wait "$serving" 2>/dev/null
	fi
	start ip netns exec "$b" "$selftests/bulk" serve 192.0.2.2 7000 "$@"
	serving=$started
	wait_for 5 listens || fail "no server"
}

# transfer [BYTES [BUFFER]]: from a to b. Both ends are told of when it returns; $took is how many milliseconds it was.
transfer() {
	local bytes="${1:-1000000}"
	[ $# = 0 ] || shift
	took=$(in_ns "$a" "$selftests/bulk" send 192.0.2.2 7000 "$bytes" "$@") || fail "no transfer"
}

silent() {
	local ns
	for ns in "$a" "$b"; do
		assert_eq "$(report advice "$ns")" "$header" "advice"
	done
}

# until_silent NAME NS: applies what is suggested, as long as something is; that takes several steps, and the transfer less
# time.
until_silent() {
	local first="$took" steps=0
	while [ "$steps" -lt 8 ] && [ -n "$(finding "$1" "$2")" ]; do
		steps=$((steps + 1))
		assert_tune "$1" "$(suggested "$1" "$2")" "$2"
		assert_no_finding "$1" "$2"
		transfer
	done
	assert_between "$steps" 1 7 "times that $1 was doubled"
	assert_between "$took" 1 $((first - 1)) "milliseconds of a transfer after that, $first before"
	silent
}

send_buffers() {
	usual
	server
	link 40
	transfer
	silent
	set_of "$a" tcp_wmem "4096 16384 49152"
	transfer
	assert_finding net.ipv4.tcp_wmem "$a" "now 4096,16384,49152 4096,16384,98304" \
		"1 connections filled a send buffer of 49152 bytes in the last [0-9]+ s, and no window held them up"
	assert_eq "$(report advice "$b")" "$header" "advice at the other end"
	assert_eq "$(tuning_column net.ipv4.tcp_wmem effect "$a")" \
		"1 ended connections were held up by the bound on send buffers" "the effect"
	until_silent net.ipv4.tcp_wmem "$a"
}

# The congestion window is far above the buffer from the beginning, and all that the buffer holds is acknowledged in one go: the
# kernel counts no waiting then.
wide_windows() {
	usual
	server
	link 40 400
	cwnd 200
	set_of "$a" tcp_wmem "4096 16384 49152"
	transfer
	assert_finding net.ipv4.tcp_wmem "$a" "now 4096,16384,49152 4096,16384,98304" \
		"1 connections filled a send buffer of 49152 bytes in the last [0-9]+ s, and no window held them up"
	cwnd 10
}

receive_buffers() {
	usual
	set_of "$b" tcp_rmem "4096 32768 65536"
	server
	link 40
	transfer
	assert_finding net.ipv4.tcp_rmem "$b" "now 4096,32768,65536 4096,32768,131072" \
		"1 connections were read as fast as a buffer of 65536 bytes let the peer send in the last [0-9]+ s"
	assert_eq "$(report advice "$a")" "$header" "advice at the other end"
	assert_eq "$(tuning_column net.ipv4.tcp_rmem effect "$b")" \
		"1 ended connections were held up by the bound on receive buffers" "the effect"
	until_silent net.ipv4.tcp_rmem "$b"
}

window_scaling() {
	local first
	usual
	server
	link 120
	set_of "$a" tcp_window_scaling 0
	transfer
	first=$took
	assert_finding net.ipv4.tcp_window_scaling "$a" "now 0 1" \
		"1 connections waited for a window of 65535 bytes more than 10 % of the time, in the last [0-9]+ s; the peer has to scale windows, too"
	assert_eq "$(report advice "$b")" "$header" "advice at the other end"
	assert_eq "$(tuning_column net.ipv4.tcp_window_scaling effect "$a")" \
		"1 ended connections were held up by a window that was not scaled" "the effect"
	assert_tune net.ipv4.tcp_window_scaling 1 "$a"
	silent
	transfer
	assert_between "$took" 1 $((first - 1)) "milliseconds of a transfer after that, $first before"
	silent
}

# Programs that have chosen the same sizes: the kernel doubles the number.
own_buffers() {
	usual
	server
	link 40
	set_of "$a" tcp_wmem "4096 16384 49152"
	transfer 1000000 24576
	silent
	usual
	set_of "$b" tcp_rmem "4096 32768 65536"
	server 65536 0 32768
	transfer
	silent
}

# A transfer that is over at once has buffers of the greatest size, but does not fill them.
short_transfers() {
	usual
	set_of "$a" tcp_wmem "4096 49152 49152"
	set_of "$b" tcp_rmem "4096 65536 65536"
	set_of "$a" tcp_window_scaling 0
	server
	link 40
	transfer 10000
	silent
}

# It reads a fraction of what the link carries, so that its buffer is always full.
slow_reader() {
	usual
	set_of "$b" tcp_rmem "4096 131072 131072"
	server 8000 10
	link 40
	transfer 300000
	silent
	set_of "$a" tcp_window_scaling 0
	transfer 300000
	silent
	# It reads fast at first, and not the last 60000 bytes before the FIN has come.
	usual
	set_of "$b" tcp_rmem "4096 131072 131072"
	server 500000 500
	transfer 560000
	silent
}

# Data that waits in a queue of the link already: more of it would only make that longer.
full_link() {
	usual
	server
	# The queue takes ten times as long as a handshake on a slow machine, by which the kernel knows the shortest way.
	link 1 5
	cwnd 200
	set_of "$a" tcp_wmem "4096 16384 49152"
	transfer 500000
	silent
	usual
	set_of "$b" tcp_rmem "4096 65536 65536"
	server
	transfer 500000
	silent
	usual
	set_of "$a" tcp_window_scaling 0
	server
	transfer 500000
	silent
	cwnd 10
}

# Every 20th segment is lost, so that the congestion window is the smallest.
lossy_link() {
	usual
	set_of "$a" tcp_wmem "4096 131072 131072"
	set_of "$b" tcp_rmem "4096 262144 262144"
	set_of "$a" tcp_window_scaling 0
	server
	link 20
	in_ns "$b" nft -f - <<-'END' 2>/dev/null || { skip "no nft"; return; }
		table ip lossy {
			chain prerouting {
				type filter hook prerouting priority 0
				tcp dport 7000 numgen inc mod 20 0 drop
			}
		}
	END
	transfer 300000
	silent
	assert in_ns "$b" nft delete table ip lossy
}

run_tests \
	"send buffers that are too small" send_buffers \
	"send buffers that are far below the congestion window" wide_windows \
	"receive buffers that are too small" receive_buffers \
	"windows that are not scaled" window_scaling \
	"buffers that programs have chosen" own_buffers \
	"short transfers" short_transfers \
	"a slow reader" slow_reader \
	"a link that is full" full_link \
	"a link that loses segments" lossy_link

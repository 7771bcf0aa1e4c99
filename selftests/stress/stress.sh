# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2016,SC2034,SC2154 # other shells' variables; those for, and of, who sources this
#
# What the stress tests share. Their figures are lines "# figure: SCRIPT: WHAT: VALUE", which scripts/stress makes a table
# of. STRESS_SCALE is a percentage of the sizes; slow kernels get a tenth of that.

selftests=..
. ../lib.sh

: "${STRESS_SCALE:=100}"
reader_pause=0.2

# As that of lib.sh, but without a mount namespace: it is called often.
in_ns() {
	local ns="$1"
	shift
	if [ -n "$ns" ]; then nsenter --net="/run/netns/$ns" "$@"; else "$@"; fi
}

# sized NUMBER [LEAST]: how many of something, where NUMBER is the full size.
sized() {
	local size=$((($1 * STRESS_SCALE / 100 + slowness - 1) / slowness))
	[ "$size" -ge "${2:-1}" ] || size=${2:-1}
	echo "$size"
}

# figure WHAT VALUE...
figure() {
	local what="$1"
	shift
	echo "# figure: $(basename "$0" .sh): $what: $*"
}

# per PART WHOLE [DIGITS]: their quotient; "-" if there is none.
per() {
	awk -v part="$1" -v whole="$2" -v digits="${3:-0}" \
		'BEGIN { if (whole > 0) printf "%.*f\n", digits, part / whole; else print "-" }'
}

# is "EXPRESSION": whether an arithmetic expression with fractions is true.
is() {
	[ "$(awk "BEGIN { print ($1) ? 1 : 0 }")" = 1 ]
}

now_ms() {
	awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}

# timed COMMAND...: runs it, and sets $ms to how long that took.
timed() {
	local start status
	start=$(now_ms)
	"$@"
	status=$?
	ms=$(($(now_ms) - start))
	return $status
}

# ---- readers ----

# In the background, until the script ends: all reports of each namespace are read again and again, with a short pause,
# and one reader stops half way and holds its report open. What is counted are reports that came with their header.
# start_readers NS...: the empty name is the namespace we are in.
start_readers() {
	local ns
	for ns; do
		start in_ns "$ns" sh -c 'while :; do
			for report in /proc/net/tcplab/*; do
				[ -n "$(sed -n "/^# tcplab /p" "$report")" ] && echo
			done >>"$1"
			sleep "$2"
		done' reader "$scratch/passes" "$reader_pause" >/dev/null 2>&1
		start in_ns "$ns" sh -c 'while :; do
			(exec 3</proc/net/tcplab/connections && dd bs=4096 count=1 <&3 && echo >>"$1" && sleep 1)
			sleep 0.1
		done' reader "$scratch/halves" >/dev/null 2>&1
	done
}

# readers_worked: both kinds have come to something; how much is a figure.
readers_worked() {
	figure "reports read meanwhile" "$(wc -l <"$scratch/passes")"
	figure "reports left half way" "$(wc -l <"$scratch/halves")"
	assert test -s "$scratch/passes"
	assert test -s "$scratch/halves"
}

# ---- from one test to the next ----

# stop_all: ends what start has started, removes the namespaces and the module.
# shellcheck disable=SC2086 # lists of words
stop_all() {
	local process ns
	for process in $processes; do
		kill -STOP "$process" && pkill -9 -P "$process"
		kill -9 "$process"
	done 2>/dev/null
	wait 2>/dev/null
	for ns in $namespaces; do
		ip netns pids "$ns" | xargs -r kill -9
		ip netns delete "$ns"
	done
	processes='' namespaces=''
	rm -f "$scratch"/*
	wait_for 60 unload_module || fail "the module does not unload"
}

# ---- witnesses ----

# slab_objects NAME, slab_bytes NAME: objects of a slab cache, and the memory of its slabs.
slab_objects() {
	awk -v name="$1" '$1 == name { print $2 + 0 }' /proc/slabinfo
}

slab_bytes() {
	awk -v name="$1" '$1 == name { print $15 * $6 * 4096 }' /proc/slabinfo
}

# kernel_count NAME [NS]: of the kernel's own MIB, from the namespace's start.
kernel_count() {
	in_ns "${2-}" nstat -asz "$1" | awk 'END { print $2 + 0 }'
}

# sockets STATE [NS]: as ss counts them.
sockets() {
	in_ns "${2-}" ss -Htan state "$1" | wc -l
}

# ---- loads ----

# start_crowd SERVER-NS ADDRESS PORT: a server that keeps what connects.
start_crowd() {
	start in_ns "$1" ./crowd serve "$2" "$3"
	wait_for 10 listens "$1" "$3"
}

listens() {
	[ -n "$(in_ns "$1" ss -Htln "sport = :$2")" ]
}

# crowd NAME COUNT NS PORT ADDRESS [ADDRESSES]: connections that are held; waits until they are made. Sets $made, $failed
# and $ms, and $started to the number of the process.
crowd() {
	local result="$scratch/crowd-$1"
	start in_ns "$3" ./crowd connect "$2" "$4" "$5" ${6:+"$6"} >"$result"
	wait_for 1200 test -s "$result" || return
	read -r made failed ms <"$result"
}

# tun_ns NAME DEVICE...: a namespace with tun devices that nobody reads: what is routed there is dropped.
tun_ns() {
	local name="$1" device
	[ -e /dev/net/tun ] || modprobe tun || return
	setup_ns "$name" || return
	eval "tun_namespace=\$$name"
	shift
	for device; do
		in_ns "$tun_namespace" ip tuntap add "$device" mode tun || return
		ip -n "$tun_namespace" link set "$device" up || return
	done
}

# router NAME: a namespace that forwards between hosts 10.0.0.0/8 behind tun0 and 11.0.0.0/8 behind tun1, and tracks that.
router() {
	tun_ns "$1" tun0 tun1 || return
	ip -n "$tun_namespace" route add 10.0.0.0/8 dev tun0
	ip -n "$tun_namespace" route add 11.0.0.0/8 dev tun1
	in_ns "$tun_namespace" sysctl -qw net.ipv4.ip_forward=1
	in_ns "$tun_namespace" sh -c 'echo 1 >/sys/kernel/tcplab/track/forward'
}

# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of bench-guest
#
# The course through what may be loaded: nothing, tcplab, and other tools that people use for the same questions. They
# take turns; each is loaded for its turn only. measure_TOPIC is called with the setup's name.

setups='nothing floor tcplab nf_conntrack bpftrace tcplife'

nft_table='table inet bench {
	chain in { type filter hook input priority 0; ct state established,related accept; }
	chain out { type filter hook output priority 0; ct state established,related accept; }
}'
# shellcheck disable=SC2016 # bpftrace's own syntax
count_states='tracepoint:sock:inet_sock_set_state { @[args->newstate] = count(); }'

everywhere() {
	local ns
	for ns in '' client server; do in_ns "$ns" "$@"; done
}

# trace COMMAND...: starts bpftrace and waits until it does nothing but wait itself: then its probes are in place. Where
# it gives up, left_out says why.
trace() {
	"$@" >"$work/trace" 2>&1 &
	tracer=$!
	until grep -qs epoll "/proc/$tracer/wchan"; do
		kill -0 "$tracer" 2>/dev/null || { left_out=$(tail -n 1 "$work/trace"); return; }
		sleep 0.1
	done
}

# More than a heading: what it was to see, it has seen.
untrace() {
	kill -INT "$tracer"
	wait "$tracer" || true
	[ "$(wc -l <"$work/trace")" -gt 3 ] || fail "$1 has seen nothing: $(cat "$work/trace")"
}

set_up() {
	left_out=
	case $1 in
	floor) insmod "$TOOLS/floor/floor.ko" ;;
	tcplab) insmod tcplab.ko ;;
	nf_conntrack) everywhere nft "$nft_table" ;;
	bpftrace) trace bpftrace -e "$count_states" ;;
	tcplife) trace tcplife.bt ;;
	esac
}

tear_down() {
	case $1 in
	floor | tcplab) rmmod "$1" ;;
	nf_conntrack)
		everywhere nft delete table inet bench
		modprobe -r nft_ct nf_tables nf_conntrack
		;;
	bpftrace | tcplife) untrace "$1" ;;
	esac
}

# What connections that are over still cost, until all is forgotten; waiting is free here.
settle() {
	local all busy
	read -r all busy < <("$TOOLS/rest" "$IDLE")
	((all >= IDLE * 1000000000)) || fail "could not rest"
	[ -z "$(ss -HtanN client state time-wait; ss -Htan state time-wait)" ] || fail "TIME_WAIT does not end"
	echo "$busy"
}

make_link() {
	local ns
	ip netns add client
	ip netns add server
	ip link add c0 netns client type veth peer name s0 netns server
	ip -n client addr add 10.0.0.1/24 dev c0
	ip -n server addr add 10.0.0.2/24 dev s0
	for ns in client server; do ip -n $ns link set lo up; done
	ip -n client link set c0 up
	ip -n server link set s0 up
	many_ports ''
	many_ports client
}

run_course() {
	local round setup
	make_link
	for ((round = 1; round <= ROUNDS; round++)); do
		for setup in $setups; do
			progress "round $round of $ROUNDS: $setup"
			set_up "$setup"
			if [ -n "$left_out" ]; then
				progress "$setup is left out: $left_out"
				echo "left_out $setup 1"
				continue
			fi
			measure "$setup"
			tear_down "$setup"
			settle >"$work/settled"
		done
	done
}

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# one end closes, the other never does: what tcp_fin_timeout ends, and what it leaves behind
#
# usage: fin-wait-2-half-open.sh DIRECTORY

. "$(dirname "$(realpath "$0")")/lib.sh"

CONNECTIONS=50
TIMEOUTS=(5 10 20)

# What the client has in FIN_WAIT_2, and knows to be half-open; what the server has in CLOSE_WAIT.
populations() {
	echo "$(value client fin_wait_2) $(value client half_open) $(value server close_wait)"
}

is_at() { [ "$(value "$1" "$2")" = "$3" ]; }

listening() { server ss -Htln | grep -q :8001; }

# part TIMEOUT: all connections are closed by the client at once; the server never closes.
part() {
	local timeout=$1 begin
	step "tcp_fin_timeout is $timeout s: $CONNECTIONS connections are opened"
	client sysctl -qw net.ipv4.tcp_fin_timeout="$timeout"
	start "$server" "$tools/leaky" no-close 192.0.2.2 8001
	await 10 "the server" listening
	mkfifo "$tools/go"
	start "$client" sh -c "exec '$tools/leaky' hold 192.0.2.2 8001 $CONNECTIONS <'$tools/go' >'$tools/open'"
	exec 4>"$tools/go"
	await 20 "the connections" grep -q open "$tools/open"
	half_open_before=$(value client half_open)
	cut_before=$(value client fin_wait_2_cut)
	clock=''
	sample 0.5 "timeout-$timeout.dat" "FIN_WAIT_2 half_open CLOSE_WAIT" populations

	echo "   the client closes them all; its process is gone, so nobody holds its ends: they are orphans"
	begin=$(cut -d' ' -f1 /proc/uptime)
	echo >&4
	exec 4>&-
	rm "$tools/go"
	await 10 "FIN_WAIT_2" is_at client fin_wait_2 $CONNECTIONS
	await 10 "CLOSE_WAIT" is_at server close_wait $CONNECTIONS
	# shellcheck disable=SC2016 # awk's own variables
	show client fin_wait '$3 == "FIN_WAIT_2" && n++ < 3'
	expect "FIN_WAIT_2, as ss counts them" "$(client ss -Htan state fin-wait-2 | wc -l)" $CONNECTIONS

	await $((timeout + 20)) "FIN_WAIT_2 to end" is_at client fin_wait_2 0
	begin=$(awk -v begin="$begin" '{ printf "%d", ($1 - begin) * 1000 }' /proc/uptime)
	echo "   the kernel has ended them without a packet; the server has not noticed:"
	# The kernel's timer is up to an eighth late; tcplab looks once in a second, and once more to be sure.
	expect_from "milliseconds in FIN_WAIT_2" "$begin" $((timeout * 1000)) $((timeout * 1125 + 3000))
	expect "connections that tcp_fin_timeout cut" $(($(value client fin_wait_2_cut) - cut_before)) $CONNECTIONS
	expect "connections that are now half-open" $(($(value client half_open) - half_open_before)) $CONNECTIONS
	expect "CLOSE_WAIT at the server" "$(server ss -Htn state close-wait | wc -l)" $CONNECTIONS
	# shellcheck disable=SC2016 # awk's own variables
	show client half_open '$5 == "CLOSED" && n++ < 3'
	sleep 5
	expect "CLOSE_WAIT at the server, five seconds later" "$(value server close_wait)" $CONNECTIONS
	echo "   the server is killed, and closes at last: the client's kernel knows nothing of such a connection, and resets"
	kill_named "$server" no-close
	await 20 "the end of CLOSE_WAIT" is_at server close_wait 0
	sleep 1
	kill "$sampler"
}

build leaky
for timeout in "${TIMEOUTS[@]}"; do
	part "$timeout"
done
step "the evidence of all of them is remembered for ten minutes"
# shellcheck disable=SC2016 # awk's own variables
show client half_open 'n++ < 3'
expect "half-open connections that are remembered" "$(value client half_open)" $((${#TIMEOUTS[@]} * CONNECTIONS))
finish

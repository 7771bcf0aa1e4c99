#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# who leaks CLOSE_WAIT, since when and why: five programs with a bug, and one without
#
# usage: close-wait-causes.sh DIRECTORY

. "$(dirname "$(realpath "$0")")/lib.sh"

# program, port, cause, and who holds the socket
programs=(
	"no-close 8001 eof-read no-close"
	"no-read 8002 unread-data no-read"
	"no-accept 8003 not-accepted no-accept"
	"fork 8004 eof-read log-rotate"
	"half-close 8005 sending half-close"
)
VISITS=20	# to the first server; the others get fewer
POOL=8
LEAKS=$((20 + 15 + 12 + 10 + POOL))
LEAK_MS=4000

listening() {
	[ "$(server ss -Htln | wc -l)" = ${#programs[@]} ]
}

backend_listening() { client ss -Htln | grep -q :8006; }

# counts: sockets in CLOSE_WAIT that each of the programs holds.
# shellcheck disable=SC2016 # awk's own variables
counts() {
	server cat /proc/net/tcplab/close_wait_owner | awk '
		!/^#/ && NR > 2 { now[$2] += $5 }
		END { print now["no-close"] + 0, now["no-read"] + 0, now["no-accept"] + 0, now["log-rotate"] + 0,
			now["half-close"] + 0, now["pool"] + 0 }'
}

# holds PORT COLUMN: what the rows of that port say, each once.
# shellcheck disable=SC2016 # awk's own variables
says() {
	server cat /proc/net/tcplab/close_wait | awk -v port=":$1$" -v name="$2" '
		NR == 2 { for (i = 1; i <= NF; i++) c[$i] = i }
		NR > 2 && $1 ~ port { print $c[name] }' | sort -u | paste -sd ' '
}

build leaky
server sh -c "echo $LEAK_MS >/sys/kernel/tcplab/close_wait/leak_ms"

step "five servers start; four of them have a bug"
for line in "${programs[@]}"; do
	read -r program port cause holder <<<"$line"
	start "$server" "$tools/leaky" "$program" 192.0.2.2 "$port"
done
await 10 "the servers" listening
server ss -Htlnp | awk '{ print "   " $4, $6 }' | column -t
sample 0.5 populations.dat "no-close no-read no-accept log-rotate half-close pool" counts

step "clients connect, send something and close; a client of the last server only closes its own direction"
for ((i = 0; i < VISITS; i++)); do
	client "$tools/leaky" visit 192.0.2.2 8001 1 100
	((i >= 15)) || client "$tools/leaky" visit 192.0.2.2 8002 1 100
	((i >= 12)) || client "$tools/leaky" visit 192.0.2.2 8003 1 100
	((i >= 10)) || client "$tools/leaky" visit 192.0.2.2 8004 1 100
	sleep 0.2
done
start "$client" "$tools/leaky" shut 192.0.2.2 8005

step "the server's own client keeps a pool of connections to a backend, which closes idle ones"
start "$client" "$tools/leaky" drop 192.0.2.1 8006
await 10 "the backend" backend_listening
start "$server" "$tools/leaky" pool 192.0.2.1 8006 $POOL
pooled() { [ "$(counts | cut -d' ' -f6)" = "$POOL" ]; }
await 20 "the backend to close" pooled

step "ss shows that sockets are in CLOSE_WAIT, but neither since when nor why, and of the never accepted not even whose"
server ss -Htnp state close-wait | awk '
	BEGIN { print "sockets Recv-Q process" }
	{ name = $5 ? $5 : "-"; gsub(/users:\(\("|",pid.*/, "", name); n[name]++; queue[name] = $1 }
	END { for (name in n) print n[name], queue[name], name }' | column -t | sed 's/^/   /'

step "tcplab tells one from the other: a row of each"
# shellcheck disable=SC2016 # awk's own variables
show server close_wait '!seen[$4, $10]++'
for line in "${programs[@]}"; do
	read -r program port cause holder <<<"$line"
	expect "cause of $program" "$(says "$port" cause)" "$cause"
	expect "who holds the sockets of $program" "$(says "$port" comm)" "$holder"
done

step "after $LEAK_MS ms they are leaks; the half-close still sends, and is none"
leaks() { [ "$(value server close_wait_leaks)" = "$LEAKS" ]; }
await 20 "the last to become a leak" leaks
show server close_wait_owner
expect "leaks" "$(value server close_wait_leaks)" $LEAKS
expect "CLOSE_WAIT sockets, as ss counts them" "$(server ss -Htn state close-wait | wc -l)" $((LEAKS + 1))

step "the guilty are killed one after the other, and their sockets go; their rows stay in history"
for program in no-close no-read no-accept log-rotate half-close pool; do
	kill_named "$server" "$program"
	sleep 1
done
gone() { [ "$(value server close_wait)" = 0 ]; }
await 20 "the last CLOSE_WAIT to go" gone
show server close_wait_owner
expect "CLOSE_WAIT sockets, as ss counts them" "$(server ss -Htn state close-wait | wc -l)" 0
expect "programs that are remembered" "$(server awk 'NR > 2' /proc/net/tcplab/close_wait_owner | wc -l)" 6
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A million rows, made by handshakes that are forwarded between two devices. A packet costs the same with a thousand rows
# as with a million: it is timed in turns with a packet that no tracker looks at, and these two prices are compared.
# Reports are read while traffic goes on.
# shellcheck shell=dash disable=SC2154 # variables that functions set

. ./stress.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"

rows=$(sized 1000000 2000)
few=$(sized 1000 200)
# Short and many: the best of them was disturbed by nobody.
batches=401
batch=100
# Nothing but a longer search for a row can make a packet dearer; an emulated processor has no caches that miss.
dearer=1.5

load_module max_connections=$((rows + 1000)) max_total=$((rows * 2)) && router r && setup_ns server client &&
	link_ns "$server" "$client" || exit 1

# Live traffic, whose connections have rows of their own.
start in_ns "$server" ../churn serve 192.0.2.1 5000
start in_ns "$client" ../churn connect 192.0.2.1 5000
start_readers "$r"

rows_are() {
	[ "$(summary_value connections "$r")" = "$1" ]
}

# open COUNT: the first COUNT connections; those that are open are opened again, which makes no row.
open() {
	local packets rate
	in_ns "$r" ./flood open tun0 tun1 random "$1" >"$scratch/flood" || fail "the flood failed"
	read -r packets ms <"$scratch/flood"
	assert_eq "$packets" $(($1 * 3)) "packets of handshakes"
	rate=$(per $(($1 * 1000)) "$ms")
	assert_eq "$(summary_value connections "$r")" "$1" rows
	assert_eq "$(summary_value created "$r")" "$1" created
	assert_eq "$(summary_value refused_full "$r")" 0 refused_full
	figure "$1 rows: connections per second, each of 3 packets" "$rate"
}

# price ROWS: sets $price to that of a packet of a tracked connection, where one that nobody looks at is 1.
price() {
	local packets tracked plain
	in_ns "$r" ./flood probe tun0 "$batches" "$batch" "$1" random udp >"$scratch/probe" || fail "the probe failed"
	read -r packets tracked _ plain _ <"$scratch/probe"
	assert_eq "$packets" $((batches * batch * 2)) "packets of the probe"
	price=$(per "$tracked" "$plain" 3)
	figure "$1 rows: ns per packet, tracked and not" "$tracked, $plain ($price)"
}

thousand() {
	open "$few"
	price "$few"
	price_few=$price
	assert_eq "$(summary_value connections "$r")" "$few" "rows after the probe"
}

million() {
	local bytes others
	forwarded=$(kernel_count IpForwDatagrams "$r")
	open "$rows"
	forwarded=$(($(kernel_count IpForwDatagrams "$r") - forwarded))
	assert_eq "$forwarded" $((rows * 3)) "packets that the kernel forwarded"
	figure "$rows rows: packets forwarded as the kernel counts, created" "$forwarded, $(summary_value created "$r")"
	bytes=$(slab_bytes tcplab_conn)
	figure "bytes per row, with the slab's share" "$(per "$bytes" "$(slab_objects tcplab_conn)" 1)"
	figure "slab of rows, MiB" "$((bytes / 1048576))"
	others=$(($(summary_value connections "$server") + $(summary_value connections "$client")))
	assert_between "$(slab_objects tcplab_conn)" "$rows" $((rows + others + 2000)) "rows in the slab"
}

flat() {
	price "$rows"
	figure "a packet's price, of $rows rows to $few" "$(per "$price" "$price_few" 2)"
	is "$price < $price_few * $dearer" || fail "a packet costs $price with $rows rows, $price_few with $few"
	assert_eq "$(summary_value connections "$r")" "$rows" "rows after the probe"
}

# While new connections come and go elsewhere, and packets pass here.
read_whole() {
	local made
	made=$(summary_value created "$server")
	# shellcheck disable=SC2016 # the other shell's
	start in_ns "$r" sh -c 'while ./flood probe tun0 10 1000 1000 random udp; do :; done >"$1"' traffic "$scratch/traffic"
	timed in_ns "$r" cat /proc/net/tcplab/summary >"$scratch/summary"
	figure "$rows rows: summary, ms" "$ms"
	timed in_ns "$r" cat /proc/net/tcplab/connections >"$scratch/connections"
	figure "$rows rows: connections, ms" "$ms"
	figure "$rows rows: connections, MiB" "$(($(wc -c <"$scratch/connections") / 1048576))"
	assert_eq "$(grep -c ' forward ESTABLISHED ESTABLISHED ' "$scratch/connections")" "$rows" "rows in the report"
	assert_eq "$(cut -d' ' -f1,2 "$scratch/connections" | LC_ALL=C sort -u | wc -l)" $((rows + 2)) "different lines"
	assert_between "$(summary_value created "$server")" $((made + 1)) 1000000000 "created elsewhere meanwhile"
}

half_way() {
	timed in_ns "$r" dd bs=65536 count=1 if=/proc/net/tcplab/connections of=/dev/null 2>/dev/null
	figure "$rows rows: first 64 KiB of connections, ms" "$ms"
	readers_worked
}

unload() {
	timed unload_module || fail "it does not unload"
	figure "$rows rows: unloading, ms" "$ms"
	refute module_loaded
	assert_eq "$(slab_objects tcplab_conn)" "" "slab of rows after that"
}

run_tests \
	"a thousand rows" thousand \
	"a million rows" million \
	"a packet costs the same" flat \
	"a report of all of them, under traffic" read_whole \
	"reports that are left half way" half_way \
	"unloading with all of them" unload

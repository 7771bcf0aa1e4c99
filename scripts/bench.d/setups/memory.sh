# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of bench-guest
#
# Memory that grows with the number of open connections over lo. /proc/slabinfo counts the objects of each cache; those
# that come with each connection, or a whole number of which does, are told: what else was going on does not matter.

# name, objects in use, bytes of an object with the allocator's share
slabs() { awk 'NR > 2 { print $1, $2, 4096 * $6 / $5 }' /proc/slabinfo; }

parameter() { cat "/sys/module/tcplab/parameters/$1"; }

# buckets ROWS HASH_SIZE: bytes of the hash table (8 for a bucket) for a row, when the table is full.
hash_share() { echo "hash $3 $((8 * $2)) $1" | awk '{ print $1, $2, $3 / $4 }'; }

HELD=4000	# connections

measure_memory() {
	local rows total
	slabs >"$work/before"
	hold $HELD
	slabs >"$work/after"
	awk -v setup="$1" -v count=$HELD '
		NR == FNR { before[$1] = $2; next }
		{ objects = int(($2 - before[$1]) / count + 0.5) }
		objects > 0 { print "objects:" $1, setup, objects; print "bytes:" $1, setup, $3 }' "$work/before" "$work/after"
	case $1 in
	tcplab)
		rows=$(parameter max_connections) total=$(parameter max_total)
		hash_share $((rows < total ? rows : total)) "$(parameter hash_size)" "$1"
		;;
	nf_conntrack)
		hash_share "$(sysctl -n net.netfilter.nf_conntrack_max)" "$(sysctl -n net.netfilter.nf_conntrack_buckets)" "$1"
		;;
	esac
	release
}

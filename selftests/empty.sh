#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a namespace takes in which nothing happens. The witness is the kernel's own trace of what it allocates for a new
# namespace, with the module and without.

. ./lib.sh

[ "$(id -u)" = 0 ] || skip_all "needs root"
[ -d /sys/kernel/tracing/events ] || mount -t tracefs none /sys/kernel/tracing 2>/dev/null
[ -d /sys/kernel/tracing/events/kmem/kmalloc ] || skip_all "this kernel does not trace what it allocates"
tracing=/sys/kernel/tracing/instances/tcplab-$$
trap 'status=$?; rmdir "$tracing" 2>/dev/null; (exit $status); clean_up' EXIT
mkdir "$tracing" || exit 1
for event in kmem/kmalloc kmem/kmalloc_node kmem/kmem_cache_alloc kmem/kmem_cache_alloc_node percpu/percpu_alloc_percpu; do
	[ ! -e "$tracing/events/$event" ] || echo 1 >"$tracing/events/$event/enable"
done
processors=$(nproc --all)

# new_namespace FILE: traces what is allocated for one.
new_namespace() {
	echo >"$tracing/trace"
	# shellcheck disable=SC2016 # the inner shell's
	sh -c 'echo $$ >"$1/set_event_pid" && exec unshare -n true' sh "$tracing"
	cat "$tracing/trace" >"$1"
}

# bytes FILE [PATTERN]: allocated, where the line has the pattern; per-CPU memory for each processor. What kmemleak keeps of
# each allocation is none of it.
bytes() {
	awk -v processors="$processors" -v pattern="${2-.}" '
		$0 !~ pattern || / call_site=(__alloc_object|create_object|__create_object|kmemleak)/ { next }
		/percpu_alloc_percpu:/ { match($0, / size=[0-9]+/); sum += processors * substr($0, RSTART + 6, RLENGTH - 6); next }
		match($0, / bytes_alloc=[0-9]+/) { sum += substr($0, RSTART + 13, RLENGTH - 13) }
		END { print sum + 0 }' "$1"
}

new_namespace "$scratch/ignored" && new_namespace "$scratch/without" && load_module && new_namespace "$scratch/ignored" &&
	new_namespace "$scratch/with" || exit 1

size() {
	local more
	more=$(($(bytes "$scratch/with") - $(bytes "$scratch/without")))
	echo "# $more bytes more, of which counters of $processors processors are $(bytes "$scratch/with" '\[tcplab\]')"
	# Locks and the allocator take more room on a kernel that watches them.
	assert_between "$more" 1 $(((slowness > 1 ? 2 : 1) * (8192 + 1024 * processors))) "bytes for a namespace in which nothing happens"
}

# Of the structure, the names in /proc and the hooks the kernel itself chooses who is charged.
charged() {
	# Before 5.19 the kernel does not tell for whom memory of each processor is, and the module takes no other here.
	grep -q call_site "$tracing/events/percpu/percpu_alloc_percpu/format" ||
		{ skip "this kernel does not tell for whom it allocates"; return; }
	assert_eq "$(grep -F '[tcplab]' "$scratch/with" | grep -cv ACCOUNT)" 0 "allocations that no cgroup is charged for"
	[ "$(grep -cF '[tcplab]' "$scratch/with")" -gt 0 ] || fail "the module was not seen to allocate anything"
}

# Tables and histograms come with the first connection that needs them, are counted, and go with the namespace.
# shellcheck disable=SC2154 # a, b, sa and sb are set
first_use() {
	local empty
	setup_ns a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || { fail "cannot set up"; return; }
	empty=$(summary_value memory_bytes "$a")
	assert_between "$empty" 1 $(((slowness > 1 ? 2 : 1) * (4096 + 1024 * processors))) "memory_bytes of an empty namespace"
	assert sb listen l 192.0.2.2 5000
	assert sa connect c 192.0.2.2 5000
	assert sb accept s l
	# A table of destinations.
	assert_between $(($(summary_value memory_bytes "$a") - empty)) 8192 10240 "bytes with a connection"
	assert_between $(($(summary_value memory_bytes "$b") - empty)) 1 1024 "bytes where it was accepted: a row"
	assert sa close c
	assert sb close s
	# Ages, twice, and who closed first.
	assert_between $(($(summary_value memory_bytes "$a") - empty)) 26624 32768 "bytes with a TIME_WAIT"
}

run_tests \
	"an empty namespace is small" size \
	"what it takes is charged" charged \
	"tables come when they are needed" first_use

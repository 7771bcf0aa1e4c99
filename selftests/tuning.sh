#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The tuning mirror: each file says what sysctl says, takes what its range says, and refuses the rest with nothing changed.
# shellcheck disable=SC2154 # names of namespaces are set by setup_ns

. ./lib.sh

load_module && setup_ns a b || exit 1
modprobe nf_conntrack 2>/dev/null

# names STATUS [NS]: of the report
# shellcheck disable=SC2016 # awk's variables
names() {
	in_ns "${2-}" awk -v status="$1" 'NR > 2 && $2 == status { print $1 }' /proc/net/tcplab/tuning
}

# rows STATUS [NS]: name, value, default and range of the names that have it
# shellcheck disable=SC2016 # awk's variables
rows() {
	in_ns "${2-}" awk -v status="$1" 'NR > 2 && $2 == status { print $1, $3, $4, $5 }' /proc/net/tcplab/tuning
}

# Mirror and report say what sysctl says.
values_of() {
	local name value truth
	rows live "$1" >"$scratch/rows"
	while read -r name value _; do
		truth=$(real "$name" "$1")
		assert_eq "$(tuned "$name" "$1")" "$truth" "$name in namespace '$1'"
		truth=$(echo "$truth" | tr ' ' ,)
		assert_eq "$value" "${truth:--}" "value of $name in namespace '$1'"
	done <"$scratch/rows"
}

values() {
	values_of ""
	assert_between "$(wc -l <"$scratch/rows")" 40 59 "names that are live"
	values_of "$a"
}

# The kernel has the names that are live, and none of the others.
statuses() {
	local name
	for name in $(names live) $(names global); do
		assert test -e "/proc/sys/$(echo "$name" | tr . /)"
	done
	for name in $(names renamed) $(names removed) $(names never) $(names absent); do
		refute test -e "/proc/sys/$(echo "$name" | tr . /)"
	done
	assert_eq "$(names removed)" net.ipv4.tcp_tw_recycle "the name that was removed"
	assert_eq "$(names never)" net.inet.udp.checksum "the name that never was"
	assert_eq "$(tuning_column net.ipv4.ip_conntrack_max status)" renamed "status of an old name"
	assert_eq "$(tuning_column net.ipv4.tcp_max_orphans status "$a")" global "status of a global name elsewhere"
	assert_eq "$(tuning_column net.ipv4.tcp_max_orphans status)" live "status of a global name"
}

# near A B: within one percent, field by field
near() {
	awk -v a="$1" -v b="$2" 'BEGIN {
		n = split(a, x, ","); m = split(b, y, ",")
		for (i = 1; i <= n; i++) if (x[i] - y[i] > y[i] / 100 || y[i] - x[i] > y[i] / 100) exit 1
		exit n != m
	}'
}

# Nobody has changed a new namespace, nor the machine; values that it copies from the first one are left out.
defaults() {
	local name value standard
	rows live "$b" >"$scratch/rows"
	rows live | grep -E 'max_orphans|[rw]mem_|qdisc|max_backlog|optmem|tcp_mem' >>"$scratch/rows"
	while read -r name value standard _; do
		case $name in
		net.ipv4.tcp_*mem) near "$value" "$standard" || fail "default of $name: is '$standard', should be near '$value'" ;;
		*.nf_conntrack_max | *.rp_filter | *.forwarding | *.accept_source_route) ;;
		*) assert_eq "$standard" "$value" "default of $name" ;;
		esac
	done <"$scratch/rows"
}

# A namespace with a table of connections of its own; a global name is about that of the machine.
own_table() {
	local sysctl=/proc/sys/net/ipv4/tcp_child_ehash_entries inside
	[ -e "$sysctl" ] || {
		skip "no namespace has a table of its own on this kernel"
		return
	}
	inside=$(in_ns "$b" sh -c "echo 1024 >$sysctl
		unshare -n awk '\$1 ~ /max_orphans|max_tw_buckets/ { print \$1, \$4 }' /proc/self/net/tcplab/tuning")
	in_ns "$b" sh -c "echo 0 >$sysctl"
	assert_eq "$inside" "net.ipv4.tcp_max_tw_buckets 512
net.ipv4.tcp_max_orphans $(real net.ipv4.tcp_max_orphans)" "defaults where a namespace has a table of its own"
}

# repeated VALUE NAME: as many times as the name has fields
repeated() {
	case $(tuned "$2" "$ns") in
	*' '*' '*) echo "$1 $1 $1" ;;
	*' '*) echo "$1 $1" ;;
	*) echo "$1" ;;
	esac
}

# kernel_takes NAME VALUE [NS]: by the kernel's own file
kernel_takes() {
	in_ns "${3-}" sh -c "echo '$2' >/proc/sys/$(echo "$1" | tr . /)"
}

# taken NAME VALUE: the mirror takes it, or the kernel, which may have narrower bounds, does not take it either
taken() {
	local before answer
	before=$(tuned "$1" "$ns")
	answer=$(tune "$1" "$2" "$ns")
	case $answer in
	'') assert_eq "$(real "$1" "$ns")" "$2" "$1 after '$2' was taken" ;;
	*"Invalid argument"*)
		assert_eq "$(tuned "$1" "$ns")" "$before" "$1 after the kernel refused '$2'"
		refute kernel_takes "$1" "$2" "$ns" 2>/dev/null
		;;
	*) fail "'$2' to $1: says '$answer'" ;;
	esac
}

# An old kernel takes any number for a flag, or any for some of them.
takes_any_flag() {
	local status=1
	! kernel_takes net.ipv4.tcp_timestamps 256 "$b" 2>/dev/null || status=0
	! kernel_takes net.ipv4.tcp_ecn 6 "$b" 2>/dev/null || status=0
	kernel_takes net.ipv4.tcp_timestamps 1 "$b"
	kernel_takes net.ipv4.tcp_ecn 2 "$b"
	return "$status"
}

# not_narrower NAME LOW HIGH: the kernel takes nothing beyond, but what means nothing: of a flag, or below zero.
not_narrower() {
	case $1 in
	# Any number is taken for a flag of an interface, too, and one above 2 for rp_filter is 2.
	*.conf.*) return ;;
	# 0 is taken for a time, and for no memory at all.
	*_keepalive_time | *_keepalive_intvl | *.tcp_mem) ;;
	*) [ "$2" = 0 ] || refute kernel_takes "$1" "$(repeated $(($2 - 1)) "$1")" "$ns" 2>/dev/null ;;
	esac
	[ "$3" != 9223372036854775807 ] || return
	[ "$3" -gt 255 ] || [ -z "$any_flag" ] || return
	refute kernel_takes "$1" "$(repeated $(($3 + 1)) "$1")" "$ns" 2>/dev/null
}

# bounds_of NAME RANGE
bounds_of() {
	local low="${2%%..*}" high="${2##*..}"
	[ "$2" != - ] && [ "$1" != net.ipv4.ip_local_reserved_ports ] || return
	refute_tune "out of range" "$1" "$(repeated $((low - 1)) "$1")" "$ns"
	refute_tune "out of range" "$1" "$(repeated "${high}0" "$1")" "$ns"
	[ "$high" = 9223372036854775807 ] || refute_tune "out of range" "$1" "$(repeated $((high + 1)) "$1")" "$ns"
	not_narrower "$1" "$low" "$high"
	taken "$1" "$(repeated "$low" "$1")"
	taken "$1" "$(repeated "$high" "$1")"
	refute_tune "Invalid argument" "$1" "$(repeated "$low" "$1") $low" "$ns"
	refute_tune "Invalid argument" "$1" "$(repeated "$low" "$1")x" "$ns"
}

# Names of a namespace in one, and global names in the first.
bounds() {
	local name range ns="$a" any_flag=
	! takes_any_flag || any_flag=yes
	rows live "$a" >"$scratch/rows"
	while read -r name _ _ range; do
		bounds_of "$name" "$range"
	done <"$scratch/rows"
	assert_tune rollback 1 "$a"
	rows global "$a" >"$scratch/rows"
	ns=
	while read -r name _ _ range; do
		bounds_of "$name" "$range"
	done <"$scratch/rows"
	assert_tune rollback 1
	assert_eq "$(awk 'NR > 2 { print $7 }' /proc/net/tcplab/tuning | sort -u)" - "before after rollback"
}

# The kernel would take these in part; the mirror takes nothing.
halves() {
	local value
	for value in "5555 6666 0" 7777 "8888 abc 3" "5555 6666" "1 2 3 4"; do
		[ "$value" = "5555 6666 0" ] || refute_tune "Invalid argument" net.ipv4.tcp_rmem "$value" "$a"
	done
	refute_tune "out of range" net.ipv4.tcp_rmem "5555 6666 0" "$a"
	# The kernel takes the first two, and refuses the third; an old one takes all three.
	kernel_takes net.ipv4.tcp_rmem "9000 9100 50" "$b" 2>/dev/null ||
		refute_tune "Invalid argument" net.ipv4.tcp_rmem "9000 9100 50" "$a"
	refute_tune "Invalid argument" net.ipv4.ip_local_port_range "60000 1000" "$a"
	refute_tune "Invalid argument" net.ipv4.tcp_mem "5 4 3"
	refute_tune "out of range" net.ipv4.tcp_fin_timeout -5 "$a"
	for value in '' ' ' 010 0x20 +5 '40 50' 41abc; do
		refute_tune "Invalid argument" net.ipv4.tcp_fin_timeout "$value" "$a"
	done
	refute_tune "No such file" net.ipv4.tcp_congestion_control nonsense
	refute_tune "No such file" net.ipv4.tcp_congestion_control lab_nonsense
	refute_tune "No such file" net.core.default_qdisc nosuchq
	refute_tune "Invalid argument" net.ipv4.tcp_congestion_control sixteen__letters "$a"
	assert_tune rollback 1 "$a"
}

lists() {
	local long
	assert_tune net.ipv4.ip_local_reserved_ports 8080,9001,9000,9002 "$a"
	assert_eq "$(real net.ipv4.ip_local_reserved_ports "$a")" 8080,9000-9002 "reserved ports"
	assert_eq "$(tuning_column net.ipv4.ip_local_reserved_ports before "$a")" - "before, an empty list"
	refute_tune "out of range" net.ipv4.ip_local_reserved_ports 65536 "$a"
	refute kernel_takes net.ipv4.ip_local_reserved_ports 65536 "$a" 2>/dev/null
	refute_tune "Invalid argument" net.ipv4.ip_local_reserved_ports 1-2-3 "$a"
	assert_tune net.ipv4.ip_local_reserved_ports "" "$a"
	assert_eq "$(real net.ipv4.ip_local_reserved_ports "$a")" "" "reserved ports"
	# 4,095 bytes, and one more; a newline does not count.
	long=$(awk 'BEGIN { for (n = 0; n < 682; n++) printf "10001,"; print 123 }')
	assert_eq "${#long}" 4095 "bytes of the longest list"
	assert_tune net.ipv4.ip_local_reserved_ports "$long" "$a"
	assert_eq "$(real net.ipv4.ip_local_reserved_ports "$a")" 123,10001 "the longest list"
	refute_tune "Invalid argument" net.ipv4.ip_local_reserved_ports "${long}4" "$a"
	assert_tune net.ipv4.ip_local_reserved_ports "" "$a"
	# Longer than a page: refused by the mirror, but kept whole where it was there before.
	long=$(seq -s , 1 2 3001)
	refute_tune "Invalid argument" net.ipv4.ip_local_reserved_ports "$long" "$a"
	assert in_ns "$a" sh -c "seq -s , 1 2 3001 |
		dd bs=65536 iflag=fullblock status=none of=/proc/sys/net/ipv4/ip_local_reserved_ports"
	long=$(real net.ipv4.ip_local_reserved_ports "$a")
	assert_between "${#long}" 5000 9000 "characters of a long list"
	assert_eq "$(tuned net.ipv4.ip_local_reserved_ports "$a")" "$long" "a long list"
	assert_tune rollback 1 "$a"
	assert_tune net.ipv4.ip_local_reserved_ports 7 "$a"
	assert_eq "$(real net.ipv4.ip_local_reserved_ports "$a")" 7 "reserved ports"
	assert_tune rollback 1 "$a"
	assert_eq "$(real net.ipv4.ip_local_reserved_ports "$a")" "$long" "a long list, put back"
}

# Names that the kernel does not have.
no_more() {
	refute_tune "not supported" net.ipv4.tcp_tw_recycle 1
	refute_tune "not supported" net.inet.udp.checksum 1
	assert_eq "$(tuned net.ipv4.tcp_tw_recycle)" 0 "tcp_tw_recycle"
	echo enforce >/sys/kernel/tcplab/time_wait/recycle
	assert_eq "$(tuned net.ipv4.tcp_tw_recycle)" 1 "tcp_tw_recycle while enforced"
	assert_eq "$(tuned net.ipv4.tcp_tw_recycle "$a")" 0 "tcp_tw_recycle elsewhere"
	echo off >/sys/kernel/tcplab/time_wait/recycle
}

module_comes_and_goes() {
	local name=net.netfilter.nf_conntrack_tcp_timeout_established
	rmmod nf_conntrack 2>/dev/null
	[ ! -e /proc/sys/net/netfilter/nf_conntrack_max ] || {
		skip "nf_conntrack cannot be unloaded here"
		return
	}
	refute_tune "No such device" "$name" 300
	assert_eq "$(tuning_column "$name" status)" absent "status without the module"
	# A set with such a name fails whole.
	assert_eq "$(printf 'net.ipv4.tcp_fin_timeout = 31\n%s = 300\n' "$name" | stage_set "")" "" "answer to a set"
	refute_tune "No such device" apply 1
	assert_eq "$(real net.ipv4.tcp_fin_timeout)" 60 "another name of a set without its module"
	assert modprobe nf_conntrack
	assert_tune "$name" 300
	assert_eq "$(real "$name")" 300 "a name of the module"
	assert rmmod nf_conntrack
	assert modprobe nf_conntrack
	assert_eq "$(real "$name")" 432000 "a name of the module that is loaded anew"
	assert_tune rollback 1
	assert_eq "$(real "$name")" 432000 "the name after rollback"
	assert_tune "$name" 299
	assert_tune rollback 1
	assert_eq "$(real "$name")" 432000 "the name after another rollback"
}

namespaces_apart() {
	assert_tune net.ipv4.tcp_fin_timeout 33 "$a"
	assert_eq "$(real net.ipv4.tcp_fin_timeout "$a")" 33 "the namespace's"
	assert_eq "$(real net.ipv4.tcp_fin_timeout)" 60 "the first namespace's"
	refute_tune "Permission denied" net.ipv4.tcp_max_orphans 4096 "$a" 2>/dev/null
	refute_tune "Permission denied" net.core.rmem_max 425984 "$a" 2>/dev/null
	assert_tune rollback 1 "$a"
	# A report of another namespace.
	start ip netns exec "$a" sleep 1000
	wait_for 5 sh -c "[ \$(stat -Lc %i /proc/$started/ns/net) = \$(stat -Lc %i /run/netns/$a) ]"
	assert_eq "$(awk '$1 == "net.ipv4.tcp_fin_timeout" { print $2, $3 }' "/proc/$started/net/tcplab/tuning")" "- -" \
		"status and value as another namespace sees it"
}

# nobody COMMAND...: without any right
nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

rights() {
	local file="$tuning"/net.ipv4.tcp_fin_timeout
	assert_eq "$(nobody cat "$file")" 60 "reading without rights"
	refute nobody sh -c "echo 7 >$file" 2>/dev/null
	# The kernel lets user 0 write without a capability; the mirror does not.
	refute setpriv --bounding-set -all --inh-caps -all sh -c "echo 7 >$file" 2>/dev/null
	# Neither through a file that was opened with more rights, nor through a program that has more.
	refute setpriv --bounding-set -all --inh-caps -all sh -c 'echo 7 >&3' 3>"$file" 2>/dev/null
	chmod 755 "$scratch"
	cp "$(command -v cat)" "$scratch/cat"
	chmod 4755 "$scratch/cat"
	assert_eq "$(nobody "$scratch/cat" /proc/self/status | awk '/^Uid/ { print $3 }')" 0 "the effective user of a program"
	refute nobody sh -c "echo 7 | '$scratch/cat' >$file" 2>/dev/null
	assert_eq "$(real net.ipv4.tcp_fin_timeout)" 60 "the value after that"
	[ "$(cat /proc/sys/user/max_user_namespaces 2>/dev/null || echo 0)" -gt 0 ] || {
		skip "no user namespaces"
		return
	}
	assert_eq "$(nobody unshare --user --map-root-user --net sh -c "echo 77 >$file && cat $file" 2>&1)" 77 \
		"the value in a user's namespace"
	refute nobody unshare --user --map-root-user sh -c "echo 78 >$file" 2>/dev/null
	assert_eq "$(real net.ipv4.tcp_fin_timeout)" 60 "the value after that"
}

# no_proc_sys COMMAND VALUE: after the command there is no /proc/sys; a set changes the value all the same, and it is read.
no_proc_sys() {
	unshare -m sh -c "
		$1 || exit
		! [ -e /proc/sys ] || exit
		echo 'net.ipv4.tcp_fin_timeout = $2' >$tuning/profile && echo 1 >$tuning/apply || exit
		read -r value <$tuning/net.ipv4.tcp_fin_timeout && [ \"\$value\" = $2 ]"
}

# Neither a mount over /proc/sys, nor its absence, changes the mirror.
mounts() {
	assert unshare -m sh -c "
		mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys || exit
		echo 9 2>/dev/null >/proc/sys/net/ipv4/tcp_fin_timeout && exit 1
		echo 41 >$tuning/net.ipv4.tcp_fin_timeout"
	assert_eq "$(real net.ipv4.tcp_fin_timeout)" 41 "after a write past a read-only mount"
	echo 4711 >"$scratch/fake"
	assert_eq "$(unshare -m sh -c "mount --bind '$scratch/fake' /proc/sys/net/ipv4/tcp_fin_timeout
		cat $tuning/net.ipv4.tcp_fin_timeout")" 41 "below a file that is bound over it"
	mkdir -p "$scratch/root/bin" "$scratch/root/sys"
	cp "$(command -v busybox)" "$scratch/root/bin/sh" || return
	assert unshare -m sh -c "
		mount --rbind /sys '$scratch/root/sys' || exit
		chroot '$scratch/root' /bin/sh -c 'echo 42 >$tuning/net.ipv4.tcp_fin_timeout'"
	assert_eq "$(real net.ipv4.tcp_fin_timeout)" 42 "after a write from a root without /proc"
	assert no_proc_sys "mount -t proc -o subset=pid proc /proc" 43
	assert_eq "$(real net.ipv4.tcp_fin_timeout)" 43 "after a set where /proc has processes alone"
	assert no_proc_sys "mount -t tmpfs tmpfs /proc" 44
	assert_eq "$(real net.ipv4.tcp_fin_timeout)" 44 "after a set without /proc"
	assert_tune rollback 1
	assert_eq "$(real net.ipv4.tcp_fin_timeout)" 60 "after rollback"
}

run_tests \
	"each value is sysctl's" values \
	"each status is the kernel's" statuses \
	"defaults are what a new namespace has" defaults \
	"defaults of a namespace with a table of its own" own_table \
	"each name takes its range and nothing else" bounds \
	"no value is taken in part" halves \
	"lists" lists \
	"names that are no more" no_more \
	"names of a module that comes and goes" module_comes_and_goes \
	"a namespace has its own" namespaces_apart \
	"who may write" rights \
	"mounts do not matter" mounts

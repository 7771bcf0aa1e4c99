#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Memory is refused while sysctls are written by way of the mirror, by a program or by a worker: all names stand as before, or
# all are written. A name that cannot be put back stays as the set has it, and is tried again.
#
# The checks in between start no program: on such a kernel that takes longer than all the rest. bash reads a sysctl in one go;
# dash asks for one byte after another, and the kernel gives it the first.
# shellcheck disable=SC2034 # $each and $at_last are for faults.sh

selftests=..
. ../lib.sh
. ./faults.sh

need_faults
# Before all: the knobs are those of the namespace that the script runs in.
enter_ns
load_module || exit 1
# Those of the sets here, as paths. A set of tcplab's own has more.
names="net/ipv4/tcp_rmem net/ipv4/ip_local_reserved_ports net/ipv4/tcp_fin_timeout net/ipv4/ip_local_port_range"
# A triple, which the kernel may take in part; and a list, for which it needs memory itself, and which it shows in order.
set_text="net.ipv4.tcp_rmem = 8192 16384 32768
net.ipv4.ip_local_reserved_ports = 25001,25000"
echo 7000 >/proc/sys/net/ipv4/ip_local_reserved_ports

# look: sets $is to $names and their values
look() {
	local name fields
	is=
	for name in $names; do
		read -ra fields <"/proc/sys/$name" || fail "$name cannot be read"
		is+="$name = ${fields[*]}"$'\n'
	done
	is=${is%$'\n'}
}

look
standard=$is

# with NAME VALUE...: what look finds when these are changed, and no others
with() {
	local values=$standard line
	while [ $# -gt 0 ]; do
		line=$(grep "^net/ipv4/$1 = " <<<"$values")
		values=${values/"$line"/"net/ipv4/$1 = $2"}
		shift 2
	done
	echo "$values"
}

# assert_values VALUES WHAT: these are in force.
assert_values() {
	look
	[ "$is" = "$1" ] || fail "$2: $(diff <(echo "$1") <(echo "$is") | grep '^[<>]' | xargs)"
}

# Each name has its value of before or that of the set.
assert_no_half() {
	local line both=$'\n'$standard$'\n'$wanted$'\n'
	look
	while IFS= read -r line; do
		[[ $both == *$'\n'"$line"$'\n'* ]] || fail "$1: $line"
	done <<<"$is"
}

# put FILE TEXT: it is taken.
put() {
	printf '%s\n' "$2" >"$tuning/$1" || fail "'$2' to $1 was refused"
}

written_or_not() {
	ok_or_enomem "$@"
	if [ "$1" = ok ]; then
		assert_values "$wanted" "refusal $2, which did no harm"
		put rollback 1
	fi
	assert_values "$standard" "refusal $2: after '$1'"
}

one() {
	wanted=$(with tcp_rmem "8192 16384 32768")
	each_refusal written_or_not write "$tuning/net.ipv4.tcp_rmem" "8192 16384 32768"
}

staged_or_not() {
	ok_or_enomem "$@"
	if [ "$1" = ok ]; then
		put apply 1
		assert_values "$wanted" "refusal $2, which did no harm"
		put rollback 1
	elif printf '1\n' 2>/dev/null >"$tuning/apply"; then
		fail "refusal $2: a stage without its line is applied"
	fi
}

staging() {
	wanted=$(with tcp_fin_timeout 31)
	each_refusal staged_or_not write "$tuning/profile" "net.ipv4.tcp_fin_timeout = 31"
}

# A set that fails stays staged.
applied_or_not() {
	written_or_not "$@"
	[ "$1" != ok ] || put profile "$set_text"
}

whole_set() {
	wanted=$(with tcp_rmem "8192 16384 32768" ip_local_reserved_ports 25000-25001)
	put profile "$set_text"
	each_refusal applied_or_not write "$tuning/apply" 1
}

# Each name of it asks for the same. A prime number meets each request of one name at some other name.
built_in() {
	local names standard wanted
	names=$(awk 'NR > 2 && $2 == "live" { gsub(/[.]/, "/", $1); print $1 }' /proc/net/tcplab/tuning)
	look
	standard=$is
	put profile seed-1
	look
	wanted=$is
	put rollback 1
	refute [ "$wanted" = "$standard" ]
	each=7
	each_refusal written_or_not write "$tuning/profile" seed-1
	each=
}

# told_of TEXT COUNT: by the column effect, of so many names
told_of() {
	[ "$(grep -c "$1" /proc/net/tcplab/tuning)" = "$2" ]
}

# takes_in_part NAME VALUE: the kernel does, and has its old value again.
takes_in_part() {
	local file=/proc/sys/net/ipv4/$1 before fields status=1
	read -ra before <"$file"
	if ! printf '%s\n' "$2" 2>/dev/null >"$file"; then
		read -ra fields <"$file"
		[ "${fields[*]}" = "${before[*]}" ] || status=0
	fi
	echo "${before[*]}" >"$file"
	return "$status"
}

need_half() {
	takes_in_part tcp_rmem "9000 9100 50" || {
		skip "this kernel takes all three numbers, or none"
		return 1
	}
}

# The kernel takes two of three numbers, and refuses the second name. Both are undone; or the first stays for want of memory,
# and is told.
undone_or_kept() {
	case $1 in
	ENOMEM | "Invalid argument") ;;
	*) fail "refusal $2: the error is '$1'" ;;
	esac
	look
	if [ "$is" != "$standard" ]; then
		kept=$((kept + 1))
		assert_values "$wanted" "refusal $2: what could not be undone"
		assert_eq "$(tuning_column net.ipv4.ip_local_reserved_ports before)" 7000 "refusal $2: before"
		put rollback 1
	fi
	assert_values "$standard" "refusal $2: after '$1'"
}

undone() {
	local kept=0
	need_half || return
	wanted=$(with ip_local_reserved_ports 25000-25001)
	put profile "net.ipv4.ip_local_reserved_ports = 25001,25000
net.ipv4.tcp_rmem = 9000 9100 50"
	at_last="Invalid argument"
	each_refusal undone_or_kept write "$tuning/apply" 1
	at_last=
	echo "# a name stayed $kept times"
	# Only where the write itself that would have undone it was refused memory.
	assert_between "$kept" 1 5 "times that a name stayed"
}

# The line that the kernel takes in part may fail, and is left out. Where the part cannot be put back at once, the set fails.
left_out_or_not() {
	case $1 in
	ok | ENOMEM | "Invalid argument") ;;
	*) fail "refusal $2: the error is '$1'" ;;
	esac
	if [ "$1" = ok ]; then
		assert_values "$wanted" "refusal $2, which did no harm"
		put rollback 1
		put profile "$may_fail"
	fi
	assert_values "$standard" "refusal $2: after '$1'"
}

half() {
	need_half || return
	may_fail="-net.ipv4.tcp_rmem = 9000 9100 50
net.ipv4.ip_local_reserved_ports = 25001,25000"
	wanted=$(with ip_local_reserved_ports 25000-25001)
	put profile "$may_fail"
	each_refusal left_out_or_not write "$tuning/apply" 1
}

rolled_back() {
	ok_or_enomem "$@"
	assert_no_half "refusal $2"
	[ "$1" != ok ] || assert_values "$standard" "refusal $2, which did no harm"
	# A name that could not be put back is put back at the next try.
	put rollback 1
	assert_values "$standard" "refusal $2: after another rollback"
	put apply 1
	put profile "$set_text"
}

rollback() {
	wanted=$(with tcp_rmem "8192 16384 32768" ip_local_reserved_ports 25000-25001)
	put profile "$set_text"
	put apply 1
	put profile "$set_text"
	each_refusal rolled_back write "$tuning/rollback" 1
	put rollback 1
}

# Of a worker each request cannot be refused by its number: memory is refused to a function.
need_function() {
	[ -e "$debugfs/failslab/require-start" ] || {
		skip "this kernel does not tell for whom memory is"
		return 1
	}
}

# in_force FUNCTION: a set is, and what is refused will be refused to that function.
in_force() {
	put profile "$set_text"
	in_function "$1"
	put apply 1
}

has_ended() {
	local said
	read -r said <"$tuning/profile"
	[ "$said" = "- applied 0 skipped 0 changed_since 0 ends_in_ms -" ]
}

# ends_refused FUNCTION: of what it asks for, it gets nothing for a time; and then some.
ends_refused() {
	local set_text="$set_text
net.ipv4.ip_local_port_range = 20000 30000"
	wanted=$(with tcp_rmem "8192 16384 32768" ip_local_reserved_ports 25000-25001 ip_local_port_range "20000 30000")
	# The time from here to the end of the set is that of a few writes.
	put confirm_ms 3000
	in_force "$1"
	refuse 100
	wait_for 30 told_of "not put back yet" 3 || fail "the report does not tell of three names"
	assert_values "$wanted" "while nothing can be put back"
	refute has_ended
	[ "$(refusals)" -ge 3 ] || fail "the kernel refused only $(refusals) times"
	# Then each third request, six of them at most.
	refuse 100 3 6
	wait_for 30 has_ended || fail "the set does not end"
	no_faults
	[ "$(refusals)" -ge 1 ] || fail "the kernel refused only $(refusals) times"
	assert_values "$standard" "after the end of the set"
	assert told_of "not put back" 0
	anywhere
}

ends() {
	need_function || return
	ends_refused tl_restore_set
	ends_refused tl_sysctl_write_patiently
	put confirm_ms 600000
}

# The program that unloads is no worker.
unloaded() {
	[ "$1" = ok ] || fail "refusal $2: the error is '$1'"
	! module_loaded || fail "refusal $2: still loaded"
	assert_values "$standard" "refusal $2: after unloading"
	load_module || fail "refusal $2: it does not load again"
	put profile "$set_text"
	put apply 1
}

unload() {
	wanted=$(with tcp_rmem "8192 16384 32768" ip_local_reserved_ports 25000-25001)
	put profile "$set_text"
	put apply 1
	each_refusal unloaded rmmod tcplab
	put rollback 1
}

# Unloading tries again what is refused; not without end.
unload_refused() {
	need_function || return
	wanted=$(with tcp_rmem "8192 16384 32768" ip_local_reserved_ports 25000-25001)
	in_force tl_sysctl_write_patiently
	refuse 100 1 6
	assert unload_module
	no_faults
	assert_values "$standard" "after unloading that was refused memory at first"
	assert_between "$(refusals)" 6 12 "times that the kernel refused memory"
	assert load_module
	in_force tl_restore_unload
	mark_log
	refuse 100
	assert unload_module
	no_faults
	assert_values "$wanted" "after unloading without memory"
	assert grep -q "tcplab: some sysctls are not put back, error -12" <(log_since_mark)
	[ "$(refusals)" -ge 4 ] || fail "the kernel refused only $(refusals) times"
	anywhere
}

run_tests \
	"while one value is written" one \
	"while a set is staged" staging \
	"while a set is applied" whole_set \
	"while a set of tcplab's own is applied" built_in \
	"while a set is undone" undone \
	"while a line that the kernel takes in part is left out" half \
	"while a set is taken back" rollback \
	"while a set ends by itself" ends \
	"while the module unloads" unload \
	"while a worker puts back for that" unload_refused

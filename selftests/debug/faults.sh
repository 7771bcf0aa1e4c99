# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154 # lib.sh sets checks_failed
#
# What the tests share that have the kernel refuse memory. Sourced after lib.sh.

debugfs=/sys/kernel/debug
kinds="failslab fail_page_alloc"

# set_faults NAME VALUE: for both kinds, where they have this.
set_faults() {
	local kind
	for kind in $kinds; do
		[ ! -e "$debugfs/$kind/$1" ] || echo "$2" >"$debugfs/$kind/$1"
	done
}

# Nothing is refused any more; what is set up stays.
no_faults() {
	set_faults probability 0
}

# When the script ends; what it ends with is for clean_up to see.
stop_faults() {
	local status=$?
	no_faults
	return $status
}

need_faults() {
	local kind
	for kind in $kinds; do
		[ -d "$debugfs/$kind" ] || skip_all "this kernel cannot be told to refuse memory: it has no $kind"
	done
	[ -e /proc/self/fail-nth ] || skip_all "this kernel cannot be told to refuse memory: it has no fail-nth"
	trap 'stop_faults; clean_up' EXIT
	no_faults
	set_faults verbose 0
	set_faults times -1
	set_faults interval 1
	# Also to those who could wait, and single pages, too.
	set_faults ignore-gfp-wait N
	set_faults min-order 0
	set_faults task-filter N
	anywhere
}

# require START END: addresses; memory is refused only to what is called from code between them.
require() {
	set_faults require-start "$1"
	set_faults require-end "$2"
}

anywhere() {
	require 0 0xffffffffffffffff
}

# in_tcplab: memory is refused only to tcplab. Fails if the kernel does not tell who asks.
# shellcheck disable=SC2016,SC2046 # awk's and sed's dollars; two words
in_tcplab() {
	[ -e "$debugfs/failslab/require-start" ] || return
	# The last function ends in its page.
	require $(awk '$4 == "[tcplab]" && $2 ~ /[tT]/ { print $1 }' /proc/kallsyms | sort |
		sed -n '1s/^/0x/p; ${s/^/0x/; s/...$/fff/; p}')
}

# in_function NAME: only to what it calls. Where the kernel does not tell, to anybody. sort reads a pipe: of a file whose size
# is told as 0 it makes a temporary file for each line.
# shellcheck disable=SC2016,SC2046 # awk's dollars; two words
in_function() {
	[ -e "$debugfs/failslab/require-start" ] || return 0
	require $(awk '{ print $1, $3 }' /proc/kallsyms | sort | awk -v name="$1" '
		start && $1 != start { print "0x" start, "0x" $1; exit }
		$2 == name { start = $1 }')
}

# refuse PERCENT [INTERVAL [TIMES]]: of each so many-th request of what is set up, so often at most for either kind.
refuse() {
	granted=${3:-1000000000}
	set_faults interval "${2:-1}"
	set_faults times "$granted"
	set_faults probability "$1"
}

# How often memory was refused since.
refusals() {
	local kind left sum=0
	for kind in $kinds; do
		read -r left <"$debugfs/$kind/times"
		sum=$((sum + granted - left))
	done
	echo "$sum"
}

# Sets $now; to start a program for that would take longer than a refusal.
seconds() {
	read -r now _ </proc/uptime
	now=${now%.*}
}

# each_refusal CHECK COMMAND...: runs faulty's COMMAND with its first request for memory refused, then its second, and so on
# until it has no more. After each, CHECK is called with how it ended: "ok" or an error. Fails if nothing was refused. Where
# a minute is not enough, as in QEMU, it goes on with every tenth. With all its memory it ends with "ok", or what $at_last
# says. Where $each is set, only each so many-th is refused.
each_refusal() {
	local check=$1 n=1 refused=0 said begun now
	shift
	seconds
	begun=$now
	while :; do
		if ! said=$(./faulty "$n" "$@" 2>&1); then
			fail "faulty $n $*: $said"
			return
		fi
		"$check" "${said#* }" "$n"
		[ "${said%% *}" = refused ] || break
		[ "$checks_failed" -lt 5 ] || return
		refused=$((refused + 1))
		n=$((n + ${each:-1}))
		seconds
		[ $((now - begun)) -lt 60 ] || n=$((n + 9))
	done
	echo "# $*: memory was refused $refused times, of $((n - ${each:-1})) requests or a few less"
	[ "${said#* }" = "${at_last:-ok}" ] || fail "$* ended with all its memory so: ${said#* }"
	[ "$refused" -gt 0 ] || fail "$* asked for no memory"
}

# Either there was a way without that memory, or the error says what was missing.
ok_or_enomem() {
	case $1 in
	ok | ENOMEM) ;;
	*) fail "refusal $2: the error is '$1'" ;;
	esac
}

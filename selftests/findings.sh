# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Findings of the report advice, and connections by the number; for scripts that source lib.sh, too.

# shellcheck disable=SC2034 # scripts use it
header="severity name value suggestion evidence"

# finding NAME [NS [TEXT]]: "severity value suggestion evidence" of a sysctl, where the evidence has a text.
finding() {
	report advice "${2-}" | awk -v name="$1" -v text="${3-}" '
		$2 == name && index($0, text) { $2 = ""; sub("  ", " "); print }'
}

finding_is() {
	finding "$1" "$2" "$5" | grep -Eqx "$3 $4"
}

# assert_finding NAME NS "SEVERITY VALUE SUGGESTION" EVIDENCE [TEXT]: at once or soon; the last is an extended regular
# expression. TEXT tells it from others of that name.
assert_finding() {
	wait_for 10 finding_is "$1" "$2" "$3" "$4" "${5-}" ||
		fail "advice about $1 is '$(finding "$1" "$2" "${5-}")', should be '$3 $4'"
}

# assert_no_finding NAME NS [TEXT]
assert_no_finding() {
	assert_eq "$(finding "$@")" "" "advice about $1"
}

# assert_effect NAME NS EFFECT: the column of the report tuning; an extended regular expression
assert_effect() {
	tuning_column "$1" effect "$2" | grep -Eqx -e "$3" ||
		fail "the effect of $1 is '$(tuning_column "$1" effect "$2")', should be '$3'"
}

# suggested NAME [NS [TEXT]]: what to set it to, as it is shown
suggested() {
	finding "$@" | cut -d' ' -f3
}

# several COUNT COMMAND...: with each number from 1 as its last word.
several() {
	local i count="$1"
	shift
	for i in $(seq "$count"); do
		"$@" "$i" || return
	done
}

# What a name of a connection is made of: x1, x2, ...
start_to() { "$1" start "x$4" "$2" "$3"; }
connect_to() { "$1" connect "x$4" "$2" "$3"; }
accept_from() { "$1" accept "y$3" "$2"; }
close_one() { "$1" close "$2$3"; }
abort_one() { "$1" abort "$2$3"; }

# kernel_count NAME [NS]: of the namespace's TcpExt counters.
kernel_count() {
	in_ns "${2-}" nstat -asz "TcpExt$1" | awk -v name="TcpExt$1" '$1 == name { print $2 }'
}

# has_counted NAME NS LEAST
has_counted() {
	[ "$(kernel_count "$1" "$2")" -ge "$3" ]
}

# open_to NS PORT COUNT: connections to the port are open, at least so many
open_to() {
	[ "$(in_ns "$1" ss -Htn state established "dport = :$2" | wc -l)" -ge "$3" ]
}

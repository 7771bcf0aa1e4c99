# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of bench-guest
# Reading each report, and what else shows sockets: ss and /proc/net/tcp.

# reading NAME POPULATION COMMAND...: the command has run before, so that reading the program itself costs nothing.
reading() {
	echo "read:$1 $2 $("$TOOLS/cost" "${@:3}")"
}

# assert_lines NUMBER COMMAND...: not more than the listeners come on top.
assert_lines() {
	local lines
	lines=$("${@:2}" | wc -l)
	((lines >= $1 && lines < $1 + 20)) || fail "${*:2} shows $lines lines, should be $1 and a few"
}

measure_report() {
	local kind=$1 count=$2 population=$1:$2 report
	[ "$kind" != unloaded ] || return 0
	cat /dev/null
	reading nothing "$population" cat /dev/null
	for report in "$REPORTS"/*; do
		reading "${report##*/}" "$population" cat "$report"
	done
	assert_lines "$count" cat "$REPORTS/connections"
	[ "$kind" = sockets ] || return 0
	assert_lines $((count / 2)) cat "$REPORTS/close_wait"
	assert_lines $((2 * count)) ss -tan
	assert_lines $((2 * count)) cat /proc/net/tcp
	reading ss_-tan "$population" ss -tan
	reading "/proc/net/tcp" "$population" cat /proc/net/tcp
}

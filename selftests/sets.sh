# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154 # scripts make the namespaces a and b
#
# Sets of sysctls, for scripts that source lib.sh, too: one of all kinds of values in a, and those of interfaces in b.

seven="net.ipv4.tcp_fin_timeout net.ipv4.tcp_rmem net.ipv4.ip_local_port_range net.ipv4.tcp_keepalive_time
	net.ipv4.conf.all.rp_filter net.ipv4.tcp_syn_retries net.ipv4.ip_local_reserved_ports"

# all NS: the names of these tests and their values
all() {
	local name
	for name in $seven; do
		echo "$name = $(real "$name" "$1")"
	done
}

# trace_knobs: from now on, for events. Fails where there is no tracefs.
trace_knobs() {
	tracefs=/sys/kernel/tracing
	[ -e "$tracefs/trace" ] || mount -t tracefs tracefs "$tracefs" || return
	echo 1 >"$tracefs/events/tcplab/knob/enable" || return
	echo >"$tracefs/trace"
}

trace_no_knobs() {
	echo 0 >"$tracefs/events/tcplab/knob/enable"
}

# events: those since the last time: name, texts, cause, error, line
events() {
	sed -n "s/.* knob: netns=[0-9]* \(.*\) '\(.*\)' -> '\(.*\)' pid=[0-9]* comm=[^ ]* cause=\([a-z]*\) error=\(-*[0-9]*\) line=\([0-9]*\)/\1 \2>\3 \4 \5 \6/p" \
		"$tracefs/trace" | tr '\t' ' '
	echo >"$tracefs/trace"
}

profile_is() {
	assert_eq "$(tuned profile "$a" | sed 's/ends_in_ms [0-9]*$/ends_in_ms N/')" "$1" "profile"
}

set_of_seven() {
	cat <<-'END'
		# a comment
		net.ipv4.tcp_fin_timeout = 31
		net.ipv4.tcp_rmem=8192 16384	32768

		  net.ipv4.ip_local_port_range = 20000 30000
		net.ipv4.tcp_keepalive_time = 700
		net.ipv4.conf.all.rp_filter = 1
		net.ipv4.tcp_syn_retries = 3
		net.ipv4.ip_local_reserved_ports = 25010,25000-25009
	END
}

# conf LEAF NAME...: the values of conf.all, conf.default or interfaces
conf() {
	local leaf="$1" name
	shift
	for name; do
		in_ns "$b" cat "/proc/sys/net/ipv4/conf/$name/$leaf"
	done | xargs
}

# stage_conf LINE...: stages a set of names of net.ipv4.conf, and what standard input has besides
stage_conf() {
	local line
	{
		for line; do
			echo "net.ipv4.conf.$line"
		done
		cat
	} | stage_set "$b"
}

apply_conf() {
	assert_eq "$(stage_conf "$@" </dev/null)" "" "answer to the lines $*"
	assert_tune apply 1 "$b"
}

set_has_ended() {
	[ "$(tuned profile "$b")" = "- applied 0 skipped 0 changed_since 0 ends_in_ms -" ]
}

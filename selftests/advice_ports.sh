#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# advice about ephemeral ports: as advice.sh.
# shellcheck disable=SC2154 # a to e are set by setup_ns; sa, sb by start_endpoint

. ./lib.sh
. ./findings.sh

load_module && setup_ns a b c d e && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

# All ports are of open connections, so more of them are wanted.
port_range() {
	in_ns "$b" sysctl -qw net.ipv4.ip_local_port_range="40000 40019"
	assert_tune reset 1 "$b"
	assert sa listen l 192.0.2.1 7010 64
	assert sb listen low 192.0.2.2 8080
	assert several 20 connect_to sb 192.0.2.1 7010
	refute sb connect more 192.0.2.1 7010 >/dev/null 2>&1
	assert_finding net.ipv4.ip_local_port_range "$b" "now 40000,40019 1024,65535" \
		"1 connect\(\) found no port in the last [0-9]+ s, to 192.0.2.1:7010 with 20 of 20 ports in use, 0 of them in TIME_WAIT; reserve :8080 first, where programs listen"
	assert_effect net.ipv4.ip_local_port_range "$b" "1 connect\(\) found no port"
	assert_no_finding net.ipv4.tcp_tw_reuse "$b"
	in_ns "$b" sysctl -qw net.ipv4.ip_local_reserved_ports=8080
	assert_finding net.ipv4.ip_local_port_range "$b" "now 40000,40019 1024,65535" ".*, 0 of them in TIME_WAIT"
	in_ns "$b" sysctl -qw net.ipv4.ip_local_reserved_ports=
	assert_tune net.ipv4.ip_local_port_range "$(suggested net.ipv4.ip_local_port_range "$b")" "$b"
	assert sb connect more 192.0.2.1 7010
	assert_no_finding net.ipv4.ip_local_port_range "$b"
	several 20 abort_one sb x
	assert sb abort more
	assert sb close low
	assert sa close l
}

# Most ports are kept for others, and the range is as wide as it can be.
port_range_widest() {
	in_ns "$b" sysctl -qw net.ipv4.ip_local_port_range="1024 65535" net.ipv4.ip_local_reserved_ports=1024-39999,40020-65535
	assert_tune reset 1 "$b"
	assert sa listen l 192.0.2.1 7015 64
	assert several 20 connect_to sb 192.0.2.1 7015
	refute sb connect more 192.0.2.1 7015 >/dev/null 2>&1
	assert_effect net.ipv4.ip_local_port_range "$b" "1 connect\(\) found no port"
	assert_no_finding net.ipv4.ip_local_port_range "$b"
	assert_no_finding net.ipv4.tcp_tw_reuse "$b"
	# If it were narrower, a wider one would be wanted.
	in_ns "$b" sysctl -qw net.ipv4.ip_local_port_range="40000 65535"
	assert_finding net.ipv4.ip_local_port_range "$b" "now 40000,65535 1024,65535" "1 connect\(\) found no port .*"
	in_ns "$b" sysctl -qw net.ipv4.ip_local_port_range="32768 60999" net.ipv4.ip_local_reserved_ports=
	several 20 abort_one sb x
	assert sa close l
	assert_tune reset 1 "$b"
}

listen_at() { sb listen "low$1" 192.0.2.2 $((8080 + $1)); }
close_listener() { sb close "low$1"; }

# Of more than three listeners three are named, and the others are told of.
port_range_listeners() {
	in_ns "$b" sysctl -qw net.ipv4.ip_local_port_range="40000 40001"
	assert_tune reset 1 "$b"
	assert sa listen l 192.0.2.1 7013 64
	assert several 2 connect_to sb 192.0.2.1 7013
	refute sb connect more 192.0.2.1 7013 >/dev/null 2>&1
	assert several 3 listen_at
	assert_finding net.ipv4.ip_local_port_range "$b" "now 40000,40001 1024,65535" \
		".*; reserve (:808[123](, )?){3} first, where programs listen"
	assert listen_at 4
	assert_finding net.ipv4.ip_local_port_range "$b" "now 40000,40001 1024,65535" \
		".*; reserve (:808[1234](, )?){3} and others first, where programs listen"
	assert several 4 close_listener
	several 2 abort_one sb x
	assert sa close l
	in_ns "$b" sysctl -qw net.ipv4.ip_local_port_range="32768 60999"
	assert_tune reset 1 "$b"
}

# waiting_to PORT: 60 connections of a are in TIME_WAIT, which are all the ports that there are
waiting_to() {
	in_ns "$a" sysctl -qw net.ipv4.ip_local_port_range="40000 40059"
	assert_tune reset 1 "$a"
	assert sb listen l 192.0.2.2 "$1" 128
	assert several 60 connect_to sa 192.0.2.2 "$1"
	assert several 60 accept_from sb l
	assert several 60 close_one sa x
	assert several 60 close_one sb y
	refute sa connect more 192.0.2.2 "$1" >/dev/null 2>&1
}

wide_again() {
	assert sb close l
	in_ns "$a" sysctl -qw net.ipv4.ip_local_port_range="32768 60999"
}

tw_reuse() {
	in_ns "$a" sysctl -qw net.ipv4.tcp_tw_reuse=0
	waiting_to 7011
	assert_finding net.ipv4.tcp_tw_reuse "$a" "now 0 1" \
		"1 connect\(\) found no port in the last [0-9]+ s, to 192.0.2.2:7011 with 60 of 60 ports in use, 60 of them in TIME_WAIT"
	assert_no_finding net.ipv4.ip_local_port_range "$a"
	# These used timestamps, but a new connection would have none.
	in_ns "$a" sysctl -qw net.ipv4.tcp_timestamps=0
	assert_no_finding net.ipv4.tcp_tw_reuse "$a"
	assert_finding net.ipv4.ip_local_port_range "$a" "now 40000,40059 1024,65535" ".* to 192.0.2.2:7011 with 60 of 60 ports .*"
	in_ns "$a" sysctl -qw net.ipv4.tcp_timestamps=1
	assert_no_finding net.ipv4.ip_local_port_range "$a"
	assert_tune net.ipv4.tcp_tw_reuse 1 "$a"
	# A TIME_WAIT can be taken after a second, so sixty ports are enough.
	assert wait_for 5 sa connect more 192.0.2.2 7011
	assert_no_finding net.ipv4.tcp_tw_reuse "$a"
	assert_no_finding net.ipv4.ip_local_port_range "$a"
	assert sa abort more
	wide_again
}

# Without timestamps no TIME_WAIT can be taken: what is left is a wider range.
no_timestamps() {
	in_ns "$a" sysctl -qw net.ipv4.tcp_tw_reuse=0 net.ipv4.tcp_timestamps=0
	waiting_to 7012
	assert_finding net.ipv4.ip_local_port_range "$a" "now 40000,40059 1024,65535" \
		"1 connect\(\) found no port in the last [0-9]+ s, to 192.0.2.2:7012 with 60 of 60 ports in use, 60 of them in TIME_WAIT"
	assert_no_finding net.ipv4.tcp_tw_reuse "$a"
	in_ns "$a" sysctl -qw net.ipv4.tcp_timestamps=1
	# These used none, whatever is set now.
	assert_no_finding net.ipv4.tcp_tw_reuse "$a"
	wide_again
}

# rate_is REMOTE RATE NS: connections per second
# shellcheck disable=SC2016 # awk's variables
rate_is() {
	[ "$(report ports "$3" | awk -v remote="$1" '$2 == remote { print $7 }')" = "$2" ]
}

no_finding() {
	[ -z "$(finding "$@")" ]
}

# A TIME_WAIT may be taken, but only when it is a minute old: whether others come meanwhile or not.
tw_reuse_delay() {
	in_ns "$a" sysctl -qw net.ipv4.tcp_tw_reuse=1 net.ipv4.tcp_tw_reuse_delay=60000 2>/dev/null ||
		{ skip "this kernel has no tcp_tw_reuse_delay"; return; }
	waiting_to 7014
	assert_finding net.ipv4.ip_local_port_range "$a" "now 40000,40059 1024,65535" \
		"1 connect\(\) found no port in the last [0-9]+ s, to 192.0.2.2:7014 with 60 of 60 ports in use, 60 of them in TIME_WAIT"
	assert wait_for 20 rate_is 192.0.2.2:7014 0 "$a"
	assert_finding net.ipv4.ip_local_port_range "$a" "now 40000,40059 1024,65535" ".* to 192.0.2.2:7014 with 60 of 60 ports .*"
	in_ns "$a" sysctl -qw net.ipv4.tcp_tw_reuse_delay=1000
	assert wait_for 10 no_finding net.ipv4.ip_local_port_range "$a"
	wide_again
}

# hold NAME COUNT ADDRESS same|each: connections of d that stay, as many as there are ports for
hold() {
	start ip netns exec "$d" ./fleet hold "$3" 7000 "$2" "$4" >"$scratch/$1"
	wait_for 120 grep -q holds "$scratch/$1"
}

listens() {
	[ -n "$(in_ns "$1" ss -Htln)" ]
}

# use_is REMOTE COUNT: ports of d in use to it; none: it has no row
# shellcheck disable=SC2016 # awk's variables
use_is() {
	[ "$(report ports "$d" | awk -v remote="$1" '$2 == remote { print $3 }')" = "$2" ]
}

# One failed before counting began, and the row of that which failed later has made room for others.
old_destination() {
	echo 1 | in_ns "$d" tee /sys/kernel/tcplab/time_wait/length_ms >/dev/null
	start ip netns exec "$d" ./fleet serve 0.0.0.0 7000
	wait_for 5 listens "$d" || fail "the server does not listen"
	in_ns "$d" sysctl -qw net.ipv4.ip_local_port_range="40000 40019"
	assert hold old 21 127.3.0.1 same
	assert use_is 127.3.0.1:7000 20
	assert_tune reset 1 "$d"
	assert hold new 21 127.4.0.1 same
	assert use_is 127.4.0.1:7000 20
	kill "$started"
	assert wait_for 10 use_is 127.4.0.1:7000 0
	in_ns "$d" sysctl -qw net.ipv4.ip_local_port_range="20000 60999"
	assert hold many 4095 127.1.0.1 each
	assert wait_for 10 use_is 127.4.0.1:7000 ""
	assert use_is 127.3.0.1:7000 20
	assert_eq "$(summary_value port_failures "$d")" 2 "connect() that found no port"
	assert_no_finding net.ipv4.ip_local_port_range "$d"
	ip netns pids "$d" | xargs -r kill -9
}

# Nothing has failed yet, but the ports last for no ten minutes.
forecast() {
	in_ns "$c" sysctl -qw net.ipv4.ip_local_port_range="40000 40999"
	start ip netns exec "$c" ./fleet serve 127.0.0.1 7000
	wait_for 5 listens "$c" || fail "the server does not listen"
	start ip netns exec "$c" ./fleet load 127.0.0.1 7000 10 0 never >/dev/null
	assert wait_for 30 finding_is net.ipv4.ip_local_port_range "$c" "now 40000,40999 1024,65535" \
		"ports run out in [0-9]+ s at [0-9]+ connections/s, to 127.0.0.1:7000 with [0-9]+ of 1000 ports in use now, 0 of them in TIME_WAIT; reserve :7000 first, where programs listen" ""
	assert_no_finding net.ipv4.tcp_tw_reuse "$c"
	assert_tune net.ipv4.ip_local_port_range "$(suggested net.ipv4.ip_local_port_range "$c")" "$c"
	assert_no_finding net.ipv4.ip_local_port_range "$c"
	kill "$started"
}

# range_falls_short REMOTE PORTS: by the present rate, so many ports would not last for a minute in e
# shellcheck disable=SC2016 # awk's variables
range_falls_short() {
	report ports "$e" | awk -v remote="$1" -v ports="$2" '
		$2 == remote { short = $8 != "-" && $3 + 60 * $7 >= ports }
		END { exit !short }'
}

# The widest range would not last for a minute, either: no more ports are the remedy.
port_range_short() {
	local server
	# Nobody but root may have the ports below, so that it cannot begin there.
	in_ns "$e" sysctl -qw net.ipv4.ip_local_port_range="64900 65399"
	in_ns "$e" sysctl -qw net.ipv4.ip_unprivileged_port_start=64900
	assert_tune reset 1 "$e"
	start ip netns exec "$e" ./fleet serve 127.0.0.1 7001
	server=$started
	wait_for 5 listens "$e" || fail "the server does not listen"
	start ip netns exec "$e" ./fleet load 127.0.0.1 7001 10 0 never >/dev/null
	assert wait_for 60 range_falls_short 127.0.0.1:7001 636
	assert_no_finding net.ipv4.ip_local_port_range "$e"
	# With more room a wider one would be wanted.
	in_ns "$e" sysctl -qw net.ipv4.ip_unprivileged_port_start=1024
	assert_finding net.ipv4.ip_local_port_range "$e" "now 64900,65399 1024,65535" ".* to 127.0.0.1:7001 with .*"
	kill "$started" "$server"
}

run_tests \
	"ports that are open" port_range \
	"ports of a range that cannot be wider" port_range_widest \
	"listeners in a wider range" port_range_listeners \
	"ports in TIME_WAIT" tw_reuse \
	"ports in TIME_WAIT without timestamps" no_timestamps \
	"ports in TIME_WAIT that is too young" tw_reuse_delay \
	"ports that will run out" forecast \
	"ports that no range has enough of" port_range_short \
	"ports of a destination that failed before" old_destination

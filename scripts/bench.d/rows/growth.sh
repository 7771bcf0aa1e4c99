# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of bench-guest
#
# A connection over lo, and a forwarded segment of a connection that has a row, while other rows are in the table. The
# segments belong to the connections that came first, and so hang last in their chains. Only the load program's own time
# counts: all rows are looked at every 65 s, which would be in some rounds and not in others; that is measured by itself.

FEW=100		# connections
PASSES=100

measure_growth() {
	local kind=$1 population=$1:$2 all busy
	[ "$kind" != sockets ] || return 0
	echo "connection $population $(OWN_TIME=1 "$TOOLS/connloop" 127.0.0.1 5001 "$CONNECTIONS" "$WARM_UP")"
	# Where they have no rows yet, they get them now.
	"$TOOLS/inject" tun0 $FEW 1 >"$work/injected"
	echo "segment $population $(OWN_TIME=1 "$TOOLS/inject" tun0 $FEW $PASSES)"
	# And lose them again.
	[ "$population" != forwarded:0 ] || { track_forwarded 0; track_forwarded 1; }
	# Until TIME_WAIT ends, and as long again.
	"$TOOLS/rest" "$IDLE" >"$work/rested"
	read -r all busy < <("$TOOLS/rest" "$IDLE") && ((all > 0)) || fail "could not rest"
	echo "second $population $((busy * 1000000000 / all))"
}

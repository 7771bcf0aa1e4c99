# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of bench-guest
# A whole connection, over lo and over veth, and what it costs after its end.

# What waiting alone costs, to be taken off.
idle() {
	settle >"$work/settled"
	settle
}

measure_connection() {
	local idle
	idle=$(idle)
	echo "loop $1 $("$TOOLS/connloop" 127.0.0.1 5001 "$CONNECTIONS" "$WARM_UP")"
	echo "later $1 $((($(settle) - idle) / (CONNECTIONS + WARM_UP)))"
	echo "veth $1 $(in_ns client "$TOOLS/connloop" 10.0.0.2 5001 "$CONNECTIONS" "$WARM_UP" server)"
	settle >"$work/settled"
}

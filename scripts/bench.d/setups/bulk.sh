# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables of bench-guest
# Writes of 64 KiB through one connection over lo.

measure_bulk() {
	echo "bulk $1 $("$TOOLS/bulk" 127.0.0.1 5002 "$MIB")"
}

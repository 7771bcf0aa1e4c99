#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The module loads, says so, shows its report in each namespace, and leaves nothing behind.

. ./lib.sh

load() {
	mark_log
	assert load_module
	assert module_loaded
	assert [ -n "$(log_since_mark | grep 'tcplab.*: loaded')" ]
}

summary() {
	assert_eq "$(head -n 1 /proc/net/tcplab/summary)" "# tcplab summary v1" "first line of summary"
	assert_between "$(summary_value uptime_ms)" 0 600000 uptime_ms
}

namespace() {
	assert setup_ns other
	# shellcheck disable=SC2154 # set by setup_ns
	assert_eq "$(summary_value connections "$other")" 0 "connections in a new namespace"
}

unload() {
	assert unload_module
	refute module_loaded
	refute [ -e /proc/net/tcplab ]
}

reload() {
	for _ in 1 2 3 4 5; do
		assert load_module
		assert unload_module
	done
}

# refuses PARAMETER VALUE LOWEST HIGHEST
refuses() {
	mark_log
	refute load_module "$1=$2" 2>"$scratch/insmod"
	assert_eq "$(grep -c 'Invalid parameters' "$scratch/insmod")" 1 "insmod says that a parameter of $1=$2 is invalid"
	assert_eq "$(log_since_mark | grep tcplab | sed 's/.*tcplab: //')" "$1=$2 is out of range: it is from $3 to $4" "log"
	refute module_loaded
}

bad_parameters() {
	refuses max_connections 0 1 1073741824
	refuses max_connections 1073741825 1 1073741824
	refuses max_total 4294967295 0 1073741824
	refuses hash_size 3 16 4194304
	refuses hash_size 15 16 4194304
	refuses hash_size 4194305 16 4194304
	refuses quiet_ms 600001 0 600000
}

good_parameters() {
	assert load_module max_connections=1 max_total=1 hash_size=16
	assert unload_module
	assert load_module max_connections=1073741824 max_total=0 hash_size=0
	assert_eq "$(summary_value connections_max)" 1073741824 connections_max
	assert unload_module
}

run_tests \
	"the module loads and says so" load \
	"the summary is there" summary \
	"a new namespace has a summary of its own" namespace \
	"the module unloads and takes its reports along" unload \
	"the module loads and unloads again" reload \
	"a parameter is out of range" bad_parameters \
	"parameters at the ends of their ranges" good_parameters

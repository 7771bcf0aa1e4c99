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

run_tests \
	"the module loads and says so" load \
	"the summary is there" summary \
	"a new namespace has a summary of its own" namespace \
	"the module unloads and takes its reports along" unload \
	"the module loads and unloads again" reload

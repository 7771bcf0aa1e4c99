#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# `make install` takes the module that was built and leaves the root that it was not told alone, `make uninstall` removes
# it, a module for another kernel is warned of, and `make unload` names what still uses the congestion control.
# shellcheck disable=SC2154 # a is set by setup_ns, sa by start_endpoint

. ./lib.sh

[ -e ../Makefile ] && command -v make >/dev/null || skip_all "needs make and the tree it was built in"
setup_ns a || exit 1
release=$(modinfo -F vermagic "$module" | cut -d' ' -f1)
root=$scratch/root
installed=$root/lib/modules/$release/updates/tcplab.ko

# No headers: to build anything would fail.
made() {
	make -s --no-print-directory -C .. KDIR=/nonexistent "$@" >"$scratch/made" 2>&1
}

# What of the real directory a mistake would have changed.
real_directory() {
	find /lib/modules -name 'tcplab.ko*'
	find /lib/modules -name modules.dep -exec stat -c '%n %Y' {} +
}

installs() {
	local before
	before=$(real_directory)
	assert made uninstall "INSTALL_MOD_PATH=$root"
	assert grep -q 'nothing was removed' "$scratch/made"
	assert made install "INSTALL_MOD_PATH=$root"
	refute grep -q WARNING "$scratch/made"
	assert cmp "$module" "$installed"
	assert grep -q '^updates/tcplab.ko:' "$root/lib/modules/$release/modules.dep"
	assert made uninstall "INSTALL_MOD_PATH=$root"
	# Nothing of the root is left but the directory that every kernel shares.
	assert_eq "$(find "$root" ! -type d; find "$root/lib/modules" -mindepth 1)" "" "files that are left"
	assert_eq "$(real_directory)" "$before" "the real directory of modules"
}

# The kernel's own way to leave the debug information out.
strips() {
	command -v strip >/dev/null || { skip "there is no strip"; return; }
	assert made install "INSTALL_MOD_PATH=$root" INSTALL_MOD_STRIP=1
	[ "$(stat -c %s "$installed")" -lt "$(stat -c %s "$module")" ] || fail "nothing was stripped"
	assert_eq "$(modinfo -F vermagic "$installed")" "$(modinfo -F vermagic "$module")" "vermagic of the stripped module"
	assert made uninstall "INSTALL_MOD_PATH=$root"
}

loads_by_name() {
	[ -z "$(find /lib/modules -name 'tcplab.ko*')" ] || { skip "tcplab is installed on this machine"; return; }
	assert made install
	assert modprobe tcplab
	assert made unload
	refute module_loaded
	assert made uninstall
	refute modprobe tcplab 2>/dev/null
}

warns() {
	assert_eq "$(../scripts/other-kernel 2>&1)" "" "what is said of this kernel"
	setarch "$(uname -m)" --uname-2.6 ../scripts/other-kernel >"$scratch/warning" 2>&1
	assert grep -q "WARNING: tcplab.ko is built for Linux $release, but Linux 2.6" "$scratch/warning"
	# Below another root it may be for any kernel.
	setarch "$(uname -m)" --uname-2.6 ../scripts/install "$root" >"$scratch/warning" 2>&1
	assert grep -q "^install: $installed" "$scratch/warning"
	refute grep -q 'WARNING: tcplab.ko' "$scratch/warning"
	assert made uninstall "INSTALL_MOD_PATH=$root"
}

names_holders() {
	assert load_module
	in_ns "$a" sysctl -qw net.ipv4.tcp_congestion_control=lab
	refute made unload
	assert grep -q "namespace $a: the default is lab; " "$scratch/made"
	refute grep -q 'these sockets' "$scratch/made"
	start_endpoint sa "$a"
	assert sa listen l 127.0.0.1 7000
	assert sa connect c 127.0.0.1 7000
	refute made unload
	assert grep -q "namespace $a: the default is lab; " "$scratch/made"
	assert grep -q 'End the programs that have these sockets' "$scratch/made"
	assert grep -q "namespace $a: socket 127.0.0.1:7000 0.0.0.0:.* LISTEN .*endpoint" "$scratch/made"
	assert grep -q "namespace $a: socket 127.0.0.1:[0-9]* 127.0.0.1:7000 ESTAB .*endpoint" "$scratch/made"
	# An unchanged namespace is not named.
	assert_eq "$(grep -c 'the default is' "$scratch/made")" 1 "namespaces with that default"
	in_ns "$a" sysctl -qw net.ipv4.tcp_congestion_control=cubic
	assert sa abort c
	assert sa close l
	assert wait_for 10 made unload
	refute module_loaded
}

# Neither a socket nor a namespace holds the module then.
names_watchers() {
	local watcher
	command -v bpftrace >/dev/null || { skip "there is no bpftrace"; return; }
	assert load_module
	start bpftrace -e 'BEGIN { printf("ready\n"); } tracepoint:tcplab:connection_state { @seen = count(); }' >"$scratch/bpftrace" 2>&1
	watcher=$started
	wait_for 60 grep -q ready "$scratch/bpftrace" || { skip "bpftrace: $(head -n 1 "$scratch/bpftrace")"; return; }
	refute made unload
	assert grep -q "process $watcher (bpftrace) watches events" "$scratch/made"
	refute grep -q 'these sockets' "$scratch/made"
	kill -9 "$watcher"
	assert wait_for 10 made unload
}

run_tests \
	"the module that was built is installed and removed" installs \
	"INSTALL_MOD_STRIP leaves the debug information out" strips \
	"modprobe finds it" loads_by_name \
	"a warning where another kernel runs" warns \
	"what holds the module is named" names_holders \
	"who watches its trace events is named" names_watchers

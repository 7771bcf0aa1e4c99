#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# An experiment on one's own machine leaves alone what it has not made: namespaces and processes, whatever they are
# called, and a module that was loaded before. What it has made goes, however it ends.
# shellcheck disable=SC2016 # the scripts that are written here expand

. ./lib.sh

experiments=$(realpath ../scripts/experiments)
[ -d "$experiments" ] || skip_all "needs scripts/experiments"
command -v gcc >/dev/null || skip_all "needs gcc"

# A namespace that already has such a name stands for one of somebody else's as it is.
bystanders() {
	local name
	for name in client server router nat1 nat2; do
		ip netns list | grep -qwx "$name\( .*\)\?" && continue
		ip netns add "$name" || return
		namespaces="$namespaces $name"
	done
	for name in no-close pool closer workers; do
		cp "$(command -v sleep)" "$scratch/$name"
		start "$scratch/$name" 3600
		ours="${ours-} $started"
	done
	start ip netns exec client sleep 3600
	ours="$ours $started"
	ip netns list | sort >"$scratch/before"
}

# assert_left_alone: the namespaces are those of before, and all bystanders live.
assert_left_alone() {
	local process
	assert_eq "$(ip netns list | sort | diff "$scratch/before" -)" "" "namespaces before and after"
	for process in $ours; do
		assert kill -0 "$process"
	done
}

whole_experiment() {
	"$experiments/close-wait-causes.sh" "$scratch/data" >"$scratch/said" 2>&1 ||
		fail "the experiment failed: $(tail -n 5 "$scratch/said" | xargs)"
	assert_left_alone
	refute module_loaded
}

# An experiment that makes all the namespaces there are, and says so; the rest is read from standard input.
small_experiment() {
	{
		echo "#!/bin/bash"
		echo ". '$experiments/lib.sh'"
		echo 'make_ns router nat1 nat2'
		echo 'start "$server" sleep 3600'
		echo 'sample 1 samples.dat nothing true'
		cat
	} >"$scratch/small.sh"
	chmod +x "$scratch/small.sh"
}

fails_half_way() {
	load_module
	echo 'ip netns list | grep -c tcplab-; exit 3' | small_experiment
	assert_eq "$("$scratch/small.sh" "$scratch/data" 2>&1; echo $?)" "5
3" "namespaces that it made, and its status"
	assert_left_alone
	assert module_loaded
	unload_module
}

is_killed() {
	local experiment
	echo 'touch "$data/ready"; sleep 3600 & wait' | small_experiment
	"$scratch/small.sh" "$scratch/data" &
	experiment=$!
	assert wait_for 30 test -e "$scratch/data/ready"
	assert pgrep -P "$experiment" >"$scratch/children"
	kill "$experiment"
	wait "$experiment"
	assert_left_alone
	refute module_loaded
	assert_eq "$(xargs ps -o pid= -p <"$scratch/children")" "" "processes of the experiment that are left"
}

bystanders || exit 1
run_tests \
	"a whole experiment" whole_experiment \
	"one that fails half way, with the module loaded before" fails_half_way \
	"one that is killed" is_killed

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sets of sysctls: how they are written, that they are applied whole or not at all, and that rollback puts them back.
# shellcheck disable=SC2154,SC2016 # names of namespaces are set by setup_ns; awk's variables

. ./lib.sh
. ./sets.sh

load_module && setup_ns a b || exit 1

assert_seven() {
	assert_eq "$(all "$a" | sed 's/.*= //' | xargs)" \
		"31 8192 16384 32768 20000 30000 700 1 3 25000-25010" "the names of the set"
}

applied_whole() {
	local before shell
	before=$(all "$a")
	set_of_seven >"$scratch/set"
	for shell in "cat '$scratch/set' >'$tuning/profile'" \
		"dd bs=11 if='$scratch/set' of='$tuning/profile' status=none" \
		"while IFS= read -r line; do printf '%s\n' \"\$line\"; done <'$scratch/set' >'$tuning/profile'" \
		"printf '%s' \"\$(cat '$scratch/set')\" >'$tuning/profile'"; do
		assert in_ns "$a" sh -c "$shell"
		assert_eq "$(all "$a")" "$before" "the names while the set is staged by $shell"
		assert_tune apply 1 "$a"
		assert_seven
		profile_is "staged applied 7 skipped 0 changed_since 0 ends_in_ms N"
		refute_tune "No data" apply 1 "$a"
		assert_eq "$(tuning_column net.ipv4.tcp_fin_timeout before "$a")" 60 "before"
		assert_tune rollback 1 "$a"
		assert_eq "$(all "$a")" "$before" "the names after rollback"
		profile_is "- applied 0 skipped 0 changed_since 0 ends_in_ms -"
	done
	command -v bash >/dev/null || return
	assert in_ns "$a" bash -c "while IFS= read -r line; do echo \"\$line\"; done <'$scratch/set' >'$tuning/profile'"
	assert_tune apply 1 "$a"
	assert_seven
	assert_tune rollback 1 "$a"
	assert_eq "$(all "$a")" "$before" "the names after rollback"
}

# The kernel takes two numbers, and refuses the third; an old one takes all.
takes_in_part() {
	local value status=0
	value=$(real net.ipv4.tcp_rmem "$b")
	! in_ns "$b" sh -c 'echo 9000 9100 50 >/proc/sys/net/ipv4/tcp_rmem' 2>/dev/null || status=1
	in_ns "$b" sysctl -qw net.ipv4.tcp_rmem="$value"
	return "$status"
}

# A line that the kernel refuses, at each place of the set. Of other lines that fail a few places tell enough.
fails_whole() {
	local before own place places="1 2 3 4 5 6 7 8" bad
	before=$(all "$a")
	set_of_seven | grep "=" >"$scratch/all"
	for bad in "net.ipv4.tcp_congestion_control = nonsense" "net.ipv4.tcp_rmem = 9000 9100 50" \
		"net.ipv4.conf.nosuchdev.rp_filter = 1" "net.core.rmem_max = 300000"; do
		[ "${bad##* }" != 50 ] || takes_in_part || continue
		own=$(real "${bad%% *}" "$a")
		for place in $places; do
			# Of two lines about a name the later counts.
			grep -v "^${bad%% *} *=" "$scratch/all" >"$scratch/good"
			awk -v place="$place" -v bad="$bad" 'NR == place { print bad } { print } END { if (place > NR) print bad }' \
				"$scratch/good" >"$scratch/bad"
			stage_set "$a" <"$scratch/bad" >"$scratch/answer"
			refute [ -z "$(tune apply 1 "$a")" ]
			assert_eq "$(all "$a")" "$before" "the names after '$bad' at $place"
			assert_eq "$(real "${bad%% *}" "$a")" "$own" "the name itself after '$bad' at $place"
			assert_eq "$(tuning_column net.ipv4.tcp_fin_timeout before "$a")" - "before, after '$bad' at $place"
		done
		places="1 4 8"
	done
	profile_is "- applied 0 skipped 0 changed_since 0 ends_in_ms -"
}

lines() {
	local bad
	for bad in "net.ipv4.tcp_fin_timeout" "net.ipv4.tcp_fin_timeout = x" "net.ipv4.nonsense = 1" "= 1" \
		"net.ipv4.conf.//.rp_filter = 1" "net.ipv4.conf.a.b.rp_filter = 1" "net.ipv4.conf.veth0.nonsense = 1"; do
		case $(printf 'net.ipv4.tcp_fin_timeout = 31\n%s\n' "$bad" | stage_set "$a") in
		*"Invalid argument"*) ;;
		*) fail "the line '$bad' is taken" ;;
		esac
		refute_tune "No data" apply 1 "$a"
	done
	assert_eq "$(printf '# nothing\n\n' | stage_set "$a")" "" "answer to an empty set"
	refute_tune "No data" apply 1 "$a"
	refute_tune "Invalid argument" profile nonsense "$a"
	case $(printf 'net.ipv4.tcp_fin_timeout = -5\n' | stage_set "$a") in
	*"out of range"*) ;;
	*) fail "a value out of range is taken" ;;
	esac
	# The last line counts when the set is applied, and then drops the stage, too. What only the kernel refuses stays.
	for bad in "-5:out of range" "x:Invalid argument"; do
		assert_eq "$(printf 'net.ipv4.tcp_syn_retries = 3\nnet.ipv4.tcp_fin_timeout = %s' "${bad%:*}" | stage_set "$a")" "" \
			"answer to a last line '$bad' without a newline"
		refute_tune "${bad#*:}" apply 1 "$a"
		refute_tune "No data" apply 1 "$a"
	done
	echo 'net.ipv4.tcp_congestion_control = nonsense' | stage_set "$a" >"$scratch/answer"
	refute_tune "No such file" apply 1 "$a"
	refute_tune "No such file" apply 1 "$a"
	# Old names, a name that may fail, the later of two lines, an interface with a dot.
	assert in_ns "$a" ip link add ve.th type dummy
	assert_eq "$(stage_set "$a" <<-'END'
		net.ipv4.tcp_fin_timeout = 31
		-net.ipv4.netfilter.ip_conntrack_max = 70000
		- net.ipv4.conf.nosuchdev.rp_filter = 1
		; What is not in the catalogue, or no value, is left out where it may fail.
		-vm.swappiness = 10
		-net.ipv4.tcp_fin_timeout = abc
		net/ipv4/conf/ve.th/rp_filter = 2
		net.ipv4.tcp_fin_timeout = 32
	END
	)" "" "answer to a set"
	assert_tune apply 1 "$a"
	assert_eq "$(real net.ipv4.tcp_fin_timeout "$a")" 32 "the name of two lines"
	assert_eq "$(in_ns "$a" cat /proc/sys/net/ipv4/conf/ve.th/rp_filter)" 2 "rp_filter of an interface"
	profile_is "staged applied 2 skipped 2 changed_since 0 ends_in_ms N"
	assert_tune rollback 1 "$a"
	assert_eq "$(in_ns "$a" cat /proc/sys/net/ipv4/conf/ve.th/rp_filter)" 0 "rp_filter after rollback"
	assert in_ns "$a" ip link delete ve.th
}

# many BYTES: a set of about that size, of which the last line counts
many() {
	awk -v bytes="$1" 'BEGIN {
		line = "net.ipv4.tcp_keepalive_time = 1"
		for (n = 0; n + 70 < bytes; n += length(line) + 2)
			print line 1 + int(n / 33) % 9
		while (n++ < bytes - 34) printf "#"
		printf "\nnet.ipv4.tcp_keepalive_time = 777"
	}'
}

large() {
	many 65536 >"$scratch/large"
	assert_eq "$(wc -c <"$scratch/large" | xargs)" 65536 "bytes of a large set"
	assert_eq "$(stage_set "$a" <"$scratch/large")" "" "answer to a large set"
	assert_tune apply 1 "$a"
	assert_eq "$(real net.ipv4.tcp_keepalive_time "$a")" 777 "the last line of a large set"
	assert_tune rollback 1 "$a"
	case $( (cat "$scratch/large"; echo "#") | stage_set "$a") in
	*"No space"*) ;;
	*) fail "a set that is too large is taken" ;;
	esac
	refute_tune "No data" apply 1 "$a"
}

two_writers() {
	# The second begins where the first has ended.
	refute in_ns "$a" sh -c "
		exec 3>'$tuning/profile' 4>'$tuning/profile'
		echo 'net.ipv4.tcp_fin_timeout = 31' >&3
		echo 'net.ipv4.tcp_fin_timeout = 32' >&4
		echo 'net.ipv4.tcp_syn_retries = 2' >&3" 2>/dev/null
	refute_tune "No data" apply 1 "$a"
	# Namespaces do not meet.
	assert_eq "$(echo 'net.ipv4.tcp_fin_timeout = 31' | stage_set "$a")" "" "answer"
	refute_tune "No data" apply 1 "$b"
	assert_tune apply 1 "$a"
	assert_eq "$(real net.ipv4.tcp_fin_timeout "$b")" 60 "the other namespace's"
	assert_tune rollback 1 "$a"
}

# 171 interfaces with three names each, and one name less.
names_at_most() {
	local number
	for number in $(seq 171); do
		echo "link add d$number type dummy"
	done | in_ns "$b" ip -batch - || fail "no interfaces"
	for number in $(seq 171); do
		for leaf in rp_filter accept_source_route forwarding; do
			echo "net.ipv4.conf.d$number.$leaf = 1"
		done
	done >"$scratch/513"
	assert_eq "$(stage_set "$b" <"$scratch/513")" "" "answer to 513 names"
	if count_calls tl_apply_open; then
		refute_tune "No space" apply 1 "$b"
		assert_eq "$(calls tl_apply_open)" 512 "files that are opened for 513 names"
		forget_calls
	else
		echo "# no kprobes: nobody counts the files that are opened"
		refute_tune "No space" apply 1 "$b"
	fi
	assert_eq "$(in_ns "$b" cat /proc/sys/net/ipv4/conf/d1/rp_filter)" 0 "the first name of 513"
	assert_eq "$(sed 1d "$scratch/513" | stage_set "$b")" "" "answer to 512 names"
	assert_tune apply 1 "$b"
	assert_eq "$(in_ns "$b" cat /proc/sys/net/ipv4/conf/d171/rp_filter)" 1 "a name of the last interface"
	refute_tune "No space" net.ipv4.tcp_fin_timeout 31 "$b"
	# The same ones once more.
	assert_tune confirm 1 "$b"
	assert_eq "$(sed 1d "$scratch/513" | stage_set "$b")" "" "answer to 512 names that were changed before"
	assert_tune apply 1 "$b"
	# One goes, one is renamed: the others are put back.
	assert in_ns "$b" ip link delete d170
	assert in_ns "$b" ip link set d171 name renamed
	assert_tune rollback 1 "$b"
	assert_eq "$(in_ns "$b" sh -c 'cat /proc/sys/net/ipv4/conf/d[0-9]*/rp_filter' | sort -u)" 0 "rp_filter after rollback"
	assert_eq "$(in_ns "$b" sh -c 'cat /proc/sys/net/ipv4/conf/d[0-9]*/forwarding' | sort -u)" 0 "forwarding after rollback"
	assert_tune net.ipv4.tcp_fin_timeout 31 "$b"
	assert_tune rollback 1 "$b"
}

# The kernel copies some values of conf.all and conf.default to interfaces.
copied() {
	local line
	assert in_ns "$b" ip link add e0 type dummy
	assert in_ns "$b" ip link add e1 type dummy
	# The interface has the wanted value, until the line before is written.
	apply_conf default.rp_filter=1 e0.rp_filter=0
	assert_eq "$(conf rp_filter default e0 e1)" "1 0 1" "rp_filter of the default and two interfaces"
	assert_tune rollback 1 "$b"
	assert_eq "$(conf rp_filter default e0 e1)" "0 0 0" "rp_filter after rollback"
	for line in default e0; do
		apply_conf all.forwarding=1 "$line.forwarding=0"
		assert_eq "$(conf forwarding all "$line")" "1 0" "forwarding of all and $line"
		assert_tune rollback 1 "$b"
		assert_eq "$(conf forwarding all default e0 e1)" "0 0 0 0" "forwarding after rollback"
	done
	# What somebody else has changed stays.
	in_ns "$b" sysctl -qw net.ipv4.conf.e0.rp_filter=1
	apply_conf default.rp_filter=1 e0.rp_filter=2
	in_ns "$b" sysctl -qw net.ipv4.conf.e0.rp_filter=0
	assert_tune rollback 1 "$b"
	assert_eq "$(conf rp_filter default e0)" "0 0" "rp_filter of somebody else"
	# A single write, a set with one of the names that it has changed, and another single write to the first.
	assert_tune net.ipv4.conf.all.forwarding 1 "$b"
	apply_conf e0.forwarding=0
	assert_tune rollback 1 "$b"
	assert_eq "$(conf forwarding all e0 e1)" "0 0 0" "forwarding after rollback of both"
	assert in_ns "$b" ip link delete e0
	assert in_ns "$b" ip link delete e1
}

# An interface had another value than conf.all, and is set with it, in either order of the lines.
# shellcheck disable=SC2086 # two lines
copied_over() {
	local lines own
	assert in_ns "$b" ip link add e0 type dummy
	in_ns "$b" sysctl -qw net.ipv4.conf.e0.forwarding=1
	for own in 1 0; do
		for lines in "all.forwarding=1 e0.forwarding=$own" "e0.forwarding=$own all.forwarding=1"; do
			apply_conf $lines
			assert_eq "$(conf forwarding all e0)" "1 $own" "forwarding after $lines"
			assert_tune rollback 1 "$b"
			assert_eq "$(conf forwarding all e0)" "0 1" "forwarding after rollback of $lines"
			assert_eq "$(tuning_column net.ipv4.conf.default.forwarding effect "$b")" - "effect after rollback of $lines"
			# The kernel refuses the last line.
			assert_eq "$(echo net.ipv4.tcp_congestion_control=nonsense | stage_conf $lines)" "" "answer to $lines and another"
			refute_tune "No such file" apply 1 "$b"
			assert_eq "$(conf forwarding all e0)" "0 1" "forwarding after $lines and a bad one"
			# The set ends by itself.
			assert_tune confirm_ms 1 "$b"
			apply_conf $lines
			wait_for 10 set_has_ended || fail "the set does not end: $(tuned profile "$b")"
			assert_eq "$(conf forwarding all e0)" "0 1" "forwarding after the end of $lines"
			assert_tune confirm_ms 600000 "$b"
		done
	done
	# A change of conf.all before the set.
	assert_tune net.ipv4.conf.all.forwarding 1 "$b"
	assert_tune confirm_ms 1 "$b"
	apply_conf all.forwarding=0 e0.forwarding=0
	wait_for 10 set_has_ended || fail "the set does not end: $(tuned profile "$b")"
	assert_eq "$(conf forwarding all e0)" "1 1" "forwarding after the end of a set"
	assert_tune confirm_ms 600000 "$b"
	assert_tune rollback 1 "$b"
	assert in_ns "$b" ip link delete e0
}

# rows CONDITION: names in the report of the first namespace, for which awk finds it true
rows() {
	awk "NR > 2 && ($1) { print \$1 }" /proc/net/tcplab/tuning
}

built_in() {
	local before name set
	modprobe nf_conntrack 2>/dev/null
	for set in seed-1 seed-2 seed kernel-default; do
		before=$(awk 'NR > 2 && $2 == "live" { print $1, $3 }' /proc/net/tcplab/tuning)
		assert_tune profile "$set"
		case $(tune profile "$set") in
		*"busy"*) ;;
		*) fail "another set is applied while $set may end" ;;
		esac
		assert_tune rollback 1
		assert_eq "$(awk 'NR > 2 && $2 == "live" { print $1, $3 }' /proc/net/tcplab/tuning)" "$before" "all values after $set"
	done
	assert_tune confirm_ms 0
	assert_tune profile seed
	for name in $(rows '$2 == "live" && $6 != "-"'); do
		case $name in
		# It may not be there.
		net.ipv4.tcp_congestion_control) ;;
		*)	set=$(tuning_column "$name" seed_value)
			assert_eq "$(real "$name" | tr ' ' ,)" "${set##*/}" "$name in the seed" ;;
		esac
	done
	case $(tuned profile) in
	"seed applied "*" skipped "[2-9]*" changed_since 0 ends_in_ms -") ;;
	*) fail "profile says '$(tuned profile)'" ;;
	esac
	assert_tune profile kernel-default
	for name in $(rows '$2 == "live" && $4 != "-" && $1 !~ /mem$/'); do
		set=$(real "$name" | tr ' ' ,)
		assert_eq "${set:--}" "$(tuning_column "$name" default)" "$name as the kernel has it"
	done
	assert_tune rollback 1
	# In a namespace, global names are skipped.
	assert_tune profile seed "$a"
	assert_eq "$(real net.ipv4.tcp_fin_timeout "$a")" 10 "tcp_fin_timeout of the namespace"
	assert_eq "$(real net.ipv4.tcp_fin_timeout)" 60 "that of the first"
	assert_tune rollback 1 "$a"
	assert_tune confirm_ms 600000
}

# The kernel's tcp_mem is known but nearly: it is put back only where somebody has changed it since the module was loaded.
default_of_tcp_mem() {
	local name=net.ipv4.tcp_mem boot
	boot=$(real "$name")
	assert unload_module
	assert sysctl -qw "$name=1000 2000 3000"
	assert load_module
	assert_tune profile kernel-default
	assert_eq "$(real "$name")" "1000 2000 3000" "$name as it was at loading"
	assert_eq "$(tuning_column "$name" before)" - "before of $name that is left alone"
	assert_tune rollback 1
	assert sysctl -qw "$name=1000 2000 3001"
	assert_tune profile kernel-default
	assert_eq "$(real "$name" | tr ' ' ,)" "$(tuning_column "$name" default)" "$name that was changed since"
	assert_eq "$(tuning_column "$name" before)" 1000,2000,3001 "before of $name that was changed since"
	assert_tune rollback 1
	assert_eq "$(real "$name")" "1000 2000 3001" "$name after rollback"
	assert sysctl -qw "$name=$boot"
	assert unload_module
	assert load_module
}

# An algorithm that is a module, and not loaded.
find_algorithm() {
	local name
	for name in bic htcp westwood hybla; do
		! grep -qw "$name" /proc/sys/net/ipv4/tcp_available_congestion_control || continue
		! modprobe -nq "tcp_$name" 2>/dev/null || echo "$name"
	done | head -n 1
}

# The kernel loads a module for an algorithm. It stays, whatever becomes of the set.
autoloaded() {
	local algorithm standard
	algorithm=$(find_algorithm)
	[ -n "$algorithm" ] || {
		skip "no algorithm is a module that is not loaded"
		return
	}
	standard=$(real net.ipv4.tcp_congestion_control)
	printf 'net.ipv4.tcp_fin_timeout = 31\nnet.ipv4.tcp_congestion_control = %s\n' "$algorithm" |
		stage_set "" >"$scratch/answer"
	assert_tune apply 1
	assert_eq "$(real net.ipv4.tcp_congestion_control)" "$algorithm" "an algorithm that the set has loaded"
	assert_tune rollback 1
	assert_eq "$(real net.ipv4.tcp_congestion_control)" "$standard" "the algorithm after rollback"
	assert grep -q "^tcp_$algorithm " /proc/modules
	assert rmmod "tcp_$algorithm"
}

# Interfaces go, and the report counts them; after another change of such a name it begins anew.
interfaces_go() {
	local device
	for device in gone renamed other stays; do
		assert in_ns "$a" ip link add "$device" type dummy
		echo "net.ipv4.conf.$device.rp_filter = 1"
	done >"$scratch/set"
	stage_set "$a" <"$scratch/set" >"$scratch/answer"
	assert_tune apply 1 "$a"
	assert in_ns "$a" ip link delete gone
	assert in_ns "$a" ip link set renamed name called_so
	in_ns "$a" sysctl -qw net.ipv4.conf.other.rp_filter=2
	assert_tune rollback 1 "$a"
	assert_eq "$(tuning_column net.ipv4.conf.default.rp_filter effect "$a")" \
		"for 1 interface it was not put back: somebody else had changed it; for 2 interfaces it was not put back: it was gone" \
		"effect where interfaces have gone"
	assert_eq "$(real net.ipv4.conf.stays.rp_filter "$a")" 0 "an interface that has stayed"
	echo 'net.ipv4.conf.stays.rp_filter = 1' | stage_set "$a" >"$scratch/answer"
	assert_tune apply 1 "$a"
	assert_eq "$(tuning_column net.ipv4.conf.default.rp_filter effect "$a")" - "effect after another change"
	assert_tune rollback 1 "$a"
	for device in called_so other stays; do
		assert in_ns "$a" ip link delete "$device"
	done
}

told() {
	trace_knobs || {
		skip "no tracefs"
		return
	}
	assert_tune net.ipv4.tcp_fin_timeout 31 "$a"
	assert_eq "$(events)" "net.ipv4.tcp_fin_timeout 60>31 write 0 0" "event of a write"
	refute_tune "No such file" net.ipv4.tcp_congestion_control nonsense "$a"
	assert_eq "$(events | sed 's/.*>//')" "nonsense write -2 0" "event of a refused write"
	assert_tune rollback 1 "$a"
	assert_eq "$(events)" "net.ipv4.tcp_fin_timeout 31>60 rollback 0 0" "event of a rollback"
	printf '# two lines\nnet.ipv4.tcp_fin_timeout = 31\nnet.ipv4.tcp_congestion_control = nonsense\n' | stage_set "$a" >"$scratch/answer"
	refute_tune "No such file" apply 1 "$a"
	assert_eq "$(events | sed 's/net.ipv4.//; s/ [a-z]*>/ >/')" "$(cat <<-'END'
		tcp_fin_timeout 60>31 apply 0 2
		tcp_congestion_control >nonsense apply -2 3
		tcp_fin_timeout 31>60 undo 0 2
	END
	)" "events of a set that fails"
	printf 'net.ipv4.tcp_fin_timeout = 31\nnet.ipv4.nonsense = 1\n' | stage_set "$a" >"$scratch/answer"
	assert_eq "$(events)" "net.ipv4.nonsense = 1 ->- apply -22 2" "event of a refused line"
	# An interface that is renamed.
	assert in_ns "$a" ip link add told type dummy
	echo 'net.ipv4.conf.told.rp_filter = 1' | stage_set "$a" >"$scratch/answer"
	assert_tune apply 1 "$a"
	assert in_ns "$a" ip link set told name retold
	assert_tune rollback 1 "$a"
	assert_eq "$(events | tail -n 1)" "net.ipv4.conf.told.rp_filter ->0 rollback -2 0" "event of an interface that is gone"
	# One that is another, of the same name.
	echo 'net.ipv4.conf.retold.rp_filter = 1' | stage_set "$a" >"$scratch/answer"
	assert_tune apply 1 "$a"
	assert_tune confirm 1 "$a"
	assert in_ns "$a" ip link delete retold
	assert in_ns "$a" ip link add retold type dummy
	echo 'net.ipv4.conf.retold.rp_filter = 2' | stage_set "$a" >"$scratch/answer"
	events >"$scratch/events"
	assert_tune apply 1 "$a"
	assert_eq "$(events)" "net.ipv4.conf.retold.rp_filter ->1 undo -2 1
net.ipv4.conf.retold.rp_filter 0>2 apply 0 1" "events of an interface that has gone and come"
	assert_tune rollback 1 "$a"
	assert in_ns "$a" ip link delete retold
	trace_no_knobs
}

run_tests \
	"a set is applied whole, however it is written" applied_whole \
	"a set that fails leaves all as before" fails_whole \
	"lines" lines \
	"64 KiB and no more" large \
	"a second writer is noticed" two_writers \
	"512 names and no more" names_at_most \
	"names that the kernel copies" copied \
	"values that the kernel has copied over" copied_over \
	"the sets of tcplab" built_in \
	"kernel-default leaves tcp_mem alone that nobody has changed" default_of_tcp_mem \
	"a module that a set has loaded stays" autoloaded \
	"interfaces that go are counted" interfaces_go \
	"each change is told" told

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sets of sysctls while somebody else writes, too, or the kernel is busy.
# shellcheck disable=SC2154 # names of namespaces are set by setup_ns

. ./lib.sh
. ./sets.sh

modprobe_was=
trap leave EXIT
load_module && setup_ns a b || exit 1
for number in $(seq 40); do
	echo "link add d$number type dummy"
done | in_ns "$b" ip -batch - || exit 1

# A value that somebody else has changed meanwhile stays.
others_change() {
	assert_eq "$(set_of_seven | stage_set "$a")" "" "answer"
	assert_tune apply 1 "$a"
	in_ns "$a" sysctl -qw net.ipv4.tcp_keepalive_time=800
	profile_is "staged applied 7 skipped 0 changed_since 1 ends_in_ms N"
	assert_tune net.ipv4.tcp_syn_retries 4 "$a"
	profile_is "staged applied 7 skipped 0 changed_since 2 ends_in_ms N"
	assert_tune rollback 1 "$a"
	assert_eq "$(real net.ipv4.tcp_keepalive_time "$a")" 800 "a value of somebody else"
	assert_eq "$(real net.ipv4.tcp_syn_retries "$a")" 6 "a name that was changed twice"
	assert_eq "$(real net.ipv4.tcp_fin_timeout "$a")" 60 "a name that nobody else has changed"
	case $(tuning_column net.ipv4.tcp_keepalive_time effect "$a") in
	*"somebody else"*) ;;
	*) fail "the report does not tell of it" ;;
	esac
	in_ns "$a" sysctl -qw net.ipv4.tcp_keepalive_time=7200
}

# Somebody writes three names, without end.
write_on() {
	exec ip netns exec "$a" sh -c "cd /proc/sys/net/ipv4 && while :; do
		echo '4097 16385 32769' >tcp_rmem; echo 26001,26000 >ip_local_reserved_ports; echo 55 >tcp_fin_timeout; done"
}

# is_stopped PROCESS
is_stopped() {
	grep -q '^State:.T' "/proc/$1/status"
}

# hammered_do COMMAND...: while somebody writes. He has stopped when it returns, so that nothing changes what it has left.
hammered_do() {
	local status=0
	kill -CONT "$hammer"
	"$@" || status=1
	kill -STOP "$hammer"
	wait_for 5 is_stopped "$hammer" || fail "he goes on writing"
	return "$status"
}

# his_or FIN_TIMEOUT RMEM PORTS REST: each name that he writes has his value or that one; the others of the seven have these.
# shellcheck disable=SC2016,SC2086 # awk's variables; a list of words
his_or() {
	local wrong
	wrong=$(in_ns "$a" sysctl -n $seven | tr '\t' ' ' | awk -v time="$1" -v rmem="$2" -v ports="$3" -v rest="$4" '
		function is(one, other) {
			if ($0 != one && $0 != other)
				print "line " NR " is \"" $0 "\""
		}
		NR == 1 { is("55", time) }
		NR == 2 { is("4097 16385 32769", rmem) }
		NR == 7 { is("26000-26001", ports) }
		NR > 2 && NR < 7 { found = found (NR > 3 ? " " : "") $0 }
		END { if (NR != 7 || found != rest) print "of " NR " lines the others are \"" found "\"" }')
	[ -z "$wrong" ] || fail "round $round, values in the order of the list: $wrong"
}

# taken FILE
taken() {
	[ -z "$(tune "$1" 1 "$a")" ]
}

# Somebody writes all the time: each name holds his value or the set's. A set that succeeds has set all that he does not write;
# of one that fails, and after rollback, nothing is left.
hammered() {
	local round=0 good=0 bad=0 hammer rmem rest="32768 60999 7200 0 6"
	rmem=$(real net.ipv4.tcp_rmem "$a")
	start write_on
	hammer=$started
	for round in $(seq "$(scaled 30)"); do
		set_of_seven | stage_set "$a" >"$scratch/answer"
		if hammered_do taken apply; then
			good=$((good + 1))
			his_or 31 "8192 16384 32768" 25000-25010 "20000 30000 700 1 3"
		else
			bad=$((bad + 1))
			his_or 60 "$rmem" "" "$rest"
		fi
		assert hammered_do taken rollback
		his_or 60 "$rmem" "" "$rest"
	done
	kill -9 "$hammer"
	wait "$hammer" 2>/dev/null
	echo "# $good sets were applied, $bad were not"
	in_ns "$a" sysctl -qw net.ipv4.tcp_fin_timeout=60 net.ipv4.tcp_rmem="$rmem"
	in_ns "$a" sh -c 'echo >/proc/sys/net/ipv4/ip_local_reserved_ports'
}

# Forwarding wants a lock that every change of an interface holds.
busy_kernel() {
	local number
	start ip netns exec "$b" sh -c "while :; do ip link add x type dummy; ip link delete x; done"
	for number in $(seq 40); do
		echo "net.ipv4.conf.d$number.forwarding = 1"
	done | stage_set "$b" >"$scratch/answer"
	assert_tune apply 1 "$b"
	assert_eq "$(in_ns "$b" sh -c 'cat /proc/sys/net/ipv4/conf/d[1-9]/forwarding' | sort -u)" 1 "forwarding"
	assert_tune rollback 1 "$b"
	for number in $(seq 10); do
		assert_tune net.ipv4.conf.all.forwarding 1 "$b"
		assert_tune rollback 1 "$b"
	done
	kill "$started"
	wait "$started" 2>/dev/null
	assert_eq "$(in_ns "$b" sh -c 'cat /proc/sys/net/ipv4/conf/d[1-9]/forwarding' | sort -u)" 0 "forwarding after rollback"
}

# told_of NAME NS TEXT: the report does in the column effect.
told_of() {
	tuning_column "$1" effect "$2" | grep -q "$3"
}

# The kernel cannot put back forwarding when the set ends.
ends_while_busy() {
	local seconds=$((5 * slowness))
	in_ns "$b" sysctl -qw net.ipv4.conf.d1.forwarding=1
	assert_tune confirm_ms $((seconds * 1000)) "$b"
	apply_conf all.forwarding=1 d1.forwarding=1 d2.forwarding=1
	assert_tune confirm_ms 600000 "$b"
	hold_rtnl "$b" || {
		skip "nobody can hold the lock of interfaces here"
		assert_tune rollback 1 "$b"
		return
	}
	wait_for $((seconds + 10)) told_of net.ipv4.conf.all.forwarding "$b" "not put back yet" ||
		fail "the report does not tell that forwarding was not put back"
	wait_for 10 told_of net.ipv4.conf.default.forwarding "$b" "for 2 interfaces it was not put back yet" ||
		fail "the report does not tell of the interfaces: $(tuning_column net.ipv4.conf.default.forwarding effect "$b")"
	assert_eq "$(conf forwarding all d1 d2)" "1 1 1" "forwarding while the kernel is busy"
	release_rtnl
	wait_for 10 set_has_ended || fail "the set does not end: $(tuned profile "$b")"
	assert_eq "$(conf forwarding all d1 d2)" "0 1 0" "forwarding after that"
	assert_eq "$(tuning_column net.ipv4.conf.all.forwarding effect "$b")" - "effect after that"
	assert_eq "$(tuning_column net.ipv4.conf.default.forwarding effect "$b")" - "effect for interfaces after that"
	in_ns "$b" sysctl -qw net.ipv4.conf.d1.forwarding=0
}

reserved_is() {
	[ "$(real net.ipv4.ip_local_reserved_ports "$b")" = "$1" ]
}

answer_to_apply() {
	tune apply 1 "$b" >"$scratch/answer"
}

# The list is written, the next name waits for the kernel, and meanwhile somebody else writes the list: the set fails.
list_is_changed() {
	local list=/proc/sys/net/ipv4/ip_local_reserved_ports applying
	printf 'net.ipv4.ip_local_reserved_ports = 25001,25000\nnet.ipv4.conf.d1.forwarding = 1\n' |
		stage_set "$b" >"$scratch/answer"
	hold_rtnl "$b" || {
		skip "nobody can hold the lock of interfaces here"
		return
	}
	start answer_to_apply
	applying=$started
	wait_for 5 reserved_is 25000-25001 || fail "the list is not written"
	in_ns "$b" sh -c "echo 26000 >$list"
	release_rtnl
	wait "$applying"
	grep -q busy "$scratch/answer" || fail "apply says '$(cat "$scratch/answer")', should say busy"
	assert reserved_is 26000
	assert_eq "$(conf forwarding d1)" 0 "forwarding after that"
	assert_eq "$(tuning_column net.ipv4.ip_local_reserved_ports before "$b")" - "before, after that"
	in_ns "$b" sh -c "echo >$list"
}

# forwarding_of_all: of the forty interfaces
forwarding_of_all() {
	in_ns "$b" sh -c 'cat /proc/sys/net/ipv4/conf/d[0-9]*/forwarding' | sort -u
}

# The kernel's modprobe, while it is asked for the algorithm "slow", waits for a line in a fifo, and then has none.
slow_modprobe() {
	mkfifo "$scratch/answer_modprobe"
	cat >"$scratch/modprobe" <<-END
		#!/bin/sh
		[ "\$3" = tcp_slow ] || exec $(cat /proc/sys/kernel/modprobe) "\$@"
		: >'$scratch/asked'
		read -r _ <'$scratch/answer_modprobe'
		exit 1
	END
	chmod 755 "$scratch" "$scratch/modprobe"
	modprobe_was=$(cat /proc/sys/kernel/modprobe)
	echo "$scratch/modprobe" >/proc/sys/kernel/modprobe
}

answer_modprobe() {
	rm "$scratch/asked"
	echo >"$scratch/answer_modprobe"
}

# However the script ends.
leave() {
	local status=$?
	[ -z "$modprobe_was" ] || echo "$modprobe_was" >/proc/sys/kernel/modprobe
	(exit "$status")
	clean_up
}

# This program does not write again after a signal.
apply_by_tee() {
	exec ip netns exec "$b" tee "$tuning/apply" <"$scratch/one" >/dev/null 2>"$scratch/answer"
}

# start_set: one with forty names of forwarding, whose last line but one waits for modprobe. That line may fail. The writer
# is $writer.
start_set() {
	echo 1 >"$scratch/one"
	{
		seq -f 'net.ipv4.conf.d%g.forwarding = 1' 40
		printf 'net.ipv4.tcp_fin_timeout = 31\n-net.ipv4.tcp_congestion_control = slow\nnet.ipv4.tcp_syn_retries = 3\n'
	} | stage_set "$b" >"$scratch/answer"
	start apply_by_tee
	writer=$started
	wait_for 10 test -e "$scratch/asked" || {
		fail "nobody asks for the module: $(cat "$scratch/answer")"
		return 1
	}
	assert_eq "$(values_of_set)" "1 31 6" "names of a set that is under way"
}

# values_of_set: forwarding of the interfaces and the other names
values_of_set() {
	echo "$(forwarding_of_all | xargs) $(real net.ipv4.tcp_fin_timeout "$b") $(real net.ipv4.tcp_syn_retries "$b")"
}

# keep_busy: the kernel is, for changes of forwarding. Calls of the function that does them are counted from now on.
keep_busy() {
	forget_calls
	hold_rtnl "$b" || {
		skip "nobody can hold the lock of interfaces here"
		return
	}
	count_calls devinet_sysctl_forward || {
		release_rtnl
		skip "needs kprobes"
	}
}

# It reads forty names, and then tries to put back the first. It does not try long, and here no program is started meanwhile.
release_once_undone() {
	local name hits now end
	[ -n "$counted_calls" ] || return 0
	read -r now _ </proc/uptime
	end=$((${now%.*} + 10 * slowness))
	while read -r now _ </proc/uptime && [ "${now%.*}" -lt "$end" ]; do
		while read -r name hits _; do
			[ "$name" = devinet_sysctl_forward ] && [ "$hits" -ge 45 ] && break 2
		done <"$tracefs/kprobe_profile"
	done
	release_rtnl
	assert was_called devinet_sysctl_forward 45
	forget_calls
}

# signal_set SIGNAL: to the writer, and lets the set go on to its end
signal_set() {
	kill "-$1" "$writer"
	# To be stopped does not end the kernel's waiting for modprobe; to be killed does.
	[ "$1" = KILL ] || answer_modprobe
	release_once_undone
	# A reader waits for the set's end.
	tuned profile "$b" >"$scratch/profile"
	kill -CONT "$writer" 2>/dev/null
	wait "$writer" 2>/dev/null
	[ "$1" != KILL ] || answer_modprobe
}

# A signal ends a set between two lines, and all is undone. The kernel is busy when that begins.
signalled() {
	local signal writer
	[ -w /proc/sys/kernel/modprobe ] || {
		skip "this kernel loads no modules"
		return
	}
	slow_modprobe
	for signal in KILL STOP; do
		start_set || return
		keep_busy
		signal_set "$signal"
		assert_eq "$(values_of_set)" "0 60 6" "names of a set whose writer got SIG$signal"
		assert set_has_ended
		assert_eq "$(tuning_column net.ipv4.tcp_fin_timeout before "$b")" - "before, after SIG$signal"
		assert_tune rollback 1 "$b"
	done
	grep -q "Interrupted" "$scratch/answer" || fail "the writer that was stopped says '$(cat "$scratch/answer")'"
	# Without a signal the set is applied.
	start_set || return
	answer_modprobe
	wait "$writer"
	assert_eq "$(values_of_set)" "1 31 3" "names of a set without a signal"
	assert_eq "$(tuned profile "$b" | cut -d ' ' -f -5)" "staged applied 42 skipped 1" "profile without a signal"
	assert_tune rollback 1 "$b"
	assert_eq "$(values_of_set)" "0 60 6" "names after rollback"
}

# A set tries a hundred times, and then gives up, and is undone.
gives_up() {
	count_calls devinet_sysctl_forward || {
		skip "needs kprobes"
		return
	}
	printf 'net.ipv4.tcp_fin_timeout = 31\nnet.ipv4.conf.d1.forwarding = 1\nnet.ipv4.tcp_syn_retries = 3\n' |
		stage_set "$b" >"$scratch/answer"
	if hold_rtnl "$b"; then
		forget_calls
		count_calls devinet_sysctl_forward
		refute_tune "busy" apply 1 "$b"
		# To read the name is a call, too.
		assert_between "$(calls devinet_sysctl_forward)" 101 105 "calls for a name that the kernel cannot write"
		assert_eq "$(values_of_set)" "0 60 6" "names of a set that has given up"
		assert_eq "$(tuning_column net.ipv4.tcp_fin_timeout before "$b")" - "before, after that"
		assert set_has_ended
		release_rtnl
	else
		skip "nobody can hold the lock of interfaces here"
	fi
	forget_calls
	# It is staged still.
	assert_tune apply 1 "$b"
	assert_eq "$(conf forwarding d1 d2)" "1 0" "forwarding once the kernel is not busy"
	assert_tune rollback 1 "$b"
}

# Rollback waits a second for each name; it can be killed, and the rest is put back later.
killed() {
	local lines
	count_calls devinet_sysctl_forward || {
		skip "needs kprobes"
		return
	}
	lines=$(seq -f 'd%g.forwarding=1' 40)
	# shellcheck disable=SC2086 # lines
	apply_conf $lines
	if hold_rtnl "$b"; then
		forget_calls
		count_calls devinet_sysctl_forward
		start ip netns exec "$b" sh -c "echo 1 >'$tuning/rollback'"
		wait_for 20 was_called devinet_sysctl_forward 10 || fail "rollback does not try again and again"
		kill -9 "$started"
		wait_for 8 is_over "$started" || fail "a rollback that is killed goes on"
		release_rtnl
		assert_between "$(tuned profile "$b" | sed 's/.*ends_in_ms //')" 1 600000 "ends_in_ms after a rollback that was killed"
	else
		skip "nobody can hold the lock of interfaces here"
	fi
	forget_calls
	assert_tune rollback 1 "$b"
	assert_eq "$(forwarding_of_all)" 0 "forwarding after rollback"
}

# was_called FUNCTION TIMES
was_called() {
	[ "$(calls "$1")" -ge "$2" ]
}

# is_over PROCESS: perhaps we have not waited for it yet.
is_over() {
	! grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null
}

run_tests \
	"somebody else's change stays" others_change \
	"somebody writes all the time" hammered \
	"the kernel is busy" busy_kernel \
	"somebody changes a list of a set that is under way" list_is_changed \
	"a signal ends a set that is under way" signalled \
	"a set gives up when the kernel stays busy" gives_up \
	"a set ends while the kernel is busy" ends_while_busy \
	"a rollback is killed" killed

# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# What memory_bytes of a summary is made of; for scripts that source lib.sh, too. First begin_accounts, then learn_sizes,
# then assert_memory_accounted_for wherever memory must be as the reports say.

# size_of CACHE: bytes of an object of one of the module's caches.
size_of() {
	cat "/sys/kernel/slab/$1/object_size"
}

# begin_accounts: in a namespace in which nothing has happened. Skips the script where the kernel does not tell the size of
# objects. Fails where it does, but knows no such cache.
begin_accounts() {
	[ -d /sys/kernel/slab ] || skip_all "no /sys/kernel/slab"
	row_size=$(size_of tcplab_conn) && closed_size=$(size_of tcplab_closed) || {
		echo "Bail out! The module has other slab caches than selftests/memory.sh asks for"
		return 1
	}
	row_size=$((row_size + 8))	# the allocator keeps a pointer behind each
	# A counter for each kind, verdict and range of time.
	straggler_table=$((4 * 5 * 5 * 14))
	memory_base=$(memory_besides_rows)
}

destinations() {
	report ports | tail -n +2 | wc -l
}

# owners [NS]: programs that have, or had, sockets in CLOSE_WAIT.
owners() {
	report close_wait_owner "${1-}" | sed 1d | wc -l
}

# closers [NS]: rows of programs. Those of users are in the size of the table here: there is one user. The row of all others
# takes no memory of its own.
closers() {
	report time_wait_owner "${1-}" | awk 'NR > 1 && ($1 != "-" || $2 != "-")' | wc -l
}

# memory_besides_rows [NS]: what memory_bytes holds apart from the rows of connections and from 4-tuples remembered.
memory_besides_rows() {
	report summary "${1-}" | awk -v row="$row_size" -v closed="$closed_size" '
		{ value[$1] = $2 }
		END { print value["memory_bytes"] - value["connections"] * row - value["remembered"] * closed }'
}

# shellcheck disable=SC2154 # set by setup_ns
have_closed() {
	[ "$(closers "$alone")" = "$1" ]
}

# learn_notes TRY: the notes of what is counted come within ten seconds, or with a reset. Where they came first, nothing is
# learned.
learn_notes() {
	local before
	noter=noter$1
	setup_ns "noted$1"
	eval "noted=\$noted$1"
	# shellcheck disable=SC2154 # set by eval
	start_endpoint "$noter" "$noted" && $noter listen listener 127.0.0.1 5000 1 && $noter connect client 127.0.0.1 5000 || return
	before=$(memory_besides_rows "$noted")
	echo 1 | in_ns "$noted" tee /sys/kernel/tcplab/tuning/reset >/dev/null
	notes_size=$(($(memory_besides_rows "$noted") - before))
	[ "$notes_size" -gt 0 ]
}

overflown() {
	in_ns "$noted" nstat -asz TcpExtListenOverflows | grep -q 'TcpExtListenOverflows *[1-9]'
}

# A finding, which is about the queue here, leaves a mark.
learn_marks() {
	local before number
	for number in 1 2 3 4; do $noter start "more$number" 127.0.0.1 5000; done
	wait_for 10 overflown || return
	before=$(memory_besides_rows "$noted")
	[ "$(report advice "$noted" | wc -l)" -gt 1 ] || return
	marks_size=$(($(memory_besides_rows "$noted") - before))
	[ "$marks_size" -gt 0 ]
}

# learn_owner PORT LISTENER: a program that has a socket in CLOSE_WAIT, which a reader has searched for. Where the watch has
# found it before, nothing is learned.
learn_owner() {
	local before
	assert ends connect client "127.0.0.1" "$1"
	assert ends accept server "$2"
	assert ends close client
	assert_eq "$(ends recv server)" eof "what the server reads"
	before=$(memory_besides_rows "$alone")
	[ "$(owners "$alone")" -ge 1 ] || fail "nobody has a socket in CLOSE_WAIT"
	owner_size=$(($(memory_besides_rows "$alone") - before))
	assert ends close server
	[ "$owner_size" -gt 0 ]
}

# Tables come with the first that is kept in them, so the second tells the size of one.
learn_sizes() {
	local opened closing first
	learn_notes 1 || learn_notes 2 || learn_notes 3 || fail "the notes of what is counted take no memory"
	learn_marks || fail "a finding takes no memory"
	setup_ns alone
	# shellcheck disable=SC2154 # set by setup_ns
	assert_eq "$(memory_besides_rows "$alone")" "$memory_base" "memory_bytes of an idle namespace"
	assert start_endpoint ends "$alone"
	assert ends listen listener 127.0.0.1 5000
	assert ends listen listener2 127.0.0.1 5001
	assert ends connect client 127.0.0.1 5000
	assert ends accept server listener
	# From here on there are notes.
	echo 1 | in_ns "$alone" tee /sys/kernel/tcplab/tuning/reset >/dev/null
	first=$(memory_besides_rows "$alone")
	assert ends connect client2 127.0.0.1 5001
	assert ends accept server2 listener2
	opened=$(memory_besides_rows "$alone")
	port_size=$((opened - first))
	port_table=$((first - memory_base - port_size - notes_size))
	assert ends close client
	closing=$(memory_besides_rows "$alone")
	assert ends close server
	assert wait_for 5 have_closed 1
	first=$(memory_besides_rows "$alone")
	# It closes at the port of a service, which makes it another one.
	assert ends close server2
	assert ends close client2
	assert wait_for 5 have_closed 2
	closer_size=$(($(memory_besides_rows "$alone") - first))
	closer_table=$((first - opened - closer_size))
	# With the program's row comes that of its user, and with TIME_WAIT more tables.
	closer_buckets=$((closing - opened - 2 * closer_size))
	learn_owner 5000 listener || learn_owner 5001 listener2 || fail "who has a socket in CLOSE_WAIT takes no memory"
	[ "$port_size" -gt 0 ] || fail "a destination takes $port_size bytes"
	[ "$closer_size" -gt 0 ] || fail "a closer takes $closer_size bytes"
	[ "$port_table" -gt 0 ] || fail "the table of destinations takes $port_table bytes"
	[ "$closer_table" -gt 0 ] || fail "the tables of closers and TIME_WAIT take $closer_table bytes"
	[ "$closer_buckets" -gt 0 ] || fail "the table of closers takes $closer_buckets bytes"
}

# hidden_closers: how many there may be that time_wait_owner does not show yet, since none of their connections has come to
# TIME_WAIT. Each has a row whose end here closed first; but several rows may have one closer, or one that is shown.
hidden_closers() {
	{
		report half_open | awk '$1 != "local" { print $1, $2 }'
		report connections | awk '
			$1 == "local" { for (i = 1; i <= NF; i++) column[$i] = i; next }
			$column["local_state"] ~ /^(FIN_WAIT_[12]|CLOSING|CLOSED)$/ ||
			$column["ends"] == 2 && $column["remote_state"] ~ /^(FIN_WAIT_[12]|CLOSING|CLOSED)$/ { print $1, $2 }'
	} | sort -u | wc -l
}

# What is left of memory_bytes is to be what was there when nothing had happened yet, and hidden closers.
memory_is_accounted_for() {
	local ports closers stragglers left hidden owners
	[ "${closer_size:-0}" -gt 0 ] || return
	ports=$(destinations)
	closers=$(closers)
	stragglers=$(report stragglers | sed 1d | wc -l)
	owners=$(owners)
	left=$(($(memory_besides_rows) - memory_base - ports * port_size - (ports > 0) * port_table - closers * closer_size - \
		(closers > 0) * closer_table - (stragglers > 0) * straggler_table - owners * owner_size))
	hidden=$(hidden_closers)
	is_noted "$left" && return
	# None of those that closed first has come to TIME_WAIT, but their table is there.
	[ "$closers" = 0 ] && is_noted $((left - closer_buckets))
}

# is_noted BYTES: they are hidden closers, and perhaps notes.
is_noted() {
	are_closers "$1" || are_closers $(($1 - notes_size)) || are_closers $(($1 - notes_size - marks_size))
}

# are_closers BYTES: of the hidden ones.
are_closers() {
	[ "$1" -ge 0 ] && [ $(($1 % closer_size)) = 0 ] && [ $(($1 / closer_size)) -le "$hidden" ]
}

assert_memory_accounted_for() {
	wait_for 5 memory_is_accounted_for || fail "memory_bytes is $(summary_value memory_bytes)," \
		"with $(summary_value connections) rows of $row_size bytes, $(summary_value remembered) 4-tuples of $closed_size," \
		"$(destinations) destinations of $port_size, $(closers) closers of $closer_size and $(hidden_closers) hidden at most," \
		"$(owners) owners of $owner_size, tables of $port_table, $closer_table ($closer_buckets without TIME_WAIT) and $straggler_table bytes, notes of $notes_size and $marks_size" \
		"and $memory_base to begin with"
}

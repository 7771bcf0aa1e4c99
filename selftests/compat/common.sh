# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2034 # variables for the scripts that source this
#
# What the tests beside other parts of the network stack share. The witness is ss, socket by socket: each row has the
# addresses and the state of a socket that ss shows, and each socket has a row. "lab" is the default everywhere.

# shellcheck source=../lib.sh
. "$selftests/lib.sh"

hosts=	# namespaces that agree() looks at

# setup_hosts NAME...: namespaces where the default congestion control is lab; they become $hosts.
setup_hosts() {
	local name ns
	setup_ns "$@" || return
	hosts=
	for name; do
		eval "ns=\$$name"
		in_ns "$ns" sysctl -qw net.ipv4.tcp_congestion_control=lab || return
		hosts="${hosts:+$hosts }$ns"
	done
}

# disagreements NS: each socket with a 4-tuple that ss shows and no row has, and the other way round; and states of which
# the summary counts another number than ss. Names of interfaces are left out; an IPv4 address in an IPv6 socket is one.
disagreements() {
	nsenter --net="/run/netns/$1" sh -c '
		ss -Htan; cat /proc/net/tcplab/connections; grep ^state_ /proc/net/tcplab/summary' | awk '
		function plain(address) {
			gsub(/%[^]:]*/, "", address)
			if (address ~ /^\[::ffff:[0-9]+\./)
				gsub(/^\[::ffff:|\]/, "", address)
			return address
		}
		function row(here, there, state) {
			if (state !~ /^(CLOSED|-)$/)
				balance[here " " there " " state]--
		}
		$1 == "local" { seen++ }
		/^#/ || $1 == "local" { next }
		/^state_/ {
			sub(/^state_/, "")
			if ($1 !~ /^(LISTEN|CLOSED)$/)
				states[$1] -= $2
			next
		}
		$1 ~ /^[A-Z]/ {
			sub(/^ESTAB$/, "ESTABLISHED", $1)
			sub(/^SYN-RECV$/, "SYN_RECEIVED", $1)
			gsub(/-/, "_", $1)
			if ($1 ~ /^(LISTEN|UNCONN)$/)
				next
			balance[plain($4) " " plain($5) " " $1]++
			states[$1]++
			next
		}
		{
			gsub(/%[^ ]*/, "")
			if ($3 != "forward")
				row($1, $2, $4)
			if ($3 == "loopback")
				row($2, $1, $5)
		}
		END {
			if (!seen || !length(states))
				print "nothing can be read;"
			for (socket in balance)
				if (balance[socket])
					print (balance[socket] > 0 ? "no row for " : "no socket for ") socket ";"
			for (state in states)
				if (states[state])
					print states[state] " more in " state " than the summary counts;"
		}'
}

sockets_agree() {
	local differences
	differences=$(disagreements "$1")
	echo "$differences"
	[ -z "$differences" ]
}

# agree: the rows of each of the $hosts are its sockets, at once or soon.
agree() {
	local ns differences
	for ns in $hosts; do
		differences=$(wait_for 5 sockets_agree "$ns") || fail "in $ns: $differences"
	done
}

# Segments and sockets never told different stories, and none was taken for damaged.
assert_quiet() {
	local ns name
	for ns in $hosts; do
		for name in stack_disagreements invalid bad_checksum refused_full; do
			assert_eq "$(summary_value "$name" "$ns")" 0 "$name in $ns"
		done
	done
}

# mark_created; ...; assert_created NUMBER: each of the $hosts has counted so many connections in between.
mark_created() {
	local ns
	for ns in $hosts; do
		summary_value created "$ns" >"$scratch/created.$ns"
	done
}

assert_created() {
	local ns
	for ns in $hosts; do
		assert_eq $(($(summary_value created "$ns") - $(cat "$scratch/created.$ns"))) "$1" "created in $ns"
	done
}

# read_all ENDPOINT SOCKET BYTES
read_all() {
	local got=0 chunk
	while [ "$got" -lt "$3" ]; do
		chunk=$("$1" recv "$2") || break
		got=$((got + chunk))
	done 2>/dev/null
	assert_eq "$got" "$3" "bytes that $1 reads"
}

# meet_at CLIENT SERVER LISTEN-ADDRESS LISTEN-PORT [CONNECT-ADDRESS CONNECT-PORT [LOCAL-PORT]]: the sockets "c" of the
# endpoint CLIENT and "s" of SERVER are connected. $prepare_client and $prepare_server are commands that come before.
prepare_client=
prepare_server=
meet_at() {
	# shellcheck disable=SC2086 # lists of words
	[ -z "$prepare_server" ] || assert "$2" $prepare_server
	assert "$2" listen l "$3" "$4"
	# shellcheck disable=SC2086
	[ -z "$prepare_client" ] || assert "$1" $prepare_client
	assert "$1" connect c "${5:-$3}" "${6:-$4}" "${7:-0}"
	assert "$2" accept s l
	assert "$2" close l
}

# talk CLIENT SERVER: data both ways.
talk() {
	assert "$1" send c 30000
	assert "$2" send s 40000
	read_all "$2" s 30000
	read_all "$1" c 40000
}

# part CLIENT SERVER client|server|abort: who closes first, or the client resets.
part() {
	case $3 in
	client)
		assert "$1" close c
		assert_eq "$("$2" recv s)" eof "what the server reads at last"
		agree
		assert "$2" close s
		;;
	server)
		assert "$2" close s
		assert_eq "$("$1" recv c)" eof "what the client reads at last"
		agree
		assert "$1" close c
		;;
	abort)
		assert "$1" abort c
		assert "$2" close s
		;;
	esac
	agree
}

# lives CLIENT SERVER LISTEN-ADDRESS LISTEN-PORT ...: see meet_at; three connections, each with another end.
lives() {
	local ending
	for ending in client server abort; do
		meet_at "$@"
		talk "$1" "$2"
		agree
		assert_eq "$("$1" cc c)" lab "congestion control"
		part "$1" "$2" "$ending"
	done
}

# need_nat: skips the script where there is no nftables; only before anything else.
need_nat() {
	command -v nft >/dev/null || skip_all "needs nftables"
	modprobe -a nf_conntrack nf_tables nft_ct nft_nat nft_redir nft_masq nft_reject_inet nft_fib_inet 2>/dev/null || true
}

# rules NS <RULES: what nftables does in a namespace, instead of what it did.
rules() {
	in_ns "$1" nft flush ruleset && in_ns "$1" nft -f -
}

# counter_value NS NAME: how often a named counter of the table "test" was met.
counter_value() {
	in_ns "$1" nft list counter inet test "$2" | sed -n 's/.*packets \([0-9]*\) .*/\1/p'
}

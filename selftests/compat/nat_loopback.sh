#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Addresses are translated on the loopback device, and for what leaves by it: with that, its packets are no more what the
# sockets at both ends know. Each test has hosts of its own, where nothing has told of conntrack yet.
# shellcheck disable=SC2154 # namespaces are set by setup_hosts

selftests=..
. ./common.sh

need_nat
load_module || exit 1

# pair NAME NAME: two new hosts with a link and endpoints "sNAME", which never saw conntrack.
pair() {
	setup_hosts "$1" "$2" || return
	# shellcheck disable=SC2086 # two words
	link_ns $hosts
	start_endpoint "s$1" "${hosts% *}" && start_endpoint "s$2" "${hosts##* }"
}

# On lo each end has a row of its own, as their 4-tuples differ. Before the first such packet nothing told of conntrack.
on_loopback() {
	pair c d || { fail "no hosts"; return; }
	hosts=$c
	rules "$c" <<-END
		table inet test {
			chain output {
				type nat hook output priority -100;
				ip daddr 127.0.0.1 tcp dport 80 redirect to :5000
				ip6 daddr ::1 tcp dport 80 redirect to :5000
				ip daddr 198.51.100.1 tcp dport 80 dnat ip to 127.0.0.1:5000
			}
			chain postrouting {
				type nat hook postrouting priority 100;
				ip daddr 127.0.0.1 tcp dport 5001 snat ip to 127.0.0.77
			}
		}
	END
	ip -n "$c" address add 198.51.100.1/32 dev lo
	mark_created
	lives sc sc 127.0.0.1 5000 127.0.0.1 80
	lives sc sc ::1 5000 ::1 80
	assert_created 12
	lives sc sc 127.0.0.1 5000 198.51.100.1 80
	assert_created 18
	lives sc sc 127.0.0.1 5001
	assert_created 24
	# What is not translated is one row again.
	lives sc sc 127.0.0.1 5002
	assert_created 27
	assert_quiet
}

# destinations NS PATTERN: rows of ports that are like that.
destinations() {
	report ports "$1" | awk 'NR > 1 { print $2 }' | grep -cx -- "$2"
}

# Where a connection would leave by a link and OUTPUT leads it to a program of this host, its SYN goes on under another
# address: it is the one connection of each end, and that of its socket.
redirected() {
	local port
	pair g h || { fail "no hosts"; return; }
	rules "$g" <<-END
		table inet test {
			chain output {
				type nat hook output priority -100;
				tcp dport 80 redirect to :5000
				ip daddr 192.0.2.2 tcp dport 81 dnat ip to 192.0.2.1:5000
				ip6 daddr 2001:db8::2 tcp dport 81 dnat ip6 to [2001:db8::1]:5000
			}
		}
	END
	mark_created
	lives sg sg 127.0.0.1 5000 192.0.2.2 80
	lives sg sg ::1 5000 2001:db8::2 80
	lives sg sg 192.0.2.1 5000 192.0.2.2 81
	lives sg sg 2001:db8::1 5000 2001:db8::2 81
	assert_eq $(($(summary_value created "$g") - $(cat "$scratch/created.$g"))) 24 "created where both ends are"
	assert_eq $(($(summary_value created "$h") - $(cat "$scratch/created.$h"))) 0 "created where nothing comes"
	meet_at sg sg 127.0.0.1 5000 192.0.2.2 80
	port=$(sg port c)
	assert_states "192.0.2.1:$port" 192.0.2.2:80 "ESTABLISHED ESTABLISHED" "$g"
	assert_states 127.0.0.1:5000 "192.0.2.1:$port" "ESTABLISHED ESTABLISHED" "$g"
	part sg sg client
	# The ports are taken of the destination that connect() was told.
	assert_eq "$(destinations "$g" '192\.0\.2\.2:8[01]') $(destinations "$g" '\[2001:db8::2\]:8[01]')" "2 2" "destinations"
	assert_eq "$(destinations "$g" '.*:5000')" 0 "destinations that nobody has connected to"
	look_twice "$g"
	assert_eq "$(summary_value disagree_gone "$g")" 0 disagree_gone
	assert_quiet
}

# A published port of a container: who connects to it on its own host leaves by lo and is sent on over the link.
published() {
	pair e f || { fail "no hosts"; return; }
	rules "$e" <<-END
		table inet test {
			chain output {
				type nat hook output priority -100;
				fib daddr type local tcp dport 80 dnat ip to 192.0.2.2:5000
			}
			chain postrouting {
				type nat hook postrouting priority 100;
				oifname veth0 masquerade
			}
		}
	END
	in_ns "$e" sysctl -qw net.ipv4.conf.all.route_localnet=1
	mark_created
	lives se sf 192.0.2.2 5000 192.0.2.1 80
	lives se sf 192.0.2.2 5000 127.0.0.1 80
	assert_created 6
	meet_at se sf 192.0.2.2 5000 192.0.2.1 80
	client=192.0.2.1:$(se port c)
	assert_states "$client" 192.0.2.1:80 "ESTABLISHED ESTABLISHED" "$e"
	assert sf shutdown s
	assert_states "$client" 192.0.2.1:80 "CLOSE_WAIT FIN_WAIT_2" "$e"
	assert se close c
	assert_states "$client" 192.0.2.1:80 "CLOSED TIME_WAIT" "$e"
	agree
	assert sf close s
	meet_at se sf 192.0.2.2 5000 192.0.2.1 80
	client=192.0.2.1:$(se port c)
	assert se shutdown c
	assert_states "$client" 192.0.2.1:80 "FIN_WAIT_2 CLOSE_WAIT" "$e"
	assert sf close s
	assert_states "$client" 192.0.2.1:80 "TIME_WAIT CLOSED" "$e"
	assert se close c
	agree
	assert_quiet
}

run_tests \
	"translation on the loopback device" on_loopback \
	"a redirect of what would leave by a link" redirected \
	"a published port, reached from its own host" published

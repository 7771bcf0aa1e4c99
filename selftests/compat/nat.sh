#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Addresses are translated between two hosts, by either of them or by a router. A row has the addresses that the socket
# has, whatever the packets had on their way.
# shellcheck disable=SC2154 # namespaces are set by setup_hosts

selftests=..
. ./common.sh

need_nat
load_module && setup_hosts a b && link_ns "$a" "$b" && start_endpoint sa "$a" && start_endpoint sb "$b" || exit 1

# The client's host translates where its connections go, over the link.
dnat() {
	hosts="$a $b"
	rules "$a" <<-END
		table inet test {
			chain output {
				type nat hook output priority -100;
				ip daddr 192.0.2.99 tcp dport 80 dnat ip to 192.0.2.2:5000
				ip6 daddr 2001:db8::99 tcp dport 80 dnat ip6 to [2001:db8::2]:5000
			}
		}
	END
	ip -n "$a" route replace 192.0.2.99 dev veth0
	mark_created
	lives sa sb 192.0.2.2 5000 192.0.2.99 80
	lives sa sb 2001:db8::2 5000 2001:db8::99 80
	meet_at sa sb 192.0.2.2 5000 192.0.2.99 80
	assert_states "192.0.2.1:$(sa port c)" 192.0.2.99:80 "ESTABLISHED ESTABLISHED" "$a"
	assert_states 192.0.2.2:5000 "192.0.2.1:$(sa port c)" "ESTABLISHED ESTABLISHED" "$b"
	part sa sb client
	assert_created 7
	assert_quiet
}

# translated_source STATEMENT: of what leaves the client's host; both ends then know another port.
translated_source() {
	hosts="$a $b"
	rules "$a" <<-END
		table inet test {
			chain postrouting {
				type nat hook postrouting priority 100;
				tcp dport 5000 $1
			}
		}
	END
	mark_created
	lives sa sb 192.0.2.2 5000
	lives sa sb 2001:db8::2 5000
	meet_at sa sb 192.0.2.2 5000
	assert_states "192.0.2.1:$(sa port c)" 192.0.2.2:5000 "ESTABLISHED ESTABLISHED" "$a"
	assert_eq "$(report connections "$b" | grep -c '^192.0.2.2:5000 192.0.2.1:100[0-9][0-9] passive ESTABLISHED ESTABLISHED')" \
		1 "rows with the port that the server knows"
	part sa sb client
	assert_created 7
	assert_quiet
}

masquerade() {
	translated_source "masquerade to :10000-10099"
}

snat() {
	translated_source "snat to :10000-10099"
}

# The server's host translates what comes.
redirect() {
	hosts="$a $b"
	rules "$a" </dev/null
	rules "$b" <<-END
		table inet test {
			chain prerouting {
				type nat hook prerouting priority -100;
				tcp dport 80 redirect to :5000
			}
			chain input {
				type nat hook input priority 100;
				ip saddr 192.0.2.1 tcp dport 5000 snat ip to 192.0.2.77
			}
		}
	END
	mark_created
	lives sa sb 192.0.2.2 5000 192.0.2.2 80
	lives sa sb 2001:db8::2 5000 2001:db8::2 80
	meet_at sa sb 192.0.2.2 5000 192.0.2.2 80
	assert_states 192.0.2.2:5000 "192.0.2.77:$(sa port c)" "ESTABLISHED ESTABLISHED" "$b"
	part sa sb server
	assert_created 7
	assert_quiet
}

# IPVS translates at LOCAL_OUT, and what it has translated passes there once more.
virtual_server() {
	hosts="$a $b"
	rules "$a" </dev/null
	rules "$b" </dev/null
	modprobe -a ip_vs ip_vs_rr 2>/dev/null || { skip "needs IPVS"; return; }
	ip -n "$a" route delete 192.0.2.99 dev veth0 2>/dev/null
	ip -n "$a" address add 192.0.2.99/32 dev lo
	assert in_ns "$a" ./ipvs 192.0.2.99 80 192.0.2.2 5000
	mark_created
	lives sa sb 192.0.2.2 5000 192.0.2.99 80
	meet_at sa sb 192.0.2.2 5000 192.0.2.99 80
	assert_states "192.0.2.99:$(sa port c)" 192.0.2.99:80 "ESTABLISHED ESTABLISHED" "$a"
	assert_eq "$(report ports "$a" | grep -c '^192.0.2.99 192.0.2.2:5000 ')" 0 "rows of ports for the real server"
	part sa sb server
	assert_created 4
	look_twice "$a"
	assert_eq "$(summary_value disagree_gone "$a")" 0 disagree_gone
	assert_quiet
	ip -n "$a" address delete 192.0.2.99/32 dev lo
}

# Copies of what a server sends pass LOCAL_OUT, too, without its sockets.
copies() {
	hosts="$a $b"
	rules "$a" </dev/null
	modprobe -a nft_dup_ipv4 nft_dup_ipv6 2>/dev/null || { skip "needs nft_dup"; return; }
	rules "$b" <<-END
		table ip test {
			chain output {
				type filter hook output priority 0;
				tcp sport 5000 dup to 192.0.2.77
			}
		}
		table ip6 test {
			chain output {
				type filter hook output priority 0;
				tcp sport 5000 dup to 2001:db8::77
			}
		}
	END
	mark_created
	lives sa sb 192.0.2.2 5000
	lives sa sb 2001:db8::2 5000
	assert_created 6
	assert_eq "$(summary_value syn_cookie "$b")" 0 syn_cookie
	assert_eq "$(in_ns "$b" nstat -asz TcpExtSyncookiesSent | awk 'END { print $2 }')" 0 "cookies that the kernel sent"
	assert_quiet
	in_ns "$b" nft flush ruleset
}

# The same from outside: the host forwards, and a row in the middle has the addresses after translation.
forwarded() {
	setup_hosts g h i && start_endpoint sg "$g" && start_endpoint si "$i" || { fail "no hosts"; return; }
	ip -n "$g" link add veth0 type veth peer name left netns "$h"
	ip -n "$i" link add veth0 type veth peer name right netns "$h"
	ip -n "$g" address add 198.51.100.1/24 dev veth0
	ip -n "$h" address add 198.51.100.2/24 dev left
	ip -n "$h" address add 203.0.113.2/24 dev right
	ip -n "$i" address add 203.0.113.3/24 dev veth0
	ip -n "$g" link set veth0 up
	ip -n "$h" link set left up
	ip -n "$h" link set right up
	ip -n "$i" link set veth0 up
	ip -n "$g" route add default via 198.51.100.2
	in_ns "$h" sysctl -qw net.ipv4.ip_forward=1
	echo 1 | in_ns "$h" tee /sys/kernel/tcplab/track/forward >/dev/null
	rules "$h" <<-END
		table inet test {
			chain forward {
				type filter hook forward priority 0; policy drop;
				ct state established accept
				ct state new tcp dport 5000 accept
			}
			chain prerouting {
				type nat hook prerouting priority -100;
				tcp dport 80 dnat ip to 203.0.113.3:5000
			}
			chain postrouting {
				type nat hook postrouting priority 100;
				oifname right masquerade
			}
		}
	END
	mark_created
	lives sg si 203.0.113.3 5000 198.51.100.2 80
	assert_created 3
	meet_at sg si 203.0.113.3 5000 198.51.100.2 80
	assert_states "198.51.100.1:$(sg port c)" 203.0.113.3:5000 "ESTABLISHED ESTABLISHED" "$h"
	assert_eq "$(report connections "$i" | grep -c '^203.0.113.3:5000 203.0.113.2:[0-9]* passive ESTABLISHED ESTABLISHED')" \
		1 "rows of the server, which knows the router"
	part sg si client
	assert_quiet
}

run_tests \
	"DNAT at the client" dnat \
	"masquerade at the client" masquerade \
	"SNAT at the client" snat \
	"redirect and SNAT at the server" redirect \
	"a virtual server of IPVS, and its client on the same host" virtual_server \
	"copies of what a server sends" copies \
	"a published port, reached through a router" forwarded
